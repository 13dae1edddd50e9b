"""Sums over up to infinitely many modes of a power law, from a few hundred terms.

The first modes are taken one by one. Then, by Euler and Maclaurin, for ``f`` smooth in the logarithm of k,

    sum_{k = m+1}^{M-1} f(k) = integral_{m+1/2}^{M-1/2} f(k) dk + [f'(m+1/2) - f'(M-1/2)] / 24 + ...

The derivatives are ``f(m+1) - f(m)`` and ``f(M) - f(M-1)``: modes whose counts change by 1/24. The integral is that of
Gauss and Legendre in ``log k``, on bins of equal ratio.
"""

from __future__ import annotations

import math

import numpy as np

from scalinglab._checks import Array

#: Modes that are taken one by one, and how many modes are all taken so.
FIRST, ALL = 32, 200
#: Ratio of the eigenvalues at a bin's ends (and of its ends themselves, at most), and points in a bin. The sums that
#: are needed have poles at distance (pi - arg kappa) / b from the real axis of log k, so bins narrow as b grows.
RATIO, POINTS = 3.0, 6
#: Modes with smaller eigenvalues are lumped into one entry: they act by their sums alone.
NEGLIGIBLE = 1e-30


def condense(a: float, b: float, modes: float) -> tuple[Array, Array, Array]:
    """Eigenvalues, target power and counts that stand for ``k^-b`` and ``k^-a`` with k from 1 to ``modes``.

    Parameters
    ----------
    a, b : float
        Exponents of the target's power and of the eigenvalues.
    modes : float
        The last rank, or infinity.
    """
    if modes <= ALL:
        ranks = np.arange(1.0, modes + 1)
        return ranks**-b, ranks**-a, np.ones(len(ranks))
    top = NEGLIGIBLE ** (-1 / b)
    ended = modes < top
    inner, weights = _bins(FIRST + 0.5, modes - 0.5 if ended else top, math.log(RATIO) / max(b, 1.0))
    ends = np.array([FIRST + 1, modes - 1, modes] if ended else [FIRST + 1.0])
    ranks = np.concatenate([np.arange(1.0, FIRST + 1), ends, inner])
    counts = np.concatenate([np.ones(FIRST), [1 / 24, 1 / 24, 23 / 24] if ended else [1 / 24], weights])
    counts[FIRST - 1] -= 1 / 24
    values, power = ranks**-b, ranks**-a
    return (
        (values, power, counts)
        if ended
        else _with_rest(values, power, counts, [_integral(c, top, modes) for c in (b, a)])
    )


def _bins(low: float, high: float, width: float) -> tuple[Array, Array]:
    """Nodes and weights of an integral over k from ``low`` to ``high``, in bins of a width in log k."""
    bins = max(1, math.ceil(math.log(high / low) / width))
    edges = np.linspace(math.log(low), math.log(high), bins + 1)
    nodes, weights = np.polynomial.legendre.leggauss(POINTS)
    half = (edges[1] - edges[0]) / 2
    inner = np.exp(((edges[:-1] + edges[1:]) / 2)[:, None] + half * nodes)
    return inner.ravel(), (half * weights * inner).ravel()


def _with_rest(values: Array, power: Array, counts: Array, rest: list[float]) -> tuple[Array, Array, Array]:
    """The same with one more entry, which holds the sums of all further eigenvalues and of the power along them."""
    trace, variance = rest
    count = trace / NEGLIGIBLE
    return np.append(values, NEGLIGIBLE), np.append(power, variance / count), np.append(counts, count)


def _integral(exponent: float, low: float, high: float) -> float:
    """Of ``k^-exponent`` over k from ``low`` to ``high``, which may be infinite if the exponent is above 1."""
    if exponent == 1:
        return math.log(high / low)
    return (low ** (1 - exponent) - high ** (1 - exponent)) / (exponent - 1)
