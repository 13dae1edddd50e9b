"""Paths on which generating functions of a discrete algorithm are inverted.

    f_n = (1 / 2 pi i) integral of z^n g(s(z)) dz / z,    s = (z - 1) (z - momentum) / (step_size z) + ridge

What is singular lies at z from -1 to 1 and, with momentum, on the circle of radius sqrt(momentum). Where that circle
has not died out yet, the path is a larger circle. Later it consists of hyperbolas in log z, about z = 1 and, as long as
steps overshoot, about z = -1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array, fail
from scalinglab.random_features.contours import hyperbola, windows
from scalinglab.random_features.correlations import Nodes
from scalinglab.random_features.response import Medium

Complex = NDArray[Any]
#: Up to so many steps the path is a circle in any case.
FEW = 48
#: Share of the loss that may be left of what a path cuts off.
GONE = 1e-9
#: Above it, the circle that is needed for the first steps takes minutes.
MOST_MOMENTUM = 0.99


@dataclass(frozen=True)
class Rule:
    """What one step does.

    Attributes
    ----------
    step_size, momentum, ridge : float
    """

    step_size: float
    momentum: float = 0.0
    ridge: float = 0.0

    def bound(self, edge: float) -> float:
        """The step size below which all modes up to the edge of the spectrum converge."""
        return 2 * (1 + self.momentum) / (edge + self.ridge)

    def stable(self, edge: float) -> None:
        """Refuse a step size at or above the bound."""
        if self.step_size >= self.bound(edge):
            fail("step_size", f"be below {self.bound(edge):.6g}, the largest stable one", self.step_size)

    def frequency(self, log_z: Complex, sign: int = 1) -> Complex:
        """``s`` at ``z = sign e^log_z``, without cancellation near z = 1."""
        less_one = np.expm1(log_z) if sign > 0 else -np.exp(log_z) - 1
        return less_one * (1 - sign * self.momentum * np.exp(-log_z)) / self.step_size + self.ridge

    def slowest_reversal(self, edge: float) -> float:
        """The size of the most negative real root: how slowly an overshooting mode dies out; 0 if there is none."""
        middle = 1 + self.momentum - self.step_size * (edge + self.ridge)
        if middle >= -2 * math.sqrt(self.momentum):
            return 0.0
        return (-middle + math.sqrt(middle**2 - 4 * self.momentum)) / 2


@dataclass(frozen=True, eq=False)
class Path:
    """Nodes in the upper half-plane that serve some of the steps.

    Attributes
    ----------
    members : slice
        Which of the steps.
    log_z, s, weights : array of complex, shape (nodes,)
        ``weights`` hold the step along the path and ``1 / 2 pi i``.
    constant : array of complex, shape (nodes,)
        ``z / (z - 1)``, the generating function of a constant.
    sign : array, shape (nodes,)
        1, or -1 for nodes about z = -1.
    """

    members: slice
    log_z: Complex
    s: Complex
    weights: Complex
    constant: Complex
    sign: Array

    def factors(self, steps: Array) -> Complex:
        """``z^n`` times the weights, shape (steps, nodes)."""
        turned = np.where(self.sign < 0, (-1.0) ** (steps[:, None] % 2), 1.0)
        return turned * np.exp(np.outer(steps, self.log_z)) * self.weights


def paths(steps: Array, rule: Rule, edge: float) -> list[Path]:
    """A circle for the first steps, as long as it takes; then a path for each decade."""
    fading = math.sqrt(rule.momentum)
    early = FEW if fading == 0 else max(FEW, math.ceil(math.log(GONE) / math.log(fading)))
    found, start = [], 0
    for last in sorted({FEW, early}):
        stop = int(np.searchsorted(steps, last, side="right"))
        if stop > start:
            found.append(_circle(slice(start, stop), int(steps[stop - 1]), rule))
        start = max(start, stop)
    for span in windows(steps[start:]):
        members = slice(span.members.start + start, span.members.stop + start)
        found.append(_hyperbolas(members, span.first, rule, edge))
    return found


def solved(medium: Medium, found: list[Path]) -> Iterator[tuple[Path, Nodes]]:
    """Each path with its nodes; kappa is found for all at once."""
    kappa = medium.solve(np.concatenate([path.s for path in found]))
    ends = np.cumsum([len(path.s) for path in found])[:-1]
    for path, part in zip(found, np.split(kappa, ends), strict=True):
        yield path, Nodes(medium, path.s, part)


def _circle(members: slice, last: int, rule: Rule) -> Path:
    """Nodes at equal angles on a radius r: r^-count of the loss is aliased, and rounding grows by r^(2 last)."""
    count, digits = (max(32, 2 * last + 2), 8.0) if last <= FEW else (2 * math.ceil(0.87 * last), 6.5)
    log_z = digits * math.log(10) / count + 2j * np.pi * (np.arange(count // 2) + 0.5) / count
    ones = np.ones(len(log_z))
    return Path(members, log_z, rule.frequency(log_z), ones / count, _constant(log_z, 1), ones)


def _hyperbolas(members: slice, first: float, rule: Rule, edge: float) -> Path:
    """About z = 1, and about z = -1 if something there has not died out at the first step."""
    nodes, steps = (part / first for part in hyperbola())
    signs = [1, -1] if rule.slowest_reversal(edge) ** first > GONE else [1]
    # What lies within the circle of complex roots has died out.
    kept = nodes.real > 0.5 * math.log(rule.momentum) if rule.momentum else np.ones(len(nodes), dtype=bool)
    log_z, weights = nodes[kept], steps[kept]
    # About z = -1, the upper half-plane is that of conjugate nodes.
    logs = {1: log_z, -1: log_z.conj()}
    return Path(
        members,
        np.concatenate([logs[sign] for sign in signs]),
        np.concatenate([rule.frequency(logs[sign], sign) for sign in signs]),
        np.concatenate([weights if sign > 0 else weights.conj() for sign in signs]),
        np.concatenate([_constant(logs[sign], sign) for sign in signs]),
        np.repeat(np.array(signs, dtype=float), len(log_z)),
    )


def _constant(log_z: Complex, sign: int) -> Complex:
    """``z / (z - 1)``, the generating function of a constant."""
    return -1 / np.expm1(-log_z) if sign > 0 else 1 / (1 + np.exp(-log_z))
