"""How well the joint law predicts runs that it was not fitted to: larger ones, and ones left out by chance.

The protocols of [Rosenfeld2019]: fit to models up to the largest over a factor and data up to the largest over another,
and predict the corner beyond both; and cross-validation in folds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import fail, in_range, non_negative_integer, number, positive_integer, same_length
from scalinglab.scaling_laws._arguments import errors, numbers
from scalinglab.scaling_laws.joint import JointLaw, fit_joint

__all__ = ["HeldOut", "cross_validate", "extrapolate"]

Array = NDArray[np.float64]
Runs = tuple[Array, Array, Array]


@dataclass(frozen=True)
class HeldOut:
    """Runs that were held out, and what was predicted of them.

    Attributes
    ----------
    data, model, error, predicted : array, shape (held out,)
        Read-only.
    laws : tuple of JointLaw
        What was fitted without them: one law, or one for each fold.
    """

    data: Array
    model: Array
    error: Array
    predicted: Array
    laws: tuple[JointLaw, ...]

    @property
    def deviations(self) -> Array:
        """``(predicted - error) / error`` of each run, shape (held out,)."""
        return self.predicted / self.error - 1

    @property
    def mean_deviation(self) -> float:
        """Mean of the deviations: above 0, the law expects too large an error."""
        return float(self.deviations.mean())

    @property
    def sd_deviation(self) -> float:
        """Standard deviation of the deviations; nan for a single run."""
        return float(self.deviations.std(ddof=1)) if len(self.error) > 1 else float("nan")

    def rows(self) -> list[dict[str, Any]]:
        """A record for each run: ``data``, ``model``, ``error``, ``predicted``, ``deviation``."""
        columns = (self.data, self.model, self.error, self.predicted, self.deviations)
        names = ("data", "model", "error", "predicted", "deviation")
        return [dict(zip(names, row, strict=True)) for row in zip(*(c.tolist() for c in columns), strict=True)]


def extrapolate(
    data: ArrayLike,
    model: ArrayLike,
    error: ArrayLike,
    *,
    chance: float | None,
    data_factor: float = 4.0,
    model_factor: float = 4.0,
    **options: Any,
) -> HeldOut:
    """Fit to small runs, and predict those with more data and a larger model than any of them.

    Parameters
    ----------
    data, model, error, chance, **options
        As in ``fit_joint``.
    data_factor, model_factor : float
        Fitted are runs up to the largest size over this factor, in data and in model; held out are those above both.

    Returns
    -------
    HeldOut

    Raises
    ------
    ValueError
        As ``fit_joint`` for the small runs; or if nothing is held out.
    """
    sizes = _runs(data, model, error, chance)
    limits = [
        size.max() / _factor(name, factor)
        for name, size, factor in zip(("data_factor", "model_factor"), sizes, (data_factor, model_factor), strict=False)
    ]
    # A size that is a hair above its limit by rounding is not beyond it.
    small = [size <= limit * (1 + 1e-9) for size, limit in zip(sizes, limits, strict=False)]
    fitted, held = small[0] & small[1], ~small[0] & ~small[1]
    if not held.any():
        fail("error", "hold runs that are larger than the fitted ones in data and in model", len(sizes[2]))
    law = _fitted(sizes, fitted, chance, options)
    kept = sizes[0][held], sizes[1][held], sizes[2][held]
    return _held(kept, law.predict(kept[0], kept[1]), (law,))


def cross_validate(
    data: ArrayLike,
    model: ArrayLike,
    error: ArrayLike,
    *,
    chance: float | None,
    folds: int = 10,
    seed: int = 0,
    **options: Any,
) -> HeldOut:
    """Predict each run from a law that was fitted to the runs of all other folds.

    Parameters
    ----------
    data, model, error, chance, **options
        As in ``fit_joint``.
    folds : int
        From 2 to the number of runs; every fold leaves out nearly as many, drawn at random.
    seed : int
        Of the division into folds.

    Returns
    -------
    HeldOut
        All runs, in the order in which they were given.

    Raises
    ------
    ValueError
        As ``fit_joint`` for each division; or if there are more folds than runs.
    """
    sizes = _runs(data, model, error, chance)
    points = len(sizes[0])
    folds = int(in_range("folds", positive_integer("folds", folds), 2, points))
    order = np.random.default_rng(non_negative_integer("seed", seed)).permutation(points)
    predicted, laws = np.empty(points), []
    for left_out in np.array_split(order, folds):
        kept = np.ones(points, dtype=bool)
        kept[left_out] = False
        law = _fitted(sizes, kept, chance, options)
        predicted[left_out] = law.predict(sizes[0][left_out], sizes[1][left_out])
        laws.append(law)
    return _held((sizes[0].copy(), sizes[1].copy(), sizes[2].copy()), predicted, tuple(laws))


def _runs(data: ArrayLike, model: ArrayLike, error: ArrayLike, chance: float | None) -> Runs:
    sizes = numbers("data", data).ravel(), numbers("model", model).ravel(), errors("error", error, chance)
    same_length(data=sizes[0], model=sizes[1], error=sizes[2])
    return sizes


def _factor(name: str, value: float) -> float:
    if number(name, value) <= 1:
        fail(name, "be above 1, so that something is held out", value)
    return float(value)


def _fitted(runs: Runs, chosen: NDArray[np.bool_], chance: float | None, options: dict[str, Any]) -> JointLaw:
    data, model, error = (column[chosen] for column in runs)
    return fit_joint(data, model, error, chance=chance, **options)


def _held(runs: Runs, predicted: Array, laws: tuple[JointLaw, ...]) -> HeldOut:
    for column in (*runs, predicted):
        column.flags.writeable = False
    return HeldOut(*runs, predicted, laws)
