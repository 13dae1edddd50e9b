"""Solutions for chapter 05, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.optimize import brentq


def loss(time: float, eigenvalues: Sequence[float], power: Sequence[float]) -> float:
    """The test loss of endless width and data: each mode's error decays by itself, and its square counts."""
    return sum(part * math.exp(-2 * value * time) for value, part in zip(eigenvalues, power, strict=True))


def best_fit(width: int, eigenvalues: Sequence[float], power: Sequence[float]) -> float:
    """The loss of random features with endless data and time."""

    def missing(kappa: float) -> float:
        return sum(value / (value + kappa) for value in eigenvalues) - width

    kappa = brentq(missing, 1e-12, sum(eigenvalues), xtol=1e-14)
    return kappa * sum(part / (value + kappa) for value, part in zip(eigenvalues, power, strict=True))


SOLUTIONS = {"05-endless": loss, "05-best-fit": best_fit}
