"""Where training ends: the loss after infinitely long training, and what averaging predictors takes off it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scalinglab._checks import Array, fail, non_negative, one_of, positive_integer
from scalinglab._errors import DivergenceError
from scalinglab.random_features._arguments import medium
from scalinglab.random_features.correlations import PARTS, Nodes, correlations
from scalinglab.random_features.response import Medium
from scalinglab.random_features.results import LossCurve
from scalinglab.random_features.spectra import Spectrum


def final_loss(
    spectrum: Spectrum, *, width: float, samples: float, noise: float = 0.0, ridge: float = 0.0, part: str = "test"
) -> float:
    """Return the loss after infinitely long training: of ridge regression, or of the least-norm fit without a ridge.

    Parameters
    ----------
    spectrum : Spectrum
    width, samples : int or math.inf
    noise, ridge : float
        As in ``gradient_flow``.
    part : {"test", "train", "ensemble", "bagging", "bias"}
        As in ``LossCurve``.

    Raises
    ------
    ValueError
        If an argument is out of range.
    DivergenceError
        If width equals samples and there is no ridge: the peak of double descent, where the test loss has no bound (or,
        with as many modes, no limit).

    Examples
    --------
    >>> import math
    >>> from scalinglab.random_features import power_law
    >>> round(final_loss(power_law(1.5, 1.25, 400), width=60, samples=math.inf), 6)
    0.397533
    """
    found = medium(spectrum, width, samples)
    noise, ridge = non_negative("noise", noise), non_negative("ridge", ridge)
    return limits(found, noise, ridge, [one_of("part", part, PARTS)])[part]


def limits(found: Medium, noise: float, ridge: float, parts: Sequence[str]) -> dict[str, float]:
    """The parts at time infinity: the two-point functions at rest."""
    if ridge == 0 and min(found.width, found.samples) >= found.spectrum.modes:
        return _overdetermined(found, noise, parts)
    diverging = found.width == found.samples and ridge == 0
    if diverging and "test" in parts:
        raise DivergenceError(
            f"without a ridge, the test loss at width = samples = {found.width:g} grows without bound; "
            "stop early, add a ridge, or move width and samples apart"
        )
    interpolates = ridge == 0 and found.samples <= found.width
    asked = [part for part in parts if not (part == "train" and interpolates)]
    kappa, s = np.array([found.at_rest(ridge)]), np.array([ridge])
    nodes = Nodes(found, s, kappa)
    values = correlations(nodes, nodes, noise, asked)
    return {part: float(values[part][0, 0]) if part in asked else 0.0 for part in parts}


def _overdetermined(found: Medium, noise: float, parts: Sequence[str]) -> dict[str, float]:
    """Least squares of all modes: features and samples span them, so that the noise is left and what no feature sees.

    The latter is noise on the labels as well.
    """
    modes, samples, unlearnable = found.spectrum.modes, found.samples, found.spectrum.unlearnable
    noise = noise + unlearnable
    if samples == modes and noise > 0 and {"test", "ensemble"} & set(parts):
        raise DivergenceError(
            f"without a ridge, the test loss at samples = modes = {samples:g} grows without bound with the noise; "
            "stop early, add a ridge, or take more samples"
        )
    if found.width == samples == modes and "test" in parts:
        raise DivergenceError(
            f"at width = samples = modes = {samples:g} the ends of training and of a vanishing ridge differ, and a "
            "draw has neither; take one more sample, or a finite time"
        )
    left = unlearnable + (noise * modes / (samples - modes) if samples > modes else 0.0)
    known = {"test": left, "ensemble": left, "train": noise * (1 - modes / samples)}
    return {part: known.get(part, unlearnable) for part in parts}


def ensemble_loss(curve: LossCurve, *, networks: int = 1, data_sets: int = 1) -> Array:
    """Return the test loss of the mean of many predictors: each of ``networks`` trained on each of ``data_sets``.

        L = [test + (E - 1) ensemble + (G - 1) bagging + (E - 1)(G - 1) bias] / (E G)

    Parameters
    ----------
    curve : LossCurve
        With its cross terms.
    networks, data_sets : int
        E draws of the features and G of the training set; every network meets every set.

    Returns
    -------
    array, shape (times,)

    Raises
    ------
    ValueError
        If a number is not positive, or the curve has no cross terms.
    """
    if not isinstance(curve, LossCurve) or curve.ensemble is None or curve.bagging is None or curve.bias is None:
        fail("curve", "be a LossCurve made with cross_terms=True", curve)
    more = positive_integer("networks", networks) - 1, positive_integer("data_sets", data_sets) - 1
    total = curve.test + more[0] * curve.ensemble + more[1] * curve.bagging + more[0] * more[1] * curve.bias
    return total / (networks * data_sets)
