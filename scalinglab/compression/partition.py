"""Cells of nearly equal numbers of points: median splits along the widest side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array

Index = NDArray[np.int64]


def cut(points: Array, cells: int) -> list[Index]:
    """Indices of the points of each cell, of sizes that differ by a few points at most.

    A group of points that is to become several cells is split along its widest side, with as many points on either
    side as its share of the cells. So cells stay compact, and there is nothing random.
    The indices of each cell have one order, which is the same on every machine: ascending in more than one dimension.

    Parameters
    ----------
    points : array, shape (points, dimension)
    cells : int
        From 1 to the number of points.
    """
    if cells == 1:
        return [np.arange(len(points))]
    if points.shape[1] == 1:
        return np.array_split(np.argsort(points[:, 0], kind="stable"), cells)
    found, left = [], [(np.arange(len(points)), cells)]
    while left:
        index, parts = left.pop()
        if parts == 1:
            found.append(index)
            continue
        here = points[index]
        # Halves, as the width of the largest numbers is beyond all floats.
        axis = int(np.argmax(here.max(0) / 2 - here.min(0) / 2))
        place = len(index) * (parts // 2) // parts
        low = _lowest(here[:, axis], place)
        left.append((index[~low], parts - parts // 2))
        left.append((index[low], parts // 2))
    return found


def _lowest(values: Array, count: int) -> NDArray[np.bool_]:
    """Which are the lowest so many values, of equal ones the first.

    The order that ``np.argpartition`` leaves, and its choice among equal values, differ from processor to processor.
    """
    edge = np.partition(values, count)[count]
    low = values < edge
    low[np.flatnonzero(values == edge)[: count - np.count_nonzero(low)]] = True
    return low
