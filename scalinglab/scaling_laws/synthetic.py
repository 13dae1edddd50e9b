"""Runs that were never trained: losses made from a law that is known, to see what a fit can find out about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scalinglab._checks import Array, fail, non_negative, non_negative_integer, positive, positive_integer
from scalinglab._results import ReadOnly, records

#: Floating-point operations to train one parameter on one token: 2 forward and 4 backward.
FLOPS = 6.0
#: Budgets, in floating-point operations, and how far sizes stray from the best of each, as in [Hoffmann2022].
LEAST, MOST, BUDGETS, STRAY = 6e18, 3e21, 9, 6.0


@dataclass(frozen=True)
class SyntheticRuns(ReadOnly):
    """Synthetic runs.

    Attributes
    ----------
    parameters, tokens, loss : array, shape (runs,)
        Read-only; the loss in nats for each token.
    """

    parameters: Array
    tokens: Array
    loss: Array

    @property
    def flops(self) -> Array:
        """Floating-point operations of each run: 6 for each parameter and token."""
        return FLOPS * self.parameters * self.tokens

    def rows(self) -> list[dict[str, Any]]:
        """A record for each run: ``parameters``, ``tokens``, ``flops``, ``loss``."""
        names = ("parameters", "tokens", "flops", "loss")
        return records({name: getattr(self, name) for name in names})


def synthetic_compute(
    runs: int = 240,
    *,
    noise: float = 0.005,
    outliers: int = 0,
    E: float = 1.8,  # noqa: N803 (the paper's letters)
    A: float = 480.0,  # noqa: N803
    B: float = 2100.0,  # noqa: N803
    alpha: float = 0.35,
    beta: float = 0.37,
    seed: int = 0,
) -> SyntheticRuns:
    """Losses of imagined language models at nine budgets, by ``L(N, D) = E + A N^-alpha + B D^-beta`` and noise.

    Nobody trained them. The law is near that which [Besiroglu2024] found in the runs of [Hoffmann2022], in round
    numbers; budgets and sizes are spread like theirs.

    Parameters
    ----------
    runs : int
    noise : float
        Standard deviation of the logarithm of the loss.
    outliers : int
        How many of the runs went wrong: their loss is 5 to 15 % higher.
    E, A, B, alpha, beta : float
        The law; alpha belongs to parameters, beta to tokens.
    seed : int

    Returns
    -------
    SyntheticRuns

    Raises
    ------
    ValueError
        If a value is out of range, or more runs shall go wrong than there are.
    """
    runs, outliers = positive_integer("runs", runs), non_negative_integer("outliers", outliers)
    if outliers > runs:
        fail("outliers", f"not exceed the {runs} runs", outliers)
    law = {name: positive(name, value) for name, value in (("A", A), ("B", B), ("alpha", alpha), ("beta", beta))}
    generator = np.random.default_rng(non_negative_integer("seed", seed))
    flops = generator.choice(np.geomspace(LEAST, MOST, BUDGETS), size=runs)
    ratio = law["alpha"] * law["A"] / (law["beta"] * law["B"])
    best = (ratio * (flops / FLOPS) ** law["beta"]) ** (1 / (law["alpha"] + law["beta"]))
    parameters = best * STRAY ** generator.uniform(-1, 1, size=runs)
    tokens = flops / FLOPS / parameters
    loss = non_negative("E", E) + law["A"] * parameters ** -law["alpha"] + law["B"] * tokens ** -law["beta"]
    loss = loss * np.exp(non_negative("noise", noise) * generator.standard_normal(runs))
    loss[generator.choice(runs, outliers, replace=False)] *= generator.uniform(1.05, 1.15, size=outliers)
    return SyntheticRuns(parameters, tokens, loss)
