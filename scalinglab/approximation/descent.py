"""Gradient descent within a band, in closed form: what a first-order learner leaves of the same least squares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scalinglab._checks import Array, fail, non_negative_integer, positive
from scalinglab.approximation.fourier import PART, FourierSeries, basis
from scalinglab.approximation.nyquist import checked_samples
from scalinglab.approximation.targets import Samples


def descend_band(samples: Samples, band: int, *, steps: int, step_size: float = 1.0) -> FourierSeries:
    """Where gradient descent on the coefficients is after some steps from 0.

    The loss is half the mean squared residual. A step of the rate ``step_size * n / s_max^2`` multiplies what is left
    to learn along a singular vector of the matrix of the basis by ``1 - step_size * (s / s_max)^2``. A direction that
    the samples hardly see takes of the order of the squared condition number of steps. So no step is made here: a
    million cost no more than one.

    Parameters
    ----------
    samples : Samples
        Fewer than unknowns will do: descent from 0 then ends at the fit of least norm.
    band : int
    steps : int
        0 or more.
    step_size : float
        In units of the inverse of the largest curvature of the loss, of each function; above 0 and below 2, where
        descent begins to diverge.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> from scalinglab.approximation import band_limited, sample
    >>> target = band_limited(10, targets=5)
    >>> descend_band(sample(target, 64), 10, steps=0).error(target).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    return descents(samples, band, [steps], step_size=step_size)[0]


def descents(samples: Samples, band: int, steps: Sequence[int], *, step_size: float = 1.0) -> list[FourierSeries]:
    """``descend_band`` after each of several numbers of steps, for hardly more than the cost of one.

    Parameters
    ----------
    samples, band, step_size
        As in ``descend_band``.
    steps : sequence of int

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    count = checked_samples(samples, band)
    done, rate = [non_negative_integer("steps", each) for each in steps], positive("step_size", step_size)
    if rate >= 2:
        fail("step_size", "be below 2, where descent diverges", step_size)
    found = np.empty((len(done), samples.functions, count))
    each = max(1, PART // (len(samples) * count))
    for first in range(0, samples.functions, each):
        part = slice(first, first + each)
        left, singular, right = np.linalg.svd(basis(samples.inputs[part], band), full_matrices=False)
        # Below rounding a singular value is none, and nothing is learned along its direction.
        seen = singular > np.finfo(float).eps * singular[:, :1]
        projected = (left.swapaxes(1, 2) @ samples.labels[part, :, None])[..., 0]
        for place, number in enumerate(done):
            learned = _learned(rate * (singular / singular[:, :1]) ** 2, number)
            shares = np.where(seen, learned / np.where(seen, singular, 1), 0)
            found[place, part] = (right.swapaxes(1, 2) @ (shares * projected)[..., None])[..., 0]
    shape = (samples.functions, *[2 * band + 1] * samples.dimension)
    return [FourierSeries(each.reshape(shape)) for each in found]


def _learned(pull: Array, steps: int) -> Array:
    """Return ``1 - (1 - pull)^steps``, without losing the digits of a small pull."""
    left = 1 - pull
    direct = 1 - np.sign(left) ** (steps % 2) * np.abs(left) ** steps
    small = np.minimum(pull, 0.5)
    return np.where(pull < 0.5, -np.expm1(steps * np.log1p(-small)), direct)
