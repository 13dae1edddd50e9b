"""Solutions for chapter 09, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations

import math


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


SOLUTIONS = {"09-critical": critical, "09-hill": hill, "09-block": block}
