"""Sizes and errors at a public door: numbers, positive, finite, below chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, array, fail, positive


def numbers(name: str, value: ArrayLike) -> Array:
    """Positive and finite numbers, of any shape, as float64."""
    return array(name, value, positive=True, say="be positive and finite")


def errors(name: str, value: ArrayLike, chance: float | None = None) -> Array:
    """Errors, shape (points,): positive, finite, and below chance if that is given."""
    say = "be positive and finite (a run without a mistake has no logarithm)"
    found = array(name, value, positive=True, say=say).ravel()
    if chance is not None and (found >= positive("chance", chance)).any():
        fail(name, f"be below chance = {chance:g}", float(found.max()))
    return found


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
    found = numbers(name, value)
    if (found > 1).any():
        fail(name, "be a share of the weights, 1 at most", float(found.max()))
    return found
