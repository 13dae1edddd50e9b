"""A power law in one size: amplitude, exponent, the offset that remains, and the error of guessing above.

    e(n)     = A n^-alpha + c
    error(n) = e(n) / sqrt(1 + (e(n) / chance)^2)

The second line is the envelope of [Rosenfeld2019] in one size: far below chance the error is e, and no error exceeds
that of guessing. (There, e is divided by a free scale; here it is absorbed in A and c.) Without a known chance level,
the error is e itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, nnls
from scipy.stats import t as student

from scalinglab._checks import fail, in_range, positive, same_length
from scalinglab.scaling_laws.robust import Minimum, minimize

__all__ = ["PowerLaw", "fit_power_law"]

Array = NDArray[np.float64]
#: Exponents that are searched; a fit that ends at the upper bound has found no power law.
EXPONENTS = (0.0, 8.0)
TINY = 1e-300
NAMES = ("amplitude", "exponent", "offset")


@dataclass(frozen=True, repr=False)
class PowerLaw:
    """A power law that was fitted to errors at several sizes.

    Attributes
    ----------
    amplitude, exponent, offset : float
        ``A``, ``alpha`` and ``c``; the offset is 0 where it was not asked for.
    chance : float or None
        The error of guessing, where it was given.
    standard_errors : mapping of str to float
        Of each parameter that was fitted; nan where the data say nothing (a bound, or as many parameters as points).
    offset_limit : float
        The offset is below this with 95 % confidence (one-sided, by the profile of the loss); nan if it was not fitted.
    undetermined : tuple of str
        Parameters that these data do not determine: at a bound, or smaller than twice their standard error.
    mean_deviation, sd_deviation : float
        Of ``(law - error) / error`` over the points that were fitted.
    points : int
        How many points were fitted.
    """

    amplitude: float
    exponent: float
    offset: float
    chance: float | None
    standard_errors: Mapping[str, float]
    offset_limit: float
    undetermined: tuple[str, ...]
    mean_deviation: float
    sd_deviation: float
    points: int
    _unit: float
    _minimum: Minimum

    def predict(self, size: ArrayLike) -> Array:
        """The error at each size, of the same shape."""
        return _law(_sizes(size) / self._unit, self._minimum.values, self.chance)

    def interval(self, size: ArrayLike, level: float = 0.95) -> tuple[Array, Array]:
        """Ends of an interval for the *law* at each size (seeds scatter more widely), by linear error propagation.

        It knows only of noise: nothing in it says whether the law goes on beyond the sizes that were fitted.

        Raises
        ------
        ValueError
            If a size is not positive, or the level not between 0 and 1.
        """
        quantile = student.ppf((1 + in_range("level", level, 1e-9, 1 - 1e-9)) / 2, max(self.points - self._free, 1))
        units, values = _sizes(size) / self._unit, self._minimum.values
        centre = np.log(_law(units, values, self.chance))
        slopes = []
        for index in range(len(values)):
            step = np.zeros_like(values)
            step[index] = 1e-6 * max(abs(values[index]), 1e-3)
            slopes.append((np.log(_law(units, values + step, self.chance)) - centre) / step[index])
        slope = np.stack(slopes, axis=-1)
        spread = np.sqrt(np.einsum("...i,ij,...j", slope, np.nan_to_num(self._minimum.covariance), slope))
        return np.exp(centre - quantile * spread), np.exp(centre + quantile * spread)

    def rows(self, size: ArrayLike) -> list[dict[str, Any]]:
        """A record for each size: ``size``, ``error``, and the ends ``low`` and ``high`` of its 95 % interval."""
        sizes = np.atleast_1d(_sizes(size))
        columns = (sizes, self.predict(sizes), *self.interval(sizes))
        return [
            dict(zip(("size", "error", "low", "high"), map(float, row), strict=True))
            for row in zip(*columns, strict=True)
        ]

    @property
    def _free(self) -> int:
        return len(self._minimum.values)

    def __str__(self) -> str:
        """The exponent and the offset as a sentence shows them; an offset that is not determined by its limit."""
        said = f"exponent {self.exponent:.2f} ± {self.standard_errors['exponent']:.2f}"
        if "offset" not in self.standard_errors:
            return said
        if "offset" in self.undetermined:
            return f"{said}, offset below {self.offset_limit:.2g}"
        return f"{said}, offset {self.offset:.2g} ± {self.standard_errors['offset']:.1g}"

    def __repr__(self) -> str:
        parts = (f"{name} {getattr(self, name):.3g} +- {error:.2g}" for name, error in self.standard_errors.items())
        return f"PowerLaw({', '.join(parts)}; {self.points} points, sd of deviations {self.sd_deviation:.1%})"


def fit_power_law(size: ArrayLike, error: ArrayLike, *, offset: bool = True, chance: float | None = None) -> PowerLaw:
    """Fit a power law to errors, robustly, in relative deviations.

    Relative, because errors span decades and the spread of an error over seeds is nearly proportional to it. The search
    starts from the best of a grid of exponents, at each of which amplitude and offset are a linear problem.

    Parameters
    ----------
    size : array, shape (points,)
        Widths, samples, steps; positive.
    error : array, shape (points,)
        Positive: means over seeds, for example. Below ``chance`` if that is given.
    offset : bool
        Fit an offset, 0 or above; without one the law is a straight line on logarithmic axes (but for chance).
    chance : float, optional
        The error of guessing, such as 0.9 for ten classes.

    Returns
    -------
    PowerLaw

    Raises
    ------
    ValueError
        If lengths differ, a value is out of range, or there are fewer points (at different sizes) than parameters.
    ConvergenceError
        If the fit does not converge.

    Examples
    --------
    >>> law = fit_power_law([10, 20, 40, 80, 160], [0.51, 0.26, 0.135, 0.0725, 0.04125])
    >>> round(law.exponent, 3), round(law.offset, 4)
    (1.0, 0.01)
    """
    sizes, errors = _sizes(size).ravel(), _errors(error, chance)
    same_length(size=sizes, error=errors)
    free = 3 if offset else 2
    if len(np.unique(sizes)) < free:
        fail("size", f"hold at least {free} different values to fit {free} parameters", sizes.tolist())
    unit = float(np.exp(np.log(sizes).mean()))  # amplitudes at this size hardly correlate with exponents
    units = sizes / unit

    def deviations(values: Array) -> Array:
        return _law(units, values, chance) / errors - 1

    bounds = [(-np.inf, np.inf), EXPONENTS, (0.0, np.inf)][:free]
    minimum = minimize(deviations, _start(units, errors, chance, free), bounds)
    limit = _offset_limit(units, errors, chance, minimum) if offset else np.nan
    return _described(minimum, unit, chance, limit)


def _law(units: Array, values: Array, chance: float | None) -> Array:
    """The error from (log amplitude, exponent[, offset]), without overflow."""
    bare = np.exp(np.minimum(values[0] - values[1] * np.log(units), 300)) + (values[2] if len(values) > 2 else 0)
    return bare if chance is None else bare / np.hypot(1, bare / chance)


def _bare(errors: Array, chance: float | None) -> Array:
    """The e that belongs to an error: the law without its envelope."""
    return errors if chance is None else errors / np.sqrt(1 - (errors / chance) ** 2)


def _start(units: Array, errors: Array, chance: float | None, free: int) -> Array:
    """The best of a grid of exponents, with amplitude and offset by non-negative least squares.

    The linear problem is that of e; which exponent is best is judged by the errors themselves, as e near chance is
    mostly noise.
    """
    bare = _bare(errors, chance)
    best, least = np.zeros(free), np.inf
    for exponent in np.geomspace(0.02, 4, 40):
        columns = np.stack([units**-exponent, np.ones_like(units)][: free - 1], axis=1)
        weights, _ = nnls(columns / bare[:, None], np.ones_like(bare))
        values = np.array([np.log(max(weights[0], TINY)), exponent, *weights[1:]])
        left = np.abs(_law(units, values, chance) / errors - 1).sum()
        if left < least:
            best, least = values, left
    return best


def _offset_limit(units: Array, errors: Array, chance: float | None, minimum: Minimum) -> float:
    """Where the loss, at its least over the other parameters, has risen by what 95 % confidence allows (one-sided)."""
    freedom = len(errors) - 3
    if freedom <= 0:
        return np.nan
    allowed = float(minimum.variance * student.ppf(0.95, freedom) ** 2 / 2)
    start = minimum.values[:2]

    def rise(offset: float) -> float:
        def deviations(values: Array) -> Array:
            return _law(units, np.append(values, offset), chance) / errors - 1

        return minimize(deviations, start, [(-np.inf, np.inf), EXPONENTS]).cost - minimum.cost - allowed

    most = float(_bare(errors, chance).max())
    low, high = float(minimum.values[2]), float(errors.min())
    while rise(high) < 0 and high < most:
        low, high = high, 1.5 * high
    # A limit is a statement about noise: three digits of it are enough.
    return cast(float, brentq(rise, low, high, xtol=1e-3 * high)) if high < most else most


def _described(minimum: Minimum, unit: float, chance: float | None, limit: float) -> PowerLaw:
    """Go back from the unit of size to sizes, and say what is not determined."""
    values, spread = minimum.values, np.sqrt(np.diag(minimum.covariance))
    exponent = float(values[1])
    # log A = log A' + alpha log unit; its variance follows from that of both.
    turn = np.array([1.0, np.log(unit), 0.0][: len(values)])
    amplitude = float(np.exp(np.clip(values[0] + exponent * np.log(unit), -700, 700)))
    found = [amplitude, exponent, *map(float, values[2:])]
    errors = [amplitude * float(np.sqrt(turn @ minimum.covariance @ turn)), *map(float, spread[1:])]
    if len(values) == 3 and np.log(max(values[2], TINY)) < values[0] - 20:  # at its bound
        errors[2] = np.nan
    named: dict[str, float] = dict(zip(NAMES, errors, strict=False))
    loose = [name for name, value in zip(NAMES, found, strict=False) if not 2 * named[name] < value]
    deviations = minimum.residuals
    return PowerLaw(
        amplitude=amplitude,
        exponent=exponent,
        offset=found[2] if len(found) > 2 else 0.0,
        chance=chance,
        standard_errors=MappingProxyType(named),
        offset_limit=limit,
        undetermined=tuple(loose),
        mean_deviation=float(deviations.mean()),
        sd_deviation=float(deviations.std(ddof=1)),
        points=len(deviations),
        _unit=unit,
        _minimum=minimum,
    )


def _sizes(value: ArrayLike) -> Array:
    try:
        sizes = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        fail("size", "be numbers", value)
    if not sizes.size or not np.isfinite(sizes).all() or (sizes <= 0).any():
        fail("size", "be positive and finite", value)
    return sizes


def _errors(value: ArrayLike, chance: float | None) -> Array:
    try:
        errors = np.asarray(value, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        fail("error", "be numbers", value)
    if not errors.size or not np.isfinite(errors).all() or (errors <= 0).any():
        fail("error", "be positive and finite (a run without a mistake has no logarithm)", value)
    if chance is not None and (errors >= positive("chance", chance)).any():
        fail("error", f"be below chance = {chance:g}", float(errors.max()))
    return errors
