"""The loss of a language model as a function of parameters and tokens, fitted as in [Hoffmann2022] and [Besiroglu2024].

    L(N, D) = E + A N^-alpha + B D^-beta        [Hoffmann2022] eq. (2)

The fit minimizes the sum of Huber's loss of ``log L(N, D) - log loss`` ([Hoffmann2022] eq. (3)). The sum, or anything
that the optimizer's tolerances are scaled to: [Besiroglu2024] traces the parameters of [Hoffmann2022] to an optimizer
that stopped early, as the mean of so small losses was below its tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import same_length
from scalinglab.scaling_laws._arguments import different, enough, errors, numbers
from scalinglab.scaling_laws.fits import Parameter
from scalinglab.scaling_laws.solving import NOISE
from scalinglab.scaling_laws.sum_laws import SumLaw, fit_sum

NAMES = ("A", "alpha", "B", "beta", "E")
#: The exponents that starts are taken from.
GRID = tuple(np.geomspace(0.05, 2, 6))
STARTS = 8


@dataclass(frozen=True, repr=False, kw_only=True)
class ComputeLaw(SumLaw):
    """The loss at every number of ``parameters`` and ``tokens``, fitted; see ``Fit`` for what else it tells.

    The letters are those of [Hoffmann2022]: alpha belongs to parameters, beta to tokens. E is below ``floor_limit``
    with 95 % confidence.
    """

    SIZES, VALUE = ("parameters", "tokens"), "loss"
    E = Parameter("The loss that neither parameters nor tokens remove: the entropy of text, in nats for each token.")
    A = Parameter("Amplitude of the term of parameters, in nats.")
    B = Parameter("Amplitude of the term of tokens, in nats.")
    alpha = Parameter("How fast the loss falls with parameters.")
    beta = Parameter("How fast the loss falls with tokens.")


def fit_compute(
    parameters: ArrayLike,
    tokens: ArrayLike,
    loss: ArrayLike,
    *,
    delta: float = 1e-3,
    bootstrap: int = 0,
    seed: int = 0,
    resampling: str = "pairs",
    noise: str = NOISE[0],
) -> ComputeLaw:
    """Fit the loss as a function of parameters and tokens, in the form of [Hoffmann2022].

    Parameters
    ----------
    parameters, tokens : array, shape (runs,)
        Of each run; positive.
    loss : array, shape (runs,)
        In nats for each token; positive.
    delta : float
        Deviations of the logarithm beyond it count linearly. Far below the noise, this is a fit of least absolute
        deviations.
    bootstrap, seed, noise
        As in ``fit_power_law``.
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
    options = {"bootstrap": bootstrap, "seed": seed, "resampling": resampling, "noise": noise, "chance": None}
    return fit_sum(ComputeLaw, sizes, targets, NAMES, grid=GRID, count=STARTS, delta=delta, **options)
