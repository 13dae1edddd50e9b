"""Recombination by a tree: halve the points again and again, all cells of a partition at once.

A cell of n points and D features is cut into 2D groups; the groups' barycentres are recombined to D of them, and the
points of the others fall away. After log2(n / D) such rounds D points are left. (Tchernychova and Lyons; here with an
orthonormal null space from one QR a round.)

Sums of features over all points are the dear part. So they are taken over many more groups than 2D, and the groups are
halved, as if their barycentres were points, until D are left: each point's features are looked at about once. The whole
costs O(n D + D^3 log(n / D)).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array

Index = NDArray[np.int64]
#: Sums of features over groups: from members (cells, in group, groups) and their weights to (cells, groups, features).
Sums = Callable[[Index, Array], Array]
#: Entries of a unit vector below this are rounding: no step is cut short by them.
ROUNDING = 1e-14
#: Dependent directions: singular values below this many units of rounding, for each row of the matrix.
UNITS = 8.0
#: The smallest number by which is divided.
TINY = np.finfo(float).tiny


def halve(sums: Sums, weights: Array, features: int) -> tuple[Index, Array, Array]:
    """Recombine the points of each cell to at most ``features`` of them.

    Parameters
    ----------
    sums : callable
        Sums of features over groups of points.
    weights : array, shape (cells, points)
        Not negative.
    features : int

    Returns
    -------
    members : array of int, shape (cells, at most features)
    weights : array of the same shape
        Not negative.
    totals : array, shape (cells, features)
        What is kept: the weighted sums over all points.
    """
    cells, points = weights.shape
    members = np.broadcast_to(np.arange(points), (cells, points))
    totals = None
    while True:
        points = members.shape[1]
        groups = min(_groups(points, features), points)
        each = -(-points // groups)
        members, weights = (_padded(part, each * groups).reshape(cells, each, groups) for part in (members, weights))
        found, masses = sums(members, weights), weights.sum(1)
        totals = found.sum(1) if totals is None else totals
        if groups <= features:
            return members[:, 0], weights[:, 0], totals
        kept, factors = _thinned(found, masses)
        members = np.take_along_axis(members, kept[:, None], 2).reshape(cells, -1)
        weights = (np.take_along_axis(weights, kept[:, None], 2) * factors[:, None]).reshape(cells, -1)
        if each == 1:
            return members, weights, totals


def _groups(points: int, features: int) -> int:
    """A power of two times the number of features: about as many groups as each has points, in units of features."""
    return 2 * features * 2 ** max(0, math.floor(math.log2(math.sqrt(points / features) / 2)))


def _thinned(sums: Array, masses: Array) -> tuple[Index, Array]:
    """Groups that are left, as many as features in every cell, and their factors; some of these may be 0."""
    _, groups, features = sums.shape
    unit = np.where(masses > 0, masses, 1.0)
    barycentres = sums / unit[..., None]
    if groups <= 2 * features:
        factors = _recombined(barycentres, masses) / unit
        kept = np.argsort(factors == 0, axis=1, kind="stable")[:, :features]
        return kept, np.take_along_axis(factors, kept, 1)
    cell = np.arange(len(sums))[:, None, None]

    def again(members: Index, weights: Array) -> Array:
        return np.einsum("cgj,cgjd->cjd", weights, barycentres[cell, members])

    kept, left, _ = halve(again, masses, features)
    return kept, left / np.take_along_axis(unit, kept, 1)


def _padded(part: NDArray, length: int) -> NDArray:
    """Lengthen the second axis with zeros: more of the first point, of weight 0."""
    more = length - part.shape[1]
    return np.pad(part, ((0, 0), (0, more))) if more else part


def _recombined(barycentres: Array, masses: Array) -> Array:
    """Masses of the groups, of which all but as many as there are features become 0: (cells, groups)."""
    orthogonal = np.linalg.qr(barycentres, mode="complete").Q
    return peel(np.ascontiguousarray(orthogonal[..., barycentres.shape[2] :]), masses)


def peel(directions: Array, masses: Array) -> Array:
    """Walk along directions that keep all sums until as many masses are zero as there are directions.

    Parameters
    ----------
    directions : array, shape (cells, groups, directions)
        Orthonormal columns v with ``v @ barycentres = 0``.
    masses : array, shape (cells, groups)
        Not negative.

    Returns
    -------
    array, shape (cells, groups)
        Not negative; at least as many zeros as there are directions.

    Notes
    -----
    Along a combination ``v = directions @ x`` the walk ends at the first mass that gets to 0. The next x must keep that
    mass at 0, so it is orthogonal to its row of the directions. Such rows are made orthonormal one by one, and x is
    the projection of a unit vector, the one that keeps most of its length: at least sqrt(left / directions), so that
    nothing is lost to rounding.
    """
    cells, _, count = directions.shape
    masses, every = masses.copy(), np.arange(cells)
    alive, gone = np.ones(masses.shape, dtype=bool), np.full(masses.shape, np.inf)
    spent = np.zeros((cells, count, count))  # orthonormal rows
    left = np.ones((cells, count))  # of the squared lengths of unit vectors, when they are projected
    for step in range(count):
        rows, best = spent[:, :step], left.argmax(1)
        way = _combined(rows, -rows[every, :, best])
        way[every, best] += 1.0
        line = np.matmul(directions, way[..., None])[..., 0]
        size = np.abs(line)
        first = np.divide(masses, size, out=gone.copy(), where=(size >= ROUNDING) & alive).argmin(1)
        stride = masses[every, first] / line[every, first]
        line *= stride[:, None]
        masses -= line
        alive[every, first] = False
        np.maximum(masses, 0.0, out=masses)
        masses *= alive
        row = directions[every, first]
        for _ in range(2):  # twice is enough, however short what is left of it
            row += _combined(rows, -np.matmul(rows, row[..., None])[..., 0])
        row /= np.sqrt(np.maximum(np.einsum("cd,cd->c", row, row), TINY))[:, None]
        spent[:, step] = row
        left -= row**2
    return masses


def _combined(rows: Array, shares: Array) -> Array:
    """Sums of rows (cells, rows, n) with these shares (cells, rows): (cells, n)."""
    return np.matmul(shares[:, None], rows)[:, 0]


def refine(features: Array, weights: Array, totals: Array) -> Array:
    """Bring weights to the sums as exactly as rounding allows, and drop points that dependent features do not need.

    Parameters
    ----------
    features : array, shape (cells, points, features)
        Of the points that are left.
    weights : array, shape (cells, points)
    totals : array, shape (cells, features)

    Returns
    -------
    array, shape (cells, points)
        Not negative.
    """
    # In units of its largest number no column is lost in the rounding of another. (Null spaces do not depend on units.)
    largest = np.abs(features).max(1)
    units = np.where(largest > 0, largest, 1.0)
    features, totals = features / units[:, None], totals / units
    held = features * (weights > 0)[..., None]
    orthogonal, triangular = np.linalg.qr(held)
    pivots = np.abs(np.diagonal(triangular, axis1=1, axis2=2))
    low = np.finfo(float).eps * UNITS * features.shape[1] * pivots.max(1)
    regular = (pivots.min(1) > 1e3 * low) & (weights > 0).all(1) & (features.shape[1] == features.shape[2])
    weights = weights.copy()
    if regular.any():
        solved = weights[regular]
        for _ in range(2):
            off = totals[regular] - np.einsum("cp,cpd->cd", solved, features[regular])
            up = np.linalg.solve(triangular[regular].swapaxes(1, 2), off[..., None])
            nearer = solved + np.matmul(orthogonal[regular], up)[..., 0]
            solved = np.where((nearer < 0).any(1, keepdims=True), solved, nearer)  # as in _refine_one
        weights[regular] = solved
    for cell in np.flatnonzero(~regular):
        weights[cell] = _refine_one(features[cell], weights[cell], totals[cell])
    return weights


def _refine_one(features: Array, weights: Array, totals: Array) -> Array:
    """The same for one cell whose features may be dependent."""
    found, held = np.zeros_like(weights), np.flatnonzero(weights > 0)
    while True:
        left, singular, _ = np.linalg.svd(features[held])
        rank = int((singular > np.finfo(float).eps * UNITS * max(features.shape) * singular[0]).sum())
        if rank == len(held):
            break
        fewer = peel(np.ascontiguousarray(left[None, :, rank:]), weights[None, held])[0]
        weights = np.zeros_like(weights)
        weights[held] = fewer
        held = np.flatnonzero(weights > 0)
    solved = weights[held]
    for _ in range(2):
        off = totals - solved @ features[held]
        nearer = solved + np.linalg.lstsq(features[held].T, off, rcond=None)[0]
        if (nearer < 0).any():  # nearly dependent features ask for large steps, which would be cut off at 0
            break
        solved = nearer
    found[held] = solved
    return found
