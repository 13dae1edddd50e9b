"""Error against the number of samples, for many random targets at once: where a learner has an end, and where a law."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array, fail, non_negative_integer, one_of, positive_integer
from scalinglab._results import ReadOnly, records
from scalinglab.approximation.comparisons import fit_nearest, fit_spline
from scalinglab.approximation.fourier import FourierSeries
from scalinglab.approximation.nyquist import choose_band, fit_band
from scalinglab.approximation.targets import Samples, sample

EPSILON = np.finfo(float).eps
LEARNERS = ("nyquist", "chosen band", "spline", "nearest")


@dataclass(frozen=True, eq=False, repr=False)
class LearningCurve(ReadOnly):
    """Errors of one learner at several numbers of samples; arrays are read-only.

    Attributes
    ----------
    learner : str
    samples : array of int, shape (points,)
    errors : array, shape (points, targets)
        Mean squared errors in units of each target's mean square: answering 0 has the error 1.
    condition : array, shape (points, targets)
        Condition number of each linear system; nan for a learner without one.
    expected : array, shape (points,)
        Median over the targets of the error that theory expects, given the inputs (see ``nyquist``); nan for other
        learners, and where the learner's band does not hold the target's.
    unknowns : int or None
        Of the learner, where it has a fixed number.
    bands : array of int, shape (points, targets), or None
        Of the learner, where it has any.
    """

    learner: str
    samples: NDArray[np.int64]
    errors: Array
    condition: Array
    expected: Array
    unknowns: int | None
    bands: NDArray[np.int64] | None

    @property
    def median(self) -> Array:
        """Median error over the targets, shape (points,)."""
        return np.median(self.errors, axis=1)

    def rows(self) -> list[dict[str, Any]]:
        """Return a record for each number of samples, over all targets.

        ``learner``, ``samples``, ``median`` of the error, its quartiles ``low`` and ``high``, ``worst``, the median of
        the ``condition`` number (4.5e15 stands for that or more), what theory ``expected``, and the median ``band``
        where there is one. What does not apply is None.
        """
        low, middle, high = np.quantile(self.errors, (0.25, 0.5, 0.75), axis=1).tolist()
        about = {
            "samples": self.samples,
            "median": middle,
            "low": low,
            "high": high,
            "worst": self.errors.max(1).tolist(),
            # Beyond the inverse of the precision, a condition number cannot be measured.
            "condition": [_or_none(value) for value in np.minimum(np.median(self.condition, axis=1), 1 / EPSILON)],
            "expected": [_or_none(value) for value in self.expected],
            "band": [None] * len(self.samples) if self.bands is None else np.median(self.bands, axis=1).tolist(),
        }
        return records(about, learner=self.learner)

    def __repr__(self) -> str:
        return f"LearningCurve({self.learner}, {self.errors.shape[1]} targets, samples {self.samples.tolist()})"


def learning_curve(
    target: FourierSeries,
    samples: int | Iterable[int],
    *,
    learner: str = "nyquist",
    band: int | None = None,
    noise: float = 0.0,
    ridge: float = 1e-12,
    seed: int = 0,
) -> LearningCurve:
    """Measure one learner on every target, at every number of samples.

    Parameters
    ----------
    target : FourierSeries
    samples : int or iterable of int
        At each number, each target has inputs of its own; fewer are the first ones of more.
    learner : {"nyquist", "chosen band", "spline", "nearest"}
        "nyquist" is least squares within a band (of least norm, with fewer samples than unknowns), "chosen band" the
        same with a band chosen by hold-out, "spline" a periodic cubic spline.
    band : int, optional
        Of the learner "nyquist"; the target's if left out. Too small or too large a band is worth a look.
    noise : float
        Standard deviation of the noise on the labels, in units of the target's root mean square. Errors are against
        the clean target.
    ridge : float
        Of the learner "spline".
    seed : int

    Raises
    ------
    ValueError
        If an argument is out of range, or a band is given to a learner that has none.

    Examples
    --------
    >>> from scalinglab.approximation import band_limited
    >>> curve = learning_curve(band_limited(10), [20, 21])
    >>> bool(0.01 < curve.median[0] < 0.06), bool(curve.median[1] < 1e-20)
    (True, True)
    """
    counts = [positive_integer("samples", count) for count in (samples if isinstance(samples, Iterable) else [samples])]
    if not counts:
        fail("samples", "hold at least one number", samples)
    fit = _learner(target, one_of("learner", learner, LEARNERS), band, ridge)
    drawn = sample(target, max(counts), noise=noise, seed=seed)
    fits = [fit(drawn.part(0, count)) for count in counts]
    shape = (len(counts), len(target))
    condition = [getattr(found, "condition", np.full(len(target), np.nan)) for found in fits]
    bands = np.stack([found.bands for found in fits]) if "band" in learner or learner == "nyquist" else None
    own = _band(target, band) if learner == "nyquist" else None
    return LearningCurve(
        learner=learner,
        samples=np.array(counts),
        errors=np.stack([found.error(target) for found in fits]),
        condition=np.stack(condition).reshape(shape),
        expected=np.array([_expected(found, target, noise, own) for found in fits]),
        unknowns=None if own is None else (2 * own + 1) ** target.dimension,
        bands=bands,
    )


def _band(target: FourierSeries, band: int | None) -> int:
    return target.band if band is None else non_negative_integer("band", band)


def _learner(target: FourierSeries, learner: str, band: int | None, ridge: float) -> Callable[[Samples], Any]:
    """The learner as a function of samples alone."""
    if not isinstance(target, FourierSeries):
        fail("target", "be a FourierSeries", target)
    if band is not None and learner != "nyquist":
        fail("band", f"be left out, as the learner {learner!r} has none", band)
    if learner == "nyquist":
        return lambda samples: fit_band(samples, _band(target, band), least_norm=True)
    if learner == "chosen band":
        return choose_band
    return fit_nearest if learner == "nearest" else lambda samples: fit_spline(samples, ridge=ridge)


def _expected(fit: Any, target: FourierSeries, noise: float, band: int | None) -> float:
    """Median over targets of what theory expects; nan where it says nothing."""
    if band is None or band < target.band:
        return np.nan
    # A wider band than the target's has directions without any power, so the share below counts only by symmetry.
    unseen = max(0.0, 1 - fit.samples / fit.series.unknowns) if band == target.band else np.nan
    unseen = 0.0 if fit.determined else unseen
    return float(np.median(unseen + noise**2 * fit.amplification)) if noise else unseen


def _or_none(value: float) -> float | None:
    """A number that a chart can draw, or None."""
    return None if np.isnan(value) else float(value)
