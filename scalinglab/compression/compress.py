"""Many points as few: cells, and in each the moments of all its points on a few of them, with new weights."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import Array, fail, integer, non_negative_integer, positive_integer
from scalinglab._results import ReadOnly, records
from scalinglab.compression._arguments import checked_points, checked_weights, coordinates
from scalinglab.compression.exponents import (
    MOST_MOMENTS,
    checked_exponents,
    largest_order,
    moment_count,
    multi_indices,
)
from scalinglab.compression.partition import cut
from scalinglab.compression.polynomials import boxed, evaluator
from scalinglab.compression.tree import Sums, halve, refine

Index = NDArray[np.int64]
#: Numbers that are worked on at once: polynomials in a block of points, and null spaces of some cells. They fit the
#: cache of a processor.
BLOCK, NULL_SPACES = 2**18, 2**18
#: Points of the cells that are worked on at once.
POINTS = 2**20


@dataclass(frozen=True, eq=False, repr=False)
class Compressed(ReadOnly):
    """Some of the points, with weights that keep moments of all of them; arrays are read-only.

    Attributes
    ----------
    index : array of int, shape (kept,)
        Which points are left, ascending.
    weights : array, shape (kept,)
        Their weights, positive; they add up to those of all points.
    order : int
        All moments up to it are kept (the largest total degree, if exponents were given). Where no more points were
        asked than there are, all are left as they were, and the order is that which would have been kept.
    moments : int
        How many are kept in each cell, the total weight being one of them.
    cells : int
        Parts of the points in each of which they are kept.
    """

    index: Index
    weights: Array
    order: int
    moments: int
    cells: int

    def __len__(self) -> int:
        return len(self.index)

    def rows(self, points: ArrayLike | None = None) -> list[dict[str, Any]]:
        """Return a record for each point that is left: ``index``, ``weight``, and its coordinates ``x0, x1 ...``.

        Parameters
        ----------
        points : array, shape (points, dimension), optional
            Those that were compressed; no coordinates if left out.
        """
        more = {} if points is None else coordinates(checked_points(points)[self.index])
        return records({"index": self.index, "weight": self.weights} | more)

    def __repr__(self) -> str:
        return (
            f"Compressed({len(self)} points, order {self.order}, {self.moments} moments in each of {self.cells} cells)"
        )


def compress(
    points: ArrayLike,
    size: int,
    order: int | None = None,
    *,
    weights: ArrayLike | None = None,
    exponents: ArrayLike | None = None,
    cell_dims: Sequence[int] | None = None,
) -> Compressed:
    """Choose some of the points, and weights for them, that keep the moments of all points up to an order.

    The points are cut into cells, and the moments are kept in each: for any function g, the weighted sum of g over the
    points that are left differs from that over all of them by at most twice the sum over cells of the cell's weight
    times the distance of g from the polynomials of this order there. (After [Wang2025] Algorithm 1, whose clusters
    overlap. As these cells do not, each point's weight counts once, and the bound lacks the factor d of its
    Theorem 4.) Points are never moved, and nothing is random.

    Parameters
    ----------
    points : array, shape (points, dimension)
    size : int
        Most points that are left: at least as many as there are moments.
    order : int, optional
        If left out, the largest of which the moments of one cell fit into the size, among those with at most 500
        moments (``largest_order``). That is best for functions that are analytic far beyond the points. For rough
        ones (a ReLU, a steep tanh) take a low order, which makes many small cells.
    weights : array, shape (points,), optional
        Ones if left out. Not negative; points of weight 0 are never kept.
    exponents : array of int, shape (moments, dimension), optional
        Which moments to keep, in the place of an order; with each exponent they must hold all smaller ones.
    cell_dims : sequence of int, optional
        Columns that the cells are cut along; all if left out.

    Returns
    -------
    Compressed

    Raises
    ------
    ValueError
        If points or weights are not finite or do not fit, a weight is negative, all are zero, or the moments do not
        fit into the size.

    Examples
    --------
    >>> import numpy as np
    >>> points = np.random.default_rng(0).uniform(size=(10_000, 2))
    >>> few = compress(points, 60, 5)
    >>> few
    Compressed(42 points, order 5, 21 moments in each of 2 cells)
    >>> bool(abs(few.weights @ np.prod(points[few.index], axis=1) - np.prod(points, axis=1).sum()) < 1e-9)
    True
    """
    table = checked_points(points)
    given = checked_weights(weights, table)
    table_of_exponents, order = _moments(table.shape[1], size, order, exponents)
    columns = _columns(cell_dims, table.shape[1])
    moments, heavy = len(table_of_exponents), np.flatnonzero(given > 0)
    if len(heavy) <= size:
        return Compressed(heavy, given[heavy], order, moments, 1)
    cells = [heavy]
    if size // moments > 1:
        cells = [heavy[cell] for cell in cut(table[heavy][:, columns], size // moments)]
    found = [_compressed(table, given, some, table_of_exponents) for some in _batches(cells, moments)]
    index, kept = (np.concatenate(part) for part in zip(*found, strict=True))
    ascending = np.argsort(index)
    return Compressed(index[ascending], kept[ascending], order, moments, size // moments)


def _moments(dimension: int, size: int, order: int | None, exponents: ArrayLike | None) -> tuple[Index, int]:
    """The exponents that are kept, and their order, if they fit into the size."""
    positive_integer("size", size)
    if exponents is not None:
        if order is not None:
            fail("order", "be left out where exponents are given", order)
        table = checked_exponents(exponents, dimension)
        if len(table) > size:
            fail("size", f"be at least {len(table)}, the number of exponents", size)
        return table, int(table.sum(1).max())
    if size < dimension + 1:
        fail("size", f"be at least {dimension + 1}, the moments of order 1 in {dimension} dimensions", size)
    order = largest_order(dimension, size) if order is None else non_negative_integer("order", order)
    count = moment_count(dimension, order)
    if count > min(size, MOST_MOMENTS):
        largest = largest_order(dimension, size)
        what = (
            f"be at most {largest} in {dimension} dimensions, of which the moments fit into {min(size, MOST_MOMENTS)}"
        )
        fail("order", what, order)
    return multi_indices(dimension, order), order


def _columns(cell_dims: Sequence[int] | None, dimension: int) -> list[int]:
    if cell_dims is None:
        return list(range(dimension))
    columns = [integer("cell_dims", column) for column in cell_dims]
    if not columns or len(set(columns)) < len(columns) or not all(0 <= column < dimension for column in columns):
        fail("cell_dims", f"be different columns from 0 to {dimension - 1}", columns)
    return columns


def _batches(cells: list[Index], moments: int) -> list[list[Index]]:
    """The cells, some at a time."""
    most = max(1, min(NULL_SPACES // (2 * moments**2), POINTS // len(cells[0])))
    return [cells[first : first + most] for first in range(0, len(cells), most)]


def _compressed(points: Array, weights: Array, cells: list[Index], exponents: Index) -> tuple[Index, Array]:
    """The points that are left of some cells, and their weights."""
    longest = max(map(len, cells))
    index = np.empty((len(cells), longest), dtype=np.int64)
    for row, cell in zip(index, cells, strict=True):
        row[: len(cell)], row[len(cell) :] = cell, cell[0]
    there = np.arange(longest) < np.array([[len(cell)] for cell in cells])
    given = weights[index]
    largest = given.max()
    along = np.ascontiguousarray(np.moveaxis(points[index], 2, 0))
    sums, features = _sums_of(boxed(along[..., None])[..., 0], exponents)
    members, kept, totals = halve(sums, np.where(there, given / largest, 0.0), len(exponents))
    kept = refine(features(members), kept, totals)
    left = kept > 0
    return np.take_along_axis(index, members, 1)[left], kept[left] * largest


def _sums_of(boxes: Array, exponents: Index) -> tuple[Sums, Any]:
    """Sums of polynomials over groups, computed block by block and never kept; and the polynomials of some points.

    ``boxes`` are the points, of the shape (dimension, cells, points). A polynomial is one of the first axes times one
    of the last; over a group, the sums of all such products are a product of two small matrices, of which the
    exponents that are asked for are taken. Only the factors are ever computed for every point.
    """
    evaluate, dimension = evaluator(exponents), len(boxes)
    first, place = np.unique(exponents * (np.arange(dimension) < dimension - 1), axis=0, return_inverse=True)
    last = exponents[:, -1]
    second = np.outer(np.arange(last.max() + 1), np.arange(dimension) == dimension - 1)
    factor, other = evaluator(first), evaluator(second)
    flat = np.ascontiguousarray(boxes.reshape(dimension, -1))  # or each take would copy it whole
    start = boxes.shape[2] * np.arange(boxes.shape[1])[:, None, None]  # of each cell in the flat array
    block = max(256, BLOCK // (2 * (len(first) + len(second))))

    def sums(members: Index, weights: Array) -> Array:
        cells, each, groups = members.shape
        found = np.empty((cells, groups, len(exponents)))
        some, across = max(1, block // (each * groups)), max(1, block // each)
        for part in itertools.product(_slices(cells, some), _slices(groups, across)):
            whole = (part[0], slice(None), part[1])
            points = flat.take(start[part[0]] + members[whole].swapaxes(1, 2), 1)
            factors = np.moveaxis(factor(points, weights[whole].swapaxes(1, 2)), 0, 2)
            found[part] = np.matmul(factors, np.moveaxis(other(points), 0, 3))[..., place.ravel(), last]
        return found

    def features(members: Index) -> Array:
        return np.moveaxis(evaluate(flat.take(start[:, 0] + members, 1)), 0, 2)

    return sums, features


def _slices(length: int, each: int) -> list[slice]:
    return [slice(first, first + each) for first in range(0, length, each)]
