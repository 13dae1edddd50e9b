"""The tail index of a sample, by one of five methods that answer two different questions.

Three methods ask which *stable law* the sample resembles, and can hardly say more than 2, whatever the tails. Two look
at the largest values only, and ask how fast the tail falls. They agree on samples of stable laws well below 2, and on
little else: always look at one of each kind.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import Array, fail, one_of, positive_integer
from scalinglab._later import special
from scalinglab._results import ReadOnly, records
from scalinglab.heavy_tails._arguments import points
from scalinglab.heavy_tails.power_tails import few_ties, hill_of_tail, ordered_tail, power_law_tail, tail_length
from scalinglab.heavy_tails.stable_fits import GROUPS, block_estimates, characteristic_estimates, quantile_estimates

STABLE_METHODS = ("characteristic", "block", "quantile")
METHODS = (*STABLE_METHODS, "hill", "power_law")
#: Fewest points, so that each of the groups of a jackknife holds a few.
LEAST = 2 * GROUPS
#: How many times fewer points are in the outer part of a tail that was chosen.
OUTER = 8
FAILURES = {
    "characteristic": "reads finite-variance laws as stable ones: Student's t with 3 degrees of freedom as 1.7",
    "block": "needs centred data: a shift of half a standard deviation turns normal data into 1.1",
    "quantile": "reads finite-variance laws as stable ones: Student's t with 3 degrees of freedom as 1.5",
    "hill": "sees the tail only, which begins far out for stable laws near 2: reads 1.9 as 2.7",
    "power_law": "sees the tail only, which begins far out for stable laws near 2: reads 1.9 as 3.6",
}


@dataclass(frozen=True)
class TailIndex:
    """One estimate of a tail index, with what it rests on and how it fails.

    Attributes
    ----------
    alpha : float
        The estimate. Of a stable method: the index of the stable law that the sample resembles.
    interval : (float, float)
        About 95 percent, if the method's premise holds: by a jackknife over groups of the sample for the stable
        methods, from the number of tail points for "hill". "power_law" chooses its tail from the data and too long, as
        a rule. So its interval spans that of the eighth of the tail too, which is further out. That covers Student's
        law in 95 of 100 samples of 3 degrees of freedom and in 78 of 5, and a power law in 99.
    method : str
    used : int
        How many points decide: all of them, or those of the tail.
    """

    alpha: float
    interval: tuple[float, float]
    method: str
    used: int

    @property
    def stable_equivalent(self) -> bool:
        """Whether the estimate answers which stable law the sample resembles, and not how fast its tail falls."""
        return self.method in STABLE_METHODS

    @property
    def failure(self) -> str:
        """How this method is known to mislead, in a few words."""
        return FAILURES[self.method]

    def rows(self) -> list[dict[str, Any]]:
        """Return one record: ``method``, ``alpha``, ``low``, ``high``, ``used``, ``failure``."""
        low, high = self.interval
        found = {"method": self.method, "alpha": self.alpha, "low": low, "high": high}
        return [found | {"used": self.used, "failure": self.failure}]


@dataclass(frozen=True, eq=False, repr=False)
class HillCurve(ReadOnly):
    """Hill's estimate against the number of tail points; arrays are read-only, shape (lengths,).

    Attributes
    ----------
    used : array of int
        Largest points that are used.
    alpha : array
    low, high : array
        ``alpha (1 -+ 1.96 / sqrt(used))``.
    """

    used: NDArray[np.int64]
    alpha: Array
    low: Array
    high: Array

    def rows(self) -> list[dict[str, Any]]:
        """Return a record for each length: ``used``, ``alpha``, ``low``, ``high``."""
        return records(vars(self))

    def __repr__(self) -> str:
        return f"HillCurve({self.used[0]} to {self.used[-1]} tail points)"


def tail_index(x: ArrayLike, *, method: str, share: float = 0.01) -> TailIndex:
    """Estimate the tail index of a sample.

    Parameters
    ----------
    x : array, shape (n,), or (n, dimension) for the method "block"
        At least 40 finite numbers that are not all equal. Signs are used by the stable methods only. The sample
        is not centred, and only "characteristic" and "quantile" do not depend on its location.
    method : {"characteristic", "block", "quantile", "hill", "power_law"}
        - "characteristic": the slope of ``log(-log |phi(t)|^2)`` on ``log t``, with phi the empirical characteristic
          function [Koutrouvelis1980].
        - "block": ``1 / alpha = (E log |sum of m| - E log |X|) / log m``, the median over several m [Mohammadi2015]
          Cor. 2.4; the estimator of [Barsbey2021]. Not cut at 2, as it is there.
        - "quantile": from ``(q95 - q05) / (q75 - q25)``, which runs from 2.439 at 2 up [Mcculloch1986].
        - "hill": from the mean logarithm of the largest values over the next one [Hill1975].
        - "power_law": Hill's estimate from the tail that is nearest to a power law [Clauset2009].
    share : float
        Of the points that "hill" uses, above 0 and below 1.

    Returns
    -------
    TailIndex

    Raises
    ------
    ValueError
        If the data are too few, not finite or all equal, or an argument is out of range. If many of them are equal in
        the tail, for the methods "hill" and "power_law": rounding then makes the estimate.

    Examples
    --------
    >>> from scalinglab.heavy_tails import stable
    >>> sample = stable(1.5, 10_000)
    >>> [round(tail_index(sample, method=method).alpha, 1) for method in ("characteristic", "hill")]
    [1.5, 1.4]
    """
    one_of("method", method, METHODS)
    data = points("x", x, LEAST, axes=(1, 2) if method == "block" else (1,))
    if method == "hill":
        used = tail_length("share", share, len(data))
        return _tail_estimate(data, hill_of_tail(ordered_tail(data, used)), used, method)
    if method == "power_law":
        return _tail_estimate(data, *power_law_tail(data), method)
    estimate = {"characteristic": characteristic_estimates, "block": block_estimates, "quantile": quantile_estimates}
    return _jackknifed(*estimate[method](data), len(data), method)


def hill_curve(x: ArrayLike, *, lengths: int = 120, share: float = 0.5) -> HillCurve:
    """Hill's estimate for many numbers of tail points: a plateau shows where the power law holds, if anywhere.

    Parameters
    ----------
    x : array, shape (n,)
        At least 40 finite numbers that are not all equal; their signs are not used.
    lengths : int
        About how many numbers of tail points, evenly spaced in the logarithm from 2 up.
    share : float
        The most tail points as a share of n, above 0 and below 1.

    Returns
    -------
    HillCurve

    Raises
    ------
    ValueError
        If the data are too few, not finite or all equal, or an argument is out of range.
    """
    data = points("x", x, LEAST)
    most = max(3, tail_length("share", share, len(data)))
    used = np.unique(np.geomspace(2, most, positive_integer("lengths", lengths)).round().astype(np.int64))
    logs = np.log(ordered_tail(data, most))
    means = np.cumsum(logs[:-1]) / np.arange(1, most + 1) - logs[1:]
    if not (means[used - 1] > 0).all():
        fail("x", "differ in their largest values", float(np.exp(logs[0])))
    alpha = 1 / means[used - 1]
    half = special.ndtri(0.975) * alpha / np.sqrt(used)
    return HillCurve(used, alpha, alpha - half, alpha + half)


def _tail_estimate(data: Array, alpha: float, used: int, method: str) -> TailIndex:
    """An estimate from the largest points, whose standard error is alpha / sqrt(used) if they follow a power law."""
    few_ties(data, used + (method == "hill"))  # Hill counts all but the point where the tail begins
    pairs = [(alpha, used)]
    if method == "power_law":
        # Where the law sets in further out than the chosen tail begins, its outer part is nearer to it.
        fewer = max(2, round(used / OUTER))
        pairs.append((hill_of_tail(ordered_tail(data, fewer)), fewer))
    halves = [float(special.ndtri(0.975)) * each / math.sqrt(count) for each, count in pairs]
    ends = [(each - half, each + half) for (each, _), half in zip(pairs, halves, strict=True)]
    return TailIndex(alpha, (min(low for low, _ in ends), max(high for _, high in ends)), method, used)


def _jackknifed(alpha: float, without: Array, used: int, method: str) -> TailIndex:
    """An estimate with the spread of those without one of the groups."""
    groups = len(without)
    spread = math.sqrt((groups - 1) / groups * float(((without - without.mean()) ** 2).sum()))
    half = float(special.stdtrit(groups - 1, 0.975)) * spread
    return TailIndex(alpha, (alpha - half, alpha + half), method, used)
