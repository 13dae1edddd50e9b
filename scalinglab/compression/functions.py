"""Functions of points, smooth and rough: what is averaged, to see how much a compressed set still knows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, fail, non_negative_integer, number, one_of, positive_integer
from scalinglab.compression._arguments import two_sets

#: Functions of z = <w, x> for points w and random x in [-1, 1]: from the smoothest to those with a kink, by name.
FUNCTIONS: dict[str, Callable[[Array, int], Array]] = {
    "sigmoid": lambda z, _: 1 / (1 + np.exp(-z)),
    "wave": lambda z, _: np.cos(5 * z),
    "steep tanh": lambda z, _: np.tanh(5 * z),
    "near a pole": lambda z, dimension: 1 / (dimension + 0.05 + z),
    "relu": lambda z, _: np.maximum(z, 0.0),
}


def average_error(
    points: ArrayLike,
    weights: ArrayLike | None,
    others: ArrayLike,
    other_weights: ArrayLike | None,
    function: str,
    *,
    functions: int = 10,
    seed: int = 0,
) -> float:
    """Root mean square difference of the averages of some functions over two weighted sets of points.

    The functions are ``g(<w, x>)`` for a few x that are uniform in [-1, 1] along each axis, as in [Wang2025] Figure 2;
    the average over a set is the weighted sum over it, divided by its total weight.

    Parameters
    ----------
    points : array, shape (points, dimension)
        In [-1, 1] along each axis, if the function is "near a pole".
    weights : array, shape (points,), or None
    others, other_weights
        The second set.
    function : {"sigmoid", "wave", "steep tanh", "near a pole", "relu"}
        1 / (1 + exp(-z)), cos(5 z), tanh(5 z), 1 / (dimension + 0.05 + z), and max(z, 0).
    functions : int
        How many x.
    seed : int

    Raises
    ------
    ValueError
        If points or weights do not fit, or an argument is out of range.
    """
    sets = two_sets(points, weights, others, other_weights)
    generator = np.random.default_rng(non_negative_integer("seed", seed))
    shape = positive_integer("functions", functions), sets[0][0].shape[1]
    directions = generator.uniform(-1, 1, size=shape)
    apply = FUNCTIONS[one_of("function", function, FUNCTIONS)]
    averages = [(weight * apply(directions @ part.T, shape[1])).sum(1) for part, weight in sets]
    return float(np.sqrt(np.mean((averages[0] - averages[1]) ** 2)))


def pole_distance(pole: float, order: int) -> float:
    """Distance of 1 / (pole + w) on [-1, 1] from the polynomials of an order: the best uniform error, exactly.

    ``(pole - sqrt(pole^2 - 1))^order / (pole^2 - 1)``, after Chebyshev. Twice this bounds what a compressed set with
    all its moments can be wrong about the function's average, wherever the points are.

    Parameters
    ----------
    pole : float
        Above 1.
    order : int

    Raises
    ------
    ValueError
        If the pole is not above 1, or the order is negative.
    """
    if number("pole", pole) <= 1:
        fail("pole", "be above 1", pole)
    # pole - sqrt(pole^2 - 1) without the difference of two large numbers.
    ratio = 1 / (pole + np.sqrt(pole - 1) * np.sqrt(pole + 1))
    return float(ratio ** non_negative_integer("order", order) / ((pole - 1) * (pole + 1)))
