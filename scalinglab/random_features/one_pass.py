"""Stochastic gradient descent in one pass: fresh samples at every step, so that the noise is of the batches.

    L_n = F_n + (1 / B) sum_{m=0}^{n-1} K_{n-m} (L_m + noise)

F is gradient descent on infinitely many samples. K is the diagonal coefficient of ``z^-j z'^-j`` in
``D2 + kappa kappa' D1^2 / (N - D2)``, with s = (z - 1) / step_size (after [Bordelon2024] on one-pass SGD; for
N = infinity, ``K_j = sum_k (step_size lam_k)^2 (1 - step_size lam_k)^(2 j - 2)``). The sum is a convolution, so L
follows from a division of power series.

1. The theory keeps the mean of the batch's noise, and leaves out the fourth moment ``lam v v^T lam`` of a Gaussian
   batch: 4 % of the loss for batches of 4, and less for larger ones.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.fft import irfft, next_fast_len, rfft
from scipy.interpolate import CubicSpline

from scalinglab._checks import Array, fail, non_negative, positive, positive_integer
from scalinglab.random_features._arguments import medium, whole_steps
from scalinglab.random_features.correlations import Nodes, correlations, invert, sums
from scalinglab.random_features.paths import FEW, Rule, paths, solved
from scalinglab.random_features.response import Medium
from scalinglab.random_features.results import LossCurve
from scalinglab.random_features.spectra import Spectrum

#: Power series of more steps take too much memory.
MOST_STEPS = 4_000_000
#: Steps a decade at which F and K are found; a cubic spline joins them.
DENSE = 40
#: Where overshooting modes make the series alternate, all steps are found until so little of it is left, or so many.
ALTERNATING, LONGEST = 1e-8, 20_000
#: The sum over all steps: panels, points in each, and how near to z = 1 they go (in powers of e).
PANELS, POINTS, DEEP = 60, 6, 60.0


def one_pass_sgd(
    spectrum: Spectrum,
    steps: ArrayLike,
    *,
    step_size: float,
    batch_size: int,
    width: float,
    noise: float = 0.0,
) -> LossCurve:
    """Return the loss of random features trained by SGD on fresh samples, as theory predicts it.

    Parameters
    ----------
    spectrum : Spectrum
    steps : array of int, shape (steps,)
        Not negative, increasing, at most 4 million.
    step_size : float
        Positive and stable, for the mean and for the noise of the batches.
    batch_size : int
        Samples for each step. Below 8 the theory leaves out more than simulations agree with.
    width : int or math.inf
    noise : float
        Variance of the noise on the labels.

    Returns
    -------
    LossCurve
        Its ``times`` are the steps; ``train`` is the error of a batch before it is used: there is no gap but the noise.

    Raises
    ------
    ValueError
        If an argument is out of range, or the step size is not stable.

    Examples
    --------
    >>> from scalinglab.random_features import power_law
    >>> settings = {"step_size": 0.3, "batch_size": 8, "width": 60, "noise": 0.1}
    >>> one_pass_sgd(power_law(1.5, 1.25, 400), [1, 10, 100], **settings).test.round(3).tolist()
    [1.907, 0.908, 0.506]
    """
    at, found = whole_steps("steps", steps), medium(spectrum, width, np.inf)
    if at[-1] > MOST_STEPS:
        fail("steps", f"be at most {MOST_STEPS:,}", at[-1])
    rule, batch = Rule(positive("step_size", step_size)), positive_integer("batch_size", batch_size)
    noise, edge = non_negative("noise", noise), found.edge()
    rule.stable(edge)
    passed_on = _total(found, rule) / batch
    if passed_on >= 1:
        fail(
            "step_size",
            f"be smaller for batches of {batch}, whose noise feeds back {passed_on:.3g} of itself",
            step_size,
        )
    last = max(int(at[-1]), 1)
    grid, everywhere = _grid(last, rule, edge), np.arange(1.0, last + 1)
    mean, kernel = (_between(grid, values, everywhere) for values in _mean_and_kernel(found, rule, edge, grid))
    kernel = np.concatenate([[0.0], kernel / batch])
    source = np.concatenate([[spectrum.power], mean]) + noise * np.cumsum(kernel)
    test = _divide(source, kernel)[at.astype(np.int64)]
    return LossCurve(times=at, test=test, train=test + noise)


def _grid(last: int, rule: Rule, edge: float) -> Array:
    """Steps at which the series are found: all of the first ones, as long as overshooting modes alternate."""
    reversal = rule.slowest_reversal(edge)
    fading = np.log(ALTERNATING) / np.log(reversal) if reversal > 0 else 0.0
    first = np.arange(1.0, min(last, int(min(max(FEW, fading), LONGEST))) + 1)
    return np.union1d(first, np.round(np.geomspace(1, last, int(DENSE * np.log10(last)) + 2)))


def _mean_and_kernel(found: Medium, rule: Rule, edge: float, steps: Array) -> tuple[Array, Array]:
    """F and K at some steps."""
    mean, kernel = np.empty(len(steps)), np.empty(len(steps))
    pairs = partial(correlations, noise=0.0, parts=["test"])
    for path, nodes in solved(found, paths(steps, rule, edge)):
        factors = path.factors(steps[path.members])
        mean[path.members] = invert(nodes, factors * path.constant, pairs)["test"]
        kernel[path.members] = invert(nodes, factors, _batch_noise)["kernel"]
    return mean, kernel


def _batch_noise(left: Nodes, right: Nodes) -> dict[str, Array]:
    """How the noise of one batch is passed on to later steps."""
    d1, d2, *_ = sums(left, right)
    width = left.medium.width
    mixed = left.kappa[:, None] * right.kappa * d1 * d1
    return {"kernel": d2 + (mixed / (width - d2) if np.isfinite(width) else 0.0)}


def _total(found: Medium, rule: Rule) -> float:
    """The sum of K over all steps: its two-point function at z and 1 / z, averaged over the unit circle."""
    nodes, weight = np.polynomial.legendre.leggauss(POINTS)
    depth = (np.arange(PANELS)[:, None] + (nodes + 1) / 2).ravel() * DEEP / PANELS
    angle = np.pi * np.exp(-depth)  # dense at z = 1, where K's slow decay is
    kappa = found.solve(rule.frequency(1j * angle))
    size = np.abs(found.spectrum.eigenvalues + kappa[:, None]) ** -2
    weights = found.spectrum.multiplicity * found.spectrum.eigenvalues
    d1, d2 = size @ weights, size @ (weights * found.spectrum.eigenvalues)
    mixed = np.abs(kappa * d1) ** 2 / (found.width - d2) if np.isfinite(found.width) else 0.0
    return float((d2 + mixed) @ (angle * np.tile(weight, PANELS))) / np.pi * DEEP / PANELS / 2


def _between(known: Array, values: Array, wanted: Array) -> Array:
    """A cubic spline in the logarithm of the step through values at known steps."""
    return values if len(known) == len(wanted) else CubicSpline(np.log(known), values)(np.log(wanted))


def _divide(numerator: Array, kernel: Array) -> Array:
    """``numerator / (1 - kernel)`` as power series, the inverse by Newton's method: each round doubles its terms."""
    length, inverse = len(numerator), np.ones(1)
    while len(inverse) < length:
        terms = min(2 * len(inverse), length)
        missing = _product(kernel[:terms], inverse, terms)
        missing[: len(inverse)] += (np.arange(len(inverse)) == 0) - inverse  # 1 - (1 - kernel) inverse
        inverse = np.pad(inverse, (0, terms - len(inverse))) + _product(inverse, missing, terms)
    return _product(numerator, inverse, length)


def _product(first: Array, second: Array, terms: int) -> Array:
    """The first terms of a product of power series."""
    size = next_fast_len(len(first) + len(second), real=True)
    transforms: list[Any] = [rfft(series, size) for series in (first, second)]
    product: Any = irfft(transforms[0] * transforms[1], size)
    return product[:terms]
