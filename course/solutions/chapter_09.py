"""Solutions for chapter 09, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations

import math

from scipy.integrate import quad
from scipy.optimize import brentq


def critical(batch: int, dimension: int, variance: float) -> float:
    """The step size at which the mean square of the distance stays as it is: ``h(2) = 1``."""
    return 2 * batch / (variance * (batch + dimension + 1))


def hill(sizes: list[float], used: int) -> float:
    """One over the mean logarithm of the largest points, in units of the next one."""
    ordered = sorted(sizes, reverse=True)
    return used / sum(math.log(size / ordered[used]) for size in ordered[:used])


def block(sample: list[float], length: int) -> float:
    """The index from how much larger sums of blocks are than single numbers, in the mean of logarithms."""
    sums = [sum(sample[start : start + length]) for start in range(0, len(sample), length)]
    of_sums = sum(math.log(abs(value)) for value in sums) / len(sums)
    of_points = sum(math.log(abs(value)) for value in sample) / len(sample)
    return math.log(length) / (of_sums - of_points)


def step_size(index: float, batch: int) -> float:
    """The step at which the mean of |1 - step x|^index is 1, for the mean x of the squares of a batch."""
    scale = 2 ** (1 - batch / 2) / math.gamma(batch / 2)

    def moment(step: float) -> float:
        def part(root: float) -> float:  # the root of the sum of squares has a chi density
            return abs(1 - step * root**2 / batch) ** index * scale * root ** (batch - 1) * math.exp(-(root**2) / 2)

        edge = math.sqrt(batch / step)
        return sum(quad(part, *ends)[0] for ends in ((0, edge), (edge, edge + 20)))

    return brentq(lambda step: moment(step) - 1, 0.05, 2.5)


SOLUTIONS = {
    "09-critical": critical,
    "09-hill": hill,
    "09-block": block,
    "09-index": step_size,
}
