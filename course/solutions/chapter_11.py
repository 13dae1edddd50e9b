"""Solutions for chapter 11, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def moments(dimension: int, order: int) -> int:
    """Monomials in ``dimension`` variables of a total degree up to ``order``."""
    return math.comb(dimension + order, order)


def step(weights: list[float], direction: list[float]) -> NDArray[np.float64]:
    """The weights after walking against the direction until the first of them is zero."""
    mass, way = np.array(weights), np.array(direction)
    falling = way > 0
    first = np.flatnonzero(falling)[np.argmin(mass[falling] / way[falling])]
    left = mass - mass[first] / way[first] * way
    left[first] = 0
    return left


def order_needed(pole: float, error: float) -> int:
    """The smallest order at which twice the distance of 1 / (pole + w) is at most the error."""
    ratio = pole - math.sqrt(pole**2 - 1)
    return max(0, math.ceil(math.log(error * (pole**2 - 1) / 2) / math.log(ratio)))


def fewer(points: list[float], count: int) -> NDArray[np.float64]:
    """Places and weights of ``count`` points that keep the moments of all up to order ``2 * count - 1``."""
    moments = np.array([np.power(points, order).sum() for order in range(2 * count)])
    rows = np.array([moments[order : order + count] for order in range(count)])
    lower = np.linalg.solve(rows, -moments[count:])
    places = np.sort(np.roots([1, *lower[::-1]]).real)
    weights = np.linalg.solve(np.vander(places, increasing=True).T, moments[:count])
    return np.array([places, weights])


SOLUTIONS = {
    "11-moments": moments,
    "11-step": step,
    "11-order": order_needed,
    "11-half": fewer,
}
