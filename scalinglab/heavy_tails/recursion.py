"""SGD on linear regression with fresh data is a random recursion, and its tail index is the root of one equation.

    x' = x - (eta / B) sum_i a_i (a_i . x - noise_i),   a_i ~ N(0, s2 I_d),  i = 1 .. B

By Kesten's theorem [Kesten1973] the stationary law has the tail ``P(||x|| > t) ~ t^-alpha`` with ``h(alpha) = 1``, if
there is one at all: if ``rho = E log ||M e|| < 0``. As the matrix M = I - (eta / B) A^T A does not prefer a direction,
one step from a unit vector e is enough (derived here; the exponents are those of [Gurbuzbalaban2021]):

    h(s) = E ||M e||^s,   ||M e||^2 = (1 - c X)^2 + c^2 X Y,   c = eta s2 / B,   X ~ chi2_B,  Y ~ chi2_(d-1)

With S = X + Y ~ chi2_(B+d-1) and U = X / S ~ Beta(B/2, (d-1)/2), which are independent, this is
``1 - U (1 - (1 - c S)^2)``: zero at a single point, S = 1/c with U = 1, where the quadrature over S is cut in two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, array, fail, non_negative, positive, positive_integer
from scalinglab._errors import DivergenceError
from scalinglab._later import special
from scalinglab.heavy_tails._roots import root

#: Nodes over U (of Gauss and Jacobi) and steps over each part of S (by the double exponential rule, up to SPAN): enough
#: for moments up to 512, and for larger ones, which are sharply peaked.
FEW, MANY, SPAN = (48, 0.05), (192, 0.02), 3.6
#: The tail index of a small step is SMALL_STEP B / (eta s2): half of the v with v log v = v + 1.
SMALL_STEP = 1.7955607383343113
#: Up to this index, batch size and dimension the quadrature is good to 1e-5 and better (see the tests).
LARGEST, MOST = 2048.0, 200


@dataclass(frozen=True)
class _Step:
    """One step of the recursion: c = eta s2 / B, the batch size and the dimension."""

    size: float
    batch: int
    dimension: int

    @property
    def freedom(self) -> int:
        """Degrees of freedom of S."""
        return self.batch + self.dimension - 1

    def log_moment(self, power: float) -> float:
        """``log h(power)``."""
        logs, weights = _parts(self, 2.0 ** math.ceil(math.log2(max(power, 2))))
        return _log_sum(power / 2 * logs + weights)

    def growth(self) -> float:
        """``E log ||M e||``."""
        logs, weights = _parts(self, 2.0)
        return float(logs @ np.exp(weights)) / 2


@lru_cache(maxsize=64)
def _parts(step: _Step, most: float) -> tuple[Array, Array]:
    """``log ||M e||^2`` and logarithms of the weights, over nodes of S and U, for moments up to ``most``."""
    cut, half = 1 / step.size, step.freedom / 2
    # S^s exp(-S / 2) is largest near 2 s; twelve standard deviations beyond hold all of it.
    top = 2 * (half + most + 12 * math.sqrt(half + most) + 40)
    middle = min(cut, 2 * (half + 12 * math.sqrt(half) + 40))
    count, stride = FEW if most <= 512 else MANY
    shares, reach = _shares(step.batch, step.dimension, count), np.arange(-SPAN, SPAN + stride / 2, stride)
    ends = [(low, high) for low, high in ((0.0, middle), (middle, cut), (cut, cut + top)) if high > low]
    logs, weights = zip(*(_between(step, low, high, shares, reach) for low, high in ends), strict=True)
    return np.concatenate(logs), np.concatenate(weights)


@lru_cache(maxsize=64)
def _shares(batch: int, dimension: int, count: int) -> tuple[Array, Array]:
    """Values of U with logarithms of their weights."""
    if dimension == 1:
        return np.ones(1), np.zeros(1)
    nodes, weights = special.roots_jacobi(count, (dimension - 3) / 2, batch / 2 - 1)
    return (1 + nodes) / 2, np.log(weights / weights.sum())


def _between(step: _Step, low: float, high: float, shares: tuple[Array, Array], reach: Array) -> tuple[Array, Array]:
    """The same on one interval of S, ends excluded, by the double exponential rule."""
    # Distances from both ends, (1 + tanh) / 2 and (1 - tanh) / 2 of the interval: neither suffers from rounding.
    up = 1 / (1 + np.exp(-np.pi * np.sinh(reach)))
    down = up[::-1]
    density = np.pi * np.cosh(reach) * up * down * (high - low) * (reach[1] - reach[0])
    s = np.where(up < 0.5, low + (high - low) * up, high - (high - low) * down)
    if low == 1 / step.size:
        off = step.size * (high - low) * up  # c S - 1
    elif high == 1 / step.size:
        off = -step.size * (high - low) * down
    else:
        off = step.size * s - 1
    half = step.freedom / 2
    weight = np.log(density) + (half - 1) * np.log(s / 2) - s / 2 - special.gammaln(half) - math.log(2)
    share, share_weight = shares
    square = share * (off**2)[:, None] + (1 - share)
    return np.log(square).ravel(), (weight[:, None] + share_weight).ravel()


def _log_sum(logs: Array) -> float:
    """The logarithm of a sum of exponentials."""
    largest = float(logs.max())
    return largest + math.log(float(np.exp(logs - largest).sum()))


def _checked(step_size: Any, batch_size: Any, dimension: Any, input_variance: Any) -> _Step:
    batch, inputs = _shape(batch_size, dimension)
    size = positive("step_size", step_size) * positive("input_variance", input_variance) / batch
    return _Step(size, batch, inputs)


def _shape(batch_size: Any, dimension: Any) -> tuple[int, int]:
    found = positive_integer("batch_size", batch_size), positive_integer("dimension", dimension)
    for name, value in zip(("batch_size", "dimension"), found, strict=True):
        if value > MOST:
            fail(name, f"be at most {MOST}", value)
    return found


def log_moment(
    power: float, step_size: float, batch_size: int, dimension: int, *, input_variance: float = 1.0
) -> float:
    """Return ``log h(s) = log E ||M e||^s``, the logarithm of what one step does to the s-th moment of the distance.

    ``h(2) = 1 - 2 eta s2 + eta^2 s2^2 (B + d + 1) / B``.

    Parameters
    ----------
    power : float
        s, zero or above.
    step_size, batch_size, dimension, input_variance
        As in ``recursion_tail_index``, with or without a stationary law.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> abs(log_moment(2, 0.8, 2, 2)) < 1e-9  # the critical step size
    True
    """
    return _checked(step_size, batch_size, dimension, input_variance).log_moment(non_negative("power", power))


def growth_rate(step_size: float, batch_size: int, dimension: int, *, input_variance: float = 1.0) -> float:
    """Return ``rho = E log ||M e||``: far from the origin, the logarithm of the distance grows by this at each step.

    Negative where the recursion has a stationary law. Arguments are those of ``recursion_tail_index``.
    """
    return _checked(step_size, batch_size, dimension, input_variance).growth()


def critical_step_size(batch_size: int, dimension: int, *, input_variance: float = 1.0) -> float:
    """Return ``2 B / (s2 (d + B + 1))``, the step size at which the tail index is 2: beyond, the variance is infinite.

    Parameters
    ----------
    batch_size, dimension : int
    input_variance : float

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> critical_step_size(2, 2)
    0.8
    """
    batch, inputs = positive_integer("batch_size", batch_size), positive_integer("dimension", dimension)
    return 2 * batch / (positive("input_variance", input_variance) * (inputs + batch + 1))


def largest_step_size(batch_size: int, dimension: int, *, input_variance: float = 1.0) -> float:
    """Return the step size at which ``rho = 0`` and the tail index 0: beyond, there is no stationary law.

    Parameters
    ----------
    batch_size, dimension : int
    input_variance : float

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> round(largest_step_size(2, 2), 4)
    1.3998
    """
    _shape(batch_size, dimension)
    low = critical_step_size(batch_size, dimension)
    rate = lambda step: _Step(step / batch_size, batch_size, dimension).growth()  # noqa: E731
    high = 1.1 * low
    while rate(high) < 0:
        high *= 1.5
    return root(rate, low, high) / positive("input_variance", input_variance)


def recursion_tail_index(step_size: float, batch_size: int, dimension: int, *, input_variance: float = 1.0) -> float:
    """Tail index of SGD on linear regression with fresh data: the alpha > 0 with ``h(alpha) = 1``.

    Parameters
    ----------
    step_size : float
        eta, positive.
    batch_size : int
        B, samples in each step; at most 200.
    dimension : int
        d, of the inputs; at most 200.
    input_variance : float
        s2, of each coordinate of the inputs. Label noise of any strength (but none) gives the same index.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If an argument is out of range, or the step is so small that the index exceeds 2048: see
        ``small_step_tail_index``.
    DivergenceError
        If there is no stationary law, as the step size is too large; its ``rate`` is that of ``growth_rate``.

    Examples
    --------
    >>> round(recursion_tail_index(0.8, 2, 2), 6)
    2.0
    """
    step = _checked(step_size, batch_size, dimension, input_variance)
    rate = step.growth()
    if rate >= 0:
        largest = largest_step_size(batch_size, dimension, input_variance=input_variance)
        message = f"there is no stationary law at step size {step_size:g}: the distance grows like exp({rate:.3g} k) "
        raise DivergenceError(message + f"with the step k; below {largest:.4g} it would not", rate=rate)
    # log h is convex, 0 at 0 and falls from there, so log h(s) / s has one zero, and it lies at alpha.
    high = 2.0
    while step.log_moment(high) < 0:
        high *= 2
        if high > LARGEST:
            fail("step_size", f"be larger, as the tail index would exceed {LARGEST:g}", step_size)
    low = high / 2 if high > 2 else min(1.0, -rate)
    while step.log_moment(low) > 0:
        low /= 4
    return root(lambda power: step.log_moment(power) / power, low, high)


def small_step_tail_index(step_size: float, batch_size: int, *, input_variance: float = 1.0) -> float:
    """Limit of the tail index for small steps, ``1.7956 B / (eta s2)`` in every dimension (derived here).

    Parameters
    ----------
    step_size : float
    batch_size : int
    input_variance : float

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    batch, variance = positive_integer("batch_size", batch_size), positive("input_variance", input_variance)
    return SMALL_STEP * batch / (positive("step_size", step_size) * variance)


def finite_data_tail_index(step_size: float, inputs: ArrayLike) -> float:
    """Tail index in one dimension with batches of one from a fixed data set: ``mean |1 - eta a_i^2|^s = 1``.

    Parameters
    ----------
    step_size : float
    inputs : array, shape (n,)

    Returns
    -------
    float
        ``inf`` if no sample ever increases the distance: then the stationary law has no power tail.

    Raises
    ------
    ValueError
        If an argument is out of range.
    DivergenceError
        If there is no stationary law.
    """
    values = array("inputs", inputs, axes=1)
    sizes = np.abs(1 - positive("step_size", step_size) * values**2)
    if sizes.max() <= 1:
        return math.inf
    logs = np.log(np.maximum(sizes, np.finfo(float).tiny))
    rate = float(logs.mean())
    if rate >= 0:
        raise DivergenceError("there is no stationary law on these inputs: take a smaller step", rate=rate)
    moment = lambda power: _log_sum(power * logs) - math.log(len(logs))  # noqa: E731
    high, low = 1.0, 1.0
    while moment(high) < 0:
        high *= 2
    while moment(low) > 0:
        low /= 2
    return root(lambda power: moment(power) / power, low, high)
