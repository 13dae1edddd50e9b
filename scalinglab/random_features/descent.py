"""Gradient descent and the heavy ball: the loss after any number of steps, from generating functions.

    L_n = (1 / 2 pi i)^2 double integral of z^n z'^n Phi(kappa(s), kappa(s')) z / (z - 1) z' / (z' - 1) dz/z dz'/z'

The same two-point functions as for gradient flow, seen through another s(z), see ``paths``.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import fail, in_range, non_negative, positive, positive_integer
from scalinglab.random_features._arguments import medium, whole_steps
from scalinglab.random_features.correlations import PARTS, correlations, invert
from scalinglab.random_features.paths import MOST_MOMENTUM, Rule, paths, solved
from scalinglab.random_features.results import LossCurve
from scalinglab.random_features.spectra import Spectrum


def gradient_descent(
    spectrum: Spectrum,
    steps: ArrayLike,
    *,
    step_size: float,
    width: float,
    samples: float,
    noise: float = 0.0,
    ridge: float = 0.0,
    momentum: float = 0.0,
    cross_terms: bool = False,
) -> LossCurve:
    """Return the loss of random features trained by gradient descent on all samples, as theory predicts it.

    ``w_{n+1} = w_n - step_size g_n + momentum (w_n - w_{n-1})`` from w = 0, where ``2 g`` is the gradient of the mean
    squared error plus ``ridge |w|^2``: gradient flow at time ``n step_size`` for small steps ([Bordelon2024]
    section 3, discrete time).

    Parameters
    ----------
    spectrum : Spectrum
    steps : array of int, shape (steps,)
        Not negative, increasing. Cost does not grow with them.
    step_size : float
        Positive and stable, see ``stable_step_size``.
    width, samples : int or math.inf
    noise, ridge : float
        As in ``gradient_flow``.
    momentum : float
        Of the heavy ball, from 0 to 0.99.
    cross_terms : bool
        Whether to find ``ensemble``, ``bagging`` and ``bias`` as well.

    Returns
    -------
    LossCurve
        Its ``times`` are the steps.

    Raises
    ------
    ValueError
        If an argument is out of range, or the step size is not stable.

    Examples
    --------
    >>> from scalinglab.random_features import power_law
    >>> settings = {"width": 60, "samples": 120, "noise": 0.1}
    >>> gradient_descent(power_law(1.5, 1.25, 400), [0, 2, 1000], step_size=0.8, **settings).test.round(5).tolist()
    [2.51244, 1.04205, 0.83051]
    """
    at, found = whole_steps("steps", steps), medium(spectrum, width, samples)
    noise, ridge = non_negative("noise", noise), non_negative("ridge", ridge)
    rule = Rule(positive("step_size", step_size), in_range("momentum", momentum, 0, MOST_MOMENTUM), ridge)
    edge = found.edge()
    rule.stable(edge)
    parts = PARTS if cross_terms else PARTS[:2]
    pairs = partial(correlations, noise=noise, parts=parts)
    columns: dict[str, Any] = {part: np.empty(len(at)) for part in parts}
    for path, nodes in solved(found, paths(at, rule, edge)):
        for part, values in invert(nodes, path.factors(at[path.members]) * path.constant, pairs).items():
            columns[part][path.members] = values
    return LossCurve(times=at, **columns)


def stable_step_size(
    spectrum: Spectrum,
    *,
    width: float,
    samples: float,
    ridge: float = 0.0,
    momentum: float = 0.0,
    batch_size: int | None = None,
) -> float:
    """Return the step size below which gradient descent converges: ``2 (1 + momentum) / (edge + ridge)``.

    The edge is that of the spectrum of the features' covariance at large size; a single small draw can have a larger
    eigenvalue, so a simulation checks its own.

    Parameters
    ----------
    spectrum : Spectrum
    width, samples : int or math.inf
    ridge, momentum : float
        As in ``gradient_descent``.
    batch_size : int, optional
        Of one-pass SGD: the step below which its mean loss stays bounded. It takes samples of infinity, and neither
        ridge nor momentum.

    Raises
    ------
    ValueError
        If an argument is out of range, or does not go with batches.

    Examples
    --------
    >>> from scalinglab.random_features import power_law
    >>> round(stable_step_size(power_law(1.5, 1.25, 400), width=60, samples=120), 4)
    1.3972
    """
    rule = Rule(1.0, in_range("momentum", momentum, 0, MOST_MOMENTUM), non_negative("ridge", ridge))
    found = medium(spectrum, width, samples)
    if batch_size is None:
        return rule.bound(found.edge())
    if not math.isinf(found.samples):
        fail("samples", "be infinite with a batch_size: one-pass SGD takes fresh ones at each step", samples)
    for name, value in {"ridge": ridge, "momentum": momentum}.items():
        if value:
            fail(name, "be 0 with a batch_size", value)
    return rule.bound(found.edge(positive_integer("batch_size", batch_size)))
