"""Estimators that look at the largest values only: Hill's, and Hill's from the tail that is nearest to a power law."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array, fail, number

#: Lengths of tails that are compared: from here on, and beyond so many evenly spaced in the logarithm.
SHORTEST, MOST = 10, 20_000
ROUNDING = 1e-9
#: At how many points of a tail its distance to the power law is measured, in turn, and how many tails then go on.
STAGES = ((4, 1500), (16, 500), (64, 120), (256, 24))


def tail_length(name: str, share: Any, count: int) -> int:
    """How many largest points a share of them is; at least 2, and one must be left."""
    if not 0 < number(name, share) < 1:
        fail(name, "be above 0 and below 1", share)
    return min(max(2, round(share * count)), count - 1)


def ordered_tail(data: Array, used: int) -> Array:
    """Return the ``used + 1`` largest absolute values, the largest first; the last is where the tail begins."""
    sizes = np.abs(data)
    tail = np.sort(np.partition(sizes, len(sizes) - used - 1)[len(sizes) - used - 1 :])[::-1]
    if tail[-1] <= 0:
        fail("x", f"have {used + 1} values that are not 0", int(np.count_nonzero(sizes)))
    return tail


def hill_of_tail(tail: Array) -> float:
    """Hill's estimate: one over the mean logarithm of the tail's points, in units of where it begins."""
    mean = float((np.log(tail[:-1]) - np.log(tail[-1])).mean())
    if mean <= 0:
        fail("x", "differ in its largest values", float(tail[0]))
    return 1 / mean


def few_ties(data: Array, used: int) -> None:
    """Refuse a tail that rounding or repetition has made: one in which many values are equal.

    Of m equal values at its beginning, rounding moves the mean logarithm by up to m / 2 points of ``used``. That is
    half a standard error at the root of ``used``. Where each value occurs several times, there are fewer points than
    the standard error counts.
    """
    sizes = np.abs(data)
    beginning = np.partition(sizes, len(sizes) - used)[len(sizes) - used]
    counts = np.unique(sizes[sizes >= beginning], return_counts=True)[1]
    most = max(2, math.isqrt(used))
    if counts.max() > most:
        fail("x", f"differ in its largest values: of {used}, up to {most} may be equal", int(counts.max()))
    if 3 * len(counts) < used:
        fail("x", f"differ in its largest values: a third of {used} at least", len(counts))


def power_law_tail(data: Array) -> tuple[float, int]:
    """Exponent and length of the tail of least distance to a power law, by Kolmogorov and Smirnov [Clauset2009].

    A distance at every point for every length would be a matter of n^2. Measured at a few points it is a lower bound,
    so lengths fall out of the race for good, and few are left to be measured at more points. Where too many are left
    (all of a sample is a power law), those of the least bounds go on: they differ by next to nothing.
    """
    sizes = np.sort(np.abs(data))[::-1]
    logs = np.log(sizes[: np.count_nonzero(sizes)])
    if len(logs) < 3:
        fail("x", "have 3 values that are not 0", len(logs))
    sums = np.cumsum(logs)
    # Fewer than a handful of points are near to any power law.
    left = np.arange(min(SHORTEST, len(logs) - 1), len(logs))
    if len(left) > MOST:
        left = np.unique(np.geomspace(left[0], left[-1], MOST).astype(np.int64))
    best, least = 0, np.inf
    for measured, most in STAGES:
        steps = np.linspace(0, 1, measured + 1)[:, None]
        bounds = _distances(logs, sums, left, (steps * left).astype(np.int64))
        first = int(left[np.argmin(bounds)])
        best, least = min((best, least), (first, _distance(logs, sums, first)), key=lambda tail: tail[1])
        near = bounds <= least * (1 + ROUNDING)
        if not near.any():  # the best tail itself went out of the race, for others of lower bounds
            left = left[:0]
            break
        left, bounds = left[near], bounds[near]
        left = left[np.argsort(bounds, kind="stable")[:most]]
    if not math.isfinite(least):
        fail("x", "differ in its largest values", float(sizes[0]))
    best = min([best, *left.tolist()], key=lambda used: _distance(logs, sums, used))
    return (best + 1) / float(sums[best - 1] - best * logs[best]), best + 1


def _distance(logs: Array, sums: Array, used: int) -> float:
    """The distance of one tail, at every point."""
    return float(_distances(logs, sums, np.array([used]), np.arange(used + 1)[:, None])[0])


def _distances(logs: Array, sums: Array, used: NDArray[np.int64], places: NDArray[np.int64]) -> Array:
    """Largest distance of each tail's distribution from the likeliest power law that begins where it does.

    As in [Clauset2009], the tail is all points from its beginning up, which is one of them: one more than Hill counts.
    Its distribution jumps after each point. Distances are looked at in the places, shape (points, tails).
    """
    with np.errstate(divide="ignore"):
        rate = (used + 1) / np.maximum(sums[used - 1] - used * logs[used], 0)
    # A tail of equal values follows no power law.
    rate, falls = np.where(np.isinf(rate), 1, rate), np.isfinite(rate)
    gaps = np.take(-logs, places)
    gaps += logs[used]
    gaps *= rate
    np.exp(gaps, out=gaps)
    gaps -= (places + 1) / (used + 1)
    return np.where(falls, np.abs(gaps, out=gaps).max(0), np.inf)
