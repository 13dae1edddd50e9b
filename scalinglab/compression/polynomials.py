"""Polynomials of points: products of Legendre polynomials, or plain monomials, and how well they are conditioned."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import Array, one_of
from scalinglab.compression._arguments import checked_points
from scalinglab.compression.exponents import exponents_of

BASES = ("legendre", "monomial")
#: Numbers that are worked on at once: they fit the cache of a processor.
BLOCK = 2**17


def polynomial_features(
    points: ArrayLike, order: int | None = None, *, exponents: ArrayLike | None = None, basis: str = "legendre"
) -> Array:
    """Polynomials of every point, as they stand: a column for each exponent.

    Parameters
    ----------
    points : array, shape (points, dimension)
        In a box of [-1, 1] along each axis, where Legendre polynomials are at most 1 (see ``boxed``). They are taken
        as they are.
    order : int, optional
        Largest total degree; all monomials up to it, as ``multi_indices`` lists them.
    exponents : array of int, shape (moments, dimension), optional
        Instead of an order. With each exponent they must hold all smaller ones.
    basis : {"legendre", "monomial"}
        Products of Legendre polynomials or of powers; both span the same functions.

    Returns
    -------
    array, shape (points, moments)

    Raises
    ------
    ValueError
        If the points are no finite table, there is not exactly one of order and exponents, or there is no such basis.

    Examples
    --------
    >>> polynomial_features([[0.0], [0.5]], 2).tolist()
    [[1.0, 0.0, -0.5], [1.0, 0.5, -0.125]]
    """
    table = checked_points(points)
    powers = exponents_of(table.shape[1], order, exponents)
    evaluate, found = evaluator(powers, one_of("basis", basis, BASES)), np.empty((len(table), len(powers)))
    columns, block = np.ascontiguousarray(table.T), max(64, BLOCK // len(powers))
    for first in range(0, len(table), block):
        found[first : first + block] = evaluate(columns[:, first : first + block]).T
    return found


def evaluator(exponents: NDArray[np.int64], basis: str = "legendre") -> Callable[..., Array]:
    """Return a function that takes points (dimension, ...) to their polynomials (moments, ...).

    It takes weights (...), too, which all polynomials of a point are multiplied by.
    """
    recipe = _recipe(exponents.tobytes(), exponents.shape[1])
    degrees = exponents.max(0)

    def evaluate(points: Array, weights: Array | None = None) -> Array:
        along = [_powers(axis, int(degree), basis) for axis, degree in zip(points, degrees, strict=True)]
        found = np.empty((len(recipe), *points.shape[1:]))
        for column, parent, axis, power in recipe:
            if parent < 0:
                np.multiply(along[axis][power], 1.0 if weights is None else weights, out=found[column])
            else:
                np.multiply(found[parent], along[axis][power], out=found[column])
        return found

    return evaluate


@cache
def _recipe(table: bytes, dimension: int) -> tuple[tuple[int, int, int, int], ...]:
    """Column, column of the same exponent without its last axis (-1 if that is the constant), this axis, its power.

    So each column costs one multiplication. They come in an order in which parents are there before they are used.
    """
    exponents = np.frombuffer(table, dtype=np.int64).reshape(-1, dimension).tolist()
    places = {tuple(row): place for place, row in enumerate(exponents)}
    found = []
    for column in sorted(range(len(exponents)), key=lambda place: sum(exponents[place])):
        row = exponents[column]
        used = [axis for axis in range(dimension) if row[axis]]
        axis = used[-1] if used else 0
        parent = places[(*row[:axis], *[0] * (dimension - axis))] if len(used) > 1 else -1
        found.append((column, parent, axis, row[axis]))
    return tuple(found)


def _powers(values: Array, degree: int, basis: str) -> list[Array]:
    """Legendre polynomials, or powers, of numbers, from degree 0 to the largest."""
    found = [np.ones_like(values), values]
    for n in range(1, degree):
        if basis == "monomial":
            found.append(found[n] * values)
        else:  # Bonnet's recursion
            above = values * found[n]
            above *= (2 * n + 1) / (n + 1)
            above -= n / (n + 1) * found[n - 1]
            found.append(above)
    return found


def boxed(points: Array, box: tuple[Array, Array] | None = None) -> Array:
    """Points moved and scaled to [-1, 1] along each axis; an axis along which they do not differ becomes 0.

    The ``box`` is the lowest and the highest corner, (..., 1, dimension); that of the points, (..., points, dimension),
    if left out.
    """
    low, high = box if box is not None else (points.min(-2, keepdims=True), points.max(-2, keepdims=True))
    # Halves first: the sum of two large numbers may be beyond all floats.
    middle, half = low / 2 + high / 2, high / 2 - low / 2
    found = points - middle
    found /= np.where(half > 0, half, 1.0)
    return found


def condition(points: ArrayLike, order: int, *, basis: str = "legendre", box: bool = True) -> float:
    """Condition number of the matrix of polynomials: how much rounding errors can grow when you solve with it.

    Parameters
    ----------
    points : array, shape (points, dimension)
    order : int
    basis : {"legendre", "monomial"}
    box : bool
        Scale the points to [-1, 1] first.

    Returns
    -------
    float
        Of the largest to the smallest singular value; beyond 1e16 the matrix is singular to rounding.

    Raises
    ------
    ValueError
        As for ``polynomial_features``.
    """
    table = checked_points(points)
    singular = np.linalg.svd(polynomial_features(boxed(table) if box else table, order, basis=basis), compute_uv=False)
    return float(singular[0] / max(singular[-1], np.finfo(float).tiny))
