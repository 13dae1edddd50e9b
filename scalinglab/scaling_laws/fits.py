"""What every fit of a law tells: parameters, standard errors, intervals, and what stays undetermined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, overload

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, fail, in_range, one_of
from scalinglab._later import special
from scalinglab._results import records
from scalinglab.scaling_laws._arguments import densities, numbers
from scalinglab.scaling_laws.covariance import LEVEL
from scalinglab.scaling_laws.profiles import one_sided_limit
from scalinglab.scaling_laws.robust import Form, Problem


@dataclass(frozen=True)
class Meaning:
    """How the parameters of a law follow from those that are searched, which belong to a convenient unit of size.

    Attributes
    ----------
    names : tuple of str
    logarithmic : tuple of bool
        Amplitudes are searched by their logarithm.
    turn : array, shape (parameters, parameters)
        From what is searched to the parameters (the logarithms of amplitudes), in the unit of error that is searched.
    scale : array, shape (parameters,)
        This unit, for those that have one.
    """

    names: tuple[str, ...]
    logarithmic: tuple[bool, ...]
    turn: Array
    scale: Array

    def reported(self, values: Array) -> Array:
        """Parameters, shape (..., parameters), from what was searched."""
        return self.shown(values @ self.turn.T)

    def shown(self, turned: Array) -> Array:
        """Parameters, shape (..., parameters), from themselves (the logarithms of amplitudes) in the unit of error."""
        logs = np.clip(turned + np.log(self.scale), -700, 700)
        return np.where(self.logarithmic, np.exp(np.where(self.logarithmic, logs, 0)), turned * self.scale)


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
    region : array, shape (any, parameters)
        Parameters at the ends of the intervals: the fit is nearly as good there.
    """

    problem: Problem
    values: Array
    covariance: Array
    rise: Array
    replicates: Array
    region: Array

    @property
    def freedom(self) -> int:
        """Points that are not used up by parameters."""
        return self.problem.targets.shape[-1] - len(self.values)

    def quantile(self, level: float) -> float:
        """Of Student's t; nan if there are as many parameters as points."""
        return float(special.stdtrit(self.freedom, level)) if self.freedom > 0 else np.nan

    @property
    def noise(self) -> float:
        """Standard deviation of the logarithm of a single run around the law; nan without spare points."""
        deviations = self.problem.deviations(self.values[None])[0]
        return float(np.sqrt((deviations**2).sum() / self.freedom)) if self.freedom > 0 else np.nan

    def limit(self, index: int, side: int, level: float = LEVEL) -> float:
        """A one-sided limit of a parameter that is searched; nan if there are as many parameters as points."""
        rise = float(self.rise[index] * self.quantile(level) ** 2)
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
        By linear error propagation, or from the bootstrap if there is one; larger where the profile of the loss is
        wider than that; nan at a bound, and without spare points.
    intervals : mapping of str to (float, float)
        Ends of 95 % intervals, where the loss, at its least over the other parameters, has risen by what the standard
        error asks for. A bound of the parameter up to which it does not rise is an end, and the other end one-sided.
    undetermined : tuple of str
        Parameters that these data do not determine: the loss does not rise clearly on both sides before a bound, other
        values far off fit as well, the interval is wider than the parameter itself (of an amplitude, than a factor of
        ten), or the sizes leave it open.
    remarks : tuple of str
        What else to know, in sentences: why parameters are undetermined, what to add to the sizes, and patterns that
        the deviations should not show.
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
    remarks: tuple[str, ...]
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

    @overload
    def predict(self, *sizes: ArrayLike, of: None = None, **named: ArrayLike) -> Array: ...

    @overload
    def predict(self, *sizes: ArrayLike, of: str, **named: ArrayLike) -> tuple[Array, Array]: ...

    def predict(self, *sizes: ArrayLike, of: str | None = None, **named: ArrayLike) -> Array | tuple[Array, Array]:
        """The law at each place, of the shape of the sizes; with ``of``, the ends of an interval as ``interval`` gives.

        Raises
        ------
        ValueError
            If a size is missing, or out of range.
        """
        if of is not None:
            given: dict[str, Any] = dict(named)
            return self.interval(*sizes, of=of, **given)
        form, shape = self._at(self._given(sizes, named))
        return np.exp(np.minimum(form.log_error(self._solution.values[None])[0], 700)).reshape(shape)

    def interval(
        self, *sizes: ArrayLike, level: float = LEVEL, of: str = "law", **named: ArrayLike
    ) -> tuple[Array, Array]:
        """Ends of an interval at each place: for the law, or ``of="run"`` for a new run, which scatters around it.

        By linear error propagation, and at least as wide as the range of the laws at the ends of the parameters'
        intervals. It knows only of noise: nothing in it says whether the law goes on beyond the sizes that were fitted.
        With as many parameters as points, it is everything.

        Raises
        ------
        ValueError
            If a size is missing or out of range, or the level not between 0 and 1.
        """
        form, shape = self._at(self._given(sizes, named))
        found, half = self._solution, (1 + in_range("level", level, 1e-9, 1 - 1e-9)) / 2
        logs, slopes = (array[0] for array in form.slopes(found.values[None]))
        if found.freedom <= 0:
            return np.zeros(shape), np.full(shape, np.inf)
        added = found.noise if one_of("of", of, ("law", "run")) == "run" else 0.0
        quantile, inner = found.quantile(half), found.quantile((1 + LEVEL) / 2)
        line = np.einsum("ni,ij,nj->n", slopes, found.covariance, slopes)
        region = (form.log_error(found.region) - logs) / inner
        ends = []
        for side in (-1, 1):
            law = np.maximum(np.sqrt(np.maximum(line, 0)), (side * region).max(axis=0))
            spread = quantile * np.hypot(law, added)
            ends.append(np.exp(np.clip(logs + side * spread, -700, 700)).reshape(shape))
        return ends[0], ends[1]

    def rows(self, *sizes: ArrayLike, of: str = "law", **named: ArrayLike) -> list[dict[str, Any]]:
        """A record for each place: the sizes, the value of the law, and ``low`` and ``high`` of its 95 % interval.

        ``of="run"`` gives the interval of a new run in its place.
        """
        given: dict[str, Any] = self._given(sizes, named)
        low, high = self.interval(**given, of=of)
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
