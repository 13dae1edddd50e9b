"""Entropy and information of what was counted, in bits: plug-in, corrected, and compared with no information at all.

These are the course's own estimators. The paper [Kumar2024] has a mutual information in its theorem, and no estimate.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import fail, non_negative_integer, one_of, positive_integer, same_length
from scalinglab._results import ReadOnly

CORRECTIONS = ("none", "miller-madow")


@dataclass(frozen=True)
class InformationEstimate(ReadOnly):
    """Mutual information of a table of counts, in bits, beside what independent pairs with the same margins give.

    Attributes
    ----------
    samples : int
        Pairs that were counted.
    plug_in : float
        Of the frequencies as they are. It is never negative, and too large on average.
    corrected : float
        After the correction of Miller and Madow; it may be negative.
    null : array, shape (draws,)
        Corrected estimates of the same pairs, put together at random. Read-only.
    plug_in_null : array, shape (draws,)
        Plug-in estimates of these. Read-only.
    """

    samples: int
    plug_in: float
    corrected: float
    null: NDArray[np.float64]
    plug_in_null: NDArray[np.float64]

    @property
    def p_value(self) -> float:
        """Share of the draws, with the data as one of them, that have at least as much information."""
        # Equal tables may differ by rounding.
        above = int(np.count_nonzero(self.plug_in_null >= self.plug_in - 1e-12))
        return (1 + above) / (1 + len(self.plug_in_null))


def entropy(counts: ArrayLike, *, correction: str = "none") -> float:
    """Entropy of the frequencies of some outcomes, in bits.

    Parameters
    ----------
    counts : array of int
        How often each outcome was seen, of any shape; zeros do not matter.
    correction : {"none", "miller-madow"}
        "none" is the plug-in estimate, which is too small by about ``(outcomes - 1) / (2 samples)`` nats on average.
        "miller-madow" adds that, with the outcomes that were seen [Miller1955].

    Raises
    ------
    ValueError
        If a count is no whole number or negative, or all are zero.

    Examples
    --------
    >>> entropy([1, 1, 2])
    1.5
    """
    one_of("correction", correction, CORRECTIONS)
    found = _counts(counts)
    found = found[found > 0]
    total = int(found.sum())
    # From the counts themselves: a sum over equal frequencies is then exact, log2 of their number.
    bits = math.log2(total) - float((found * np.log2(found)).sum()) / total
    return bits + (_missed(len(found), total) if correction == "miller-madow" else 0.0)


def mutual_information(table: ArrayLike, *, correction: str = "none") -> float:
    """Mutual information ``H(row) + H(column) - H(both)`` of pairs, in bits.

    Parameters
    ----------
    table : array of int, shape (rows, columns)
        How often each pair was seen, as from ``count_pairs``.
    correction : {"none", "miller-madow"}
        Of each of the three entropies, as in ``entropy``.

    Raises
    ------
    ValueError
        As ``entropy``, or if the table has not two axes.
    """
    counts = _counts(table)
    if counts.ndim != 2:
        fail("table", "have two axes", counts.shape)
    entropies = [entropy(part, correction=correction) for part in (counts.sum(1), counts.sum(0), counts)]
    found = entropies[0] + entropies[1] - entropies[2]
    return found if correction == "miller-madow" else max(found, 0.0)  # never negative, but for rounding


def estimate_information(table: ArrayLike, *, draws: int = 200, seed: int = 0) -> InformationEstimate:
    """Mutual information of a table of counts, and of as many tables of the same pairs put together at random.

    Parameters
    ----------
    table : array of int, shape (rows, columns)
    draws : int
        Random permutations of one side of the pairs.
    seed : int

    Raises
    ------
    ValueError
        As ``mutual_information``, or if ``draws`` is not positive.

    Examples
    --------
    >>> found = estimate_information([[30, 0], [0, 30]])
    >>> round(found.plug_in, 3), round(found.p_value, 3)
    (1.0, 0.005)
    """
    plug_in, corrected = (mutual_information(table, correction=correction) for correction in CORRECTIONS)
    counts, times = _counts(table), positive_integer("draws", draws)
    generator = np.random.default_rng(np.random.SeedSequence((non_negative_integer("seed", seed), 31)))
    rows = np.repeat(np.arange(counts.shape[0]), counts.sum(1))
    columns = np.repeat(np.arange(counts.shape[1]), counts.sum(0))
    found = np.empty((2, times))
    for draw in range(times):
        places = rows * counts.shape[1] + generator.permutation(columns)
        shuffled = np.bincount(places, minlength=counts.size).reshape(counts.shape)
        found[:, draw] = [mutual_information(shuffled, correction=correction) for correction in CORRECTIONS]
    return InformationEstimate(int(counts.sum()), plug_in, corrected, null=found[1], plug_in_null=found[0])


def count_pairs(first: Sequence[Hashable], second: Sequence[Hashable]) -> NDArray[np.int64]:
    """How often each value of one sequence meets each value of the other, in the order of their first appearance.

    Parameters
    ----------
    first, second : sequence
        Of one length; of anything that can be looked up in a ``dict``, such as ``Masks``.

    Returns
    -------
    array of int, shape (values of first, values of second)

    Raises
    ------
    ValueError
        If the lengths differ or are zero.

    Examples
    --------
    >>> count_pairs("aab", "xyx").tolist()
    [[1, 1], [1, 0]]
    """
    if not same_length(first=first, second=second):
        fail("first", "hold at least one value", first)
    sides = [{value: place for place, value in enumerate(dict.fromkeys(side))} for side in (first, second)]
    table = np.zeros((len(sides[0]), len(sides[1])), dtype=np.int64)
    np.add.at(table, ([sides[0][value] for value in first], [sides[1][value] for value in second]), 1)
    return table


def _missed(outcomes: int, samples: int) -> float:
    """What the plug-in entropy misses on average, in bits, to first order in 1 / samples."""
    return (outcomes - 1) / (2 * samples * math.log(2))


def _counts(value: Any) -> NDArray[np.int64]:
    try:
        counts = np.asarray(value)
    except ValueError:
        fail("counts", "be whole numbers", value)
    if counts.dtype.kind not in "iu" or not counts.size:
        fail("counts", "be whole numbers", value)
    if counts.min() < 0 or not counts.any():
        fail("counts", "not be negative, nor all zero", value)
    return counts.astype(np.int64)
