"""From a problem to a law: minimize from several starts, resample, and put into words what was found."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from scalinglab._checks import Array, non_negative_integer, one_of
from scalinglab._errors import ConvergenceError
from scalinglab._results import read_only
from scalinglab.scaling_laws.covariance import condition, covariance
from scalinglab.scaling_laws.fits import LEVEL, Fit, Meaning, Solution
from scalinglab.scaling_laws.resampling import RESAMPLING, resample
from scalinglab.scaling_laws.robust import Problem, minimize

#: A start has reached the optimum if its loss is above the least by less than this share.
SAME = 1e-6
#: A kind of fit.
Law = TypeVar("Law", bound=Fit)


def solve(
    law: type[Law],
    problem: Problem,
    starts: Array,
    meaning: Meaning,
    *,
    bootstrap: int = 0,
    seed: int = 0,
    resampling: str = "pairs",
    even: bool = False,
    profiled: bool = False,
    **fields: Any,
) -> Law:
    """Minimize from all starts, and describe the best.

    Parameters
    ----------
    law : type
        What to return: a kind of ``Fit``, whose own fields are given by name.
    starts : array, shape (starts, parameters)
    bootstrap, seed, resampling
        As in ``resample``; checked here.
    even : bool
        Whether the noise is taken to be the same at all points, see ``covariance``.
    profiled : bool
        Whether intervals are taken from the profile of the loss wherever a parameter is searched as it is reported: for
        laws that are so far from linear that a standard error says little.

    Raises
    ------
    ValueError
        If an option of the bootstrap is out of range.
    ConvergenceError
        If the best of the starts did not converge; ``partial`` is the law that it reached.
    """
    options = {"count": non_negative_integer("bootstrap", bootstrap), "seed": non_negative_integer("seed", seed)}
    one_of("resampling", resampling, RESAMPLING)
    found = minimize(problem, starts)
    best = int(np.argmin(found.cost))
    values = found.values[best]
    spread, rise = covariance(problem, values, even=even)
    replicates = resample(problem, values, resampling=resampling, **options)
    if len(replicates) > len(values):
        spread = np.cov(replicates, rowvar=False)
    solution = Solution(problem, values, spread, rise, replicates)
    least, exact = found.cost[best], 1e-20 * problem.targets.shape[-1]
    described = _described(solution, meaning, profiled) | {
        "cost": float(least),
        "reached": float(np.mean(found.cost <= (1 + SAME) * least + exact)),
        "condition": condition(problem.jacobian(values[None])[1][0] @ np.linalg.inv(meaning.turn)),
    }
    result = law(**described, _solution=solution, _meaning=meaning, **fields)
    if not found.converged[best]:
        raise ConvergenceError("the fit did not converge: try fewer parameters, or more points", partial=result)
    return result


def _described(solution: Solution, meaning: Meaning, profiled: bool) -> dict[str, Any]:
    """Parameters with their errors and intervals, by name."""
    problem, values = solution.problem, solution.values
    bounded = (values <= problem.low) | (values >= problem.high)
    found = meaning.reported(values)
    replicates = meaning.reported(solution.replicates)
    errors = _standard_errors(solution, meaning, found, bounded)
    deviations = np.expm1(problem.form.log_error(values[None])[0] - problem.targets)
    ends = [_ends(solution, meaning, index, profiled) for index in range(len(values))]
    with np.errstate(invalid="ignore"):
        loose = ~(2 * errors < np.abs(found))
        if profiled:
            loose |= _wide(np.array(ends), found, meaning)
    return {
        "parameters": _named(meaning.names, found.tolist()),
        "standard_errors": _named(meaning.names, errors.tolist()),
        "intervals": _named(meaning.names, ends),
        "undetermined": tuple(name for name, flag in zip(meaning.names, loose, strict=True) if flag),
        "mean_deviation": float(deviations.mean()),
        "sd_deviation": float(deviations.std(ddof=1)),
        "points": len(deviations),
        "replicates": _named(meaning.names, [read_only(column.copy()) for column in replicates.T]),
    }


def _standard_errors(solution: Solution, meaning: Meaning, found: Array, bounded: NDArray[np.bool_]) -> Array:
    """From the bootstrap or by propagation; nan at a bound, whose neighbourhood has one side only."""
    if len(solution.replicates) > len(found):
        errors = meaning.reported(solution.replicates).std(axis=0, ddof=1)
    else:
        errors = np.where(meaning.logarithmic, found, 1.0) * _spread(solution, meaning)
    return np.where(meaning.turn @ bounded.astype(float) != 0, np.nan, errors)


def _spread(solution: Solution, meaning: Meaning) -> Array:
    """Standard errors of the parameters (of the logarithms of amplitudes)."""
    variance = np.einsum("ij,jk,ik->i", meaning.turn, solution.covariance, meaning.turn)
    return np.sqrt(np.maximum(variance, 0.0))


def _wide(ends: Array, found: Array, meaning: Meaning) -> NDArray[np.bool_]:
    """Whether an interval is as wide as that of a parameter of two standard errors' size."""
    logs = np.log(np.maximum(ends, 1e-300))
    return np.where(meaning.logarithmic, logs[:, 1] - logs[:, 0] > 2, ends[:, 1] - ends[:, 0] > 2 * np.abs(found))


def _ends(solution: Solution, meaning: Meaning, index: int, profiled: bool) -> tuple[float, float]:
    """Ends of the interval of one parameter."""
    problem, error = solution.problem, float(_spread(solution, meaning)[index])
    value, low, high = float(solution.values[index]), float(problem.low[index]), float(problem.high[index])
    quantile = float(student.ppf((1 + LEVEL) / 2, solution.freedom)) if solution.freedom > 0 else np.nan
    centre = float((meaning.turn @ solution.values)[index])
    ends = centre - quantile * error, centre + quantile * error
    # What is searched as it is reported has bounds that mean something.
    if np.count_nonzero(meaning.turn[index]) == 1:
        beyond = value - quantile * error < low, value + quantile * error > high
        if profiled and low < value < high:
            beyond = True, True
        if value <= low or beyond == (True, False):
            ends = low, solution.limit(index, 1)
        elif value >= high or beyond == (False, True):
            ends = solution.limit(index, -1), high
        elif all(beyond):
            ends = solution.limit(index, -1, (1 + LEVEL) / 2), solution.limit(index, 1, (1 + LEVEL) / 2)
    if meaning.logarithmic[index]:
        return float(np.exp(max(ends[0], -700))), float(np.exp(min(ends[1], 700)))
    return ends


def _named(names: tuple[str, ...], values: list[Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(zip(names, values, strict=True)))
