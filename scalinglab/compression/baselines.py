"""What moments are compared with: random points, rescaled to the same total weight, and centres of clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, fail, non_negative_integer, positive_integer
from scalinglab._later import spatial
from scalinglab._results import ReadOnly, records
from scalinglab.compression._arguments import checked_points, checked_weights, coordinates
from scalinglab.compression.compress import Compressed

#: Rounds of k-means at most.
ROUNDS = 100


def random_subset(points: ArrayLike, size: int, *, weights: ArrayLike | None = None, seed: int = 0) -> Compressed:
    """Return some of the points at random, each with the same share of the total weight.

    Points are drawn without replacement, in proportion to their weights where these differ. The total weight is kept:
    without that, what is left would be a smaller sum of the same shape, and no fair comparison.

    Parameters
    ----------
    points : array, shape (points, dimension)
    size : int
        How many; all of them if there are no more.
    weights : array, shape (points,), optional
        Ones if left out.
    seed : int

    Returns
    -------
    Compressed
        Of order 0: the total weight is the one moment that is kept.

    Raises
    ------
    ValueError
        If points or weights do not fit, or an argument is out of range.
    """
    table = checked_points(points)
    given = checked_weights(weights, table)
    heavy = np.flatnonzero(given > 0)
    generator = np.random.default_rng(non_negative_integer("seed", seed))
    if positive_integer("size", size) >= len(heavy):
        return Compressed(heavy, given[heavy], 0, 1, 1)
    shares = None if np.ptp(given[heavy]) == 0 else given[heavy] / given[heavy].sum()
    index = np.sort(generator.choice(heavy, size, replace=False, p=shares))
    return Compressed(index, np.full(size, given.sum() / size), 0, 1, 1)


@dataclass(frozen=True, eq=False, repr=False)
class Clusters(ReadOnly):
    """Centres of clusters, which are no longer any of the points, and the weight of each cluster; read-only.

    Attributes
    ----------
    points : array, shape (clusters, dimension)
    weights : array, shape (clusters,)
    """

    points: Array
    weights: Array

    def __len__(self) -> int:
        return len(self.points)

    def rows(self) -> list[dict[str, float]]:
        """Return a record for each cluster: its ``weight``, and its coordinates ``x0, x1 ...``."""
        return records({"weight": self.weights} | coordinates(self.points))

    def __repr__(self) -> str:
        return f"Clusters({len(self)} of dimension {self.points.shape[1]})"


def cluster(points: ArrayLike, size: int, *, weights: ArrayLike | None = None, seed: int = 0) -> Clusters:
    """Return the centres of k-means clusters (one start, at most 100 rounds), weighted by what they stand for.

    Every cluster keeps its moments of order 0 and 1. Centres are moved points: a centre of neurons is a neuron that
    the network did not have.

    Parameters
    ----------
    points : array, shape (points, dimension)
    size : int
        How many clusters, at most as many as there are points.
    weights : array, shape (points,), optional
    seed : int

    Raises
    ------
    ValueError
        If points or weights do not fit, or an argument is out of range.
    """
    table = checked_points(points)
    given = checked_weights(weights, table)
    if positive_integer("size", size) > np.count_nonzero(given):
        fail("size", f"not exceed {np.count_nonzero(given)}, the points that have a weight", size)
    table, given = table[given > 0], given[given > 0]
    centres = table[_spread(table, given, size, np.random.default_rng(non_negative_integer("seed", seed)))]
    masses, nearest = np.zeros(size), np.full(len(table), -1)
    for _ in range(ROUNDS):
        before, nearest = nearest, np.asarray(spatial.KDTree(centres).query(table)[1])
        if (before == nearest).all():
            break
        masses = np.bincount(nearest, given, size)
        sums = np.stack([np.bincount(nearest, given * column, size) for column in table.T], 1)
        held = masses > 0
        centres[held] = sums[held] / masses[held, None]
    return Clusters(centres[masses > 0], masses[masses > 0].astype(np.float64))


def _spread(table: Array, weights: Array, size: int, generator: np.random.Generator) -> list[int]:
    """Points far from each other to begin with: each is drawn in proportion to its squared distance from the others.

    This is k-means++ [Arthur2007]: of a few points so drawn, the one is taken that leaves the least of these distances.
    """
    tries = 2 + int(math.log(size))
    columns = np.ascontiguousarray(table.T)
    found, left = [int(generator.choice(len(table), p=weights / weights.sum()))], np.full(len(table), np.inf)
    while len(found) < size:
        left = np.minimum(left, _distances(columns, table[found[-1:]])[0])
        sums = np.cumsum(weights * left)
        drawn = np.searchsorted(sums, generator.random(tries) * sums[-1], side="right").clip(max=len(table) - 1)
        then = np.minimum(left, _distances(columns, table[drawn])) @ weights
        found.append(int(drawn[then.argmin()]))
    return found


def _distances(columns: Array, places: Array) -> Array:
    """Squared distances of all points, (dimension, points), from some places, (places, dimension): (places, points)."""
    apart = columns[:, None] - places.T[..., None]
    apart *= apart
    return apart.sum(0)
