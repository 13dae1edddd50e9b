"""How many weights each layer keeps: in the same share, or more where a layer has few.

A layer's share of the weights is seldom a whole number. If shares were rounded by largest remainders, a layer could be
given more when fewer weights are kept in all (the Alabama paradox), and masks would not nest. Here weights are dealt
out one after another, as chairmen are assigned by Tijdeman (1980): of L layers none is ever further from its share than
1 - 1/(2L - 2), and no count falls as more weights are kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from scalinglab._checks import fail, positive_integer

Shapes = Sequence[tuple[int, ...]]


def uniform_counts(shapes: Shapes, kept: int, *, room: Sequence[int] | None = None) -> tuple[int, ...]:
    """So many weights of all, in the same share of each layer.

    Parameters
    ----------
    shapes : sequence of (outputs, inputs)
        Of a convolution with the shape of its kernel, (outputs, inputs, kernel).
    kept : int
    room : sequence of int, optional
        Most weights that each layer can keep, where some are gone already; all if left out.

    Returns
    -------
    tuple of int
        They add up to ``kept``. None falls as ``kept`` grows.

    Raises
    ------
    ValueError
        If a number is not positive, or ``kept`` is larger than the network.

    Examples
    --------
    >>> uniform_counts([(64, 64), (64, 64), (10, 64)], 100)
    (47, 46, 7)
    """
    sizes = _sizes(shapes)
    return _dealt(sizes, _room(sizes, room), kept)


def erk_counts(shapes: Shapes, kept: int, *, room: Sequence[int] | None = None) -> tuple[int, ...]:
    """Erdos-Renyi counts: densities in proportion to ``(inputs + outputs) / (inputs * outputs)``, at most 1 [Evci2020].

    A kernel counts with its shape, as in the paper: a convolution over k positions has the density of
    ``(inputs + outputs + k) / (inputs * outputs * k)``. A layer whose density would be above 1 is kept whole, and the
    rest of the weights is spread over the others.

    Parameters
    ----------
    shapes, kept, room
        As in ``uniform_counts``.

    Returns
    -------
    tuple of int
        They add up to ``kept``. None falls as ``kept`` grows.

    Raises
    ------
    ValueError
        If a number is not positive, or ``kept`` is larger than the network.

    Examples
    --------
    >>> erk_counts([(64, 64), (64, 64), (10, 64)], 400)
    (155, 155, 90)
    """
    # The density times the size of a layer is the sum of its dimensions, times one factor for all.
    return _dealt([sum(map(int, shape)) for shape in shapes], _room(_sizes(shapes), room), kept)


def _sizes(shapes: Shapes) -> list[int]:
    return [math.prod(positive_integer("shapes", size) for size in shape) for shape in shapes]


def _room(sizes: list[int], room: Sequence[int] | None) -> list[int]:
    return sizes if room is None else [min(size, int(left)) for size, left in zip(sizes, room, strict=True)]


def _dealt(shares: list[int], room: list[int], kept: int) -> tuple[int, ...]:
    """Counts near ``min(room, factor * shares)``, with one factor for all, that add up to ``kept``.

    If there were parts of weights, a layer would have c of them when the factor is ``c / share``, and all layers
    together H(c). It may have its j-th weight from ``H(j - far)`` deals on, and must have it by those that follow
    ``H(j - 1 + far)``. The next weight goes to the layer that must have it first, which is always in time. All
    numbers here are whole.
    """
    if positive_integer("kept", kept) > sum(room):
        fail("kept", f"not exceed the {sum(room)} weights of the network", kept)
    counts, parts = _last_exact(shares, room, kept), max(2, 2 * len(room) - 2)  # far is 1 - 1 / parts

    def deals(layer: int, count: int) -> tuple[int, int]:
        """H, in so many parts of a weight of this layer, as a numerator and a denominator."""
        unit = parts * shares[layer]
        return sum(min(most * unit, count * each) for most, each in zip(room, shares, strict=True)), unit

    def turn(layer: int) -> tuple[int, Fraction, int, int]:
        """When the next weight of a layer must be dealt, as deals and exactly; and when it may be."""
        (may, unit), (must, _) = (deals(layer, counts[layer] * parts + end) for end in (1, parts - 1))
        return must // unit + 1, Fraction(must, unit), layer, -(-may // unit)

    turns = [turn(layer) for layer, most in enumerate(room) if counts[layer] < most]
    for deal in range(sum(counts) + 1, kept + 1):
        chosen = min(each for each in turns if each[-1] <= deal)
        turns.remove(chosen)
        counts[layer := chosen[2]] += 1
        turns += [turn(layer)] * (counts[layer] < room[layer])
    return tuple(counts)


def _last_exact(shares: list[int], room: list[int], kept: int) -> list[int]:
    """Counts at the last deal, up to ``kept``, at which what every layer wants is whole, so that nothing is rounded."""
    full_at = [Fraction(most, share) for most, share in zip(room, shares, strict=True)]
    later: list[Fraction] = []
    for edge in sorted({Fraction(0), *full_at}, reverse=True):
        growing = [share for share, end in zip(shares, full_at, strict=True) if end > edge]
        full = sum(most for most, end in zip(room, full_at, strict=True) if end <= edge)
        # Of factors from this edge to the next one, those at which the counts of all that grow are whole.
        once = math.gcd(*growing)
        factor = edge if not growing else Fraction(max(kept - full, -1) // (sum(growing) // once), once)
        factor = min([factor, *(Fraction(math.floor(end * once), once) for end in later[-1:])])
        if factor >= edge and full <= kept:
            return [min(most, int(share * factor)) for most, share in zip(room, shares, strict=True)]
        later.append(edge)
    raise AssertionError("nothing is dealt at the factor 0")
