"""What every fit of a law tells: parameters, standard errors, intervals, and what stays undetermined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from scalinglab._checks import Array, fail, in_range
from scalinglab._results import records
from scalinglab.scaling_laws._arguments import densities, numbers
from scalinglab.scaling_laws.profiles import one_sided_limit
from scalinglab.scaling_laws.robust import Form, Problem

#: Confidence of the intervals.
LEVEL = 0.95


@dataclass(frozen=True)
class Meaning:
    """How the parameters of a law follow from those that are searched, which belong to a convenient unit of size.

    Attributes
    ----------
    names : tuple of str
    logarithmic : tuple of bool
        Amplitudes are searched by their logarithm.
    turn : array, shape (parameters, parameters)
        From what is searched to the parameters (the logarithms of amplitudes).
    """

    names: tuple[str, ...]
    logarithmic: tuple[bool, ...]
    turn: Array

    def reported(self, values: Array) -> Array:
        """Parameters, shape (..., parameters), from what was searched."""
        turned = values @ self.turn.T
        return np.where(self.logarithmic, np.exp(np.clip(turned, -700, 700)), turned)


@dataclass(frozen=True)
class Solution:
    """The optimum and what surrounds it, in the parameters that were searched.

    Attributes
    ----------
    problem : Problem
    values, covariance : array
        Shapes (parameters,) and (parameters, parameters); the covariance is that of the replicates if there are any,
        and nan where the data say nothing.
    rise : array, shape (parameters,)
        By how much the loss rises, in units of ``t^2``, where a parameter is t standard errors from its optimum.
    replicates : array, shape (bootstrap, parameters)
        Optima of resampled data.
    """

    problem: Problem
    values: Array
    covariance: Array
    rise: Array
    replicates: Array

    @property
    def freedom(self) -> int:
        """Points that are not used up by parameters."""
        return self.problem.targets.shape[-1] - len(self.values)

    def limit(self, index: int, side: int, level: float = LEVEL) -> float:
        """A one-sided limit of a parameter that is searched; nan if there are as many parameters as points."""
        if self.freedom <= 0:
            return np.nan
        rise = float(self.rise[index] * student.ppf(level, self.freedom) ** 2)
        return one_sided_limit(self.problem, self.values, index, side, rise)


class Parameter:
    """A parameter of a law as an attribute of it, of the same name.

    Parameters
    ----------
    meaning : str
    left_out : float, optional
        What it is where it was not fitted.
    """

    def __init__(self, meaning: str, *, left_out: float | None = None) -> None:
        self.__doc__, self.left_out = meaning, left_out

    def __set_name__(self, _: type, name: str) -> None:
        self.name = name

    def __get__(self, law: Any, _: type | None = None) -> float:
        if law is None:
            return self  # type: ignore[return-value]
        found = law.parameters
        return found[self.name] if self.left_out is None else found.get(self.name, self.left_out)


@dataclass(frozen=True, repr=False, kw_only=True)
class Fit:
    """A law that was fitted, and how far the data determine it.

    It is asked for its value at sizes (``names`` says which), in this order or by name; they are broadcast.

    Attributes
    ----------
    parameters : mapping of str to float
        What was fitted, by name; each is an attribute too.
    standard_errors : mapping of str to float
        By linear error propagation, or from the bootstrap if there is one; nan at a bound, and without spare points.
    intervals : mapping of str to (float, float)
        Ends of 95 % intervals, from the standard errors (of the logarithm, for an amplitude). One-sided, by the profile
        of the loss, where that would pass a bound of the parameter.
    undetermined : tuple of str
        Parameters that these data do not determine: at a bound, or smaller than twice their standard error.
    mean_deviation, sd_deviation : float
        Of ``(law - error) / error`` over the points that were fitted.
    points : int
        How many points were fitted.
    cost : float
        The loss at the optimum: a sum over points of Huber's loss, not a mean.
    reached : float
        Share of the starts that found the optimum.
    condition : float
        Condition number of the derivatives of the deviations by the parameters, each column of unit length: a large
        one says that some parameters can change together and leave the fit as it is.
    replicates : mapping of str to array, shape (bootstrap,)
        Each parameter in each refit of the bootstrap that converged.
    """

    parameters: Mapping[str, float]
    standard_errors: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    undetermined: tuple[str, ...]
    mean_deviation: float
    sd_deviation: float
    points: int
    cost: float
    reached: float
    condition: float
    replicates: Mapping[str, Array]
    _solution: Solution
    _meaning: Meaning

    #: Names of the sizes at which the law has a value, of others that it may be given, and of the value.
    SIZES: ClassVar[tuple[str, ...]]
    MORE: ClassVar[tuple[str, ...]] = ()
    VALUE: ClassVar[str] = "error"

    def names(self) -> tuple[str, ...]:
        """Names of the sizes that ``predict``, ``interval`` and ``rows`` take."""
        return self.SIZES

    def predict(self, *sizes: ArrayLike, **named: ArrayLike) -> Array:
        """The law at each place, of the shape of the sizes.

        Raises
        ------
        ValueError
            If a size is missing, or out of range.
        """
        form, shape = self._at(self._given(sizes, named))
        return np.exp(form.log_error(self._solution.values[None])[0]).reshape(shape)

    def interval(self, *sizes: ArrayLike, level: float = LEVEL, **named: ArrayLike) -> tuple[Array, Array]:
        """Ends of an interval for the *law* at each place (a single run, or seed, scatters more widely).

        It knows only of noise: nothing in it says whether the law goes on beyond the sizes that were fitted.

        Raises
        ------
        ValueError
            If a size is missing or out of range, or the level not between 0 and 1.
        """
        form, shape = self._at(self._given(sizes, named))
        found = self._solution
        quantile = student.ppf((1 + in_range("level", level, 1e-9, 1 - 1e-9)) / 2, max(found.freedom, 1))
        logs, slopes = (array[0] for array in form.slopes(found.values[None]))
        spread = quantile * np.sqrt(np.einsum("ni,ij,nj->n", slopes, np.nan_to_num(found.covariance), slopes))
        return np.exp(logs - spread).reshape(shape), np.exp(logs + spread).reshape(shape)

    def rows(self, *sizes: ArrayLike, **named: ArrayLike) -> list[dict[str, Any]]:
        """A record for each place: the sizes, the value of the law, and ``low`` and ``high`` of its 95 % interval."""
        given: dict[str, Any] = self._given(sizes, named)
        low, high = self.interval(**given)
        columns = self._shown(given) | {self.VALUE: self.predict(**given), "low": low, "high": high}
        flat = (column.ravel() for column in np.broadcast_arrays(*columns.values()))
        return records(dict(zip(columns, flat, strict=True)))

    def _given(self, sizes: tuple[ArrayLike, ...], named: Mapping[str, ArrayLike]) -> dict[str, Array]:
        """The sizes by name, checked."""
        names = self.names()
        given = dict(zip(names, sizes, strict=False)) | {name: size for name, size in named.items() if size is not None}
        if len(sizes) > len(names) or set(given) - {*names, *self.MORE}:
            raise TypeError(f"{type(self).__name__} takes {', '.join(names)}, got {len(sizes)} and {', '.join(named)}")
        for name in names:
            if name not in given:
                fail(name, "be given, as the law was fitted to it", None)
        return {name: (densities if name == "density" else numbers)(name, size) for name, size in given.items()}

    def _shown(self, given: dict[str, Array]) -> dict[str, Array]:
        """Columns of a record beside the value of the law."""
        return given

    def _at(self, given: Mapping[str, Array]) -> tuple[Form, tuple[int, ...]]:
        """The form at each place, and the shape of the places."""
        logs = np.broadcast_arrays(*(np.log(size) for size in given.values()))
        return self._form({name: log.ravel() for name, log in zip(given, logs, strict=True)}), logs[0].shape

    def _form(self, logs: Mapping[str, Array]) -> Form:
        """The form at places, from logarithms of sizes, shape (places,) each."""
        raise NotImplementedError

    def __repr__(self) -> str:
        parts = (f"{name} {value:.3g} +- {self.standard_errors[name]:.2g}" for name, value in self.parameters.items())
        return (
            f"{type(self).__name__}({', '.join(parts)}; {self.points} points, sd of deviations {self.sd_deviation:.1%})"
        )
