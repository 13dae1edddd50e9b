"""Laws of |X|: how much of E|X|^p lies below a quantile. Stable laws by one integral, the others in closed form."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv, gamma, gammainc, gammaincinv

from scalinglab._checks import Array, array, fail, one_of, positive
from scalinglab.heavy_tails._arguments import stable_index
from scalinglab.heavy_tails._roots import root

LAWS = ("normal", "uniform", "laplace", "student", "stable")
#: Midpoints of the integral over the angle; near the index 1 the integrand is a step of the width |alpha - 1|.
ANGLES = 2000
#: Within this of index 1 the law is taken for Cauchy's, from which it differs by about as much.
CAUCHY = 2e-3


def stable_survival(alpha: float, values: ArrayLike) -> Array:
    """Return ``P(|X| > t)`` of a symmetric alpha-stable X of scale 1, by Zolotarev's integral [Nolan1997].

    Given the angle of the formula of Chambers, Mallows and Stuck, X is a power of an exponential number, so what is
    left is the mean of an elementary function over the angle.

    Parameters
    ----------
    alpha : float
        Above 0, and 2 at most. Within 0.002 of 1, Cauchy's law is taken.
    values : array
        Points t, not negative.

    Returns
    -------
    array
        Of the shape of the values; good to 1e-6 or so.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    index, points = stable_index("alpha", alpha), array("values", values)
    if (points < 0).any():
        fail("values", "not be negative", float(points.min()))
    if abs(index - 1) < CAUCHY:
        return 1 - 2 / math.pi * np.arctan(points)
    power = index / (index - 1)
    logs, weights = _log_factors(index)
    with np.errstate(divide="ignore", over="ignore"):
        waits = np.exp(power * (np.log(points)[..., None] - logs))
        # |X| > t where the exponential number is above this wait if alpha > 1, and where it is below if alpha < 1.
        return (np.exp(-waits) if index > 1 else -np.expm1(-waits)) @ weights


@lru_cache(maxsize=64)
def _log_factors(index: float) -> tuple[Array, Array]:
    """Logarithm of ``|X|`` at the exponential number 1, for angles over a quarter of a turn, and their weights.

    The far tail comes from angles near the end, so midpoints crowd there: the distance to the end is a fourth power.
    """
    root = (np.arange(ANGLES) + 0.5) / ANGLES
    left = root**4 * np.pi / 2
    angle = np.pi / 2 - left
    ratio = (1 - index) / index * np.log(np.cos((1 - index) * angle))
    return np.log(np.sin(index * angle)) - np.log(np.sin(left)) / index + ratio, 4 * root**3 / ANGLES


def stable_quantile(alpha: float, share: float) -> float:
    """The t with ``P(|X| > t) = share``."""
    return math.exp(root(lambda log: float(stable_survival(alpha, math.exp(log))) - share, -40, 40 / alpha))


def truncated_moment(alpha: float, cut: float, p: float = 2.0) -> float:
    """Return ``E[|X|^p; |X| < cut]`` of a symmetric alpha-stable X of scale 1: finite for every p."""
    # By parts: the integral of p t^(p-1) (P(|X| > t) - P(|X| > cut)), with t = cut v^2 to be smooth at 0.
    nodes, weights = np.polynomial.legendre.leggauss(64)
    v = (nodes + 1) / 2
    below = stable_survival(alpha, cut * v**2) - stable_survival(alpha, cut)
    return float(weights @ (p * cut**p * v ** (2 * p - 1) * below))


def share_below(kept: float, *, law: str = "normal", p: float = 2.0, index: float | None = None) -> float:
    """Return ``G_p``, the share of ``E|X|^p`` below the quantile of |X| that a share ``kept`` exceeds.

    Parameters
    ----------
    kept : float
        From 0 to 1.
    law : {"normal", "uniform", "laplace", "student", "stable"}
    p : float
    index : float, optional
        Degrees of freedom of Student's law, or the index of the stable one.

    Returns
    -------
    float
        0 where the moment is infinite: the largest few then outweigh all others.
    """
    one_of("law", law, LAWS)
    if (index is None) == (law in LAWS[3:]):
        fail("index", f"be given for {' and '.join(LAWS[3:])} laws, and for no other", index)
    if kept in (0, 1):
        return 1.0 - kept
    if law == "uniform":
        return float((1 - kept) ** (p + 1))
    if law == "laplace":
        return float(gammainc(p + 1, -math.log(kept)))
    if law == "normal":
        return float(gammainc((p + 1) / 2, gammaincinv(0.5, 1 - kept)))
    return _heavy(kept, p, law, index)


def _heavy(kept: float, p: float, law: str, index: Any) -> float:
    """The same for the laws with a power tail."""
    if law == "student":
        freedom = positive("index", index)
        # X^2 / (freedom + X^2) has a beta law, and so has it under the density weighted by |X|^p.
        cut = betaincinv(0.5, freedom / 2, 1 - kept)
        return float(betainc((p + 1) / 2, (freedom - p) / 2, cut)) if p < freedom else 0.0
    if stable_index("index", index) == 2:
        return share_below(kept, law="normal", p=p)
    if p >= index:
        return 0.0
    moment = gamma(1 - p / index) * 2 * gamma(p) * math.sin(math.pi * p / 2) / math.pi  # E|X|^p
    return truncated_moment(index, stable_quantile(index, kept), p) / moment


def positive_stable_quantile(beta: float, share: float) -> float:
    """The x with ``P(A < x) = share`` for a positive stable A with the Laplace transform ``exp(-s^beta)``."""
    if beta == 1:
        return 1.0
    angle = (np.arange(ANGLES) + 0.5) / ANGLES * np.pi
    # Kanter's formula: given the angle, A < x where an exponential number is above a power of x.
    logs = np.log(np.sin((1 - beta) * angle)) + beta / (1 - beta) * np.log(np.sin(beta * angle))
    logs -= np.log(np.sin(angle)) / (1 - beta)

    def excess(log: float) -> float:
        with np.errstate(over="ignore"):
            return float(np.exp(-np.exp(logs - beta / (1 - beta) * log)).mean()) - share

    return math.exp(root(excess, -60, 60 / beta))
