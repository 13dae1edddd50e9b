"""Loss curves, of the theory and of simulation alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array
from scalinglab._results import ReadOnly, records


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class LossCurve(ReadOnly):
    """Loss against time or steps; arrays of shape (times,), read-only.

    Attributes
    ----------
    times : array
        Of gradient flow, or steps of a discrete algorithm.
    test : array
        Excess risk: the mean squared distance from the clean target on fresh inputs, in the target's units.
    train : array
        Mean squared error on the training set, noise included. Theory has an error of about 1e-7 of the loss before
        training, and never goes below 0.
    ensemble, bagging, bias : array or None
        Test loss of the mean over infinitely many networks on the same data, over infinitely many data sets for the
        same features, and over both: theory only, and only if they were asked for.
    draws : int
        How many draws of a simulation were averaged; 0 for theory.
    total : int
        How many draws there will be.
    test_sd, train_sd : array or None
        Standard deviation over the draws.
    """

    times: Array
    test: Array
    train: Array
    ensemble: Array | None = None
    bagging: Array | None = None
    bias: Array | None = None
    draws: int = 0
    total: int = 0
    test_sd: Array | None = None
    train_sd: Array | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "train", np.maximum(self.train, 0.0))
        super().__post_init__()

    @property
    def done(self) -> int:
        """How many draws are done, for a panel's progress."""
        return self.draws

    @property
    def gap(self) -> Array:
        """Test minus train loss; with noise of variance v, their risks differ by v more."""
        return self.test - self.train

    @property
    def test_error(self) -> Array | None:
        """Standard error of the mean test loss, of a simulation with two draws or more."""
        return None if self.test_sd is None else self.test_sd / np.sqrt(self.draws)

    @property
    def train_error(self) -> Array | None:
        """Standard error of the mean training loss."""
        return None if self.train_sd is None else self.train_sd / np.sqrt(self.draws)

    def rows(self, **labels: Any) -> list[dict[str, Any]]:
        """Return a record for each time: ``time``, ``test``, ``train``, and what else there is.

        A simulation adds ``test_low``, ``test_high``, ``train_low`` and ``train_high``, one standard deviation of a
        single draw about the mean (cut at 1 % of it, as axes are logarithmic); labels are added to each record.
        """
        columns = {"time": self.times, "test": self.test, "train": self.train}
        columns |= {
            name: value for name in ("ensemble", "bagging", "bias") if (value := getattr(self, name)) is not None
        }
        for name, mean, spread in (("test", self.test, self.test_sd), ("train", self.train, self.train_sd)):
            if spread is not None:
                columns |= {f"{name}_low": np.maximum(mean - spread, mean / 100), f"{name}_high": mean + spread}
        return records(columns, **labels)

    def __repr__(self) -> str:
        source = f"{self.draws} draws" if self.draws else "theory"
        return f"LossCurve({source}, {len(self.times)} times to {self.times[-1]:g}, test loss {self.test[-1]:.4g})"


@dataclass(frozen=True, eq=False, repr=False)
class TransferFunctions(ReadOnly):
    """How much of each mode is still to be learned; arrays are read-only.

    Attributes
    ----------
    times : array, shape (times,)
    modes : array of int, shape (modes,)
        From 1, the mode of the largest eigenvalue.
    eigenvalues : array, shape (modes,)
    values : array, shape (times, modes)
        The mean of (w_k - learned w_k) / w_k: 1 before training, 0 for a mode that is learned.
    """

    times: Array
    modes: NDArray[np.int64]
    eigenvalues: Array
    values: Array

    def rows(self, **labels: Any) -> list[dict[str, Any]]:
        """A record for each time and mode: ``time``, ``mode``, ``eigenvalue``, ``left``, and the labels."""
        columns = zip(self.modes.tolist(), self.eigenvalues.tolist(), self.values.T.tolist(), strict=True)
        return [
            labels | {"time": time, "mode": mode, "eigenvalue": value, "left": left}
            for mode, value, column in columns
            for time, left in zip(self.times.tolist(), column, strict=True)
        ]

    def __repr__(self) -> str:
        return f"TransferFunctions(modes {self.modes.tolist()}, {len(self.times)} times)"
