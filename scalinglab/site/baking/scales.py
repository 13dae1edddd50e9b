"""Numbers as whole numbers of 16 bits: exactly where they are few, else by where they stand on the axis of their chart.

Within the frame of a chart the codes are evenly spaced, ``steps`` of them from end to end; beyond it they thin out with
the logarithm of the distance. Three codes are kept for what is no finite number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scalinglab.live import Axis

#: Codes for what lies below the lower end of an axis; above the upper end there are at least as many.
BEYOND = 6_000
#: The codes of infinity, minus infinity and a gap.
ABOVE_ALL, BELOW_ALL, GAP = 65_533, 65_534, 65_535
#: Steps from end to end of an axis: a hundred for each pixel.
STEPS = 49_152
#: A column of numbers without an axis that spans more than this factor is kept by its logarithm.
_WIDE = 1e3
#: What is kept of a share of an axis that is nothing but rounding.
_HAIR = 1e-9


@dataclass(frozen=True)
class Coded:
    """A column's values as whole numbers, and how to read them.

    Parameters
    ----------
    codes : ndarray of uint32
        One for each value.
    reading : dict
        For the browser: ``kind`` with ``labels``, ``base`` or the parts of an axis.
    """

    codes: np.ndarray
    reading: dict[str, Any]


def code(values: np.ndarray, axes: Sequence[Axis], steps: int = STEPS) -> Coded:
    """Write numbers, words or truth values as whole numbers.

    Parameters
    ----------
    values : ndarray
        All values that a column takes in any frame.
    axes : sequence of Axis
        The axes that it is drawn on; without any its own range takes their place.
    steps : int
        How finely an axis is divided, at most ``STEPS``.
    """
    if values.dtype.kind in "UO":
        labels, codes = np.unique(values.astype(str), return_inverse=True)
        return Coded(codes.astype(np.uint32), {"kind": "words", "labels": labels.tolist()})
    if values.dtype.kind == "b":
        return Coded(values.astype(np.uint32), {"kind": "truth"})
    values = values.astype(float)
    return _whole(values) or _few(values) or _on_axis(values, axes, steps)


def _whole(values: np.ndarray) -> Coded | None:
    """Whole numbers, each exactly."""
    if not len(values) or not np.isfinite(values).all() or (values % 1).any() or np.ptp(values) >= 2**31:
        return None
    base = int(values.min())
    return Coded((values - base).astype(np.uint32), {"kind": "whole", "base": base})


def _few(values: np.ndarray) -> Coded | None:
    """Numbers of which there are few different ones, each exactly."""
    labels, codes = np.unique(values, return_inverse=True, equal_nan=True)
    if len(labels) > max(64, len(values) // 10):
        return None
    return Coded(codes.astype(np.uint32), {"kind": "few", "labels": [_plain(label) for label in labels.tolist()]})


def _plain(value: float) -> float | str:
    """A number as JSON can carry it."""
    return value if math.isfinite(value) else str(value)


def _on_axis(values: np.ndarray, axes: Sequence[Axis], steps: int) -> Coded:
    finite = np.isfinite(values)
    axis = _joined(axes) or _own(values[finite])
    with np.errstate(over="ignore"):  # what is too large for its place stands at the end
        place = np.clip(axis.place(np.where(finite, values, axis.low)), -1e300, 1e300)
    place = np.where(np.abs(np.round(place) - place) < _HAIR, np.round(place), place)
    low, high = np.log1p(np.maximum(-place, 0)), np.log1p(np.maximum(place - 1, 0))
    most = [float(each.max(initial=0)) for each in (low, high)]
    room = GAP - 3 - BEYOND - steps
    codes = BEYOND + np.round(np.clip(place, 0, 1) * steps)
    codes = np.where(place < 0, BEYOND - 1 - np.round(low / (most[0] or 1) * (BEYOND - 1)), codes)
    codes = np.where(place > 1, BEYOND + steps + 1 + np.round(high / (most[1] or 1) * (room - 1)), codes)
    codes = np.select([np.isnan(values), values == np.inf, values == -np.inf], [GAP, ABOVE_ALL, BELOW_ALL], codes)
    ends = {"low": axis.low, "high": axis.high, "constant": axis.constant if axis.log else 0}
    beyond = {"beyond": BEYOND, "steps": steps, "room": room, "most": most}
    return Coded(codes.astype(np.uint32), {"kind": "axis", **ends, **beyond})


def _joined(axes: Sequence[Axis]) -> Axis | None:
    """One axis from the lowest to the highest end of several, logarithmic if one of them is and all can be."""
    if len(axes) < 2:
        return axes[0] if axes else None
    log = next((axis for axis in axes if axis.log), None)
    low, high = min(axis.low for axis in axes), max(axis.high for axis in axes)
    if log is None or low <= 0:
        return Axis("", "", low, high, log=bool(log) and low == 0, linear_to=log.linear_to if log else 0.0)
    return Axis("", "", low, high, log=True, linear_to=log.linear_to)


def _own(values: np.ndarray) -> Axis:
    """An axis that just holds these values."""
    low, high = float(values.min()), float(values.max())
    if low > 0 and high / low > _WIDE:
        return Axis("", "", low, high, log=True)
    return Axis("", "", low, high)
