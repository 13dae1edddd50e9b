"""What information buys at most: a probability, and an effective number of parameters.

Information is in bits throughout. An effective number of parameters counts nats, as the theorem does: a bit is worth
``log 2 = 0.69`` of a parameter.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import array, fail, fraction, non_negative, positive_integer


def binary_entropy(probability: ArrayLike) -> NDArray[np.float64]:
    """Entropy of coins, in bits: ``-p log2 p - (1 - p) log2 (1 - p)``.

    Raises
    ------
    ValueError
        If a probability is not from 0 to 1.
    """
    chances = array("probability", probability, finite=False)
    if not ((chances >= 0) & (chances <= 1)).all():
        fail("probability", "be from 0 to 1", probability)
    found = np.zeros(chances.shape)
    for side in (chances, 1 - chances):
        found -= np.where(side > 0, side * np.log2(np.where(side > 0, side, 1)), 0)
    return found


def binary_kl(first: float, second: float) -> float:
    """Divergence of one coin from another, in bits: ``p log2 (p / q) + (1 - p) log2 ((1 - p) / (1 - q))``.

    Parameters
    ----------
    first, second : float
        The probabilities p and q of one and the same event.

    Returns
    -------
    float
        Zero if they agree; infinite if one law has what is impossible in the second.

    Raises
    ------
    ValueError
        If a probability is not from 0 to 1.

    Examples
    --------
    >>> round(binary_kl(0.5, 0.25), 4)
    0.2075
    """
    p, q = fraction("first", first), fraction("second", second)
    return max(0.0, _term(p, q) + _term(1 - p, 1 - q))


def _term(p: float, q: float) -> float:
    if p == 0:
        return 0.0
    return math.inf if q == 0 else p * math.log2(p / q)


def largest_probability(second: float, information: float) -> float:
    """The largest p with ``binary_kl(p, q) <= I``: how likely the information in a mask can make an event.

    A mask and its own data are a pair from a law P; a mask and other data are one from the product Q of the margins.
    No event can be likelier under P than this, by data processing.

    Parameters
    ----------
    second : float
        The probability q of the event under Q.
    information : float
        Mutual information of the pair, in bits.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> largest_probability(0.25, 0.0), largest_probability(0.25, 2.0)
    (0.25, 1.0)
    """
    q, bits = fraction("second", second), non_negative("information", information)
    if q == 0 or bits == 0:  # nothing becomes possible, or likelier
        return q
    if binary_kl(1.0, q) <= bits:
        return 1.0
    low, high = q, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if binary_kl(middle, q) <= bits else (low, middle)
    return low


def mask_choices(size: int, kept: int) -> float:
    """``log2 C(N, k)``: the bits that name one of all masks with k of N weights.

    Raises
    ------
    ValueError
        If a number is not positive, or ``kept`` exceeds ``size``.

    Examples
    --------
    >>> round(mask_choices(42, 6), 2)
    22.32
    """
    total, some = positive_integer("size", size), positive_integer("kept", kept)
    if some > total:
        fail("kept", f"not exceed {total}, the size", kept)
    logs = math.lgamma(total + 1) - math.lgamma(some + 1) - math.lgamma(total - some + 1)
    return max(0.0, logs / math.log(2))


def mask_ceiling(size: int, kept: int, samples: int | None = None) -> float:
    """The most that a mask can know of labels, in bits: ``min(n, log2 C(N, k))``.

    Parameters
    ----------
    size, kept : int
        Weights of the network, and of the mask.
    samples : int, optional
        Labels that are fair coins, one bit each; without it, only the masks are counted.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    choices = mask_choices(size, kept)
    return choices if samples is None else min(float(positive_integer("samples", samples)), choices)


def effective_parameters(kept: int, information: float) -> float:
    """``p_eff = k + I log 2``: the weights that are kept, and what their choice knows of the data in nats [Kumar2024].

    Parameters
    ----------
    kept : int
    information : float
        In bits.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    return positive_integer("kept", kept) + non_negative("information", information) * math.log(2)


def largest_effective_parameters(size: int, kept: int, samples: int | None = None) -> float:
    """The effective parameters of a mask with as much information as possible: ``k + min(n log 2, log C(N, k))``.

    It is below ``k (2 + log(N / k))``: pruning can multiply the count by no more than a logarithm.

    Parameters
    ----------
    size, kept, samples
        As in ``mask_ceiling``.

    Examples
    --------
    >>> [round(largest_effective_parameters(84480, kept) / kept, 2) for kept in (8448, 845)]
    [4.25, 6.59]
    """
    return effective_parameters(kept, mask_ceiling(size, kept, samples))
