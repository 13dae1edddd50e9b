"""What trained networks reached: with a penalty on frequencies out of band, and beside the second-order learner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import Array
from scalinglab._results import ReadOnly, records
from scalinglab.approximation.splits import ErrorSplit, split_error
from scalinglab.approximation.students import NetworkFit


@dataclass(frozen=True, eq=False, repr=False)
class PenaltyRuns(ReadOnly):
    """Errors of networks that were trained with penalties of several strengths; arrays are read-only.

    Attributes
    ----------
    strengths : array, shape (strengths,)
    errors : array, shape (strengths, targets)
        Mean squared errors on the grid in units of the target's variance there; nan where a network diverged.
    samples, band : int
    """

    strengths: Array
    errors: Array
    samples: int
    band: int

    @property
    def median(self) -> Array:
        """Median over the targets, shape (strengths,); of those that did not diverge."""
        return np.nanmedian(self.errors, axis=1)

    def rows(self) -> list[dict[str, Any]]:
        """Return a record for each strength.

        ``samples``, ``strength``, the ``median`` and the ``worst`` error, and how many networks ``diverged``.
        """
        columns = {"strength": self.strengths, "median": self.median, "worst": np.nanmax(self.errors, axis=1)}
        return records(columns | {"diverged": np.isnan(self.errors).sum(1)}, samples=self.samples)

    def __repr__(self) -> str:
        medians = ", ".join(f"{row['strength']:g}: {row['median']:.1e}" for row in self.rows())
        return f"PenaltyRuns(band {self.band}, {self.samples} samples, median error by strength {medians})"


@dataclass(frozen=True, eq=False, repr=False)
class LearnerRuns(ReadOnly):
    """The same networks, trained by a gradient method and by a second-order learner; arrays are read-only.

    Attributes
    ----------
    fit : NetworkFit
        Of the second-order learner, with test errors.
    optimizer : str
        Of the gradient method.
    steps : array of int, shape (evaluations,)
    train_error, test_error : array, shape (starts, evaluations)
        Of the gradient method, in units of the variance of the labels; nan after a divergence.
    step_multiply_adds : int
        Of one step of one network of the gradient method.
    """

    fit: NetworkFit
    optimizer: str
    steps: NDArray[np.int64]
    train_error: Array
    test_error: Array
    step_multiply_adds: int

    @property
    def reached(self) -> Array:
        """Last test error of the gradient method, shape (starts,)."""
        return self.test_error[:, -1]

    @property
    def limit(self) -> float:
        """Test error of the second-order learner: of the start of least training error."""
        assert self.fit.test_error is not None
        return float(self.fit.test_error[-1, self.fit.best])

    def split(self, capacity: ArrayLike = 0.0) -> ErrorSplit:
        """Split the error of the gradient method, of each start; see ``splits``.

        Parameters
        ----------
        capacity : float
            Error of the best network of this width; 0 if the teacher is no wider. For a narrower student, the limit at
            many samples bounds it from above.
        """
        return split_error(self.reached, fitted=self.limit, capacity=capacity)

    def rows(self) -> list[dict[str, Any]]:
        """Return a record for each learner, start and evaluation.

        ``learner``, ``start``, ``step``, ``multiply_adds`` so far, ``train_error`` and ``test_error``.
        """
        rows = [{"learner": "second order"} | row for row in self.fit.rows()]
        for start, (trained, tested) in enumerate(zip(self.train_error, self.test_error, strict=True)):
            for step, train_error, test_error in zip(self.steps.tolist(), trained, tested, strict=True):
                if not np.isnan(test_error):
                    about = {"learner": self.optimizer, "start": start, "step": step}
                    about["multiply_adds"] = step * self.step_multiply_adds
                    rows.append(about | {"train_error": float(train_error), "test_error": float(test_error)})
        return rows

    def __repr__(self) -> str:
        best = float(np.nanmin(self.reached))
        return f"LearnerRuns({len(self.reached)} starts: {self.optimizer} {best:.1e}, second order {self.limit:.1e})"
