"""Solutions for chapter 05, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.optimize import brentq, minimize_scalar


def loss(time: float, eigenvalues: Sequence[float], power: Sequence[float]) -> float:
    """The test loss of endless width and data: each mode's error decays by itself, and its square counts."""
    return sum(part * math.exp(-2 * value * time) for value, part in zip(eigenvalues, power, strict=True))


def best_fit(width: int, eigenvalues: Sequence[float], power: Sequence[float]) -> float:
    """The loss of random features with endless data and time."""

    def missing(kappa: float) -> float:
        return sum(value / (value + kappa) for value in eigenvalues) - width

    kappa = brentq(missing, 1e-12, sum(eigenvalues), xtol=1e-14)
    return kappa * sum(part / (value + kappa) for value, part in zip(eigenvalues, power, strict=True))


def best_ridge_loss(samples: int, eigenvalues: Sequence[float], power: Sequence[float], noise: float) -> float:
    """The lowest loss over all ridges: each belongs to one kappa, so search over that."""
    values, parts = np.array(eigenvalues), np.array(power)
    smallest = 1e-12
    if samples < len(values):
        smallest = brentq(lambda kappa: (values / (values + kappa)).sum() - samples, 1e-12, values.sum(), xtol=1e-14)

    def loss(log: float) -> float:
        known = values / (values + np.exp(log))
        return ((parts * (1 - known) ** 2).sum() + noise) / (1 - (known**2).sum() / samples)

    grid = np.linspace(np.log(smallest) + 1e-9, np.log(1e6), 400)
    best = int(np.argmin([loss(log) for log in grid]))
    ends = grid[max(best - 1, 0)], grid[min(best + 1, 399)]
    return minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-9}).fun


SOLUTIONS = {
    "05-endless": loss,
    "05-best-fit": best_fit,
    "05-ridge": best_ridge_loss,
}
