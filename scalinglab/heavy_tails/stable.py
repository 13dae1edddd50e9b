"""Stable laws: symmetric samples, positive ones, and random matrices with columns or layers of such tails.

A symmetric alpha-stable number X of scale 1 has the characteristic function ``exp(-|t|^alpha)``. For alpha = 2 it is
normal with the variance 2. Below, ``P(|X| > t) ~ C t^-alpha`` with ``C = 2 Gamma(alpha) sin(pi alpha / 2) / pi``:
moments of order alpha and above are infinite. A positive number A of index beta < 1 has the Laplace transform
``E exp(-s A) = exp(-s^beta)``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, non_negative_integer, one_of, positive_integer
from scalinglab.heavy_tails._arguments import stable_index

__all__ = ["KINDS", "elliptical_columns", "elliptical_layer", "positive_stable", "stable", "stable_matrix"]

Array = NDArray[np.float64]
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


def positive_stable(beta: float, size: int | Sequence[int], seed: int = 0) -> Array:
    """Draw positive stable numbers with the Laplace transform ``exp(-s^beta)``, by Kanter's formula [Kanter1975].

    Parameters
    ----------
    beta : float
        The index, above 0 and 1 at most. At 1 all numbers are 1.
    size : int or sequence of int
    seed : int

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    if stable_index("beta", beta) > 1:
        fail("beta", "be above 0, and 1 at most", beta)
    return _positive(float(beta), _shape(size), _generator(seed))


def elliptical_columns(alpha: float, rows: int, columns: int, seed: int = 0) -> Array:
    """Draw independent columns ``sqrt(2 A_j) g_j``: within a column one factor A_j makes all entries heavy at once.

    Each entry is symmetric alpha-stable of scale 1: A_j is positive stable of index alpha / 2, and g_j standard normal.

    Parameters
    ----------
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
    return _elliptical(alpha, rows, columns, seed, factors=positive_integer("columns", columns))


def elliptical_layer(alpha: float, rows: int, columns: int, seed: int = 0) -> Array:
    """Draw one elliptical vector over a whole layer, ``sqrt(2 A) g``: stable entries that share a single factor.

    Each entry has the same law as in ``elliptical_columns``, and relative errors of pruning are exactly those of a
    normal matrix, as the factor is the same above and below.

    Parameters
    ----------
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
    return _elliptical(alpha, rows, columns, seed, factors=1)


def stable_matrix(kind: str, alpha: float, rows: int, columns: int, seed: int = 0) -> Array:
    """Draw a matrix of symmetric alpha-stable entries: independent, with elliptical columns, or one elliptical layer.

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
    if one_of("kind", kind, KINDS) == "independent":
        return stable(alpha, (positive_integer("rows", rows), positive_integer("columns", columns)), seed)
    return (elliptical_columns if kind == "columns" else elliptical_layer)(alpha, rows, columns, seed)


def _elliptical(alpha: float, rows: int, columns: int, seed: int, *, factors: int) -> Array:
    index, generator = stable_index("alpha", alpha), _generator(seed)
    shape = positive_integer("rows", rows), positive_integer("columns", columns)
    return np.sqrt(2 * _positive(index / 2, (factors,), generator)) * generator.standard_normal(shape)


def _positive(beta: float, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    angle, wait = generator.uniform(0, np.pi, shape), generator.standard_exponential(shape)
    if beta == 1:
        return np.ones(shape)
    ratio = np.sin((1 - beta) * angle) / wait
    return np.sin(beta * angle) / np.sin(angle) ** (1 / beta) * ratio ** ((1 - beta) / beta)


def _shape(size: int | Sequence[int]) -> tuple[int, ...]:
    sizes = (size,) if not isinstance(size, Sequence) else tuple(size)
    return tuple(positive_integer("size", each) for each in sizes)


def _generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(non_negative_integer("seed", seed))
