"""Random functions on the torus to be learned, and samples of them.

The data bandwidth hypothesis of [Rosenfeld2021] says that what is to be learned has a limited band. These targets have
one by construction (``band_limited``), or break the hypothesis (``power_law``). Both are our own, for a demonstration
of the hypothesis; they do not reproduce the thesis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scalinglab._checks import (
    Array,
    array,
    fail,
    in_range,
    non_negative,
    non_negative_integer,
    positive,
    positive_integer,
)
from scalinglab._results import ReadOnly
from scalinglab.approximation.fourier import FourierSeries, checked_dimension, unknowns

#: Names of streams of random numbers: no other part of the package draws from these.
COEFFICIENTS, INPUTS, NOISE = 111, 112, 113
#: Limits that no panel comes near; they keep a slip of the finger from filling the memory.
MOST_UNKNOWNS, MOST_NUMBERS = 5000, 2 * 10**7


def band_limited(band: int = 10, *, dimension: int = 1, targets: int = 200, seed: int = 0) -> FourierSeries:
    """Random functions with all frequencies up to a band, equally strong on average, and none above it.

    The coefficients are normal and independent; each function is then scaled to the mean square 1.

    Parameters
    ----------
    band : int
        Highest frequency along each axis; ``(2 band + 1)^dimension`` unknowns, at most 5000.
    dimension : {1, 2}
        Of the torus.
    targets : int
        How many functions.
    seed : int
        Fewer targets are the first ones of more.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> band_limited(10, targets=200)
    FourierSeries(200 functions, 1-D, band 10, 21 unknowns)
    """
    shape = _shape(band, dimension, targets)
    return _scaled(_stream(seed, COEFFICIENTS).standard_normal(shape))


def power_law(
    smoothness: float = 1.0, *, highest: int = 256, dimension: int = 1, targets: int = 200, seed: int = 0
) -> FourierSeries:
    """Random functions without a band: amplitudes fall as ``|k|^-(dimension / 2 + smoothness)``, up to ``highest``.

    Above a frequency K, the share of the mean square falls as ``K^-(2 smoothness)`` in any dimension (until the highest
    frequency comes near). The mean is 0, because frequency 0 has no place in a power law. Each function is scaled to
    the mean square 1.

    Parameters
    ----------
    smoothness : float
        From 0 to 10; larger is smoother.
    highest : int
        Where the spectrum ends because a computer must end: far above any band of interest. In two dimensions at
        most 34.
    dimension, targets, seed
        As in ``band_limited``.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    decay = in_range("smoothness", smoothness, 0.0, 10.0)
    shape = _shape(positive_integer("highest", highest), dimension, targets, name="highest")
    along = np.repeat(np.arange(highest + 1), [1] + [2] * highest).astype(np.float64)
    size = along if dimension == 1 else np.hypot(along[:, None], along)
    size.flat[0] = np.inf  # amplitude 0 for the mean
    return _scaled(_stream(seed, COEFFICIENTS).standard_normal(shape) * size ** -(dimension / 2 + decay))


@dataclass(frozen=True, eq=False, repr=False)
class Samples(ReadOnly):
    """Inputs and labels, each function with inputs of its own; read-only arrays.

    Attributes
    ----------
    inputs : array, shape (functions, samples, dimension)
        In units of the period, from 0 to below 1.
    labels : array, shape (functions, samples)
        Values of the functions, with noise if there is any.
    """

    inputs: Array
    labels: Array

    def __post_init__(self) -> None:
        for name in ("inputs", "labels"):
            object.__setattr__(self, name, array(name, getattr(self, name), finite=False, copy=True))
        super().__post_init__()
        if self.inputs.ndim != 3 or self.inputs.shape[:2] != self.labels.shape:
            fail("inputs", "have the shape (functions, samples, dimension) of the labels", self.inputs.shape)
        checked_dimension(self.dimension)
        if not (np.isfinite(self.inputs).all() and np.isfinite(self.labels).all()):
            fail("inputs and labels", "be finite", "nan or an infinity")

    def __len__(self) -> int:
        """Return the number of samples of each function."""
        return self.labels.shape[1]

    @property
    def functions(self) -> int:
        """How many functions were sampled."""
        return len(self.labels)

    @property
    def dimension(self) -> int:
        """Of the torus."""
        return self.inputs.shape[2]

    def part(self, first: int, last: int) -> Samples:
        """Return the samples from ``first`` to before ``last`` of each function."""
        return Samples(self.inputs[:, first:last], self.labels[:, first:last])

    def rows(self) -> list[dict[str, Any]]:
        """Return a record with ``function``, ``x`` (and ``y``) and ``label`` for each sample."""
        names = ("x", "y")[: self.dimension]
        return [
            {"function": function, **dict(zip(names, map(float, place), strict=True)), "label": float(label)}
            for function, (places, labels) in enumerate(zip(self.inputs, self.labels, strict=True))
            for place, label in zip(places, labels, strict=True)
        ]

    def __repr__(self) -> str:
        return f"Samples({self.functions} functions, {self.dimension}-D, {len(self)} samples each)"


def sample(target: FourierSeries, samples: int, *, noise: float = 0.0, seed: int = 0) -> Samples:
    """Draw inputs uniformly and independently for each function, and label them.

    Parameters
    ----------
    target : FourierSeries
    samples : int
        For each function. With one seed, fewer samples are the first ones of more.
    noise : float
        Standard deviation of the normal noise on the labels, in units of each target's root mean square. More noise is
        the same noise, scaled.
    seed : int

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    if not isinstance(target, FourierSeries):
        fail("target", "be a FourierSeries", target)
    count, level = positive_integer("samples", samples), non_negative("noise", noise)
    if count * len(target) * target.dimension > MOST_NUMBERS:
        fail(
            "samples", f"not exceed {MOST_NUMBERS // (len(target) * target.dimension)} for {len(target)} targets", count
        )
    # The sample is the first axis as numbers are drawn, so that more samples go on where fewer ended.
    inputs = _stream(seed, INPUTS).random((count, len(target), target.dimension)).swapaxes(0, 1)
    labels = target.values(inputs)
    if level:
        errors = _stream(seed, NOISE).standard_normal((count, len(target))).T
        labels += positive("noise", level) * np.sqrt(target.mean_square)[:, None] * errors
    return Samples(inputs, labels)


def _shape(band: Any, dimension: Any, targets: Any, name: str = "band") -> tuple[int, ...]:
    dimension, targets = checked_dimension(dimension), positive_integer("targets", targets)
    count = unknowns(non_negative_integer(name, band), dimension)
    if count > MOST_UNKNOWNS:
        fail(name, f"let a function have at most {MOST_UNKNOWNS} unknowns, not {count}", band)
    if count * targets > MOST_NUMBERS:
        fail("targets", f"not exceed {MOST_NUMBERS // count} with {count} unknowns each", targets)
    return (targets, *[2 * band + 1] * dimension)


def _scaled(coefficients: Array) -> FourierSeries:
    lengths = np.linalg.norm(coefficients.reshape(len(coefficients), -1), axis=1)
    return FourierSeries(coefficients / lengths.reshape(-1, *[1] * (coefficients.ndim - 1)))


def _stream(seed: int, stream: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence((non_negative_integer("seed", seed), stream)))
