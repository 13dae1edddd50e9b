"""Learners that do not know of the band: periodic splines and nearest neighbours.

Both follow a power law where the Nyquist learner has an end: the spline because it assumes some smoothness but no band,
the nearest neighbour because it assumes hardly anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, fail, non_negative, one_of
from scalinglab._later import linalg, spatial
from scalinglab._results import ReadOnly
from scalinglab.approximation.fourier import FourierSeries, checked_inputs, checked_target, grid
from scalinglab.approximation.targets import Samples

#: Bernoulli polynomials that are the kernels of splines of order 1 and 2 (coefficients from the highest power).
BERNOULLI = {1: (1, -1, 1 / 6), 2: (1, -2, 1, 0, -1 / 30)}
#: Points along each axis on which a function that has no Fourier series of its own is compared with its target.
GRID = {1: 1024, 2: 32}
MOST_SAMPLES = 4096


class _Learned:
    """What both fits can do, given a prediction for each function."""

    samples: Samples

    def _each(self, places: Array) -> Iterator[Array]:
        raise NotImplementedError

    def values(self, inputs: ArrayLike) -> Array:
        """Predictions at inputs, shape (functions, points); see ``FourierSeries.values``."""
        places = checked_inputs(inputs, self.samples.dimension, self.samples.functions)
        return np.stack(list(self._each(np.broadcast_to(places, (self.samples.functions, *places.shape[-2:])))))

    def error(self, target: FourierSeries) -> Array:
        """Mean squared error on a grid against each target, in units of the target's mean square, shape (functions,).

        The grid has 1024 points, 32 x 32 in two dimensions.

        Raises
        ------
        ValueError
            If the target does not fit.
        """
        checked_target(target, self.samples.functions, self.samples.dimension)
        places = grid(GRID[self.samples.dimension], self.samples.dimension)
        return ((self.values(places) - target.values(places)) ** 2).mean(1) / target.mean_square


@dataclass(frozen=True, eq=False, repr=False)
class SplineFit(ReadOnly, _Learned):
    """Periodic splines through samples; arrays are read-only.

    Attributes
    ----------
    samples : Samples
    weights : array, shape (functions, samples)
        Of the kernel at each sample.
    order : int
    condition : array, shape (functions,)
        Condition number of the kernel's matrix, as LAPACK estimates it in the 1-norm.
    """

    samples: Samples
    weights: Array
    order: int
    condition: Array

    def _each(self, places: Array) -> Iterator[Array]:
        for known, weights, wanted in zip(self.samples.inputs, self.weights, places, strict=True):
            yield _kernel(wanted, known, self.order) @ weights

    def __repr__(self) -> str:
        return f"SplineFit(order {self.order}, {self.samples!r}, median condition {np.median(self.condition):.1e})"


@dataclass(frozen=True, eq=False, repr=False)
class NearestFit(_Learned):
    """The label of the nearest sample, around the torus.

    Attributes
    ----------
    samples : Samples
    """

    samples: Samples

    def _each(self, places: Array) -> Iterator[Array]:
        for known, labels, wanted in zip(self.samples.inputs, self.samples.labels, places, strict=True):
            yield labels[spatial.KDTree(known % 1.0, boxsize=1.0).query(wanted % 1.0)[1]]

    def __repr__(self) -> str:
        return f"NearestFit({self.samples!r})"


def fit_spline(samples: Samples, *, order: int = 2, ridge: float = 1e-12) -> SplineFit:
    """Lay the smoothest periodic function through the samples: kernel regression with a Sobolev kernel.

    The kernel is ``1 + sum_k 2 cos(2 pi k t) / k^(2 order)``, a Bernoulli polynomial in closed form; in two dimensions
    the product of one for each axis.

    Parameters
    ----------
    samples : Samples
        At most 4096 of each function.
    order : {1, 2}
        Smoothness that is assumed: 1 gives broken lines, 2 cubic splines.
    ridge : float
        Added to the diagonal, in units of its value. 1e-12 is below every effect but rounding, when inputs nearly
        coincide; noise asks for more.

    Raises
    ------
    ValueError
        If an argument is out of range, or the matrix is singular to rounding: two inputs nearly coincide.
    """
    _checked(samples)
    order, ridge = one_of("order", order, tuple(BERNOULLI)), non_negative("ridge", ridge)
    weights, condition = np.empty(samples.labels.shape), np.empty(samples.functions)
    (reciprocal,) = linalg.get_lapack_funcs(("pocon",), (weights,))
    for function, (inputs, labels) in enumerate(zip(samples.inputs, samples.labels, strict=True)):
        matrix = _kernel(inputs, inputs, order)
        matrix.flat[:: len(matrix) + 1] *= 1 + ridge
        try:
            factor = linalg.cholesky(matrix, lower=True)
        except np.linalg.LinAlgError:
            fail("ridge", "be larger, as some inputs nearly coincide and the matrix is singular", ridge)
        weights[function] = linalg.cho_solve((factor, True), labels)
        share, _ = reciprocal(factor, np.linalg.norm(matrix, 1), uplo="L")
        condition[function] = 1 / share if share else np.inf
    return SplineFit(samples, weights, order, condition)


def fit_nearest(samples: Samples) -> NearestFit:
    """Answer with the label of the nearest sample.

    Raises
    ------
    ValueError
        If ``samples`` are not Samples.
    """
    return NearestFit(_checked(samples, most=None))


def _checked(samples: Any, most: int | None = MOST_SAMPLES) -> Samples:
    if not isinstance(samples, Samples):
        fail("samples", "be Samples, as sample() draws them", samples)
    if most is not None and len(samples) > most:
        fail("samples", f"not exceed {most}", len(samples))
    return samples


def _kernel(first: Array, second: Array, order: int) -> Array:
    """Matrix of the kernel between inputs, shape (first, second)."""
    # sum over k >= 1 of 2 cos(2 pi k t) / k^2m is this multiple of the Bernoulli polynomial B_2m(t), for t in [0, 1].
    scale = (-1) ** (order - 1) * (2 * np.pi) ** (2 * order) / factorial(2 * order)
    kernel = np.ones((len(first), len(second)))
    for axis in range(first.shape[1]):
        apart = np.abs(first[:, None, axis] - second[:, axis]) % 1.0
        kernel *= 1 + scale * np.polyval(BERNOULLI[order], apart)
    return kernel
