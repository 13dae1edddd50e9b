"""The best division of a budget between model and data, in closed form.

With ``L = E + A N^-alpha + B D^-beta`` and a budget of ``C = k N D`` operations, the loss is least where both terms
fall equally fast as their size grows ([Hoffmann2022] eq. (4)):

    alpha A N^-alpha = beta B D^-beta
    N = G (C / k)^a,  D = (C / k)^(1 - a) / G
    a = beta / (alpha + beta),  G = (alpha A / (beta B))^(1 / (alpha + beta))

An envelope does not change this, as it grows with what is under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, fail, positive
from scalinglab._later import special
from scalinglab._results import ReadOnly, records
from scalinglab.scaling_laws._arguments import numbers
from scalinglab.scaling_laws.compute import ComputeLaw
from scalinglab.scaling_laws.joint import JointLaw

LEVEL = 0.95


@dataclass(frozen=True)
class Allocation(ReadOnly):
    """The best model and data for each budget.

    Attributes
    ----------
    flops, parameters, tokens, loss : array, shape (budgets,)
        Read-only. Of a ``JointLaw``, tokens are the size of its data, parameters that of its model, the loss its error.
    low, high : array, shape (budgets,)
        Ends of a 95 % interval for the best parameters, by linear error propagation (of the bootstrap's covariance, if
        the law has one).
    exponent : float
        ``a``: the best parameters grow as ``flops^a``, tokens as ``flops^(1 - a)``.
    exponent_interval : (float, float)
        Ends of its 95 % interval.
    """

    flops: Array
    parameters: Array
    tokens: Array
    loss: Array
    low: Array
    high: Array
    exponent: float
    exponent_interval: tuple[float, float]

    def rows(self) -> list[dict[str, Any]]:
        """A record for each budget: ``flops``, ``parameters``, ``low``, ``high``, ``tokens``, ``loss``."""
        names = ("flops", "parameters", "low", "high", "tokens", "loss")
        return records({name: getattr(self, name) for name in names})


def optimal_allocation(law: ComputeLaw | JointLaw, flops: ArrayLike, *, cost: float = 6.0) -> Allocation:
    """Divide each budget so that the law predicts the smallest loss.

    Parameters
    ----------
    law : ComputeLaw or JointLaw
        Whose model is counted in parameters, as the budget is ``cost * parameters * tokens``.
    flops : array, any shape
        Budgets, in floating-point operations; positive.
    cost : float
        Operations for each parameter and token: 6 to train (2 forward, 4 backward), times the epochs if data repeat.

    Returns
    -------
    Allocation

    Raises
    ------
    ValueError
        If a budget is not positive, or the law does not fall with both sizes.

    Examples
    --------
    >>> from scalinglab.scaling_laws import fit_compute, synthetic_compute
    >>> runs = synthetic_compute(noise=0)
    >>> best = optimal_allocation(fit_compute(runs.parameters, runs.tokens, runs.loss), 5.76e23)
    >>> round(best.exponent, 3), float(round(best.tokens[0] / best.parameters[0]))
    (0.514, 16.0)
    """
    budgets = numbers("flops", flops).ravel()
    logs = np.log(budgets / positive("cost", cost))
    centre, covariance = _model_first(law)
    if min(centre[1], centre[3]) <= 0:
        fail("law", "fall with both parameters and tokens", law)
    best = _best(centre, logs)
    tokens, parameters = np.exp(logs - best), np.exp(best)
    loss = law.predict(tokens, parameters) if isinstance(law, JointLaw) else law.predict(parameters, tokens)
    quantile = float(special.stdtrit(max(law.points - len(law.parameters), 1), (1 + LEVEL) / 2))
    slopes, exponent = _slopes(centre, logs), float(centre[3] / (centre[1] + centre[3]))
    spread = quantile * np.sqrt(np.einsum("bi,ij,bj->b", slopes, covariance, slopes))
    low, high = np.exp(best - spread), np.exp(best + spread)
    slope = np.array([0, -centre[3], 0, centre[1]]) / (centre[1] + centre[3]) ** 2
    half = quantile * float(np.sqrt(slope @ covariance @ slope))
    columns = (budgets.copy(), parameters, tokens, loss, low, high)
    return Allocation(*columns, exponent, (exponent - half, exponent + half))


def _model_first(law: ComputeLaw | JointLaw) -> tuple[Array, Array]:
    """(log A, alpha, log B, beta), where A and alpha belong to the model, and their covariance."""
    turn = law._meaning.turn[[2, 3, 0, 1] if isinstance(law, JointLaw) else [0, 1, 2, 3]]
    return turn @ law._solution.values, turn @ law._solution.covariance @ turn.T


def _best(terms: Array, logs: Array) -> Array:
    """Logarithm of the best parameters, shape (budgets,)."""
    first, alpha, second, beta = terms
    return (np.log(alpha / beta) + first - second + beta * logs) / (alpha + beta)


def _slopes(terms: Array, logs: Array) -> Array:
    """Derivatives of the same by the terms, shape (budgets, 4)."""
    _, alpha, _, beta = terms
    best, ones = _best(terms, logs), np.ones_like(logs)
    return np.stack([ones, 1 / alpha - best, -ones, logs - best - 1 / beta], axis=1) / (alpha + beta)
