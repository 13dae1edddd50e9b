"""The error as a function of data and model together: the dense law of [Rosenfeld2019].

    e(n, m)     = A n^-alpha + B m^-beta + c
    error(n, m) = e / sqrt(1 + (e / chance)^2)

n is the size of the data set, m that of the model. [Rosenfeld2019] eq. (5) writes
``error = chance |e~ / (e~ - i eta)|`` with ``e~ = a n^-alpha + b m^-beta + c_inf``. Multiplying a, b, c_inf and eta by
the same number changes nothing, so only three of the four are there to be found; here ``e = chance e~ / eta``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import same_length
from scalinglab.scaling_laws._arguments import different, enough, errors, numbers
from scalinglab.scaling_laws.fits import Parameter
from scalinglab.scaling_laws.robust import DELTA
from scalinglab.scaling_laws.solving import NOISE
from scalinglab.scaling_laws.sum_laws import SumLaw, fit_sum

NAMES = ("data_amplitude", "data_exponent", "model_amplitude", "model_exponent", "offset")
#: The exponents that starts are taken from.
GRID = tuple(np.geomspace(0.05, 3, 7))
STARTS = 12


@dataclass(frozen=True, repr=False, kw_only=True)
class JointLaw(SumLaw):
    """The error at every size of ``data`` and ``model``, fitted; see ``Fit`` and ``SumLaw`` for what else it tells.

    In the letters of [Rosenfeld2019], with their free scale chosen so that ``a`` is 1: ``b``, ``c_inf`` and ``eta`` are
    the model's amplitude, the offset and the chance level, each over the amplitude of data.
    """

    SIZES = ("data", "model")
    data_amplitude = Parameter("A, in the unit of error, of one sample.")
    data_exponent = Parameter("alpha: how fast the error falls with data.")
    model_amplitude = Parameter("B, in the unit of error, of a model of size 1.")
    model_exponent = Parameter("beta: how fast the error falls with the size of the model.")
    offset = Parameter("c: what neither data nor model remove, before the envelope.")

    @property
    def floor(self) -> float:
        """The error that remains with endless data and model: the offset under the envelope."""
        return self._enveloped(self.offset)


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
    noise: str = NOISE[0],
) -> JointLaw:
    """Fit the error as a function of data and model, robustly, in deviations of its logarithm.

    The chance level is given and not fitted, because errors that are far below it hardly determine it.

    Parameters
    ----------
    data, model : array, shape (points,)
        Size of the data set (samples, tokens) and of the model (parameters, width) of each run; positive.
    error : array, shape (points,)
        Error or loss, in any unit: positive, and below ``chance`` if that is given.
    chance : float or None
        The error of guessing: ``1 - 1 / K`` for K classes, ``ln V`` nats for V symbols. None leaves the envelope out.
    delta, bootstrap, seed, noise
        As in ``fit_power_law``.
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
    options = {"bootstrap": bootstrap, "seed": seed, "resampling": resampling, "noise": noise}
    return fit_sum(JointLaw, sizes, targets, NAMES, grid=GRID, count=STARTS, chance=chance, delta=delta, **options)
