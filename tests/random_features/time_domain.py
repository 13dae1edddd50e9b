"""The theory in the time domain, as a brute-force solution of its self-consistent equations, for few steps.

Every response and correlation is a matrix over pairs of steps. The responses are causal, so that the fixed point of
their equations is reached exactly after as many rounds as there are steps. Costs (modes)(steps)^3 a round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Solution:
    test: np.ndarray
    train: np.ndarray
    gap: np.ndarray
    """Test loss plus noise minus training loss by the identity of [Bordelon2024] eq. (18), from the responses."""


def descend(lam, power, steps, *, step_size, width, samples, noise):
    """Losses after 0, 1, ... ``steps - 1`` steps of gradient descent, from the single-site equations."""
    one = np.eye(steps)
    summed = step_size * np.tril(np.ones((steps, steps)), -1)  # weights are the sum of earlier steps
    r1, r3 = one.copy(), one.copy()
    for _ in range(steps):
        h = [np.linalg.inv(one + each * summed @ r3 @ r1) for each in lam]
        response = sum(each * left @ summed for each, left in zip(lam, h, strict=True))
        r1, r3 = one - response @ r3 @ r1 / samples, one - r1 @ response @ r3 / width
    c1, c3 = np.zeros((steps, steps)), np.zeros((steps, steps))
    ones = np.ones((steps, steps))
    for _ in range(steps + 1):
        c0, c2 = np.zeros((steps, steps)), np.zeros((steps, steps))
        moved4 = summed @ c3 @ summed.T / width
        moved2 = summed @ r3 @ c1 @ r3.T @ summed.T / samples
        for each, part, left in zip(lam, power, h, strict=True):
            c0 += left @ (part * ones + each * moved4 + each**2 * moved2) @ left.T
            direct = one - each * r1 @ left @ summed @ r3
            through = r1 @ left
            c2 += each * direct @ c1 @ direct.T / samples + each * through @ (part * ones + each * moved4) @ through.T
        c1, c3 = r1 @ (c0 + noise * ones) @ r1.T, r3 @ c2 @ r3.T
    # C0 + noise = (1 - R02 / P) C1 (1 - R02 / P)^T, with R02 the response of the weights' fields to the residuals.
    factor = one + sum(each * left @ summed for each, left in zip(lam, h, strict=True)) @ r3 / samples
    gap = np.diag(factor @ c1 @ factor.T - c1)
    return Solution(np.diag(c0).copy(), np.diag(c1).copy(), gap)
