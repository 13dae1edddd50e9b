"""Solutions for chapter 02, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize_scalar


def joint_error(samples: int, width: int, law: tuple[float, float, float, float, float], chance: float) -> float:
    """The joint law: three terms that add up, bent so that they stay below chance."""
    (a, alpha), (b, beta), offset = law[:2], law[2:4], law[4]
    straight = offset + a / samples**alpha + b / width**beta
    return straight / math.sqrt(1 + (straight / chance) ** 2)


def objective(residuals: np.ndarray, delta: float) -> float:
    """The Huber losses of all residuals, summed: a square up to ``delta``, a line beyond it."""
    size = np.abs(residuals)
    return np.where(size <= delta, size**2 / 2, delta * (size - delta / 2)).sum()


def best_parameters(flops: float, a: float, b: float, alpha: float, beta: float) -> float:
    """The N that minimises ``E + a * N**-alpha + b * D**-beta`` with ``flops = 6 * N * D``."""
    factor = (alpha * a / (beta * b)) ** (1 / (alpha + beta))
    return factor * (flops / 6) ** (beta / (alpha + beta))


def best_served(loss: float, served: float, law: tuple[float, float, float, float, float]) -> float:
    """The parameters of the cheapest model of a given loss, training and use together."""
    floor, a, b, alpha, beta = law
    smallest = (a / (loss - floor)) ** (1 / alpha)

    def bill(log: float) -> float:
        parameters = smallest * math.exp(log)
        tokens = (b / (loss - floor - a * parameters**-alpha)) ** (1 / beta)
        return math.log(6 * parameters * tokens + 2 * parameters * served)

    found = minimize_scalar(bill, bounds=(1e-6, 20), method="bounded", options={"xatol": 1e-9})
    return smallest * math.exp(found.x)


SOLUTIONS = {
    "02-joint-law": joint_error,
    "02-sum-or-mean": objective,
    "02-allocation": best_parameters,
    "02-served": best_served,
}
