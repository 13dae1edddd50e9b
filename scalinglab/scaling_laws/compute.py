"""The loss of a language model as a function of parameters and tokens, fitted as in [Hoffmann2022] and [Besiroglu2024].

    L(N, D) = E + A N^-alpha + B D^-beta        [Hoffmann2022] eq. (2)

The fit minimizes the sum of Huber's loss of ``log L(N, D) - log loss`` ([Hoffmann2022] eq. (3)). The sum, or anything
that the optimizer's tolerances are scaled to: [Besiroglu2024] traces the parameters of [Hoffmann2022] to an optimizer
that stopped early, as the mean of so small losses was below its tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import non_negative_integer, one_of, positive, same_length
from scalinglab.scaling_laws._arguments import different, enough, errors, numbers
from scalinglab.scaling_laws.fits import Fit
from scalinglab.scaling_laws.resampling import RESAMPLING
from scalinglab.scaling_laws.robust import Problem
from scalinglab.scaling_laws.solving import solve
from scalinglab.scaling_laws.sums import PowerSum, bounds, meaning, starts

__all__ = ["ComputeLaw", "fit_compute"]

Array = NDArray[np.float64]
NAMES = ("A", "alpha", "B", "beta", "E")
#: The exponents that starts are taken from.
GRID = tuple(np.geomspace(0.05, 2, 6))
STARTS = 8


@dataclass(frozen=True, repr=False, kw_only=True)
class ComputeLaw(Fit):
    """The loss at every number of parameters and tokens, fitted; see ``Fit`` for what else it tells.

    The letters are those of [Hoffmann2022]: alpha belongs to parameters, beta to tokens.
    """

    _units: Array

    @property
    def E(self) -> float:  # noqa: N802 (the paper's letter)
        """The loss that neither parameters nor tokens remove: the entropy of the text, in nats for each token."""
        return self.parameters["E"]

    @property
    def A(self) -> float:  # noqa: N802
        """Amplitude of the term of parameters, in nats."""
        return self.parameters["A"]

    @property
    def B(self) -> float:  # noqa: N802
        """Amplitude of the term of tokens, in nats."""
        return self.parameters["B"]

    @property
    def alpha(self) -> float:
        """How fast the loss falls with parameters."""
        return self.parameters["alpha"]

    @property
    def beta(self) -> float:
        """How fast the loss falls with tokens."""
        return self.parameters["beta"]

    @cached_property
    def floor_limit(self) -> float:
        """E is below this with 95 % confidence (one-sided, by the profile of the loss)."""
        return self._solution.limit(4, 1)

    def predict(self, parameters: ArrayLike, tokens: ArrayLike) -> Array:
        """The loss at each pair of sizes; the two are broadcast."""
        return self._predicted(*self._at(parameters, tokens))

    def interval(self, parameters: ArrayLike, tokens: ArrayLike, level: float = 0.95) -> tuple[Array, Array]:
        """Ends of an interval for the *law* at each pair of sizes (a single run scatters more widely).

        It knows only of noise: nothing in it says whether the law goes on beyond the sizes that were fitted.

        Raises
        ------
        ValueError
            If a size is not positive, or the level not between 0 and 1.
        """
        return self._interval(*self._at(parameters, tokens), level)

    def rows(self, parameters: ArrayLike, tokens: ArrayLike) -> list[dict[str, Any]]:
        """A record for each pair: ``parameters``, ``tokens``, ``loss``, ``low`` and ``high`` of its 95 % interval."""
        sizes = np.broadcast_arrays(numbers("parameters", parameters), numbers("tokens", tokens))
        columns = [*sizes, self.predict(parameters, tokens), *self.interval(parameters, tokens)]
        names = ("parameters", "tokens", "loss", "low", "high")
        flat = (column.ravel().tolist() for column in columns)
        return [dict(zip(names, row, strict=True)) for row in zip(*flat, strict=True)]

    def _at(self, parameters: ArrayLike, tokens: ArrayLike) -> tuple[PowerSum, tuple[int, ...]]:
        logs = np.log(numbers("parameters", parameters)), np.log(numbers("tokens", tokens))
        sizes = np.broadcast_arrays(*logs)
        stacked = np.stack([size.ravel() for size in sizes]) - self._units[:, None]
        return PowerSum(stacked, True, None), sizes[0].shape


def fit_compute(
    parameters: ArrayLike,
    tokens: ArrayLike,
    loss: ArrayLike,
    *,
    delta: float = 1e-3,
    bootstrap: int = 0,
    seed: int = 0,
    resampling: str = "pairs",
) -> ComputeLaw:
    """Fit the loss as a function of parameters and tokens, as [Hoffmann2022] asked for it.

    Parameters
    ----------
    parameters, tokens : array, shape (runs,)
        Of each run; positive.
    loss : array, shape (runs,)
        In nats for each token; positive.
    delta : float
        Deviations of the logarithm beyond it count linearly. Far below the noise, this is a fit of least absolute
        deviations.
    bootstrap : int
        Refits to resampled runs, for standard errors and intervals; 0 for none.
    seed : int
        Of the bootstrap.
    resampling : {"pairs", "residuals"}
        Draw whole runs, as [Besiroglu2024] does, or put resampled deviations on the law.

    Returns
    -------
    ComputeLaw

    Raises
    ------
    ValueError
        If lengths differ, a value is out of range, there are fewer than five runs, or fewer than two sizes of each.
    ConvergenceError
        If the fit does not converge; ``partial`` is the law that it reached.

    Examples
    --------
    >>> parameters, tokens = np.meshgrid([1e8, 1e9, 1e10], [1e9, 1e10, 1e11])
    >>> loss = 1.8 + 480 * parameters**-0.35 + 2100 * tokens**-0.37
    >>> law = fit_compute(parameters.ravel(), tokens.ravel(), loss.ravel())
    >>> round(law.E, 4), round(law.alpha, 4), round(law.beta, 4)
    (1.8, 0.35, 0.37)
    """
    sizes = [numbers("parameters", parameters).ravel(), numbers("tokens", tokens).ravel()]
    targets = errors("loss", loss)
    same_length(parameters=sizes[0], tokens=sizes[1], loss=targets)
    enough("loss", targets, len(NAMES))
    for name, size in zip(("parameters", "tokens"), sizes, strict=True):
        different(name, size, 2)
    units = np.log(sizes).mean(axis=1)  # amplitudes at this size hardly correlate with exponents
    form = PowerSum(np.log(sizes) - units[:, None], True, None)
    low, high = bounds(targets, None, terms=2, offset=True)
    problem = Problem(form, np.log(targets), low, high, delta=positive("delta", delta), relative=False)
    return solve(
        ComputeLaw,
        problem,
        starts(problem, form, GRID, STARTS),
        meaning(units, NAMES, offset=True),
        bootstrap=non_negative_integer("bootstrap", bootstrap),
        seed=non_negative_integer("seed", seed),
        resampling=one_of("resampling", resampling, RESAMPLING),
        _units=units,
    )
