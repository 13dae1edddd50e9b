"""The three regions of a pruned error, in logarithms, and where to start a search for them.

    error = eps_np ((d^2 + p^2 (eps_up / eps_np)^(2 / gamma)) / (d^2 + p^2))^(gamma / 2)

[Rosenfeld2020] eq. (1) and its joint form, with the modulus written out. The powers overflow for a small gamma, their
logarithms do not.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from scalinglab._checks import Array
from scalinglab.scaling_laws.robust import Problem, best_and_spread

#: Exponents gamma that are searched: a power law that is too short to be seen sends gamma to its bound.
EXPONENTS = (0.05, 4.0)
#: Exponents of the invariant that are searched.
FACTORS = (-4.0, 4.0)


@dataclass(frozen=True)
class ThreeRegions:
    """The form at some points; parameters are (log eps_up, gamma, log p, phi, psi, ...).

    Attributes
    ----------
    densities, unpruned : array, shape (points,)
        Logarithms of densities and of errors before pruning.
    sizes : array, shape (factors, points)
        Logarithms of what multiplies the density in the invariant, such as depth and width, each in its own unit.
    """

    densities: Array
    unpruned: Array
    sizes: Array

    def _parts(self, values: Array) -> tuple[Array, Array, Array, Array, Array]:
        """Gamma, the gap between plateaus, and the logarithms of ``d^2``, of what is added to it above, and below."""
        gamma, gap = values[:, 1:2], values[:, 0:1] - self.unpruned
        square = 2 * (self.densities + values[:, 3:] @ self.sizes)
        high = 2 * values[:, 2:3]
        return gamma, gap, square, high + 2 * gap / gamma, high

    def log_error(self, values: Array) -> Array:
        """Logarithm of the error, shape (batch, points)."""
        gamma, _, square, low, high = self._parts(values)
        return self.unpruned + gamma / 2 * (np.logaddexp(square, low) - np.logaddexp(square, high))

    def slopes(self, values: Array) -> tuple[Array, Array]:
        """The same, and its derivatives, shape (batch, points, parameters)."""
        gamma, gap, square, low, high = self._parts(values)
        above, below = np.logaddexp(square, low), np.logaddexp(square, high)
        # Shares of the second summand above and below: 1 on a plateau, 0 far from it.
        first, second = np.exp(low - above), np.exp(high - below)
        slopes = np.empty((*above.shape, values.shape[1]))
        slopes[..., 0] = first
        slopes[..., 1] = (above - below) / 2 - first * gap / gamma
        slopes[..., 2] = gamma * (first - second)
        slopes[..., 3:] = -slopes[..., 2:3] * self.sizes.T
        return self.unpruned + gamma / 2 * (above - below), slopes


def bounds(form: ThreeRegions, highest: float) -> tuple[Array, Array]:
    """Lowest and highest values that are searched: the high plateau lies above every unpruned error."""
    spread = np.abs(FACTORS[0] * form.sizes).sum(axis=0).max() if len(form.sizes) else 0.0
    transitions = form.densities.min() - spread - 10, form.densities.max() + spread + 5
    columns = [(form.unpruned.max(), np.log(highest)), EXPONENTS, transitions, *[FACTORS] * len(form.sizes)]
    return np.array([low for low, _ in columns]), np.array([high for _, high in columns])


def starts(problem: Problem, form: ThreeRegions, count: int) -> Array:
    """Where to search from: on the power law, ``log error = log(eps_up p^gamma) - gamma log m*`` is linear.

    The exponents of that regression are varied, with transitions at quantiles of m* and plateaus at both ends.
    """
    gamma, factors = _regression(problem.targets, form)
    tops = (float(problem.targets.max()), float(problem.high[0]))
    points = []
    for scale in itertools.product((0.5, 1.0, 1.5), repeat=len(factors)):
        exponents = factors * np.array(scale)
        quantiles = np.quantile(form.densities + exponents @ form.sizes, (0.1, 0.3, 0.5, 0.7, 0.9))
        for top, exponent, transition in itertools.product(tops, (gamma / 2, gamma, 2 * gamma), quantiles):
            points.append([top, exponent, transition, *exponents])
    return best_and_spread(problem, np.array(points), count)


def _regression(targets: Array, form: ThreeRegions) -> tuple[float, Array]:
    """Gamma and the exponents of the invariant from the points between the plateaus; guesses if there are too few."""
    top = targets.max()
    between = (targets > form.unpruned + 0.2 * (top - form.unpruned)) & (targets < top - 0.2 * (top - form.unpruned))
    count = len(form.sizes)
    if between.sum() < 2 * (count + 2):
        return 1.0, np.ones(count)
    columns = np.vstack([np.ones_like(targets), -form.densities, -form.sizes])[:, between]
    solved = np.asarray(np.linalg.lstsq(columns.T, targets[between], rcond=None)[0], dtype=np.float64)
    gamma = float(np.clip(solved[1], 0.1, EXPONENTS[1]))
    return gamma, np.clip(solved[2:] / gamma, *FACTORS)
