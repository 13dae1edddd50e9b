"""How far the moments of two weighted sets of points are apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import Array, one_of
from scalinglab.compression._arguments import two_sets
from scalinglab.compression.exponents import exponents_of
from scalinglab.compression.polynomials import BASES, boxed, evaluator

BLOCK = 2**20


def moment_error(
    points: ArrayLike,
    weights: ArrayLike | None,
    others: ArrayLike,
    other_weights: ArrayLike | None,
    order: int | None = None,
    *,
    exponents: ArrayLike | None = None,
    basis: str = "legendre",
) -> float:
    """Largest difference of moments of two weighted sets, in the box of the first and in units of its weight.

    The points are scaled so that the first set fills [-1, 1] along each axis, where all polynomials are at most 1: an
    error of 1e-16 is one of rounding, for any units and any origin.

    Parameters
    ----------
    points : array, shape (points, dimension)
    weights : array, shape (points,), or None
        Ones if None.
    others, other_weights
        The second set.
    order : int, optional
        Largest degree of the moments that are compared; or ``exponents``, as for ``compress``.
    basis : {"legendre", "monomial"}

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the sets have different dimensions, or something is not finite, negative or does not fit.

    Examples
    --------
    >>> moment_error([[0.0], [1.0]], None, [[0.5]], [2.0], 1)
    0.0
    >>> moment_error([[0.0], [1.0]], None, [[0.5]], [2.0], 2)
    1.5
    """
    (first, own), (second, theirs) = two_sets(points, weights, others, other_weights)
    table = exponents_of(first.shape[1], order, exponents)
    box = first.min(0, keepdims=True), first.max(0, keepdims=True)
    one_of("basis", basis, BASES)
    ours = _sums(boxed(first, box), own, table, basis)
    return float(np.abs(ours - _sums(boxed(second, box), theirs, table, basis)).max())


def _sums(points: Array, weights: Array, exponents: NDArray[np.int64], basis: str) -> Array:
    """Weighted sums of polynomials: sums of blocks, each of which NumPy sums in pairs."""
    evaluate, rows = evaluator(exponents, basis), max(1, BLOCK // len(exponents))
    parts = range(0, len(points), rows)
    found = [(evaluate(points[part : part + rows].T) * weights[part : part + rows]).sum(1) for part in parts]
    return np.sum(found, axis=0)
