"""Sizes and errors at a public door: numbers, positive, finite, below chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import fail, positive

Array = NDArray[np.float64]


def numbers(name: str, value: ArrayLike) -> Array:
    """Positive and finite numbers, of any shape, as float64."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        fail(name, "be numbers", value)
    if not array.size or not np.isfinite(array).all() or (array <= 0).any():
        fail(name, "be positive and finite", value)
    return array


def errors(name: str, value: ArrayLike, chance: float | None = None) -> Array:
    """Errors, shape (points,): positive, finite, and below chance if that is given."""
    try:
        array = np.asarray(value, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        fail(name, "be numbers", value)
    if not array.size or not np.isfinite(array).all() or (array <= 0).any():
        fail(name, "be positive and finite (a run without a mistake has no logarithm)", value)
    if chance is not None and (array >= positive("chance", chance)).any():
        fail(name, f"be below chance = {chance:g}", float(array.max()))
    return array


def enough(name: str, value: Array, parameters: int) -> None:
    """At least as many points as parameters."""
    if len(value) < parameters:
        fail(name, f"hold at least {parameters} points to fit {parameters} parameters", len(value))


def different(name: str, value: Array, least: int) -> None:
    """At least so many different values."""
    if len(np.unique(value)) < least:
        fail(name, f"hold at least {least} different values", value.tolist())


def densities(name: str, value: ArrayLike) -> Array:
    """Shares of weights that are left: above 0, and 1 at most."""
    array = numbers(name, value)
    if (array > 1).any():
        fail(name, "be a share of the weights, 1 at most", float(array.max()))
    return array
