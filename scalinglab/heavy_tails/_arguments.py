"""Data, densities and settings at a public door: enough points, finite, not all alike."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import fail, number, positive

Array = NDArray[np.float64]
#: Densities are products of decimals as often as not: 0.7 * 10 keeps 7 of 10, and not 8.
ROUNDING = 1e-9


def points(name: str, value: ArrayLike, least: int, *, axes: tuple[int, ...] = (1,)) -> Array:
    """Finite numbers, at least so many of them along the first axis and not all equal, as float64."""
    array = finite(name, value)
    if array.ndim not in axes:
        fail(name, f"have {' or '.join(map(str, axes))} dimensions", array.shape)
    if len(array) < least:
        fail(name, f"hold at least {least} points", len(array))
    if (array == array[:1]).all():
        fail(name, "hold different values", float(array.flat[0]))
    return array


def finite(name: str, value: ArrayLike) -> Array:
    """Finite numbers of any shape, at least one of them, as float64."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        fail(name, "be numbers", value)
    if not array.size:
        fail(name, "not be empty", value)
    if not np.isfinite(array).all():
        fail(name, "be finite", value)
    return array


def matrix(name: str, value: ArrayLike) -> Array:
    """A matrix of finite numbers, or a stack of them, that is not all zeros; shape (..., rows, columns)."""
    array = finite(name, value)
    if array.ndim < 2:
        fail(name, "be a matrix", array.shape)
    if not array.any():
        fail(name, "hold a number that is not 0", array.shape)
    return array


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
