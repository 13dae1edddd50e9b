"""Which modes are learned when: the mean transfer functions H_k(t), [Bordelon2024] eq. (10)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, fail, non_negative, positive_integer
from scalinglab.random_features._arguments import ascending, medium
from scalinglab.random_features.correlations import decades
from scalinglab.random_features.results import TransferFunctions
from scalinglab.random_features.spectra import Spectrum


def transfer_functions(
    spectrum: Spectrum,
    times: ArrayLike,
    *,
    width: float,
    samples: float,
    modes: Sequence[int] = (1, 10),
    ridge: float = 0.0,
) -> TransferFunctions:
    """How much of each mode gradient flow has left to learn, on average over draws of features and data.

    Parameters
    ----------
    spectrum : Spectrum
    times : array, shape (times,)
        As in ``gradient_flow``.
    width, samples : int or math.inf
    modes : sequence of int
        Which modes, from 1, the one of the largest eigenvalue. Of a power law by quadrature, any.
    ridge : float

    Returns
    -------
    TransferFunctions

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> import math
    >>> from scalinglab.random_features import power_law
    >>> found = transfer_functions(power_law(1.5, 1.25, 400), [0, 1], width=math.inf, samples=math.inf, modes=[1])
    >>> found.values[:, 0].round(5).tolist()  # exp(-1) is 0.36788
    [1.0, 0.36788]
    """
    at, found = ascending("times", times, endless=True), medium(spectrum, width, samples)
    ridge = non_negative("ridge", ridge)
    values = _eigenvalues(spectrum, modes)
    left = np.ones((len(at), len(values)))
    inner = np.flatnonzero(found.begun(at))
    for members, nodes, factors in decades(found, at[inner], ridge):
        left[inner[members]] = 2 * (factors @ (nodes.kappa[:, None] / (values + nodes.kappa[:, None]))).real
    if np.isinf(at[-1]):
        rest = found.at_rest(ridge)
        left[-1] = rest / (values + rest)
    return TransferFunctions(at, np.array(modes, dtype=np.int64), values, left)


def _eigenvalues(spectrum: Spectrum, modes: Sequence[int]) -> Array:
    """The eigenvalue of each mode."""
    ranks = [positive_integer("modes", mode) for mode in modes]
    if not ranks:
        fail("modes", "hold at least one", modes)
    if max(ranks) > spectrum.modes + 0.5:
        fail("modes", f"be at most {spectrum.modes:.6g}, the number of modes", max(ranks))
    if spectrum.exponents:
        return np.array(ranks, dtype=np.float64) ** -spectrum.exponents[1]
    if not spectrum.exact:
        fail("spectrum", "hold each mode once to tell which is which", spectrum)
    return spectrum.eigenvalues[np.array(ranks) - 1]
