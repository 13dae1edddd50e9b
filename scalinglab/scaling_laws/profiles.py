"""How far a parameter can go before the loss rises, at its least over the others: the profile of the loss.

A standard error asks how curved the loss is at its optimum. The profile asks where it rises, so that it also sees a
bound, a curved valley, and a direction along which nothing rises at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array
from scalinglab.scaling_laws.covariance import inverted
from scalinglab.scaling_laws.robust import Form, Problem, minimize

#: How near to the allowed rise, in its root, an end is.
NEAR = 0.02
ROUNDS, REPEATS = 10, 2
#: Beyond an end a search may crawl; only that it is beyond matters, and unfinished it is no less so.
STEPS = 40


@dataclass(frozen=True)
class Turned:
    """A form in other parameters, for each member of a batch: ``values = back @ turned``, shape (batch, P, P)."""

    form: Form
    back: Array

    def _values(self, turned: Array) -> Array:
        return np.einsum("bij,bj->bi", self.back, turned)

    def at(self, rows: NDArray[np.intp]) -> Turned:
        """The same for some members of the batch."""
        return Turned(self.form, self.back[rows])

    def log_error(self, values: Array) -> Array:
        """Logarithm of the error, shape (batch, points)."""
        return self.form.log_error(self._values(values))

    def slopes(self, values: Array) -> tuple[Array, Array]:
        """The same, and its derivatives, shape (batch, points, parameters)."""
        logs, slopes = self.form.slopes(self._values(values))
        return logs, slopes @ self.back


@dataclass(frozen=True)
class Ends:
    """How far some parameters can go.

    Attributes
    ----------
    ends : array, shape (members,)
    open : array of bool, shape (members,)
        Whether the loss does not rise up to the bound of the parameter, which then is the end.
    optima : array, shape (members, parameters)
        What the others are there, in the parameters that are searched.
    least : array, shape (parameters,)
        The best values that were met on the way: the optimum, unless that was not the best.
    """

    ends: Array
    open: NDArray[np.bool_]
    optima: Array
    least: Array


def profile(problem: Problem, values: Array, rows: Array, sides: Array, *, rise: Array, others: Array) -> Ends:
    """How far some parameters can go before the loss, at its least over the others, has risen by what is allowed.

    Parameters
    ----------
    problem : Problem
        With bounds of shape (parameters,).
    values : array, shape (parameters,)
        The optimum.
    rows : array, shape (members, parameters)
        The parameter of each member as a combination of those that are searched; with 1 for the one it replaces, which
        is the first that is not 0.
    sides : array, shape (members,)
        1 for the upper end, -1 for the lower.
    rise : array, shape (members,)
        How much the loss may rise.
    others : array, shape (any, parameters)
        Other places where the loss may be low.
    """
    walk = _Walk(problem, values, rows, sides, np.sqrt(rise))
    walk.visit(others)
    walk.go(np.minimum(walk.allowed * np.sqrt(2 * walk.length), walk.reach), np.arange(len(rows)))
    for _ in range(REPEATS):
        # Where another path came further at as low a loss, a walk was lost in a side valley: it goes on from there.
        behind = walk.overtaken()
        if not len(behind):
            break
        walk.go(np.minimum(1.05 * walk.near, walk.reach), behind)
    walk.finish()
    return Ends(walk.centre + sides * np.minimum(walk.ends, walk.reach), walk.open, walk.optima, walk.best)


def one_sided_limit(problem: Problem, values: Array, index: int, side: int, rise: float) -> float:
    """How far one parameter can go before the loss has risen by so much; nan if the rise is.

    The bound itself if the loss does not rise so far.
    """
    if not np.isfinite(rise):
        return np.nan
    row = np.eye(len(values))[[index]]
    return float(profile(problem, values, row, np.array([side]), rise=np.array([rise]), others=values[None]).ends[0])


def _next(ends: tuple[Array, Array, Array, Array], allowed: Array, number: int) -> Array:
    """Where to look next: between a place that is inside and one that is beyond, with their roots, or further out."""
    near, near_root, far, far_root = ends
    with np.errstate(invalid="ignore", divide="ignore"):
        line = near + (far - near) * (allowed - near_root) / (far_root - near_root)
        # Where the root is far from linear, a straight line creeps; halves in the logarithm do not.
        middle = np.sqrt(np.maximum(near, 1e-3 * far) * far)
        between = middle if number % 3 == 2 else np.clip(line, near + 0.02 * (far - near), far - 0.02 * (far - near))
        growth = np.clip(1.05 * allowed / np.maximum(near_root, 1e-300), 1.1, 4.0)
    return np.where(np.isnan(far), near * growth, between)


class _Walk:
    """A path out from the optimum for each member; distances are counted along the side of each."""

    def __init__(self, problem: Problem, values: Array, rows: Array, sides: Array, allowed: Array) -> None:
        self.problem, self.values, self.rows, self.sides, self.allowed = problem, values, rows, sides, allowed
        self.own = np.argmax(rows != 0, axis=1)
        turns = np.tile(np.eye(len(values)), (len(rows), 1, 1))
        turns[np.arange(len(rows)), self.own] = rows
        self.back = np.asarray(np.linalg.inv(turns), dtype=np.float64)
        self.centre = rows @ values
        bounds = np.stack([rows * problem.low, rows * problem.high])
        low, high = bounds.min(axis=0).sum(axis=1), bounds.max(axis=0).sum(axis=1)
        self.reach = np.where(sides > 0, high - self.centre, self.centre - low)
        self.best, self.least = values, float(problem.cost(problem.deviations(values[None]))[0])
        _, jacobian = problem.jacobian(values[None])
        self.across = rows @ inverted(jacobian[0].T @ jacobian[0])  # shape (members, parameters)
        self.length = np.maximum(np.einsum("mi,mi->m", self.across, rows), 1e-300)
        members = len(rows)
        self.near, self.near_root = np.zeros(members), np.zeros(members)
        self.ends, self.open = np.zeros(members), np.zeros(members, dtype=bool)
        self.optima, self.seen = np.tile(values, (members, 1)), [(values[None], np.array([self.least]))]

    def go(self, tried: Array, active: NDArray[np.intp]) -> None:
        """Find the ends of some members, from where to look first."""
        allowed, far, far_root = self.allowed, np.full_like(tried, np.nan), np.full_like(tried, np.nan)
        for number in range(ROUNDS):
            roots, found = self._roots(active, tried[active])
            inside, here = roots <= allowed[active], tried[active]
            near, beyond = active[inside], active[~inside]
            self.near[near], self.near_root[near], self.optima[near] = here[inside], roots[inside], found[inside]
            far[beyond], far_root[beyond] = here[~inside], roots[~inside]
            # A leap of the root between two places that are near each other: the search was lost at the further one.
            lost = near[(self.near_root[near] < 0.5 * allowed[near]) & (far[near] < 1.3 * self.near[near])]
            far[lost] = np.nan
            at_bound = inside & (here >= self.reach[active])
            close = (np.abs(roots / allowed[active] - 1) < NEAR) & ~at_bound
            narrow = far[active] - self.near[active] < 1e-3 * far[active]
            self.open[active], self.ends[active] = at_bound, np.where(narrow, self.near[active], here)
            # The root of the rise is nearly linear in the parameter.
            self.ends[active[close]] *= allowed[active[close]] / roots[close]
            self.optima[active[close]] = found[close]
            active = active[~(at_bound | close | narrow)]
            if not len(active):
                return
            ends = self.near[active], self.near_root[active], far[active], far_root[active]
            tried[active] = np.minimum(_next(ends, allowed[active], number), self.reach[active])

    def visit(self, values: Array, cost: Array | None = None) -> None:
        """Keep places where the loss is low."""
        cost = self.problem.cost(self.problem.deviations(values)) if cost is None else cost
        self.seen.append((values, cost))
        best = int(np.argmin(cost))
        if cost[best] < self.least:
            self.best, self.least = values[best], float(cost[best])

    def overtaken(self) -> NDArray[np.intp]:
        """Members beyond whose end the loss is low too; they are put there."""
        self._free()
        values, cost = (np.concatenate(part) for part in zip(*self.seen, strict=True))
        roots = np.sqrt(np.maximum(cost - self.least, 0))
        distance = self.sides[:, None] * (self.rows @ values.T - self.centre[:, None])
        distance = np.where(roots <= 0.99 * self.allowed[:, None], distance, -np.inf)
        furthest = distance.argmax(axis=1)
        best = distance[np.arange(len(furthest)), furthest]
        behind = np.flatnonzero((best > 1.02 * self.ends) & ~self.open)
        self.near[behind], self.near_root[behind] = best[behind], roots[furthest[behind]]
        self.optima[behind] = values[furthest[behind]]
        return behind

    def finish(self) -> None:
        """Go on to the optima at bounds: a search may have crawled there, and what moves with whom is asked of them."""
        at_bound = np.flatnonzero(self.open & (self.reach > 0))
        for _ in range(REPEATS if len(at_bound) else 0):
            _, self.optima[at_bound] = self._roots(at_bound, self.reach[at_bound])

    def _free(self) -> None:
        """Visit where one parameter is at a bound that the loss does not know of, and any other is further out."""
        closed = np.flatnonzero(~self.open)
        for optimum in self.optima[self.open & (self.reach > 0)] if len(closed) else ():
            for out in (1.3 * self.ends[closed], self.reach[closed]):
                held = self.centre[closed] + self.sides[closed] * np.minimum(out, self.reach[closed])
                places = np.tile(optimum, (len(closed), 1))
                places[np.arange(len(closed)), self.own[closed]] += (held - self.rows[closed] @ optimum) / self.rows[
                    closed, self.own[closed]
                ]
                self.visit(np.clip(places, self.problem.low, self.problem.high))

    def _roots(self, members: NDArray[np.intp], tried: Array) -> tuple[Array, Array]:
        """Root of the rise where some members are so far out, and the optima there, as they are searched."""
        own, back, batch = self.own[members], self.back[members], np.arange(len(members))
        held = self.centre[members] + self.sides[members] * tried
        # From an optimum nearby: along the straight valley, or straight across, where that is lower.
        near = self.optima[members]
        gap = held - np.einsum("mi,mi->m", self.rows[members], near)
        line = near + self.across[members] * (gap / self.length[members])[:, None]
        low, high = (np.tile(bound, (len(members), 1)) for bound in (self.problem.low, self.problem.high))
        starts = np.clip(np.stack([line, near]), low, high)
        low[batch, own] = high[batch, own] = starts[:, batch, own] = held
        turned = replace(self.problem, form=Turned(self.problem.form, back), low=low, high=high)
        costs = np.stack([self.problem.cost(turned.deviations(start)) for start in starts])
        found = minimize(turned, starts[costs.argmin(axis=0), batch], steps=STEPS)
        values = np.einsum("mij,mj->mi", back, found.values)
        self.visit(values, found.cost)
        return np.sqrt(np.maximum(found.cost - self.least, 0)), values
