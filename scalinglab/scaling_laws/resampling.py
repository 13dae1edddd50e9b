"""The bootstrap: the same fit to data sets that are drawn from the one that was measured, all at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scalinglab._checks import Array
from scalinglab.scaling_laws.robust import Problem, minimize

RESAMPLING = ("pairs", "residuals")


def resample(problem: Problem, values: Array, *, count: int, seed: int, resampling: str) -> Array:
    """Optima of resampled data, shape (converged, parameters), each found from the optimum of the data themselves.

    Parameters
    ----------
    problem : Problem
    values : array, shape (parameters,)
        The optimum.
    count : int
        How many data sets are drawn.
    seed : int
    resampling : {"pairs", "residuals"}
        Draw points with their sizes, or draw deviations and put them on the fitted law at the sizes that are there.
        Deviations are widened by ``sqrt(points / (points - parameters))``, as a fit leaves less than the noise.
    """
    if not count:
        return np.empty((0, len(values)))
    generator, points = np.random.default_rng(seed), problem.targets.shape[-1]
    if resampling == "pairs":
        weights = generator.multinomial(points, np.full(points, 1 / points), size=count).astype(np.float64)
        problem = replace(problem, weights=weights)
    else:
        logs = problem.form.log_error(values[None])[0]
        left = (logs - problem.targets) * np.sqrt(points / max(points - len(values), 1))
        problem = replace(problem, targets=logs - generator.choice(left - left.mean(), size=(count, points)))
    found = minimize(problem, np.tile(values, (count, 1)))
    return found.values[found.converged]
