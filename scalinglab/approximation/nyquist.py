"""The Nyquist learner: least squares within a band, exact from as many samples as there are unknowns.

A function of band B has ``p = (2 B + 1)^dimension`` unknowns. Independent uniform inputs determine them with certainty
as soon as there are p of them, so without noise the error is 0 at a finite number of samples, where other learners
follow a power law. This is a demonstration of the data bandwidth hypothesis of [Rosenfeld2021], on a design of our own;
it does not reproduce the experiments of the thesis.

What theory says of it, for a target of random coefficients that are equally strong and within the learner's band
(derived here):

- n < p: the smallest coefficients that agree with the samples are the projection of the true ones on n random
  directions, so the error is on average ``1 - n / p``.
- n >= p, labels with noise of the relative standard deviation s: the error is on average ``s^2 trace((A^T A)^-1)``, A
  being the matrix of the basis at the inputs. That trace is ``amplification``: p / n for many samples, but enormous at
  the threshold, where some coefficient hangs on a small difference of labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array, fail, in_range, non_negative_integer
from scalinglab._later import linalg
from scalinglab._results import ReadOnly, records
from scalinglab.approximation.fourier import PART, FourierSeries, basis, unknowns
from scalinglab.approximation.targets import MOST_UNKNOWNS, Samples

#: Held-out errors below this share of the labels' mean square are rounding: they do not tell one band from another.
ROUNDING = 1e-20


@dataclass(frozen=True, eq=False, repr=False)
class BandFit(ReadOnly):
    """Functions of a limited band that were fitted to samples; arrays are read-only.

    Attributes
    ----------
    series : FourierSeries
        The fitted functions.
    samples : int
        How many samples of each function were used.
    condition : array, shape (functions,)
        Largest over smallest singular value of the matrix of the basis: an error of the labels is magnified by up to
        this much (in units of norms). With fewer samples than unknowns, of the singular values that are not zero by
        shape. Infinity where two inputs agree to the last digit.
    amplification : array, shape (functions,)
        Mean squared error for noise of variance 1 on the labels, averaged over the noise (within the band).
    bands : array of int, shape (functions,)
        The band of each function; they differ where ``choose_band`` chose them.
    """

    series: FourierSeries
    samples: int
    condition: Array
    amplification: Array
    bands: NDArray[np.int64]

    @property
    def determined(self) -> bool:
        """Whether there are as many samples as unknowns, or more."""
        return self.samples >= self.series.unknowns

    def values(self, inputs: Any) -> Array:
        """Values of the fitted functions; see ``FourierSeries.values``."""
        return self.series.values(inputs)

    def error(self, target: FourierSeries) -> Array:
        """Error against each target, exact; see ``FourierSeries.error``."""
        return self.series.error(target)

    def rows(self) -> list[dict[str, Any]]:
        """Return a record for each function: ``function``, ``band``, ``samples``, ``condition``, ``amplification``."""
        columns = {"band": self.bands, "condition": self.condition, "amplification": self.amplification}
        return records({"function": range(len(self.bands))} | columns, samples=self.samples)

    def __repr__(self) -> str:
        how = "least squares" if self.determined else "least norm"
        middle = float(np.median(self.condition))
        return f"BandFit({self.series!r}, {self.samples} samples, {how}, median condition {middle:.1e})"


def fit_band(samples: Samples, band: int, *, least_norm: bool = False) -> BandFit:
    """Fit every function by least squares among all functions of a band.

    Parameters
    ----------
    samples : Samples
    band : int
        Of the learner; the target's may be another.
    least_norm : bool
        What to do with fewer samples than unknowns, when many functions agree with the samples: take the one of least
        mean square if true, refuse if false. So for inputs of which too many coincide.

    Returns
    -------
    BandFit
        With the condition number: least squares near the threshold can be ill-conditioned, and this says by how much.

    Raises
    ------
    ValueError
        If there are fewer samples than unknowns and ``least_norm`` is false, the inputs do not determine the unknowns
        (as some of them coincide), or the band is out of range.

    Examples
    --------
    >>> from scalinglab.approximation import band_limited, sample
    >>> target = band_limited(10, targets=5)
    >>> fit = fit_band(sample(target, 32), 10)
    >>> bool((fit.error(target) < 1e-20).all())
    True
    """
    count = checked_samples(samples, band)
    if len(samples) < count and not least_norm:
        fail("samples", f"be at least {count}, the unknowns of band {band} (or ask for least_norm)", len(samples))
    fit = _fit(samples, band)
    if np.isinf(fit.condition).any() and not least_norm:
        fail("inputs", "differ enough to determine the unknowns (or ask for least_norm)", "a condition number of inf")
    return fit


def checked_samples(samples: Any, band: Any) -> int:
    """Number of unknowns of the band, if the samples are Samples and it is not too large."""
    if not isinstance(samples, Samples):
        fail("samples", "be Samples, as sample() draws them", samples)
    count = unknowns(non_negative_integer("band", band), samples.dimension)
    if count > MOST_UNKNOWNS:
        fail("band", f"have at most {MOST_UNKNOWNS} unknowns, not {count}", band)
    return count


def _fit(samples: Samples, band: int) -> BandFit:
    """Fit by QR and the singular values of its small factor, some functions at a time."""
    count, functions = unknowns(band, samples.dimension), samples.functions
    found, condition, amplification = np.empty((functions, count)), np.empty(functions), np.empty(functions)
    each = max(1, PART // (len(samples) * count))
    for first in range(0, functions, each):
        part = slice(first, first + each)
        matrix = basis(samples.inputs[part], band)
        found[part], singular = _solve(matrix, samples.labels[part])
        smallest = singular[:, -1]
        # Below this, a singular value is the rounding of the matrix.
        gone = smallest <= np.finfo(float).eps * singular[:, 0]
        with np.errstate(divide="ignore"):
            condition[part] = np.where(gone, np.inf, singular[:, 0] / smallest)
            amplification[part] = np.where(gone, np.inf, (singular**-2.0).sum(1))
    shape = (functions, *[2 * band + 1] * samples.dimension)
    return BandFit(
        FourierSeries(found.reshape(shape)), len(samples), condition, amplification, np.full(functions, band)
    )


def _solve(matrix: Array, labels: Array) -> tuple[Array, Array]:
    """Least squares, or least norm if the matrix is wide: (functions, unknowns) and the singular values.

    QR first, as the normal equations would square the condition number; the singular values of R are those of the
    matrix.
    """
    wide = matrix.shape[1] < matrix.shape[2]
    orthogonal, triangular = np.linalg.qr(matrix.swapaxes(1, 2) if wide else matrix)
    left, singular, right = np.linalg.svd(triangular)
    kept = singular > np.finfo(float).eps * singular[:, :1]
    inverse = np.where(kept, 1 / np.where(kept, singular, 1), 0)[..., None]
    if wide:  # A = R^T Q^T, so the answer is Q R^-T y
        return (orthogonal @ (left @ (inverse * (right @ labels[..., None]))))[..., 0], singular
    projected = orthogonal.swapaxes(1, 2) @ labels[..., None]
    return (right.swapaxes(1, 2) @ (inverse * (left.swapaxes(1, 2) @ projected)))[..., 0], singular


def choose_band(samples: Samples, *, share: float = 0.25, largest: int | None = None) -> BandFit:
    """Choose each function's band by hold-out: the one that predicts the last samples best from the others.

    Each band is fitted to the samples that are not held out. The one of least held-out error is then fitted to all
    samples. Of bands whose errors are but rounding, the smallest is taken.

    Parameters
    ----------
    samples : Samples
    share : float
        Of the samples that are held out, above 0 and below 1; at least one is, and at least one is not.
    largest : int, optional
        Largest band that is tried; if left out, the largest that the samples not held out determine.

    Returns
    -------
    BandFit
        Its ``bands`` are those chosen; its ``series`` has the band of the largest.

    Raises
    ------
    ValueError
        If an argument is out of range, or there are fewer than two samples.
    """
    checked_samples(samples, 0)
    if len(samples) < 2:
        fail("samples", "be at least 2, to hold one out", len(samples))
    held = min(max(1, round(in_range("share", share, 1e-6, 1 - 1e-6) * len(samples))), len(samples) - 1)
    kept = len(samples) - held
    determined = (round(kept ** (1 / samples.dimension) + 1e-9 - 0.5) - 1) // 2
    most = determined if largest is None else non_negative_integer("largest", largest)
    if most > determined:
        fail("largest", f"not exceed {determined}, the largest band that {kept} samples determine", most)
    return _refitted(samples, _best_bands(samples.part(0, kept), samples.part(kept, len(samples)), most))


def _best_bands(known: Samples, held: Samples, most: int) -> NDArray[np.int64]:
    """The band of least held-out error for each function, by one QR for all bands.

    With columns in the order of their bands, the first columns of Q span the functions of a small band, and column j of
    ``H R^-1`` is the j-th of these orthogonal functions at the held-out inputs: predictions of all bands are a
    cumulative sum.
    """
    ends = np.array([unknowns(band, known.dimension) for band in range(most + 1)])
    order = np.argsort(_bands_of_columns(most, known.dimension), kind="stable")
    chosen = np.empty(known.functions, dtype=np.int64)
    for function in range(known.functions):
        orthogonal, triangular = np.linalg.qr(basis(known.inputs[function], most)[:, order])
        diagonal = np.diagonal(triangular)
        triangular[np.diag_indices(len(diagonal))] = np.where(diagonal == 0, np.finfo(float).tiny, diagonal)
        shapes = linalg.solve_triangular(triangular.T, basis(held.inputs[function], most)[:, order].T, lower=True)
        steps = (orthogonal.T @ known.labels[function])[:, None] * shapes
        predictions = np.cumsum(steps, axis=0)[ends - 1]
        errors = ((predictions - held.labels[function]) ** 2).mean(1)
        # The first of those that are equal: errors that are but rounding count as equal.
        chosen[function] = np.argmin(np.maximum(errors, ROUNDING * (held.labels[function] ** 2).mean()))
    return chosen


def _bands_of_columns(band: int, dimension: int) -> NDArray[np.int64]:
    """The least band that holds each basis function, in the order of ``basis``."""
    along = np.repeat(np.arange(band + 1), [1] + [2] * band)
    return along if dimension == 1 else np.maximum(along[:, None], along).ravel()


def _refitted(samples: Samples, bands: NDArray[np.int64]) -> BandFit:
    """Fit each function in its own band, and put all in the band of the largest."""
    largest = int(bands.max())
    found = np.zeros((samples.functions, *[2 * largest + 1] * samples.dimension))
    condition, amplification = np.empty(samples.functions), np.empty(samples.functions)
    for band in np.unique(bands).tolist():
        own = np.flatnonzero(bands == band)
        fit = _fit(Samples(samples.inputs[own], samples.labels[own]), band)
        found[own] = fit.series.widened(largest).coefficients
        condition[own], amplification[own] = fit.condition, fit.amplification
    return BandFit(FourierSeries(found), len(samples), condition, amplification, bands)
