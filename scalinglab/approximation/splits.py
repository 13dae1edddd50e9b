"""Where the error of a learner comes from: capacity, finite data, optimisation.

The thesis [Rosenfeld2021] asks which source dominates. We define the three by the test error of three functions:

- the best function of the learner's class, for the true distribution: its error is due to **capacity**
- the function of the class that fits the samples best: what it adds is due to **finite data** (and noise)
- the function that the learner arrived at: what it adds is due to **optimisation**

They sum to the error of the learner, exactly, being differences in a row. Capacity is never negative. Finite data is
not either, where the best function is known. Optimisation can be: a learner that stops early may do better than the
best fit, and the sign is left as it is. The names and definitions are ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, array, same_length
from scalinglab._results import ReadOnly
from scalinglab.approximation.descent import descents
from scalinglab.approximation.fourier import FourierSeries, checked_target
from scalinglab.approximation.nyquist import fit_band
from scalinglab.approximation.targets import Samples

PARTS = ("capacity", "finite_data", "optimisation")


@dataclass(frozen=True, eq=False, repr=False)
class ErrorSplit(ReadOnly):
    """Three parts of the error of some learners, one for each function that was learned; arrays are read-only.

    Attributes
    ----------
    capacity, finite_data, optimisation : array, shape (functions,)
        In units of the error.
    total : array, shape (functions,)
        Error of the learner: the sum of the three, but for the last digit.
    """

    capacity: Array
    finite_data: Array
    optimisation: Array
    total: Array

    def rows(self, **about: Any) -> list[dict[str, Any]]:
        """Return a record for each part: ``part``, and the mean over the functions as ``error``.

        Means, because they sum to the mean of the total, which medians would not.

        Parameters
        ----------
        **about
            Put before each record: ``rows(samples=32)``.
        """
        means = {name: float(getattr(self, name).mean()) for name in (*PARTS, "total")}
        return [about | {"part": name.replace("_", " "), "error": mean} for name, mean in means.items()]

    def __repr__(self) -> str:
        parts = ", ".join(f"{row['part']} {row['error']:.2e}" for row in self.rows())
        return f"ErrorSplit({len(self.capacity)} functions, means: {parts})"


def split_error(reached: ArrayLike, *, fitted: ArrayLike, capacity: ArrayLike = 0.0) -> ErrorSplit:
    """Split test errors that were measured elsewhere.

    Parameters
    ----------
    reached : array, shape (functions,)
        Of the learner.
    fitted : array, shape (functions,), or a number
        Of the best fit to the samples, such as a second-order learner reaches.
    capacity : array, shape (functions,), or a number
        Of the best function of the class; 0 where the target is in the class.

    Raises
    ------
    ValueError
        If an error is negative or not finite, or shapes do not fit.
    """
    total = _errors("reached", reached)
    best, least = _errors("fitted", fitted), _errors("capacity", capacity)
    for name, errors in (("fitted", best), ("capacity", least)):
        if len(errors) > 1:
            same_length(**{"reached": total, name: errors})
    best, least = np.broadcast_to(best, total.shape), np.broadcast_to(least, total.shape).copy()
    return ErrorSplit(least, best - least, total - best, total.copy())


@overload
def split_band(
    target: FourierSeries, samples: Samples, band: int, *, steps: int = 100, step_size: float = 1.0
) -> ErrorSplit: ...


@overload
def split_band(
    target: FourierSeries, samples: Samples, band: int, *, steps: Sequence[int], step_size: float = 1.0
) -> list[ErrorSplit]: ...


def split_band(
    target: FourierSeries, samples: Samples, band: int, *, steps: int | Sequence[int] = 100, step_size: float = 1.0
) -> ErrorSplit | list[ErrorSplit]:
    """Split the error of gradient descent within a band.

    The class consists of the functions within the band. Its best function is the target without the frequencies above
    the band, and the best fit is that of ``fit_band``. Both errors are exact.

    Parameters
    ----------
    target : FourierSeries
    samples : Samples
        Of this target; at least as many as unknowns, or the best fit would not be unique.
    band, step_size
        As in ``descend_band``.
    steps : int or sequence of int
        Of several numbers, a split for each comes back, for hardly more than the cost of one.

    Raises
    ------
    ValueError
        If an argument is out of range, or there are too few samples.
    """
    fit = fit_band(samples, band)
    checked_target(target, samples.functions, samples.dimension)
    kept = np.zeros((len(target), *[2 * max(band, target.band) + 1] * target.dimension))
    inner = (slice(None), *[slice(0, 2 * band + 1)] * target.dimension)
    kept[inner] = target.widened(band).coefficients[inner]
    least = {"fitted": fit.error(target), "capacity": FourierSeries(kept).error(target)}
    several = [steps] if isinstance(steps, int) else steps
    reached = descents(samples, band, several, step_size=step_size)
    splits = [split_error(each.error(target), **least) for each in reached]
    return splits[0] if isinstance(steps, int) else splits


def _errors(name: str, value: ArrayLike) -> Array:
    say = "be errors: finite and not negative, in one row"
    return np.atleast_1d(array(name, value, axes=(0, 1), non_negative=True, say=say))
