"""Laws that are sums of powers of sizes under an envelope, fitted: what the laws of one size and of two share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from scalinglab._checks import Array, positive
from scalinglab.scaling_laws.fits import Fit
from scalinglab.scaling_laws.robust import Form, Problem
from scalinglab.scaling_laws.solving import solve
from scalinglab.scaling_laws.sums import PowerSum, bounds, meaning, starts


@dataclass(frozen=True, repr=False, kw_only=True)
class SumLaw(Fit):
    """A power of each size and an offset; see ``Fit`` for what else it tells.

    Attributes
    ----------
    chance : float or None
        The error of guessing, where it was given.
    """

    chance: float | None
    _units: Array
    _unit: float

    @cached_property
    def offset_limit(self) -> float:
        """The offset is below this with 95 % confidence (one-sided, by the profile of the loss).

        nan if it was not fitted, or if there are as many parameters as points.
        """
        limit = self._solution.limit(2 * len(self._units), 1) if self._with_offset else np.nan
        return limit * float(np.exp(self._unit))

    @property
    def floor_limit(self) -> float:
        """The error that remains at endless sizes is below this with 95 % confidence (one-sided)."""
        return self._enveloped(self.offset_limit)

    @property
    def _with_offset(self) -> bool:
        return len(self.parameters) > 2 * len(self._units)

    def _enveloped(self, value: float) -> float:
        return value if self.chance is None else value / float(np.hypot(1, value / self.chance))

    def _form(self, logs: Mapping[str, Array]) -> Form:
        stacked = np.stack([logs[name] for name in self.names()]) - self._units[:, None]
        return PowerSum(stacked, self._with_offset, self.chance, self._unit)


#: Sizes lie on a line if their logarithms are off it by less than this share of their range.
OFF = 1e-6
Law = TypeVar("Law", bound=SumLaw)


def fit_sum(
    law: type[Law],
    sizes: Sequence[Array],
    targets: Array,
    names: tuple[str, ...],
    *,
    grid: Sequence[float],
    count: int,
    chance: float | None,
    delta: float,
    offset: bool = True,
    **options: Any,
) -> Law:
    """Fit such a law to errors at sizes that were checked; from ``count`` starts, on a grid of exponents."""
    logs = np.log(sizes)
    units = logs.mean(axis=1)  # amplitudes at this size hardly correlate with exponents
    unit = float(np.log(targets).mean())
    form = PowerSum(logs - units[:, None], offset, chance, unit)
    problem = Problem(form, np.log(targets), *bounds(np.log(targets), form), delta=positive("delta", delta))
    found, words = starts(problem, form, grid, count), meaning(units, names, offset=offset, unit=unit)
    named = dict(zip(law.SIZES, logs, strict=True))
    options |= {"sizes": named} | design(named, words.names, offset=offset)
    return solve(law, problem, found, words, chance=chance, _units=units, _unit=unit, **options)


def design(logs: Mapping[str, Array], names: Sequence[str], *, offset: bool) -> dict[str, Any]:
    """What sizes leave open, whatever the errors: ``design``, in sentences, and ``left_open``, the parameters.

    Parameters
    ----------
    logs : mapping of str to array, shape (points,)
        Logarithms of each size.
    names : sequence of str
        Of parameters: amplitude and exponent of each size, then the offset.
    offset : bool
        Whether it is fitted.
    """
    said, left_open = [], []
    for place, (size, values) in enumerate(logs.items()):
        if offset and len(np.unique(values)) < 3:
            amplitude, exponent, last = *names[2 * place : 2 * place + 2], names[-1]
            said.append(
                f"Your runs have only 2 different sizes of {size}, which leaves open how {amplitude}, {exponent} and "
                f"{last} share the error: add a third size."
            )
            left_open += [amplitude, exponent, last]
    if len(logs) == 2 and _aligned(*logs.values()):
        first, second = logs
        said.append(
            f"Your sizes lie on one line, as {second} always grows with {first}: nothing tells which of the two terms "
            f"belongs to which, or what both leave to {names[-1]}. Add runs that change {first} while {second} stays."
        )
        left_open += names
    return {"design": tuple(said), "left_open": tuple(left_open)}


def _aligned(first: Array, second: Array) -> bool:
    """Whether points lie on one line (two sizes on an axis are not enough for that)."""
    points = np.stack([first - first.mean(), second - second.mean()])
    lengths = np.linalg.svd(points, compute_uv=False)
    return bool(lengths[1] < OFF * lengths[0])
