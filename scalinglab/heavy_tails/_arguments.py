"""Data, densities and settings at a public door: enough points, finite, not all alike."""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import ArrayLike

from scalinglab._checks import Array, array, fail, number, positive

#: Densities are products of decimals as often as not: 0.7 * 10 keeps 7 of 10, and not 8.
ROUNDING = 1e-9


def points(name: str, value: ArrayLike, least: int, *, axes: tuple[int, ...] = (1,)) -> Array:
    """Finite numbers, at least so many of them along the first axis and not all equal, as float64."""
    found = array(name, value, axes=axes)
    if len(found) < least:
        fail(name, f"hold at least {least} points", len(found))
    if (found == found[:1]).all():
        fail(name, "hold different values", float(found.flat[0]))
    return found


def matrix(name: str, value: ArrayLike) -> Array:
    """A matrix of finite numbers, or a stack of them, that is not all zeros; shape (..., rows, columns)."""
    found = array(name, value)
    if found.ndim < 2:
        fail(name, "be a matrix", found.shape)
    if not found.any():
        fail(name, "hold a number that is not 0", found.shape)
    return found


def density(name: str, value: Any) -> float:
    """A share that is kept: above 0, and 1 at most."""
    if not 0 < number(name, value) <= 1:
        fail(name, "be above 0, and 1 at most", value)
    return float(value)


def kept_of(share: float, count: int) -> int:
    """How many of ``count`` a density keeps: rounded up, so at least one."""
    return math.ceil(share * count - ROUNDING)


def stable_index(name: str, value: Any) -> float:
    """The index of a stable law: above 0, and 2 at most."""
    if positive(name, value) > 2:
        fail(name, "be above 0, and 2 at most", value)
    return float(value)
