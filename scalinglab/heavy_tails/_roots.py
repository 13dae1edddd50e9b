"""The one root finder of this family: a sign change between two ends, found to the last digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scalinglab._later import optimize

#: Relative; the smallest that scipy takes is four roundings.
TOLERANCE = 1e-14


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """The zero of a continuous function that has different signs at both ends, by Brent's method."""
    found: Any = optimize.brentq(function, low, high, xtol=1e-300, rtol=TOLERANCE)  # type: ignore[arg-type]
    return float(found)
