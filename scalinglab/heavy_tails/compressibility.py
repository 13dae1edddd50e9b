"""How well the largest part of a vector or a matrix stands for all of it: three prunings, and their errors.

The error is relative, ``||x - y||_p / ||x||_p``, and does not depend on the scale of x. Of a matrix, nodes are columns.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, array, fail, fraction, integer, one_of, positive
from scalinglab.heavy_tails._arguments import density as checked_density
from scalinglab.heavy_tails._arguments import kept_of, matrix

PRUNINGS = ("magnitude", "node", "singular values")


def best_k_error(x: ArrayLike, density: float, *, p: float = 2.0, axis: int | None = None) -> Any:
    """Relative error of the best k-term approximation: all but the largest ``k = ceil(density n)`` set to zero.

    Parameters
    ----------
    x : array
        Finite and not all zeros.
    density : float
        The share kept, above 0 and 1 at most.
    p : float
        Of the norm, positive.
    axis : int, optional
        The axis along which each vector lies; all of x is one vector if left out.

    Returns
    -------
    float, or array without that axis
        ``sigma_k(x)_p / ||x||_p`` of [Gribonval2012], from 0 to 1.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> round(float(best_k_error([3.0, 0.0, 4.0, 0.0], 0.25)), 3)
    0.6
    """
    share, power = checked_density("density", density), positive("p", p)
    sizes = np.abs(array("x", x))
    if axis is None:
        sizes, axis = sizes.ravel(), 0
    elif not -sizes.ndim <= integer("axis", axis) < sizes.ndim:
        fail("axis", f"be an axis of {sizes.ndim}", axis)
    sizes = np.moveaxis(sizes, axis, -1)
    largest = sizes.max(-1, keepdims=True)
    if not largest.all():
        fail("x", "hold a number that is not 0", sizes.shape)
    return _rest((sizes / largest) ** power, share) ** (1 / power)


def node_error(matrix_: ArrayLike, density: float) -> Any:
    """Relative Frobenius error of a matrix of which only the columns of largest norm are kept.

    Parameters
    ----------
    matrix_ : array, shape (..., rows, columns)
        Finite and not all zeros.
    density : float
        The share of columns kept, above 0 and 1 at most.

    Returns
    -------
    float, or array of the leading shape

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    share, weights = checked_density("density", density), _scaled(matrix_)
    return np.sqrt(_rest((weights**2).sum(-2), share))


def singular_value_error(matrix_: ArrayLike, density: float) -> Any:
    """Relative Frobenius error of the best approximation of a matrix by one of lower rank.

    Parameters
    ----------
    matrix_ : array, shape (..., rows, columns)
        Finite and not all zeros.
    density : float
        Rank in units of the number of columns, above 0 and 1 at most. As many singular values are kept as
        ``node_error`` keeps columns. So by the theorem of Eckart and Young this error is never larger than that one.

    Returns
    -------
    float, or array of the leading shape

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    share, weights = checked_density("density", density), _scaled(matrix_)
    energies = np.linalg.svd(weights, compute_uv=False) ** 2
    kept = kept_of(share, weights.shape[-1])
    return np.sqrt(energies[..., kept:].sum(-1) / energies.sum(-1))


def prunable_fraction(x: ArrayLike, error: float) -> float:
    """Largest share of entries that can be set to zero at a relative l_2 error of at most ``error``.

    Parameters
    ----------
    x : array
        Finite and not all zeros; all of it is one vector.
    error : float
        From 0 to 1.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    allowed = fraction("error", error) ** 2
    sizes = np.abs(array("x", x)).ravel()
    if not sizes.any():
        fail("x", "hold a number that is not 0", sizes.shape)
    energies = np.cumsum(np.sort(sizes / sizes.max()) ** 2)
    return float(np.searchsorted(energies, allowed * energies[-1], side="right") / sizes.size)


def prune(matrix_: ArrayLike, density: float, *, method: str = "magnitude") -> Array:
    """A pruned copy of a matrix: what the three errors are the errors of.

    Parameters
    ----------
    matrix_ : array, shape (rows, columns)
    density : float
        The share of entries, columns or singular values kept, above 0 and 1 at most.
    method : {"magnitude", "node", "singular values"}

    Returns
    -------
    array, shape (rows, columns)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    share, weights = checked_density("density", density), matrix("matrix_", matrix_)
    if weights.ndim > 2:
        fail("matrix_", "be a single matrix", weights.shape)
    one_of("method", method, PRUNINGS)
    if method == "singular values":
        left, singular, right = np.linalg.svd(weights, full_matrices=False)
        kept = kept_of(share, weights.shape[1])
        return (left[:, :kept] * singular[:kept]) @ right[:kept]
    scaled = np.abs(weights) / np.abs(weights).max()
    sizes = scaled.ravel() if method == "magnitude" else (scaled**2).sum(0)
    mask = np.zeros(sizes.size, dtype=bool)
    mask[np.argsort(-sizes, kind="stable")[: kept_of(share, sizes.size)]] = True
    return weights * (mask.reshape(weights.shape) if method == "magnitude" else mask)


def kept_nodes(weight: ArrayLike, bias: ArrayLike, density: float) -> tuple[Array, Array]:
    """A hidden layer of which only the rows of largest norm, and their biases, are left."""
    rows = prune(np.transpose(weight), density, method="node").T
    return rows, np.where(rows.any(1), bias, 0.0)


def _scaled(value: ArrayLike) -> Array:
    """The matrices with the largest entry 1, so that no square overflows."""
    weights = matrix("matrix_", value)
    largest = np.abs(weights).max((-2, -1), keepdims=True)
    if not largest.all():
        fail("matrix_", "hold a number that is not 0", weights.shape)
    return weights / largest


def _rest(energies: Array, share: float) -> Any:
    """Share of the sum that is left to the entries which are not among the largest, along the last axis."""
    left = energies.shape[-1] - kept_of(share, energies.shape[-1])
    if not left:
        return np.zeros(energies.shape[:-1])[()]
    ordered = np.partition(energies, left - 1, axis=-1)
    rest = ordered[..., :left].sum(-1)
    return rest / (rest + ordered[..., left:].sum(-1))
