"""Real functions on the torus as Fourier series: values, distances and spectra, exact but for rounding.

    f(x) = sum_j c_j phi_j(x),    phi = 1, sqrt(2) cos(2 pi x), sqrt(2) sin(2 pi x), sqrt(2) cos(4 pi x), ...

The basis is orthonormal for inputs that are uniform on [0, 1), so the mean square of a function is the sum of its
squared coefficients (Parseval): no test set is needed to know an error. On the torus of two dimensions the basis is
that of all products. A function of band ``B`` has no frequency above B along any axis, and ``(2 B + 1)^dimension``
coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, array, fail, one_of, positive_integer
from scalinglab._results import read_only

DIMENSIONS = (1, 2)
#: Numbers in the largest matrix of basis functions that is held at a time: 32 MB.
PART = 2**22


def unknowns(band: int, dimension: int = 1) -> int:
    """Coefficients of a function of this band: ``(2 band + 1)^dimension``."""
    return (2 * band + 1) ** dimension


def basis(inputs: Array, band: int) -> Array:
    """Return all basis functions up to a band, shape (..., unknowns), at inputs of the shape (..., dimension).

    Constant, cosine and sine of frequency 1, of frequency 2 and so on: a larger band only adds columns at the end of
    each axis. In two dimensions the second axis runs fastest.
    """
    columns = np.empty((*inputs.shape, 2 * band + 1))
    angles = 2 * np.pi * inputs[..., None] * np.arange(1, band + 1)
    columns[..., 0] = 1
    np.cos(angles, out=columns[..., 1::2])
    np.sin(angles, out=columns[..., 2::2])
    columns[..., 1:] *= np.sqrt(2)
    if inputs.shape[-1] == 1:
        return columns[..., 0, :]
    product = columns[..., 0, :, None] * columns[..., 1, None, :]
    return product.reshape(*product.shape[:-2], -1)


def grid(points: int, dimension: int) -> Array:
    """Equally spaced inputs, ``points`` along each axis, shape (points^dimension, dimension)."""
    axis = np.arange(points) / points
    return np.stack(np.meshgrid(*[axis] * dimension, indexing="ij"), axis=-1).reshape(-1, dimension)


@dataclass(frozen=True, eq=False, repr=False)
class FourierSeries:
    """Some real functions on the torus: targets, or what was learned of them.

    Parameters
    ----------
    coefficients : array, shape (functions, 2 band + 1), or (functions, 2 band + 1, 2 band + 1) in two dimensions
        In the orthonormal basis of this module; kept as a read-only copy.

    Raises
    ------
    ValueError
        If the shape is no such shape, or a coefficient is not finite.

    Examples
    --------
    >>> wave = FourierSeries([[1.0, 0.0, 2.0]])
    >>> round(float(wave.values([0.25])[0, 0]), 6), float(wave.mean_square[0])
    (3.828427, 5.0)
    """

    coefficients: Array

    def __post_init__(self) -> None:
        shape = "have the shape (functions, 2 band + 1) or that of two dimensions"
        kept = array("coefficients", self.coefficients, axes=(2, 3), shape=shape, copy=True)
        sides = set(kept.shape[1:])
        if len(sides) != 1 or not sides.pop() % 2:
            fail("coefficients", shape, kept.shape)
        object.__setattr__(self, "coefficients", read_only(kept))

    def __len__(self) -> int:
        """Return the number of functions."""
        return len(self.coefficients)

    @property
    def dimension(self) -> int:
        """Of the torus: 1 or 2."""
        return self.coefficients.ndim - 1

    @property
    def band(self) -> int:
        """Highest frequency along an axis."""
        return self.coefficients.shape[1] // 2

    @property
    def unknowns(self) -> int:
        """Coefficients of one function: the number of samples from which a Nyquist learner can know it."""
        return unknowns(self.band, self.dimension)

    @property
    def mean_square(self) -> Array:
        """Mean of the squared values, shape (functions,): the sum of the squared coefficients."""
        return (self._flat**2).sum(1)

    @property
    def _flat(self) -> Array:
        return self.coefficients.reshape(len(self), -1)

    def values(self, inputs: ArrayLike) -> Array:
        """Values at inputs, shape (functions, points).

        Parameters
        ----------
        inputs : array, shape (points, dimension) for all functions, or (functions, points, dimension)
            In units of the period; in one dimension (points,) will do.

        Raises
        ------
        ValueError
            If the shape does not fit, or an input is not finite.
        """
        places = checked_inputs(inputs, self.dimension, len(self))
        if places.ndim == 2:
            return self._flat @ basis(places, self.band).T
        each = max(1, PART // (places.shape[1] * self.unknowns))
        values = np.empty(places.shape[:2])
        for first in range(0, len(self), each):
            part = slice(first, first + each)
            values[part] = (basis(places[part], self.band) @ self._flat[part, :, None])[..., 0]
        return values

    def widened(self, band: int) -> FourierSeries:
        """Return the same functions with the zero coefficients up to a larger band."""
        more = max(0, 2 * (band - self.band))
        return FourierSeries(np.pad(self.coefficients, [(0, 0)] + [(0, more)] * self.dimension))

    def error(self, target: FourierSeries) -> Array:
        """Mean squared error of each function against its target, in units of the target's mean square, exact.

        Shape (functions,). Answering 0 everywhere has the error 1.

        Raises
        ------
        ValueError
            If the numbers of functions or the dimensions differ, or a target is zero.
        """
        checked_target(target, len(self), self.dimension)
        band = max(self.band, target.band)
        missed = self.widened(band)._flat - target.widened(band)._flat
        return (missed**2).sum(1) / target.mean_square

    def power(self) -> Array:
        """Share of each frequency in the mean square, shape (functions, band + 1).

        In two dimensions the frequency is the larger one of both axes.
        """
        along = np.repeat(np.arange(self.band + 1), [1] + [2] * self.band)
        frequency = along if self.dimension == 1 else np.maximum(along[:, None], along)
        summed = np.zeros((self.band + 1, len(self)))
        np.add.at(summed, frequency.ravel(), self._flat.T**2)
        return (summed / self.mean_square).T

    def rows(self, points: int = 128) -> list[dict[str, Any]]:
        """Return the values on a grid: a record with ``function``, ``x`` (and ``y``) and ``value`` for each."""
        places = grid(positive_integer("points", points), self.dimension)
        names = ("x", "y")[: self.dimension]
        return [
            {"function": function, **dict(zip(names, map(float, place), strict=True)), "value": float(value)}
            for function, found in enumerate(self.values(places))
            for place, value in zip(places, found, strict=True)
        ]

    def __repr__(self) -> str:
        return f"FourierSeries({len(self)} functions, {self.dimension}-D, band {self.band}, {self.unknowns} unknowns)"


def checked_inputs(inputs: ArrayLike, dimension: int, functions: int) -> Array:
    """Inputs of the shape (points, dimension) or (functions, points, dimension), finite."""
    places = array("inputs", inputs, finite=False, shape="be finite, at least one")
    if dimension == 1 and places.ndim == 1:
        places = places[:, None]
    if places.ndim not in {2, 3} or places.shape[-1] != dimension or (places.ndim == 3 and len(places) != functions):
        wanted = f"(points, {dimension}) or ({functions}, points, {dimension})"
        fail("inputs", f"have the shape {wanted}", places.shape)
    if not np.isfinite(places).all():
        fail("inputs", "be finite, at least one", inputs)
    return places


def checked_target(target: object, functions: int, dimension: int) -> FourierSeries:
    """Return the target, if there is one function for each that was learned, and none is zero."""
    if not isinstance(target, FourierSeries):
        fail("target", "be a FourierSeries", target)
    if (len(target), target.dimension) != (functions, dimension):
        fail("target", f"hold {functions} functions in {dimension}-D", target)
    if not target.mean_square.all():
        fail("target", "hold no function that is zero: its error has no unit", target)
    return target


def checked_dimension(dimension: Any) -> int:
    """1 or 2."""
    return one_of("dimension", positive_integer("dimension", dimension), DIMENSIONS)
