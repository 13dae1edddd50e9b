"""Stable laws: symmetric samples, positive ones, and random matrices with columns or layers of such tails.

A symmetric alpha-stable number X of scale 1 has the characteristic function ``exp(-|t|^alpha)``. For alpha = 2 it is
normal with the variance 2. Below, ``P(|X| > t) ~ C t^-alpha`` with ``C = 2 Gamma(alpha) sin(pi alpha / 2) / pi``:
moments of order alpha and above are infinite. A positive number A of index beta < 1 has the Laplace transform
``E exp(-s A) = exp(-s^beta)``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scalinglab._checks import Array, non_negative_integer, one_of, positive_integer
from scalinglab.heavy_tails._arguments import stable_index

#: How the entries of a random matrix depend on one another.
KINDS = ("independent", "columns", "layer")
#: Nearer to 1 than this, the formula of an index of 1 is the better one.
CAUCHY = 1e-8


def stable(alpha: float, size: int | Sequence[int], seed: int = 0) -> Array:
    """Draw symmetric alpha-stable numbers of scale 1, by the formula of Chambers, Mallows and Stuck [Chambers1976].

    Parameters
    ----------
    alpha : float
        The index, above 0 and 2 at most. At 2 the numbers are normal with variance 2.
    size : int or sequence of int
        Shape.
    seed : int

    Returns
    -------
    array
        Of that shape.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> bool(abs(stable(1.5, 10_000)).max() > 50)
    True
    """
    index, shape, generator = stable_index("alpha", alpha), _shape(size), _generator(seed)
    angle, wait = generator.uniform(-np.pi / 2, np.pi / 2, shape), generator.standard_exponential(shape)
    if abs(index - 1) < CAUCHY:
        return np.tan(angle)
    # The formula of [Chambers1976] without skewness.
    ratio = np.cos((1 - index) * angle) / wait
    return np.sin(index * angle) / np.cos(angle) ** (1 / index) * ratio ** ((1 - index) / index)


def stable_matrix(kind: str, alpha: float, rows: int, columns: int, seed: int = 0) -> Array:
    """Draw a matrix of symmetric alpha-stable entries of scale 1: independent, by columns, or of one layer.

    Columns are ``sqrt(2 A_j) g_j``, with A_j positive stable of index alpha / 2 and g_j standard normal: within a
    column one factor makes all entries heavy at once. A layer is one such vector over the whole matrix. As its entries
    share a single factor, relative errors of pruning are exactly those of a normal matrix.

    Parameters
    ----------
    kind : {"independent", "columns", "layer"}
    alpha : float
    rows, columns : int
    seed : int

    Returns
    -------
    array, shape (rows, columns)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    shape = positive_integer("rows", rows), positive_integer("columns", columns)
    if one_of("kind", kind, KINDS) == "independent":
        return stable(alpha, shape, seed)
    index, generator = stable_index("alpha", alpha), _generator(seed)
    factors = positive_stable(index / 2, shape[1] if kind == "columns" else 1, generator)
    return np.sqrt(2 * factors) * generator.standard_normal(shape)


def positive_stable(beta: float, count: int, generator: np.random.Generator) -> Array:
    """Positive stable numbers with the Laplace transform ``exp(-s^beta)``, by Kanter's formula [Kanter1975].

    The index beta is above 0 and 1 at most; at 1 all numbers are 1.
    """
    angle, wait = generator.uniform(0, np.pi, count), generator.standard_exponential(count)
    if beta == 1:
        return np.ones(count)
    ratio = np.sin((1 - beta) * angle) / wait
    return np.sin(beta * angle) / np.sin(angle) ** (1 / beta) * ratio ** ((1 - beta) / beta)


def _shape(size: int | Sequence[int]) -> tuple[int, ...]:
    sizes = (size,) if not isinstance(size, Sequence) else tuple(size)
    return tuple(positive_integer("size", each) for each in sizes)


def _generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(non_negative_integer("seed", seed))
