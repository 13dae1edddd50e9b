"""Recombination of rows of features: as few rows as there are features, with weights that keep all weighted sums.

The tree is the method of this package. The others are known ways to the same end, kept as independent checks of it and
for comparison: they get slow long before it does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import Array, one_of
from scalinglab._errors import ConvergenceError
from scalinglab._later import optimize
from scalinglab.compression._arguments import checked_table, checked_weights
from scalinglab.compression.tree import halve, peel, refine

Index = NDArray[np.int64]
#: Numbers that are read at once, and that are summed up at once: the latter fit the cache of a processor.
READ, SUMMED = 2**22, 2**15


def recombine(features: ArrayLike, weights: ArrayLike | None = None, *, method: str = "tree") -> tuple[Index, Array]:
    """Choose at most as many rows as there are columns, and weights for them, that keep all weighted column sums.

    ``sum_j new_weights[j] features[index[j]] = sum_i weights[i] features[i]``. Such rows exist by the theorem of
    Caratheodory ([Wang2025] Theorem 2 for moments). The total weight is kept if a column is constant, or a combination
    of columns is.

    Parameters
    ----------
    features : array, shape (rows, columns)
    weights : array, shape (rows,), optional
        Not negative; ones if left out.
    method : {"tree", "one by one", "nnls", "lp"}
        - "tree": halve the rows again and again, O(rows columns + columns^3 log rows).
        - "one by one": remove one row after the other along a null vector of the columns + 1 first ones, as [Wang2025]
          Algorithm 3 does, O(rows columns^3).
        - "nnls": non-negative least squares of the sums, by ``scipy.optimize.nnls``.
        - "lp": a vertex of the polytope of all weights that keep the sums, by the simplex method of HiGHS.

    Returns
    -------
    index : array of int, shape (kept,)
        Ascending; at most as many as the rank of the features ("nnls" and "lp": up to rounding).
    weights : array, shape (kept,)
        Positive.

    Raises
    ------
    ValueError
        If features or weights are not finite or do not fit, a weight is negative, or all are zero.
    ConvergenceError
        If "lp" finds no vertex.

    Examples
    --------
    >>> index, weights = recombine([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
    >>> len(index), round(float(weights.sum()), 12)
    (2, 4.0)
    """
    table = checked_table("features", features, ("rows", "columns"))
    given = checked_weights(weights, table, "features")
    solve = METHODS[one_of("method", method, METHODS)]
    heavy = np.flatnonzero(given > 0)
    largest = given.max()
    part = table if len(heavy) == len(table) else table[heavy]
    index, kept = solve(part, given[heavy] / largest)
    left = kept > 0
    index, kept = heavy[index[left]], kept[left] * largest
    ascending = np.argsort(index)
    return index[ascending], kept[ascending]


def _tree(features: Array, weights: Array) -> tuple[Index, Array]:
    def sums(members: Index, part: Array) -> Array:
        _, each, groups = members.shape
        found = np.zeros((groups, features.shape[1]))
        rows, across = max(1, READ // found.size), max(1, SUMMED // features.shape[1])
        for row in range(0, each, rows):
            some = slice(row, row + rows)
            block = _rows_of(features, members[0, some])
            for first in range(0, groups, across):
                few = slice(first, first + across)
                found[few] += np.einsum("gjd,gj->jd", block[:, few], part[0, some, few])
        return found[None]

    members, kept, totals = halve(sums, weights[None], features.shape[1])
    return members[0], refine(features[members], kept, totals)[0]


def _rows_of(features: Array, members: Index) -> Array:
    """Rows of the features, shape (in group, groups, columns): a view where they follow one another."""
    first = int(members[0, 0])
    if not np.array_equal(members.ravel(), np.arange(first, first + members.size)):
        return features[members]
    return features[first : first + members.size].reshape(*members.shape, -1)


def _one_by_one(features: Array, weights: Array) -> tuple[Index, Array]:
    """A null vector for each row that goes: the last left singular vector of columns + 1 rows."""
    features = _in_units(features)
    index, columns = np.arange(len(features)), features.shape[1]
    weights = weights.copy()
    while len(index) > columns:
        first = index[: columns + 1]
        null = np.linalg.svd(features[first])[0][:, -1:]
        weights[first] = peel(np.ascontiguousarray(null[None]), weights[None, first])[0]
        index = index[weights[index] > 0]
    return index, refine(features[None, index], weights[None, index], (weights[index] @ features[index])[None])[0]


def _nnls(features: Array, weights: Array) -> tuple[Index, Array]:
    columns = _in_units(features)
    found, _ = optimize.nnls(columns.T, weights @ columns)
    index = np.flatnonzero(found)
    return index, found[index]


def _lp(features: Array, weights: Array) -> tuple[Index, Array]:
    """A vertex that is far in a direction of no meaning; the sums bound all weights where a column is constant."""
    columns, cost = _in_units(features), np.cos(np.arange(len(features)))
    found = optimize.linprog(cost, A_eq=columns.T, b_eq=weights @ columns, bounds=(0, None), method="highs-ds")
    if found.x is None:
        raise ConvergenceError(f"the simplex method found no vertex: {found.message}")
    index = np.flatnonzero(found.x > 0)
    return index, found.x[index]


def _in_units(features: Array) -> Array:
    """Columns in units of their largest number, so that none is lost in the rounding of another."""
    largest = np.abs(features).max(0)
    return features / np.where(largest > 0, largest, 1.0)


METHODS: dict[str, Callable[[Array, Array], tuple[Any, Any]]] = {
    "tree": _tree,
    "one by one": _one_by_one,
    "nnls": _nnls,
    "lp": _lp,
}
