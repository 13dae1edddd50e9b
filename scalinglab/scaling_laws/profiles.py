"""One-sided limits by the profile of the loss: right at a bound too, where standard errors and bootstraps are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scalinglab._checks import Array
from scalinglab.scaling_laws.robust import Problem, minimize

CANDIDATES = 24
#: Candidates far beyond the limit may crawl; only that they are beyond matters, and unfinished they are no less so.
STEPS = 60


def one_sided_limit(problem: Problem, values: Array, index: int, side: int, rise: float) -> float:
    """How far one parameter can go before the loss, at its least over the others, says that it is too far.

    Parameters
    ----------
    problem : Problem
        With bounds of shape (parameters,).
    values : array, shape (parameters,)
        The optimum.
    index : int
        Of the parameter.
    side : int
        1 for an upper limit, -1 for a lower one.
    rise : float
        How much the loss may rise.

    Returns
    -------
    float
        The limit; the bound itself if the data exclude nothing; nan if the rise is.
    """
    if not np.isfinite(rise):
        return np.nan
    allowed = np.sqrt(rise)
    least, here = float(problem.cost(problem.deviations(values[None]))[0]), float(values[index])
    end = float((problem.high if side > 0 else problem.low)[index])
    # First over six decades of the way to the bound, then finely where the rise passes what is allowed.
    tried = here + (end - here) * np.geomspace(1e-6, 1, CANDIDATES)
    roots, optima = _roots(problem, values, index, tried, least)
    if not (roots > allowed).any():
        return end
    last = int(np.argmax(roots > allowed))
    near, start = (float(tried[last - 1]), optima[last - 1]) if last else (here, values)
    tried = np.linspace(near, tried[last], CANDIDATES)
    roots, _ = _roots(problem, start, index, tried, least)
    if not (roots > allowed).any():  # from here, the same candidate found a lower loss
        return float(tried[-1])
    last = max(int(np.argmax(roots > allowed)), 1)
    # The root of the rise is nearly linear in the parameter.
    return float(np.interp(allowed, roots[last - 1 : last + 1], tried[last - 1 : last + 1]))


def _roots(problem: Problem, start: Array, index: int, tried: Array, least: float) -> tuple[Array, Array]:
    """Root of the rise of the loss with one parameter held at each of some values, and the optima there."""
    low, high = (np.tile(bound, (len(tried), 1)) for bound in (problem.low, problem.high))
    low[:, index] = high[:, index] = tried
    found = minimize(replace(problem, low=low, high=high), np.tile(start, (len(tried), 1)), steps=STEPS)
    return np.sqrt(np.maximum(found.cost - least, 0)), found.values
