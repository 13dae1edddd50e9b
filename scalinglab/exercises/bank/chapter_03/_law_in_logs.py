"""The law of three regions in logarithms, which the exercises 03-log-error and 03-smallest share."""

import math


def added(one: float, other: float) -> float:
    """The logarithm of a sum of two numbers whose logarithms are given."""
    return max(one, other) + math.log1p(math.exp(-abs(one - other)))


def law_in_logs(log_density: float, unpruned: float, high: float, slope: float, transition: float) -> float:
    """The right answer, sums of two powers taken apart by hand."""
    square, level = 2 * log_density, 2 * math.log(transition)
    raised = level + 2 / slope * (math.log(high) - math.log(unpruned))
    return math.log(unpruned) + slope / 2 * (added(square, raised) - added(square, level))
