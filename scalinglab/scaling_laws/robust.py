"""Robust least squares: Huber's loss on relative deviations, with standard errors that know of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from scalinglab._errors import ConvergenceError

__all__ = ["DELTA", "Minimum", "minimize"]

Array = NDArray[np.float64]
#: Relative deviations beyond 3 % count linearly, not squared: one bad run in sixteen moves a fit by little.
DELTA = 0.03


@dataclass(frozen=True)
class Minimum:
    """Where the robust loss is least.

    Attributes
    ----------
    values : array, shape (parameters,)
    residuals : array, shape (points,)
    cost : float
        The loss there: the sum of ``r^2 / 2``, or ``DELTA * (|r| - DELTA / 2)`` where ``|r|`` exceeds DELTA.
    variance : float
        Of the noise of a single point, estimated from the residuals with ``points - parameters`` degrees of freedom.
    covariance : array, shape (parameters, parameters)
        Of the values; nan in the rows of those that the data do not determine at all.
    """

    values: Array
    residuals: Array
    cost: float
    variance: float
    covariance: Array


def minimize(residuals: Callable[[Array], Array], start: Array, bounds: Sequence[tuple[float, float]]) -> Minimum:
    """Minimize Huber's loss of the residuals from a start that is near.

    Parameters
    ----------
    residuals : callable
        From the parameters, shape (parameters,), to relative deviations, shape (points,).
    start : array, shape (parameters,)
    bounds : sequence of (low, high)

    Raises
    ------
    ConvergenceError
        If the minimum is not found; ``partial`` holds the best values.
    """
    low, high = np.array(bounds).T
    found = least_squares(
        residuals, np.clip(start, low, high), bounds=(low, high), loss="huber", f_scale=DELTA, x_scale="jac",
        xtol=1e-12, ftol=1e-12, gtol=1e-12, max_nfev=2000,
    )  # fmt: skip
    if not found.success:
        raise ConvergenceError(f"the fit did not converge ({found.message}): try fewer parameters", partial=found.x)
    left = residuals(found.x)
    variance = _noise(left, len(start))
    return Minimum(found.x, left, float(found.cost), variance, variance * _inverse(_jacobian(residuals, found.x)))


def _noise(residuals: Array, parameters: int) -> float:
    """Variance of the noise that a location estimate with Huber's loss has: sum of psi^2 over (mean of psi')^2."""
    freedom = len(residuals) - parameters
    if freedom <= 0:
        return np.nan
    inside = np.abs(residuals) <= DELTA
    pull = np.where(inside, residuals, DELTA * np.sign(residuals))
    share = max(inside.mean(), 1 / len(residuals))
    return float((pull**2).sum() / freedom / share**2)


def _jacobian(residuals: Callable[[Array], Array], values: Array) -> Array:
    """Central differences; the solver's own are weighted by the loss."""
    columns = []
    for index, value in enumerate(values):
        step = np.zeros_like(values)
        step[index] = 1e-6 * max(abs(value), 1e-3)
        columns.append((residuals(values + step) - residuals(values - step)) / (2 * step[index]))
    return np.stack(columns, axis=1)


def _inverse(jacobian: Array) -> Array:
    """Inverse of J^T J; columns without any influence get nan."""
    scale = np.linalg.norm(jacobian, axis=0)
    seen = scale > 1e-12
    found = np.full((len(scale), len(scale)), np.nan)
    unit = jacobian[:, seen] / scale[seen]
    inverse = np.linalg.pinv(unit.T @ unit) / np.outer(scale[seen], scale[seen])
    found[np.ix_(seen, seen)] = inverse
    return found
