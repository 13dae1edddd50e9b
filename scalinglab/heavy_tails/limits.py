"""What theory says of the three errors for large n: limits, rates, and the width that a given error asks for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import array, fail, fraction, positive
from scalinglab._later import special
from scalinglab.heavy_tails._arguments import density as checked_density
from scalinglab.heavy_tails._arguments import stable_index
from scalinglab.heavy_tails._roots import root
from scalinglab.heavy_tails.laws import positive_stable_quantile, share_below, stable_quantile, truncated_moment


def limiting_error(density: float, *, law: str = "normal", p: float = 2.0, index: float | None = None) -> float:
    """Limit of ``best_k_error`` for many independent entries [Gribonval2012].

    ``e_k^p -> G_p(density) = E[|X|^p; |X| < q] / E|X|^p``, with q the quantile that a share ``density`` of |X| exceeds.

    Parameters
    ----------
    density : float
        The share kept, above 0 and 1 at most.
    law : {"normal", "uniform", "laplace", "student", "stable"}
    p : float
        Of the norm, positive.
    index : float, optional
        Degrees of freedom of Student's law, or the index of the stable one; needed for these two.

    Returns
    -------
    float
        0 where E|X|^p is infinite: then any share is enough in the limit.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> round(limiting_error(0.1), 4)
    0.7488
    """
    power = positive("p", p)
    return share_below(checked_density("density", density), law=law, p=power, index=index) ** (1 / power)


def limiting_node_error(density: float) -> float:
    """Limit of ``node_error`` for long columns, which are equally long: ``sqrt(1 - density)``, whichever are kept.

    Raises
    ------
    ValueError
        If the density is out of range.
    """
    return math.sqrt(1 - checked_density("density", density))


def limiting_singular_value_error(density: float) -> float:
    """Limit of ``singular_value_error`` for a large square matrix of independent entries of finite fourth moment.

    Its singular values, divided by the root of the width, follow the quarter circle ``sqrt(4 - s^2) / pi`` on [0, 2].

    Raises
    ------
    ValueError
        If the density is out of range.
    """
    share = checked_density("density", density)

    def above(angle: float) -> float:  # share of singular values above s = 2 cos(angle)
        return (2 * angle - math.sin(2 * angle)) / math.pi

    cut = root(lambda angle: above(angle) - share, 0, math.pi / 2)
    # Their energy, of which the whole is 1.
    energy = (2 * cut - math.sin(4 * cut) / 2) / math.pi
    return math.sqrt(max(0.0, 1 - energy))


def limiting_prunable_fraction(error: float, *, law: str = "normal", index: float | None = None) -> float:
    """Limit of ``prunable_fraction`` for many independent entries; 1 where their variance is infinite.

    Parameters
    ----------
    error : float
        From 0 to 1.
    law, index
        As in ``limiting_error``.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> [round(limiting_prunable_fraction(0.1, law=law), 4) for law in ("uniform", "normal")]
    [0.2154, 0.2653]
    """
    allowed = fraction("error", error) ** 2
    if share_below(0.5, law=law, index=index) == 0 or allowed == 1:
        return 1.0
    return root(lambda pruned: share_below(1 - pruned, law=law, index=index) - allowed, 0, 1) if allowed else 0.0


def predicted_error(alpha: float, n: ArrayLike, density: float, *, quantile: float = 0.5) -> Any:
    """Error of the best k-term approximation of n independent symmetric alpha-stable entries, for large n and p = 2.

    ``e^2 ~ n^(1 - 2 / alpha) m / S`` with ``m = E[X^2; |X| < q]`` of what is dropped, and the positive stable
    ``S = (C Gamma(1 - alpha / 2))^(2 / alpha) A`` of index alpha / 2 to which ``n^(-2 / alpha) sum X^2`` tends (derived
    here). The limit is *random*: errors scatter as much at large n as at small. For alpha near 2 the
    law holds only at n that no network has. At smaller n it predicts errors above the normal limit.

    Parameters
    ----------
    alpha : float
        Above 0 and 2 at most; at 2 the limit is that of normal entries.
    n : array
        Numbers of entries, positive.
    density : float
        The share kept, above 0 and 1 at most.
    quantile : float
        Which quantile of the error over draws, above 0 and below 1; the median by default.

    Returns
    -------
    float or array
        Of the shape of n.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    index, share, counts = stable_index("alpha", alpha), checked_density("density", density), array("n", n)
    if (counts <= 0).any():
        fail("n", "be positive", n)
    if not 0 < fraction("quantile", quantile) < 1:
        fail("quantile", "be above 0 and below 1", quantile)
    if index == 2 or share == 1:
        return np.full(counts.shape, limiting_error(share))[()]
    tail = 2 * special.gamma(index) * math.sin(math.pi * index / 2) / math.pi
    scale = (tail * special.gamma(1 - index / 2)) ** (2 / index)
    whole = scale * positive_stable_quantile(index / 2, 1 - quantile)
    rest = truncated_moment(index, stable_quantile(index, share))
    return np.sqrt(counts ** (1 - 2 / index) * rest / whole)[()]
