"""One-pass SGD on Gaussian features, step by step."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from scalinglab._errors import DivergenceError
from scalinglab.random_features.draws import mixing
from scalinglab.random_features.paths import Rule
from scalinglab.random_features.response import Medium

__all__ = ["stochastic"]

Array = NDArray[np.float64]
#: A loss that has grown by this factor will not come back.
BEYOND = 1e6


def stochastic(
    found: Medium, steps: Array, rule: Rule, batch: int, *, noise: float, random: np.random.Generator
) -> tuple[Array, Array]:
    """Test and training loss of one run, each step on fresh samples.

    Raises
    ------
    DivergenceError
        If the loss has grown a million times.
    """
    root, target = np.sqrt(found.spectrum.eigenvalues), np.sqrt(found.spectrum.target_power)
    judge = root[:, None] * mixing(found, random)
    weights, test = np.zeros(judge.shape[1]), np.empty(len(steps))
    at = {int(step): index for index, step in enumerate(steps)}
    for step in range(int(steps[-1]) + 1):
        if step in at:
            error = judge @ weights - target
            test[at[step]] = error @ error
        inputs = random.standard_normal((batch, len(root)))
        features = inputs @ judge
        wrong = features @ weights - inputs @ target - math.sqrt(noise) * random.standard_normal(batch)
        size = wrong @ wrong / batch
        if size > BEYOND * (found.spectrum.power + noise):
            sentence = f"a run with step size {rule.step_size:g} and batches of {batch} diverged within {step} steps"
            raise DivergenceError(sentence, rate=math.log(size / (found.spectrum.power + noise)) / (2 * step))
        weights -= rule.step_size / batch * (wrong @ features)
    return test, test + noise
