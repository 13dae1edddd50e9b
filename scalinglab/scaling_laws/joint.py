"""The error as a function of data and model together: the dense law of [Rosenfeld2019].

    e(n, m)     = A n^-alpha + B m^-beta + c
    error(n, m) = e / sqrt(1 + (e / chance)^2)

n is the size of the data set, m that of the model. [Rosenfeld2019] eq. (5) writes
``error = chance |e~ / (e~ - i eta)|`` with ``e~ = a n^-alpha + b m^-beta + c_inf``. Multiplying a, b, c_inf and eta by
the same number changes nothing, so only three of the four are there to be found; here ``e = chance e~ / eta``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import non_negative_integer, one_of, positive, same_length
from scalinglab.scaling_laws._arguments import different, enough, errors, numbers
from scalinglab.scaling_laws.fits import Fit
from scalinglab.scaling_laws.resampling import RESAMPLING
from scalinglab.scaling_laws.robust import DELTA, Problem
from scalinglab.scaling_laws.solving import solve
from scalinglab.scaling_laws.sums import PowerSum, bounds, meaning, starts

__all__ = ["JointLaw", "fit_joint"]

Array = NDArray[np.float64]
NAMES = ("data_amplitude", "data_exponent", "model_amplitude", "model_exponent", "offset")
#: The exponents that starts are taken from.
GRID = tuple(np.geomspace(0.05, 3, 7))
STARTS = 12


@dataclass(frozen=True, repr=False, kw_only=True)
class JointLaw(Fit):
    """The error at every size of data and model, fitted; see ``Fit`` for what else it tells.

    Attributes
    ----------
    chance : float or None
        The error of guessing, where it was given.
    """

    chance: float | None
    _units: Array

    @property
    def data_amplitude(self) -> float:
        """A, in the unit of error, of one sample."""
        return self.parameters["data_amplitude"]

    @property
    def data_exponent(self) -> float:
        """alpha: how fast the error falls with data."""
        return self.parameters["data_exponent"]

    @property
    def model_amplitude(self) -> float:
        """B, in the unit of error, of a model of size 1."""
        return self.parameters["model_amplitude"]

    @property
    def model_exponent(self) -> float:
        """beta: how fast the error falls with the size of the model."""
        return self.parameters["model_exponent"]

    @property
    def offset(self) -> float:
        """c: what neither data nor model remove, before the envelope."""
        return self.parameters["offset"]

    @cached_property
    def offset_limit(self) -> float:
        """The offset is below this with 95 % confidence (one-sided, by the profile of the loss)."""
        return self._solution.limit(4, 1)

    @property
    def floor(self) -> float:
        """The error that remains with endless data and model: the offset under the envelope."""
        return _enveloped(self.offset, self.chance)

    @property
    def floor_limit(self) -> float:
        """The floor is below this with 95 % confidence (one-sided)."""
        return _enveloped(self.offset_limit, self.chance)

    @property
    def letters(self) -> Mapping[str, float]:
        """The same law in the letters of [Rosenfeld2019], with its free scale chosen so that ``a`` is 1.

        Raises
        ------
        ValueError
            If there is no chance level, to which their eta belongs.
        """
        chance = positive("chance", self.chance)
        scale = 1 / self.data_amplitude
        return {
            "alpha": self.data_exponent,
            "beta": self.model_exponent,
            "a": 1.0,
            "b": self.model_amplitude * scale,
            "c_inf": self.offset * scale,
            "eta": chance * scale,
            "eps0": chance,
        }

    def predict(self, data: ArrayLike, model: ArrayLike) -> Array:
        """The error at each pair of sizes; the two are broadcast."""
        return self._predicted(*self._at(data, model))

    def interval(self, data: ArrayLike, model: ArrayLike, level: float = 0.95) -> tuple[Array, Array]:
        """Ends of an interval for the *law* at each pair of sizes (a single run scatters more widely).

        It knows only of noise: nothing in it says whether the law goes on beyond the sizes that were fitted.

        Raises
        ------
        ValueError
            If a size is not positive, or the level not between 0 and 1.
        """
        return self._interval(*self._at(data, model), level)

    def rows(self, data: ArrayLike, model: ArrayLike) -> list[dict[str, Any]]:
        """A record for each pair: ``data``, ``model``, ``error``, and ``low`` and ``high`` of its 95 % interval."""
        sizes = np.broadcast_arrays(numbers("data", data), numbers("model", model))
        columns = [*sizes, self.predict(data, model), *self.interval(data, model)]
        flat = (column.ravel().tolist() for column in columns)
        return [
            dict(zip(("data", "model", "error", "low", "high"), row, strict=True)) for row in zip(*flat, strict=True)
        ]

    def _at(self, data: ArrayLike, model: ArrayLike) -> tuple[PowerSum, tuple[int, ...]]:
        sizes = np.broadcast_arrays(np.log(numbers("data", data)), np.log(numbers("model", model)))
        logs = np.stack([size.ravel() for size in sizes]) - self._units[:, None]
        return PowerSum(logs, True, self.chance), sizes[0].shape


def fit_joint(
    data: ArrayLike,
    model: ArrayLike,
    error: ArrayLike,
    *,
    chance: float | None,
    delta: float = DELTA,
    bootstrap: int = 0,
    seed: int = 0,
    resampling: str = "pairs",
) -> JointLaw:
    """Fit the error as a function of data and model, robustly, in relative deviations.

    The chance level is given, not fitted: errors that are far below it hardly tell it apart from the amplitudes.

    Parameters
    ----------
    data, model : array, shape (points,)
        Size of the data set (samples, tokens) and of the model (parameters, width) of each run; positive.
    error : array, shape (points,)
        Error or loss, in any unit: positive, and below ``chance`` if that is given.
    chance : float or None
        The error of guessing: ``1 - 1 / K`` for K classes, ``ln V`` nats for V symbols. None leaves the envelope out.
    delta : float
        Relative deviations beyond it count linearly, not squared; a large one makes this a fit of least squares.
    bootstrap : int
        Refits to resampled data, for standard errors and intervals; 0 for none.
    seed : int
        Of the bootstrap.
    resampling : {"pairs", "residuals"}
        Draw whole points, or put resampled deviations on the law: better for a grid so small that points drawn from it
        may miss a size.

    Returns
    -------
    JointLaw

    Raises
    ------
    ValueError
        If lengths differ, a value is out of range, there are fewer than five points, or fewer than two sizes of each.
    ConvergenceError
        If the fit does not converge; ``partial`` is the law that it reached.

    Examples
    --------
    >>> data, model = np.meshgrid([100, 400, 1600, 6400], [8, 32, 128, 512])
    >>> error = 2 * data.ravel() ** -0.5 + 3 * model.ravel() ** -1.0 + 0.01
    >>> law = fit_joint(data.ravel(), model.ravel(), error, chance=None)
    >>> round(law.data_exponent, 3), round(law.model_exponent, 3), round(law.offset, 4)
    (0.5, 1.0, 0.01)
    """
    sizes = [numbers("data", data).ravel(), numbers("model", model).ravel()]
    targets = errors("error", error, chance)
    same_length(data=sizes[0], model=sizes[1], error=targets)
    enough("error", targets, len(NAMES))
    for name, size in zip(("data", "model"), sizes, strict=True):
        different(name, size, 2)
    units = np.log(sizes).mean(axis=1)  # amplitudes at this size hardly correlate with exponents
    form = PowerSum(np.log(sizes) - units[:, None], True, chance)
    problem = Problem(
        form, np.log(targets), *bounds(targets, chance, terms=2, offset=True), delta=positive("delta", delta)
    )
    return solve(
        JointLaw,
        problem,
        starts(problem, form, GRID, STARTS),
        meaning(units, NAMES, offset=True),
        bootstrap=non_negative_integer("bootstrap", bootstrap),
        seed=non_negative_integer("seed", seed),
        resampling=one_of("resampling", resampling, RESAMPLING),
        chance=chance,
        _units=units,
    )


def _enveloped(value: float, chance: float | None) -> float:
    return value if chance is None else value / float(np.hypot(1, value / chance))
