"""What the data determine: intervals from the profile of the loss, and parameters that they leave open.

A parameter is determined if the loss rises on both sides of its optimum, before its bounds, and within a width that
is not larger than the parameter itself. What is not is flagged, with the others that can change together with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array
from scalinglab.scaling_laws.covariance import LEVEL
from scalinglab.scaling_laws.fits import Meaning, Solution
from scalinglab.scaling_laws.profiles import Ends
from scalinglab.scaling_laws.robust import Problem

#: Parameters that move by this share of the half of their interval, as another goes to its end, move together with it.
TOGETHER, PARTNERS, FAR = 0.5, 0.9, 0.25
#: An interval that would reach a bound if it were wider by this factor does not tell the parameter from the bound.
CLEAR = 1.5


@dataclass(frozen=True)
class Determined:
    """How far the data determine each parameter, as it is reported (amplitudes by their logarithm).

    Attributes
    ----------
    ends : array, shape (parameters, 2)
        Of 95 % intervals.
    errors : array, shape (parameters,)
        Standard errors; nan at a bound, whose neighbourhood has one side only, and without spare points.
    loose : array of bool, shape (parameters,)
        Parameters that are not determined.
    groups : list of array
        Those of them that can change together, by their places.
    region : array, shape (any, parameters)
        Parameters that are searched, at the ends of the intervals: the fit is nearly as good there.
    """

    ends: Array
    errors: Array
    loose: NDArray[np.bool_]
    groups: list[NDArray[np.intp]]
    region: Array


def determine(
    solution: Solution, meaning: Meaning, spread: Array, others: Array, seen: Ends, *, left_open: NDArray[np.bool_]
) -> Determined:
    """Put profiles into intervals and flags.

    Parameters
    ----------
    spread : array, shape (parameters,)
        Standard errors by linear error propagation, or from a bootstrap.
    others : array, shape (any, parameters)
        Other optima that are nearly as good, in the parameters that are searched.
    seen : Ends
        Of the profiles: the lower and the upper end of each parameter, one after the other.
    left_open : array of bool, shape (parameters,)
        Parameters that the sizes leave open.
    """
    problem, values, turn = solution.problem, solution.values, meaning.turn
    quantile, centre = solution.quantile((1 + LEVEL) / 2), turn @ values
    ends, opened = seen.ends.reshape(-1, 2).copy(), seen.open.reshape(-1, 2)
    optima, away = seen.optima.reshape(-1, 2, len(values)), np.zeros(len(values), dtype=bool)
    for index in np.flatnonzero((opened.sum(axis=1) == 1) & (np.count_nonzero(turn, axis=1) == 1)):
        # A bound on one side leaves all of the 5 % to the other.
        side = int(opened[index, 0])
        ends[index, side] = solution.limit(int(index), 2 * side - 1)
    for other in others @ turn.T:
        slack = 0.1 * (ends[:, 1] - ends[:, 0])
        away |= (other < ends[:, 0] - slack) | (other > ends[:, 1] + slack)
        ends = np.stack([np.minimum(ends[:, 0], other), np.maximum(ends[:, 1], other)], axis=1)
    width = ends[:, 1] - ends[:, 0]
    wide = width > np.where(meaning.logarithmic, np.log(10), 2 * np.abs(centre))
    loose = opened.any(axis=1) | away | wide | _unclear(problem, turn, centre, ends) | left_open
    half = width / 2 / quantile
    # The profile is right where it is not as wide as a standard error says; a bound leaves half of it.
    other = np.where(opened.any(axis=1), np.minimum(spread, 2 * half), half)
    errors = np.where(np.abs(half - spread) > 0.25 * spread, other, spread)
    bounded = (values <= problem.low) | (values >= problem.high)
    errors = np.where(turn @ bounded.astype(float) != 0, np.nan, errors)
    moved = np.abs(optima @ turn.T - centre) / np.maximum(width / 2, 1e-300)
    # What goes far to its end as another goes far to its bound, is as open.
    far = opened & (np.abs(ends - centre[:, None]) > FAR * width[:, None])
    broad = width > np.where(meaning.logarithmic, 1.0, np.abs(centre) / 2)
    loose |= broad & (moved[far] > PARTNERS).any(axis=0)
    region = np.concatenate([optima.reshape(-1, len(values)), others])
    return Determined(ends, errors, loose, _groups(loose, moved.max(axis=1) > TOGETHER), region)


def _unclear(problem: Problem, turn: Array, centre: Array, ends: Array) -> NDArray[np.bool_]:
    """Whether a somewhat wider interval of each parameter would reach a bound.

    Of an offset of zero, one interval in forty says that it is above: to be told as a fact, it must be further off.
    """
    bounds = np.stack([turn * problem.low, turn * problem.high])
    low, high = bounds.min(axis=0).sum(axis=1), bounds.max(axis=0).sum(axis=1)
    stretched = centre[:, None] + CLEAR * (ends - centre[:, None])
    return (stretched[:, 0] < low) | (stretched[:, 1] > high)


def _groups(loose: NDArray[np.bool_], together: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Connected parameters among those that are loose; shape (parameters, parameters) says who moves with whom."""
    left, groups = set(np.flatnonzero(loose).tolist()), []
    while left:
        group, border = set(), {min(left)}
        while border:
            one = border.pop()
            group.add(one)
            left.discard(one)
            border |= {other for other in left if together[one, other] or together[other, one]}
        groups.append(np.array(sorted(group)))
    return groups


def capped(covariance: Array, turn: Array, half: Array) -> Array:
    """The covariance with axes no longer than the intervals: a straight valley ends where the true one does.

    Parameters
    ----------
    covariance : array, shape (parameters, parameters)
        Of the parameters that are searched.
    turn : array, shape (parameters, parameters)
        From these to those that are reported.
    half : array, shape (parameters,)
        The largest standard error that the interval of each allows.
    """
    scale = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    lengths, turns = np.linalg.eigh(covariance / np.outer(scale, scale))
    axes = turn @ (scale[:, None] * turns)
    with np.errstate(divide="ignore"):
        longest = (half[:, None] / np.abs(axes)).min(axis=0)
    part = scale[:, None] * turns * np.minimum(np.sqrt(np.maximum(lengths, 0)), longest)
    return part @ part.T


def sentences(found: Determined, meaning: Meaning, names: Sequence[str]) -> list[str]:
    """Why parameters are not determined, a sentence for each group of them."""
    said = []
    for group in found.groups:
        listed = _listed([str(names[index]) for index in group])
        if len(group) > 1:
            said.append(f"These data do not determine {listed}: they can change together and leave the fit as good.")
            continue
        (index,) = group
        low, high = meaning.shown(found.ends.T)[:, index]
        said.append(
            f"These data do not determine {listed}: all values from {low:.2g} to {high:.2g} fit nearly as well."
        )
    return said


def _listed(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
