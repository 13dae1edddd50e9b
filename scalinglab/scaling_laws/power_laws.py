"""A power law in one size: amplitude, exponent, the offset that remains, and the error of guessing above.

    e(n)     = A n^-alpha + c
    error(n) = e(n) / sqrt(1 + (e(n) / chance)^2)

The second line is the envelope of [Rosenfeld2019] in one size: far below chance the error is e, and no error exceeds
that of guessing. (There, e is divided by a free scale; here it is absorbed in A and c.) Without a known chance level,
the error is e itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import fail, same_length
from scalinglab.scaling_laws._arguments import errors, numbers
from scalinglab.scaling_laws.fits import Parameter
from scalinglab.scaling_laws.robust import DELTA
from scalinglab.scaling_laws.solving import NOISE
from scalinglab.scaling_laws.sum_laws import SumLaw, fit_sum

NAMES = ("amplitude", "exponent", "offset")
#: The exponents that starts are taken from.
GRID = tuple(np.geomspace(0.02, 4, 40))
STARTS = 8


@dataclass(frozen=True, repr=False, kw_only=True)
class PowerLaw(SumLaw):
    """A power law that was fitted to errors at several values of ``size``; see ``Fit`` for what else it tells."""

    SIZES = ("size",)
    amplitude = Parameter("A, in the unit of error, at size 1.")
    exponent = Parameter("alpha: how fast the error falls.")
    offset = Parameter(
        "c: what remains at endless size, before the envelope; 0 where it was not asked for.", left_out=0.0
    )

    def __str__(self) -> str:
        """The exponent and the offset as a sentence shows them; an offset that is not determined by its limit."""
        said = f"exponent {self.exponent:.2f} ± {self.standard_errors['exponent']:.2f}"
        if "offset" not in self.standard_errors:
            return said
        if "offset" in self.undetermined:
            return f"{said}, offset below {self.offset_limit:.2g}"
        return f"{said}, offset {self.offset:.2g} ± {self.standard_errors['offset']:.1g}"


def fit_power_law(
    size: ArrayLike,
    error: ArrayLike,
    *,
    offset: bool = True,
    chance: float | None = None,
    delta: float = DELTA,
    bootstrap: int = 0,
    seed: int = 0,
    resampling: str = "pairs",
    noise: str = NOISE[0],
) -> PowerLaw:
    """Fit a power law to errors, robustly, in deviations of its logarithm.

    Of the logarithm, because errors span decades and the spread of an error over seeds is nearly proportional to it.
    The search starts from the best of a grid of exponents, at each of which amplitude and offset are a linear problem.

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
    delta : float
        Deviations beyond it count linearly, not squared; a large one makes this a fit of least squares.
    bootstrap : int
        Refits to resampled data, for standard errors and intervals; 0 for none.
    seed : int
        Of the bootstrap.
    resampling : {"pairs", "residuals"}
        Draw whole points, or put resampled deviations on the law; the latter assumes that all scatter alike.
    noise : {"uneven", "even"}
        Whether deviations may scatter more widely at some points than at others. Of 400 random designs (see the command
        ``python -m tests.scaling_laws.coverage``), intervals for uneven noise cover as often as stated under
        both kinds of noise. Those for even noise are narrower. Where the noise grows, the one for the law beyond the
        data covers it only 3 times in 4.

    Returns
    -------
    PowerLaw

    Raises
    ------
    ValueError
        If lengths differ, a value is out of range, or there are fewer points (at different sizes) than parameters.
    ConvergenceError
        If the fit does not converge; ``partial`` is the law that it reached.

    Examples
    --------
    >>> law = fit_power_law([10, 20, 40, 80, 160], [0.51, 0.26, 0.135, 0.0725, 0.04125])
    >>> round(law.exponent, 3), round(law.offset, 4)
    (1.0, 0.01)
    """
    sizes, targets = numbers("size", size).ravel(), errors("error", error, chance)
    same_length(size=sizes, error=targets)
    free = 3 if offset else 2
    if len(np.unique(sizes)) < free:
        fail("size", f"hold at least {free} different values to fit {free} parameters", sizes.tolist())
    options = {
        "bootstrap": bootstrap,
        "seed": seed,
        "resampling": resampling,
        "noise": noise,
        "chance": chance,
        "offset": offset,
    }

    return fit_sum(PowerLaw, [sizes], targets, NAMES, grid=GRID, count=STARTS, delta=delta, **options)
