"""What the public doors of this family share: points and weights, checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from scalinglab._checks import Array, array, fail, same_length


def checked_points(points: Any, name: str = "points") -> Array:
    """A finite float64 table (points, dimension) with at least one row and one column."""
    return checked_table(name, points, ("points", "dimension"))


def checked_table(name: str, value: Any, axes: tuple[str, str]) -> Array:
    """A finite float64 table with at least one row and one column."""
    return array(name, value, axes=2, shape=f"have the shape ({', '.join(axes)})", words="be a table of numbers")


def checked_weights(weights: Any, points: Array, name: str = "points") -> Array:
    """Finite weights that are not negative, one for each point, not all zero; ones if left out."""
    if weights is None:
        return np.ones(len(points))
    words = "be a list of numbers"
    found = array("weights", weights, axes=1, shape=words, words=words)
    same_length(**{name: points, "weights": found})
    if found.min() < 0:
        fail("weights", "not be negative", float(found.min()))
    if not found.max() > 0:
        fail("weights", "not all be zero", float(found.max()))
    return found


def two_sets(points: Any, weights: Any, others: Any, other_weights: Any) -> tuple[tuple[Array, Array], ...]:
    """Points and weights of two sets of one dimension, weights in units of the first set's."""
    first, second = checked_points(points), checked_points(others, "others")
    own, theirs = checked_weights(weights, first), checked_weights(other_weights, second, "others")
    if first.shape[1] != second.shape[1]:
        fail("others", f"have {first.shape[1]} columns, as points do", second.shape)
    return (first, own / own.sum()), (second, theirs / own.sum())


def coordinates(points: Array, letter: str = "x") -> dict[str, Array]:
    """Columns of a table of points for records: ``x0, x1 ...``."""
    return {f"{letter}{axis}": column for axis, column in enumerate(points.T)}
