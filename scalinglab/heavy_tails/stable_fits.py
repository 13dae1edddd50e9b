"""Estimators that ask which stable law a sample resembles; each with its estimates when one group is left out.

The sample is cut into groups of neighbours. Estimates without one of them tell the spread of the whole (a jackknife):
no assumption on the law enters, except that the points are independent.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array, fail
from scalinglab.heavy_tails.laws import stable_quantile

GROUPS = 20
#: Frequencies at which the characteristic function is looked at, as multiples of the first, in units of 1 / scale.
FIRST, FREQUENCIES = 0.1, 10
SWEEPS = 3
#: Where points are cut off, in units of the spread, so that no product overflows; and the least index that is fitted.
FARTHEST, LEAST = 1e100, 0.05
#: Block lengths of [Barsbey2021], of which those are used that divide the number of points.
LENGTHS = (2, 5, 10, 20, 50, 100, 500, 1000)
#: The least one over an index that a block can show.
TINY = 1e-6
#: Indices of the table of quantile ratios.
INDICES = np.concatenate([np.linspace(0.3, 0.9, 13), np.linspace(1.0, 2.0, 41)])


def characteristic_estimates(data: Array) -> tuple[float, Array]:
    """Estimate by the characteristic function, from all points and without each group.

    ``|phi(t)| = exp(-(c t)^alpha)`` is a line in ``log t``. The scale c enters by the choice of frequencies, so it is
    found along with the index, in a few sweeps.
    """
    low, high = np.quantile(data, (0.25, 0.75))
    if high <= low:
        fail("x", "have two quartiles that differ", float(low))
    # Between the quartiles of a stable law of scale 1 lie about two units. Any point near the middle will do as origin.
    with np.errstate(over="ignore"):
        scaled = np.clip((data - (low + high) / 2) / ((high - low) / 2), -FARTHEST, FARTHEST)
    starts = np.arange(GROUPS) * len(data) // GROUPS
    groups, alpha, log_factor = np.empty(0), 0.0, 0.0
    for _ in range(SWEEPS):
        groups = _wave_sums(scaled, math.exp(log_factor), starts)
        alpha, log_scale = _line(groups.sum(0) / len(data))
        log_factor -= log_scale
        if alpha < LEAST or abs(log_factor) > math.log(FARTHEST) / 2:
            fail("x", "have a characteristic function that falls like that of a stable law", round(alpha, 3))
    sizes = np.diff(starts, append=len(data))
    without = [_line(rest)[0] for rest in (groups.sum(0) - groups) / (len(data) - sizes)[:, None]]
    return alpha, np.array(without)


def _wave_sums(scaled: Array, factor: float, starts: NDArray[np.int64]) -> NDArray[np.complex128]:
    """Sums of ``exp(i t x)`` over each group, shape (groups, frequencies), each frequency by way of the one before."""
    wave = np.exp(1j * FIRST * factor * scaled)
    power, sums = wave.copy(), np.empty((len(starts), FREQUENCIES), dtype=complex)
    for place in range(FREQUENCIES):
        sums[:, place] = np.add.reduceat(power, starts)
        power *= wave
    return sums


def _line(wave: NDArray[np.complex128]) -> tuple[float, float]:
    """Index, and logarithm of the scale, from the characteristic function at the frequencies."""
    size = np.clip(np.abs(wave), 1e-12, 1 - 1e-12)
    times = np.log(FIRST * np.arange(1, FREQUENCIES + 1))
    slope, intercept = np.polyfit(times, np.log(-np.log(size)), 1)
    return float(slope), float(intercept / slope) if slope else math.inf


def block_estimates(data: Array) -> tuple[float, Array]:
    """Estimate by sums of blocks, from all points and without each group; rows of a matrix are vectors.

    A sum of m independent stable numbers is as large as ``m^(1 / alpha)`` of them, *if* they are centred.
    """
    vectors = data.reshape(len(data), -1) / np.abs(data).max()
    lengths = [m for m in sorted({*LENGTHS, math.isqrt(len(data))}) if 1 < m <= len(data) // 2 and not len(data) % m]
    if not lengths:
        fail("x", "hold a number of points that 2, 5 or 10 divides, for blocks", len(data))
    sizes = _logs(vectors)
    inverse, without = [], []
    for m in lengths:
        sums = _logs(vectors.reshape(len(data) // m, m, -1).sum(1))
        inverse.append((sums.mean() - sizes.mean()) / math.log(m))
        without.append((_without(sums) - _without(sizes)) / math.log(m))
    # A block that is no larger than a point has no index; the median of the others may.
    estimates, left = 1 / np.maximum(inverse, TINY), 1 / np.maximum(without, TINY)
    alpha = float(np.median(estimates))
    if alpha >= 0.5 / TINY:
        fail("x", "have sums of blocks that are larger than its points", float(np.median(inverse)))
    return alpha, np.median(left, axis=0)


def _logs(vectors: Array) -> Array:
    sizes = np.sqrt((vectors**2).sum(-1)) if vectors.shape[-1] > 1 else np.abs(vectors[..., 0])
    if not sizes.all():
        fail("x", "hold no point that is 0 and no block that sums to it, for logarithms", 0.0)
    return np.log(sizes)


def _without(values: Array) -> Array:
    """Means without each group."""
    groups = min(GROUPS, len(values))
    starts = np.arange(groups) * len(values) // groups
    sums, sizes = np.add.reduceat(values, starts), np.diff(starts, append=len(values))
    left = (sums.sum() - sums) / (len(values) - sizes)
    return np.resize(left, GROUPS)


def quantile_estimates(data: Array) -> tuple[float, Array]:
    """Estimate by a ratio of quantiles [Mcculloch1986], from all points and without each group."""
    starts = np.arange(GROUPS + 1) * len(data) // GROUPS
    parts = [np.concatenate([data[:low], data[high:]]) for low, high in pairwise(starts.tolist())]
    return _from_quantiles(data), np.array([_from_quantiles(part) for part in parts])


def _from_quantiles(data: Array) -> float:
    q05, q25, q75, q95 = np.quantile(data, (0.05, 0.25, 0.75, 0.95))
    if q75 <= q25:
        fail("x", "have two quartiles that differ", float(q25))
    indices, logs = _ratios()
    return float(np.interp(math.log(q95 - q05) - math.log(q75 - q25), logs, indices))


@cache
def _ratios() -> tuple[Array, Array]:
    """Indices, and the logarithm of the ratio of quantiles that a symmetric stable law has; the ratio ascends."""
    ratios = [stable_quantile(index, 0.1) / stable_quantile(index, 0.5) for index in INDICES[::-1]]
    return INDICES[::-1], np.log(ratios)
