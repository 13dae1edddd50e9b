"""Which moments are kept: exponents of the polynomials, how many there are, and the largest order that fits."""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import fail, non_negative_integer, positive_integer
from scalinglab._results import read_only

Exponents = NDArray[np.int64]
#: Most moments of a cell: the work grows with their cube.
MOST_MOMENTS = 500


def moment_count(dimension: int, order: int) -> int:
    """Number of monomials of a total degree up to ``order``, the constant included: binomial(dimension + order, order).

    That many points, with positive weights, are enough to reproduce all these moments of any number of points
    ([Wang2025] Theorem 2, Tchakaloff).

    Raises
    ------
    ValueError
        If the dimension is not positive or the order is negative.

    Examples
    --------
    >>> moment_count(2, 5)
    21
    """
    return math.comb(positive_integer("dimension", dimension) + non_negative_integer("order", order), order)


def largest_order(dimension: int, size: int) -> int:
    """Largest order of which ``size`` points reproduce all moments, among those with at most 500 moments.

    The limit is one of work, which grows with the cube of the number of moments: beyond it, more points make more
    cells. Of a function that is analytic far beyond the points the largest order keeps most (see ``compress``).

    Raises
    ------
    ValueError
        If the dimension or the size is not positive.

    Examples
    --------
    >>> largest_order(2, 20), largest_order(2, 21)
    (4, 5)
    """
    most = min(positive_integer("size", size), MOST_MOMENTS)
    order = 0
    while moment_count(dimension, order + 1) <= most:
        order += 1
    return order


def multi_indices(dimension: int, order: int) -> Exponents:
    """Exponents of all monomials up to a total degree, lower degrees first: (moments, dimension), read-only.

    Raises
    ------
    ValueError
        If the dimension is not positive or the order is negative.

    Examples
    --------
    >>> multi_indices(2, 1).tolist()
    [[0, 0], [1, 0], [0, 1]]
    """
    return _indices(positive_integer("dimension", dimension), non_negative_integer("order", order))


@cache
def _indices(dimension: int, order: int) -> Exponents:
    found = []
    for degree in range(order + 1):
        for axes in itertools.combinations_with_replacement(range(dimension), degree):
            found.append([axes.count(axis) for axis in range(dimension)])
    return read_only(np.array(found, dtype=np.int64).reshape(-1, dimension))


def regression_exponents(inputs: int, order: int, outputs: int = 1) -> Exponents:
    """Exponents that a squared loss needs of points (x, y): x^a, y x^a up to a degree of x, and y^2 of each output.

    The loss ``(f(x) - y)^2 = f^2 - 2 y f + y^2`` is quadratic in y, so that no higher power of y matters: noise in the
    labels costs no dimension. Products of two outputs do not matter either.

    Parameters
    ----------
    inputs, order : int
        Columns of x, and the largest degree in x.
    outputs : int
        Columns of y, which come after those of x.

    Returns
    -------
    array of int, shape ((1 + outputs) * moment_count(inputs, order) + outputs, inputs + outputs)
        Read-only.

    Raises
    ------
    ValueError
        If a number of columns is not positive, or the order is negative.

    Examples
    --------
    >>> regression_exponents(1, 1).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1], [0, 2]]
    """
    own, labels = multi_indices(inputs, order), np.eye(positive_integer("outputs", outputs), dtype=np.int64)
    blocks = [np.hstack([own, np.zeros((len(own), outputs), dtype=np.int64)])]
    blocks += [np.hstack([own, np.broadcast_to(label, (len(own), outputs))]) for label in labels]
    blocks += [np.hstack([np.zeros((1, inputs), dtype=np.int64), 2 * label[None]]) for label in labels]
    return read_only(np.vstack(blocks))


def checked_exponents(exponents: ArrayLike, dimension: int) -> Exponents:
    """Exponents as an array (moments, dimension), if a change of the origin and of the units keeps their span.

    Raises
    ------
    ValueError
        If they are no table of whole numbers for this dimension, one comes twice, or one lacks a smaller one.
    """
    found = np.asarray(exponents)
    if found.ndim != 2 or found.shape[1] != dimension or not np.issubdtype(found.dtype, np.integer) or not len(found):
        fail("exponents", f"be a table of whole numbers with {dimension} columns", _shown(found))
    known = {tuple(row) for row in found.tolist()}
    if found.min() < 0 or len(known) < len(found):
        fail("exponents", "not be negative, and each come once", _shown(found))
    for row in known:
        for axis in np.flatnonzero(row):
            smaller = (*row[:axis], row[axis] - 1, *row[axis + 1 :])
            if smaller not in known:
                fail("exponents", f"hold {_plain(smaller)} where they hold {_plain(row)}", f"{len(found)} without it")
    if len(found) > MOST_MOMENTS:
        fail("exponents", f"be at most {MOST_MOMENTS}", len(found))
    return found.astype(np.int64)


def exponents_of(dimension: int, order: int | None, exponents: ArrayLike | None) -> Exponents:
    """Exponents up to an order, or those that were given; exactly one of the two must be."""
    if order is not None and exponents is None:
        return multi_indices(dimension, order)
    if order is None and exponents is not None:
        return checked_exponents(exponents, dimension)
    return fail("order", "be given, or exponents, and not both", order)


def _plain(row: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(int(entry) for entry in row)


def _shown(found: NDArray[Any]) -> Any:
    return found.tolist() if found.ndim < 3 else found.shape
