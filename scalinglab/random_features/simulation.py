"""Networks of Gaussian features, drawn and trained: what the theory is checked against.

Gradient flow and gradient descent are solved exactly for each draw, SGD is run step by step. Nothing of the theory is
used but the model itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import (
    fail,
    in_range,
    non_negative,
    non_negative_integer,
    one_of,
    positive,
    positive_integer,
)
from scalinglab._prepared import prepared
from scalinglab._results import finished
from scalinglab.random_features._arguments import ascending, medium, whole_steps
from scalinglab.random_features.draws import Draw, averages, descended, flowed, mixing, stochastic, trained
from scalinglab.random_features.paths import MOST_MOMENTUM, Rule
from scalinglab.random_features.response import Medium
from scalinglab.random_features.results import LossCurve
from scalinglab.random_features.spectra import Spectrum

ALGORITHMS = ("gradient_flow", "gradient_descent", "one_pass_sgd")


def simulating(
    spectrum: Spectrum,
    times: ArrayLike,
    *,
    width: float,
    samples: float = math.inf,
    noise: float = 0.0,
    ridge: float = 0.0,
    algorithm: str = "gradient_flow",
    step_size: float | None = None,
    momentum: float = 0.0,
    batch_size: int | None = None,
    seeds: int = 20,
    seed: int = 0,
) -> Iterator[LossCurve]:
    """Draw features and training sets, train on each, and average: the simulation beside the theory.

    Parameters
    ----------
    spectrum : Spectrum
        Of modes that are each held once; a power law by quadrature cannot be drawn.
    times : array, shape (times,)
        As in ``gradient_flow``; whole numbers of steps for the other algorithms.
    width, samples : int or math.inf
        A width of infinity takes the features themselves, samples of infinity the population. One-pass SGD takes
        fresh samples and no number of them.
    noise, ridge : float
        As in ``gradient_flow``; one-pass SGD has no ridge.
    algorithm : {"gradient_flow", "gradient_descent", "one_pass_sgd"}
    step_size : float, optional
        Of the two discrete algorithms.
    momentum : float
        Of gradient descent.
    batch_size : int, optional
        Of one-pass SGD.
    seeds : int
        How many draws.
    seed : int
        Draw i of a seed is the same, however many are drawn.

    Yields
    ------
    LossCurve
        After each draw: means, with ``test_sd`` and ``train_sd`` over the draws. A single draw scatters by a tenth at
        width 100, and by more near a peak.

    Raises
    ------
    ValueError
        At the call, if an argument is out of range, missing, or of another algorithm.
    DivergenceError
        If the step size is too large for a draw's largest eigenvalue, which can be beyond the edge of the theory.

    Examples
    --------
    >>> from scalinglab.random_features import power_law
    >>> curve = simulate(power_law(1.5, 1.25, 400), [0, 10], width=60, samples=120, seeds=3)
    >>> curve.draws, round(float(curve.test[0]), 4)
    (3, 2.5124)
    """
    found = medium(spectrum, width, samples)
    if not spectrum.exact:
        fail("spectrum", "hold each mode once to be drawn: power_law(..., exact=True)", spectrum)
    discrete = one_of("algorithm", algorithm, ALGORITHMS) != "gradient_flow"
    at = whole_steps("times", times) if discrete else ascending("times", times, endless=True)
    rule, batch = _rule(algorithm, step_size=step_size, momentum=momentum, ridge=ridge, batch_size=batch_size)
    noise, count = non_negative("noise", noise), positive_integer("seeds", seeds)
    generators = (np.random.default_rng([non_negative_integer("seed", seed), index]) for index in range(count))
    if algorithm == "one_pass_sgd":
        if not math.isinf(found.samples):
            fail("samples", "be left out for one-pass SGD, which takes fresh ones at each step", samples)
        pairs = (stochastic(found, at, rule, batch, noise=noise, random=random) for random in generators)
    else:
        filters = partial(descended, steps=at, rule=rule) if discrete else partial(flowed, times=at, ridge=rule.ridge)
        pairs = (trained(_draw(found, noise, random), filters) for random in generators)
        if math.isinf(found.samples):  # nothing is memorised
            pairs = ((test, test + noise) for test, _ in pairs)
    return averages(at, pairs, count)


simulate = prepared(finished(simulating, "simulate"))


def _draw(found: Medium, noise: float, random: np.random.Generator) -> Draw:
    """Features A of Gaussian psi, and a training set; the population stands for itself if samples are infinite."""
    spectrum = found.spectrum
    root, target = np.sqrt(spectrum.eigenvalues), np.sqrt(spectrum.target_power)
    judge = root[:, None] * mixing(found, random)
    if math.isinf(found.samples):
        scale = math.sqrt(len(root))  # each mode is a sample of its own
        return Draw(judge * scale, target * scale, judge, target)
    inputs = random.standard_normal((int(found.samples), len(root)))
    labels = inputs @ target + math.sqrt(noise) * random.standard_normal(len(inputs))
    return Draw(inputs @ judge, labels, judge, target)


def _rule(algorithm: str, **options: Any) -> tuple[Rule, int]:
    """The algorithm's options checked; those of other algorithms must be left as they are."""
    belongs = {
        "step_size": algorithm != "gradient_flow",
        "momentum": algorithm == "gradient_descent",
        "ridge": algorithm != "one_pass_sgd",
        "batch_size": algorithm == "one_pass_sgd",
    }
    for name, value in options.items():
        if value and not belongs[name]:
            fail(name, f"be left out for {algorithm}", value)
    rule = Rule(
        positive("step_size", options["step_size"]) if belongs["step_size"] else 1.0,
        in_range("momentum", options["momentum"], 0, MOST_MOMENTUM),
        non_negative("ridge", options["ridge"]),
    )
    return rule, positive_integer("batch_size", options["batch_size"]) if belongs["batch_size"] else 1
