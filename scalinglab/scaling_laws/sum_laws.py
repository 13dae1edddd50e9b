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

    @cached_property
    def offset_limit(self) -> float:
        """The offset is below this with 95 % confidence (one-sided, by the profile of the loss).

        nan if it was not fitted, or if there are as many parameters as points.
        """
        return self._solution.limit(2 * len(self._units), 1) if self._with_offset else np.nan

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
        return PowerSum(stacked, self._with_offset, self.chance)


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
    relative: bool = True,
    **options: Any,
) -> Law:
    """Fit such a law to errors at sizes that were checked; from ``count`` starts, on a grid of exponents."""
    logs = np.log(sizes)
    units = logs.mean(axis=1)  # amplitudes at this size hardly correlate with exponents
    form = PowerSum(logs - units[:, None], offset, chance)
    ends = bounds(targets, chance, terms=len(logs), offset=offset)
    problem = Problem(form, np.log(targets), *ends, delta=positive("delta", delta), relative=relative)
    found, words = starts(problem, form, grid, count), meaning(units, names, offset=offset)
    return solve(law, problem, found, words, chance=chance, _units=units, **options)
