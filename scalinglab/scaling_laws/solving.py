"""From a problem to a law: minimize from several starts, resample, and put into words what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array, non_negative_integer, one_of
from scalinglab._errors import ConvergenceError
from scalinglab._results import read_only
from scalinglab.scaling_laws.covariance import LEVEL, RESAMPLING, ROUNDING, condition, covariance, inverted, resample
from scalinglab.scaling_laws.determined import Determined, capped, determine, sentences
from scalinglab.scaling_laws.fits import Fit, Meaning, Solution
from scalinglab.scaling_laws.profiles import profile
from scalinglab.scaling_laws.residuals import patterns
from scalinglab.scaling_laws.robust import Minimum, Problem, minimize

#: A start has reached the optimum if its loss is above the least by less than this share.
SAME = 1e-6
#: Of optima whose losses differ by less than this share, the first is taken: along a valley, only rounding tells them
#: apart, and that is another on another processor.
TIE = 1e-9
#: What may be taken of the noise.
NOISE = ("uneven", "even")
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
    noise: str = "uneven",
    sizes: Mapping[str, Array],
    design: Sequence[str] = (),
    left_open: Sequence[str] = (),
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
    noise : {"uneven", "even"}
        What is taken of the noise, see ``covariance``; checked here.
    sizes : mapping of str to array, shape (points,)
        Logarithms of sizes, along which deviations may show a pattern.
    design : sequence of str
        Sentences about sizes that leave something open.
    left_open : sequence of str
        Parameters that are left open by the sizes, whatever the errors.

    Raises
    ------
    ValueError
        If an option of the bootstrap is out of range.
    ConvergenceError
        If the best of the starts did not converge; ``partial`` is the law that it reached.
    """
    options: dict[str, Any] = {
        "count": non_negative_integer("bootstrap", bootstrap),
        "seed": non_negative_integer("seed", seed),
    }
    one_of("resampling", resampling, RESAMPLING)
    even = one_of("noise", noise, NOISE) == "even"
    options |= {"resampling": resampling, "even": even, "left_open": np.isin(meaning.names, left_open)}
    found, exact = minimize(problem, starts), _exact(problem)
    solution, known, lower = _determined(problem, found, meaning, **options)
    if problem.cost(problem.deviations(lower[None]))[0] < (1 - SAME) * found.cost.min() - exact:
        # A walk along a valley came to a place that no start had found.
        found = _joined(found, minimize(problem, lower[None]))
        solution, known, _ = _determined(problem, found, meaning, **options)
    least = found.cost.min()
    remarks = [*(design if known.loose.any() else ()), *sentences(known, meaning, meaning.names)]
    jacobian = problem.jacobian(solution.values[None])[1][0]
    if solution.freedom <= 0:
        remarks = ["There are as many points as parameters: nothing tells how noisy they are. Add points.", *design]
    else:
        deviations = problem.deviations(solution.values[None])[0]
        remarks += patterns(deviations, jacobian, sizes)
    described = _described(solution, meaning, known) | {
        "remarks": tuple(remarks),
        "cost": float(problem.cost(problem.deviations(solution.values[None]))[0]),
        "reached": float(np.mean(found.cost <= (1 + SAME) * least + exact)),
        "condition": condition(jacobian @ np.linalg.inv(meaning.turn)),
    }
    result = law(**described, _solution=solution, _meaning=meaning, **fields)
    if not (found.converged[_best(problem, found)] or least < exact or left_open):
        advice = " ".join([*design, "try fewer parameters, or more points"][:1])
        raise ConvergenceError(f"the fit did not converge: {advice}", partial=result)
    return result


def _exact(problem: Problem) -> float:
    """A loss that is as good as none."""
    return ROUNDING**2 * problem.targets.shape[-1]


def _best(problem: Problem, found: Minimum) -> int:
    """The first of the starts that came to the least loss."""
    return int(np.argmax(found.cost <= (1 + TIE) * found.cost.min() + TIE * _exact(problem)))


def _joined(*parts: Minimum) -> Minimum:
    """Some batches as one."""
    return Minimum(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("values", "cost", "converged"))
    )


def _determined(
    problem: Problem, found: Minimum, meaning: Meaning, *, even: bool, left_open: NDArray[np.bool_], **options: Any
) -> tuple[Solution, Determined, Array]:
    """The best of some optima, how far it is determined, and the best that was met while this was found out."""
    best = _best(problem, found)
    values, turn, count = found.values[best], meaning.turn, len(meaning.names)
    jacobian = problem.jacobian(values[None])[1][0]
    spread, scale, wider = covariance(problem, values, turn, even=even)
    inverse = inverted(jacobian.T @ jacobian)
    replicates = resample(problem, values, **options)
    variance = _across(turn, spread) * wider**2
    spread = spread * wider.max() ** 2
    if len(replicates) > count and np.isfinite(scale):
        # A fit leaves less than the noise; of pairs, unlike residuals, nothing was widened for it.
        points = problem.targets.shape[-1]
        short = points / (points - count) if options["resampling"] == "pairs" else 1.0
        spread = np.cov(replicates, rowvar=False) * short
        # Refits that start where the loss is flat stay there, and know nothing of how far it is.
        drawn = _across(turn, spread) * wider**2
        variance = np.where(drawn > variance / 4, drawn, variance)
    rise = scale * variance / _across(turn, inverse)
    solution = Solution(problem, values, spread, rise, replicates, values[None])
    if solution.freedom <= 0:
        return solution, _unknown(solution, meaning), values
    rise = solution.rise * solution.quantile((1 + LEVEL) / 2) ** 2
    rows, sides = np.repeat(turn, 2, axis=0), np.tile([-1, 1], count)
    others = found.values[found.cost - found.cost[best] <= rise.max()]
    seen = profile(problem, values, rows, sides, rise=np.repeat(rise, 2), others=others)
    errors = np.sqrt(variance)
    known = determine(solution, meaning, errors, others, seen, left_open=left_open)
    half = (known.ends[:, 1] - known.ends[:, 0]) / 2 / solution.quantile((1 + LEVEL) / 2)
    spread = capped(spread, turn, np.maximum(half, np.where(known.loose, 0, errors)))
    return replace(solution, covariance=spread, region=known.region), known, seen.least


def _unknown(solution: Solution, meaning: Meaning) -> Determined:
    """Of a law without spare points: any value that is searched."""
    problem, count = solution.problem, len(meaning.names)
    both = np.stack([meaning.turn * problem.low, meaning.turn * problem.high])
    ends = np.stack([both.min(axis=0).sum(axis=1), both.max(axis=0).sum(axis=1)], axis=1)
    nothing = np.full(count, np.nan)
    return Determined(ends, nothing, np.ones(count, dtype=bool), [np.arange(count)], solution.values[None])


def _across(rows: Array, matrix: Array) -> Array:
    """Variance of each combination of parameters."""
    return np.maximum(np.einsum("ij,jk,ik->i", rows, matrix, rows), 0.0)


def _described(solution: Solution, meaning: Meaning, known: Determined) -> dict[str, Any]:
    """Parameters with their errors and intervals, by name."""
    problem, values = solution.problem, solution.values
    found = meaning.reported(values)
    deviations = np.expm1(np.minimum(problem.form.log_error(values[None])[0] - problem.targets, 700))
    errors = known.errors * np.where(meaning.logarithmic, found, meaning.scale)
    return {
        "parameters": _named(meaning.names, found.tolist()),
        "standard_errors": _named(meaning.names, errors.tolist()),
        "intervals": _named(meaning.names, [(low, high) for low, high in meaning.shown(known.ends.T).T.tolist()]),
        "undetermined": tuple(name for name, flag in zip(meaning.names, known.loose, strict=True) if flag),
        "mean_deviation": float(deviations.mean()),
        "sd_deviation": float(deviations.std(ddof=1)),
        "points": len(deviations),
        "replicates": _named(
            meaning.names, [read_only(column.copy()) for column in meaning.reported(solution.replicates).T]
        ),
    }


def _named(names: tuple[str, ...], values: list[Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(zip(names, values, strict=True)))
