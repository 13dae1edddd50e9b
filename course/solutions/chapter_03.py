"""Solutions for chapter 03, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def rounds(total: float, kept: float, fraction: float) -> int:
    """After r rounds (1 - fraction)^r of the weights are left."""
    return max(0, math.ceil(math.log(kept / total) / math.log(1 - fraction)))


def free_density(unpruned: float, high: float, slope: float, transition: float) -> float:
    """Where high (p / d)^slope has come down to the error before pruning."""
    return transition * (high / unpruned) ** (1 / slope)


def log_error(log_density: float, unpruned: float, high: float, slope: float, transition: float) -> float:
    """All squares stay logarithms, which never overflow."""
    square, level = 2 * log_density, 2 * np.log(transition)
    raised = level + 2 / slope * np.log(high / unpruned)
    return float(np.log(unpruned) + slope / 2 * (np.logaddexp(square, raised) - np.logaddexp(square, level)))


def smallest(
    budget: float, networks: Sequence[tuple[int, int, float]], law: tuple[float, float, float, float]
) -> float:
    """Invert the law for each network: m^2 (s - 1) = p^2 (r - s), with s and r the powers 2 / slope of two ratios."""
    (high, slope, transition, exponent), found = law, []
    for width, weights, unpruned in networks:
        if unpruned < budget:
            allowed, top = (budget / unpruned) ** (2 / slope), (high / unpruned) ** (2 / slope)
            invariant = transition * math.sqrt((top - allowed) / (allowed - 1))
            found.append(weights * invariant / width**exponent)
    return min(found)


SOLUTIONS = {
    "03-rounds": rounds,
    "03-free-density": free_density,
    "03-log-error": log_error,
    "03-smallest": smallest,
}
