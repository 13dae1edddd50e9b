"""What a budget of compute buys: the best width for each, and the frontier that the best ones trace."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import Array, fail, non_negative, positive
from scalinglab._results import ReadOnly, records
from scalinglab.random_features._arguments import ascending, size
from scalinglab.random_features.asymptotics import Exponents
from scalinglab.random_features.flow import gradient_flow
from scalinglab.random_features.one_pass import one_pass_sgd
from scalinglab.random_features.spectra import Spectrum


@dataclass(frozen=True, eq=False, repr=False)
class Frontier(ReadOnly):
    """The best loss at each budget, and the width and time that reach it; arrays are read-only.

    Attributes
    ----------
    budgets : array, shape (budgets,)
        ``C = width * time``.
    widths : array, shape (widths,)
        Those that were tried.
    losses : array, shape (budgets, widths)
        Test loss of each width when its time is what the budget allows.
    loss, width, time : array, shape (budgets,)
        The optimum, by a parabola in logarithms through the best width and its neighbours.
    interior : array of bool, shape (budgets,)
        Whether the best width has neighbours on both sides; else the optimum lies beyond the widths that were tried.
    """

    budgets: Array
    widths: Array
    losses: Array
    loss: Array
    width: Array
    time: Array
    interior: NDArray[np.bool_]

    def exponents(self) -> Exponents:
        """Slopes of loss, width and time against the budget, in logarithms, over the budgets with an interior optimum.

        Raises
        ------
        ValueError
            If there are fewer than two of these.
        """
        if self.interior.sum() < 2:
            fail("widths", "enclose the optimum of at least two budgets", self.widths.tolist())
        logs = [np.log(column[self.interior]) for column in (self.budgets, self.loss, self.width, self.time)]
        loss, width, time = (float(np.polyfit(logs[0], column, 1)[0]) for column in logs[1:])
        return Exponents(-loss, width, time)

    def rows(self) -> list[dict[str, Any]]:
        """A record for each budget: ``budget``, ``loss``, ``width``, ``time``, ``interior``."""
        names = ("loss", "width", "time", "interior")
        return records({"budget": self.budgets} | {name: getattr(self, name) for name in names})

    def curves(self) -> list[dict[str, Any]]:
        """A record for each width and budget: ``width``, ``budget``, ``loss``."""
        return [
            {"width": int(width), "budget": budget, "loss": loss}
            for width, column in zip(self.widths.tolist(), self.losses.T.tolist(), strict=True)
            for budget, loss in zip(self.budgets.tolist(), column, strict=True)
        ]

    def __repr__(self) -> str:
        return f"Frontier({len(self.budgets)} budgets to {self.budgets[-1]:.3g}, {len(self.widths)} widths)"


def compute_optimal_frontier(
    spectrum: Spectrum,
    budgets: ArrayLike,
    widths: ArrayLike,
    *,
    samples: float = math.inf,
    noise: float = 0.0,
    step_size: float | None = None,
    batch_size: int | None = None,
) -> Frontier:
    """Return the best width for each budget ``C = width * time``, with gradient flow in unlimited data or less.

    With a step size and a batch size it is one-pass SGD, whose time is ``steps * step_size``. At fixed sizes that is
    in proportion to the samples, and the budget to the operations.

    Parameters
    ----------
    spectrum : Spectrum
    budgets : array, shape (budgets,)
        Positive, increasing.
    widths : array of int, shape (widths,)
        Increasing, three or more; dense enough for a parabola (a factor of 2 between them, say).
    samples : int or math.inf
    noise : float
    step_size, batch_size : float and int, optional
        Of one-pass SGD, as in ``one_pass_sgd``. Times are rounded to whole steps, so budgets should buy many.

    Returns
    -------
    Frontier

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> from scalinglab.random_features import power_law
    >>> found = compute_optimal_frontier(power_law(2, 1.5, 10**13), [1e6, 1e7, 1e8], 2 ** np.arange(3, 16))
    >>> round(found.exponents().loss, 2)
    0.4
    """
    costs, sizes = ascending("budgets", budgets), ascending("widths", widths)
    if costs[0] <= 0:
        fail("budgets", "be positive", float(costs[0]))
    if len(sizes) < 3:
        fail("widths", "hold at least three", sizes.tolist())
    sizes = np.array([size("widths", float(each)) for each in sizes])
    options: dict[str, Any] = {"noise": non_negative("noise", noise)}
    if step_size is None and batch_size is None:
        found = [gradient_flow(spectrum, costs / each, width=each, samples=samples, **options).test for each in sizes]
    else:
        if size("samples", samples) != math.inf:
            fail("samples", "be left out for one-pass SGD, which takes fresh ones at each step", samples)
        options |= {"step_size": positive("step_size", step_size), "batch_size": batch_size}
        found = [_sgd(spectrum, costs / each, width=each, **options) for each in sizes]
    losses = np.stack(found, axis=1)
    best = np.argmin(losses, axis=1)
    interior = (best > 0) & (best < len(sizes) - 1)
    best = np.clip(best, 1, len(sizes) - 2)
    widths_, loss = _vertex(np.log(sizes), np.log(losses), best, interior)
    return Frontier(costs, sizes, losses, loss, widths_, costs / widths_, interior)


def _sgd(spectrum: Spectrum, times: Array, *, step_size: float, **options: Any) -> Array:
    """Test loss of one-pass SGD at the whole steps next to some times, of which several may fall on one step."""
    steps, places = np.unique(np.round(times / step_size), return_inverse=True)
    return one_pass_sgd(spectrum, steps, step_size=step_size, **options).test[places]


def _vertex(x: Array, y: Array, middle: NDArray[np.int64], interior: NDArray[np.bool_]) -> tuple[Array, Array]:
    """The lowest point of the parabola through three neighbours in each row, or the lowest that was tried."""
    rows = np.arange(len(y))
    left, centre, right = (x[middle + step] for step in (-1, 0, 1))
    low, mid, high = (y[rows, middle + step] for step in (-1, 0, 1))
    slopes = (mid - low) / (centre - left), (high - mid) / (right - centre)
    bend = (slopes[1] - slopes[0]) / (right - left)
    at = (left + centre) / 2 - slopes[0] / np.where(interior, 2 * bend, 1)
    height = mid + (at - centre) * (slopes[0] + bend * (at - left))
    end = np.argmin(y, axis=1)
    return np.exp(np.where(interior, at, x[end])), np.exp(np.where(interior, height, y[rows, end]))
