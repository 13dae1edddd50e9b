"""Paths in the complex plane on which transforms are inverted, as nodes and weights.

    f(t) = (1 / 2 pi i) integral of e^{z t} g(z) dz  ~  2 Re sum_j w_j e^{z_j t} g(z_j)

for g whose singularities lie on the negative real axis: nodes are given in the upper half-plane only, as g takes
conjugate values in the lower one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array

Complex = NDArray[Any]
#: Nodes of a hyperbola in the upper half-plane, for times within a decade.
NODES = 16
DECADE = 10.0


@dataclass(frozen=True, eq=False)
class Window:
    """Times that share a path.

    Attributes
    ----------
    first : float
        The earliest time that the path serves.
    members : slice
        Which of the times these are.
    """

    first: float
    members: slice


def windows(times: Array) -> list[Window]:
    """Divide ascending, positive times into windows of at most a decade."""
    found, start = [], 0
    while start < len(times):
        stop = int(np.searchsorted(times, float(times[start]) * DECADE * (1 + 1e-12), side="right"))
        found.append(Window(float(times[start]), slice(start, stop)))
        start = stop
    return found


def hyperbola(nodes: int = NODES, ratio: float = DECADE) -> tuple[Complex, Complex]:
    """Nodes and weights for times from 1 to ``ratio``; for times from t on, divide both by t.

    The hyperbola ``z = m (1 + sin(i u - phi))`` of [Weideman2007], with its optimal parameters for a range of times.

    Returns
    -------
    z, w : array of complex, shape (nodes,)
        ``w`` holds the step and ``1 / 2 pi i``.
    """
    phi, spread = _shape(ratio)
    step = spread / nodes
    scale = (4 * math.pi * phi - math.pi**2) * nodes / (spread * ratio)
    inner = 1j * (np.arange(nodes) + 0.5) * step - phi
    return scale * (1 + np.sin(inner)), step / (2 * math.pi) * scale * np.cos(inner)


@cache
def _shape(ratio: float) -> tuple[float, float]:
    """The angle that makes the error fall fastest, and the width of the range of u ([Weideman2007] section 3)."""

    def spread(phi: float) -> float:
        top = (math.pi - 2 * phi) * ratio + 4 * phi - math.pi
        return math.acosh(top / ((4 * phi - math.pi) * math.sin(phi)))

    def rate(phi: float) -> float:
        return -(math.pi**2 - 2 * math.pi * phi) / spread(phi)

    phi = _lowest(rate, math.pi / 4 + 1e-6, math.pi / 2 - 1e-6)
    return phi, spread(phi)


def _lowest(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function has its one minimum between two ends, by golden sections (scipy takes longer to load)."""
    golden = (math.sqrt(5) - 1) / 2
    while high - low > 1e-6:
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if function(left) < function(right) else (left, high)
    return (low + high) / 2
