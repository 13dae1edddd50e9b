"""What the public doors of this family share: sizes, times, steps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, array, fail, positive_integer
from scalinglab.random_features.response import Medium
from scalinglab.random_features.spectra import Spectrum


def medium(spectrum: Spectrum, width: float, samples: float) -> Medium:
    """A spectrum, a width and a number of samples, each checked."""
    if not isinstance(spectrum, Spectrum):
        fail("spectrum", "be a Spectrum", spectrum)
    return Medium(spectrum, size("width", width), size("samples", samples))


def size(name: str, value: Any) -> float:
    """A positive whole number, or infinity."""
    if isinstance(value, float) and value == math.inf:
        return math.inf
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return float(positive_integer(name, value))


def ascending(name: str, value: ArrayLike, *, endless: bool = False) -> Array:
    """Times, shape (times,): not negative and strictly increasing; the last may be infinite if ``endless``."""
    shape = "be one-dimensional and not empty"
    found = np.atleast_1d(array(name, value, axes=(0, 1), shape=shape, finite=False, copy=True))
    inner = found[:-1] if endless and found[-1] == math.inf else found
    if not np.isfinite(inner).all() or (inner < 0).any():
        fail(name, "be finite and not negative", value)
    if not (np.diff(inner) > 0).all():
        fail(name, "increase", value)
    return found


def whole_steps(name: str, value: ArrayLike) -> Array:
    """Steps, shape (steps,): whole, not negative and strictly increasing; as float64, which holds them exactly."""
    found = ascending(name, value)
    if (found != np.round(found)).any() or found[-1] > 2**53:
        fail(name, "be whole numbers", value)
    return found
