"""How many weights each layer keeps: in the same share, or more where a layer has few."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, positive_integer

Shapes = Sequence[tuple[int, int]]


def uniform_counts(shapes: Shapes, kept: int) -> tuple[int, ...]:
    """So many weights of all, in the same share of each layer; by largest remainders, so that they add up exactly.

    Parameters
    ----------
    shapes : sequence of (outputs, inputs)
    kept : int

    Raises
    ------
    ValueError
        If a number is not positive, or ``kept`` is larger than the network.

    Examples
    --------
    >>> uniform_counts([(64, 64), (64, 64), (10, 64)], 100)
    (47, 46, 7)
    """
    sizes = _sizes(shapes, kept)
    return _rounded(sizes * (kept / sizes.sum()), sizes, kept)


def erk_counts(shapes: Shapes, kept: int) -> tuple[int, ...]:
    """Erdos-Renyi counts: densities in proportion to ``(inputs + outputs) / (inputs * outputs)``, at most 1 [Evci2020].

    A layer whose density would be above 1 is kept whole, and the rest of the weights is spread over the others.

    Parameters
    ----------
    shapes : sequence of (outputs, inputs)
    kept : int

    Raises
    ------
    ValueError
        If a number is not positive, or ``kept`` is larger than the network.

    Examples
    --------
    >>> erk_counts([(64, 64), (64, 64), (10, 64)], 400)
    (155, 155, 90)
    """
    sizes = _sizes(shapes, kept)
    # The density times the size of a layer is its inputs plus outputs, times one factor for all.
    shares = np.array([float(sum(shape)) for shape in shapes])
    whole = np.zeros(len(sizes), dtype=bool)
    while True:
        left = kept - sizes[whole].sum()
        wanted = np.where(whole, sizes, shares * (left / shares[~whole].sum() if not whole.all() else 0))
        over = (wanted > sizes) & ~whole
        if not over.any():
            return _rounded(wanted, sizes, kept)
        whole |= over


def _sizes(shapes: Shapes, kept: int) -> NDArray[np.int64]:
    sizes = np.array([math.prod(positive_integer("shapes", size) for size in shape) for shape in shapes])
    if positive_integer("kept", kept) > sizes.sum():
        fail("kept", f"not exceed the {sizes.sum()} weights of the network", kept)
    return sizes


def _rounded(wanted: NDArray[np.float64], sizes: NDArray[np.int64], kept: int) -> tuple[int, ...]:
    """Whole numbers near what is wanted that add up to ``kept``: rounded down, then up by the largest remainders."""
    counts = np.minimum(np.floor(wanted).astype(np.int64), sizes)
    order = np.argsort(-(wanted - counts), kind="stable")
    room = [layer for layer in order if counts[layer] < sizes[layer]]
    counts[room[: kept - counts.sum()]] += 1
    return tuple(counts.tolist())
