"""The first correction for finite size, of order 1 / width or 1 / samples."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, non_negative, one_of
from scalinglab.random_features._arguments import ascending, medium
from scalinglab.random_features.correlations import Nodes, decades, invert, sums
from scalinglab.random_features.spectra import Spectrum


def one_over_size(spectrum: Spectrum, times: ArrayLike, *, axis: str = "width", noise: float = 0.0) -> Array:
    """Return the coefficient c(t) of the first correction for finite size, ``L(t) + c(t) / size``.

    It holds while the modes that are being learned are few against the size: before time size^b for a power law. It is
    what [Bordelon2024] section 4 calls the early-time correction.

    Parameters
    ----------
    spectrum : Spectrum
    times : array, shape (times,)
        Finite, not negative, increasing.
    axis : {"width", "samples"}
        Which size is finite.
    noise : float
        Variance of the noise on the labels, which matters for samples only.

    Returns
    -------
    array, shape (times,)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    at, found = ascending("times", times), medium(spectrum, math.inf, math.inf)
    data = one_of("axis", axis, ("width", "samples")) == "samples"
    pairs = partial(_first_order, noise=non_negative("noise", noise), data=data)
    coefficient, inner = np.zeros(len(at)), np.flatnonzero(found.begun(at))
    for members, nodes, factors in decades(found, at[inner]):
        coefficient[inner[members]] = invert(nodes, factors, pairs)["coefficient"]
    return coefficient


def _first_order(left: Nodes, right: Nodes, *, noise: float, data: bool) -> dict[str, Any]:
    """The two-point function of the correction: kappa moves from s to ``s (1 + F / size)``, and the rest adds."""
    power, total = left.medium.seen[2], noise + left.medium.spectrum.unlearnable
    d1, d2, w1, w2 = sums(left, right)
    moved = left.single[0][:, None] * (w1 - left.kappa[:, None] * ((left.inverse**2 * power) @ right.inverse.T))
    moved = moved + right.single[0] * (w1 - right.kappa * ((left.inverse * power) @ (right.inverse**2).T))
    added = d2 * w1 if data else d1 * w2
    return {"coefficient": left.kappa[:, None] * right.kappa * (moved + added) + (total * d2 if data else 0.0)}
