"""What the public doors of this family share: points and weights, checked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, same_length

__all__ = ["checked_points", "checked_table", "checked_weights"]

Array = NDArray[np.float64]


def checked_points(points: Any, name: str = "points") -> Array:
    """A finite float64 table (points, dimension) with at least one row and one column."""
    return checked_table(name, points, ("points", "dimension"))


def checked_table(name: str, value: Any, axes: tuple[str, str]) -> Array:
    """A finite float64 table with at least one row and one column."""
    try:
        table = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        fail(name, "be a table of numbers", value)
    if table.ndim != 2 or not table.size:
        fail(name, f"have the shape ({', '.join(axes)})", table.shape)
    if not np.isfinite(table).all():
        fail(name, "be finite", f"{np.count_nonzero(~np.isfinite(table))} entries that are not")
    return table


def checked_weights(weights: Any, points: Array, name: str = "points") -> Array:
    """Finite weights that are not negative, one for each point, not all zero; ones if left out."""
    if weights is None:
        return np.ones(len(points))
    try:
        found = np.asarray(weights, dtype=np.float64)
    except (TypeError, ValueError):
        fail("weights", "be a list of numbers", weights)
    if found.ndim != 1:
        fail("weights", "be a list of numbers", found.shape)
    same_length(**{name: points, "weights": found})
    if not np.isfinite(found).all():
        fail("weights", "be finite", f"{np.count_nonzero(~np.isfinite(found))} entries that are not")
    if found.min() < 0:
        fail("weights", "not be negative", float(found.min()))
    if not found.max() > 0:
        fail("weights", "not all be zero", float(found.max()))
    return found
