"""Laws of |X|: how much of E|X|^p lies below a quantile. Stable laws by one integral, the others in closed form."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, array, fail, one_of, positive
from scalinglab._later import special
from scalinglab.heavy_tails._arguments import stable_index
from scalinglab.heavy_tails._roots import root

LAWS = ("normal", "uniform", "laplace", "student", "stable")
#: Steps of the integrals over an angle, in the logarithm of its distances to both ends: at most, and times the width
#: ``|alpha - 1|`` of the step that the integrand becomes near index 1; never less than the finest. And where they end.
STEP, NARROW, FINEST, ENDS = 0.2, 0.3, 0.002, (-45.0, 90.0)
#: Within this of index 1 a law is found from the laws of these indices around, by interpolation in the index.
CAUCHY, AROUND = 0.025, np.array([0.95, 0.975, 1.0, 1.025, 1.05])
#: Panels of the integral for a moment, in the logarithm: their width, points in each, and how far below 1 they go.
PANEL, POINTS, LOWEST = 2.0, 12, 40.0


def stable_survival(alpha: float, values: ArrayLike) -> Array:
    """Return ``P(|X| > t)`` of a symmetric alpha-stable X of scale 1, by Zolotarev's integral [Nolan1997].

    Given the angle of the formula of Chambers, Mallows and Stuck, X is a power of an exponential number, so what is
    left is the mean of an elementary function over the angle.

    Parameters
    ----------
    alpha : float
        Above 0, and 2 at most.
    values : array
        Points t, not negative.

    Returns
    -------
    array
        Of the shape of the values; good to 1e-8, and in the tail to 1e-6 of itself.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    index, points = stable_index("alpha", alpha), array("values", values)
    if (points < 0).any():
        fail("values", "not be negative", float(points.min()))
    if abs(index - 1) >= CAUCHY:
        return _survival(index, points)
    # The logarithm of the tail is nearly a line in the index.
    logs = np.zeros(points.shape)
    for place, known in enumerate(AROUND.tolist()):
        rest = np.delete(AROUND, place)
        weight = float(np.prod((index - rest) / (known - rest)))
        if weight:
            logs += weight * np.log(_survival(known, points))
    return np.exp(logs)


def _survival(index: float, points: Array) -> Array:
    """The same, at 1 or far from it."""
    if index == 1:
        return 2 / math.pi * np.arctan2(1, points)
    power = index / (index - 1)
    logs, weights = _log_factors(index)
    with np.errstate(divide="ignore", over="ignore"):
        waits = np.exp(power * (np.log(points)[..., None] - logs))
        # |X| > t where the exponential number is above this wait if alpha > 1, and where it is below if alpha < 1.
        return (np.exp(-waits) if index > 1 else -np.expm1(-waits)) @ weights


def _quarter(width: float) -> tuple[Array, Array, Array]:
    """Angles over a quarter of a turn, what is left of each to its end, and weights whose sum is 1.

    The values near zero come from the smallest angles and the far tail from those that leave the least. So points are
    even in the logarithm of both: the rule of trapezoids, which for analytic functions errs exponentially little. They
    are the closer, the narrower the step that the integrand is.
    """
    log = np.arange(ENDS[0], ENDS[1], max(min(STEP, NARROW * width), FINEST))
    share = special.expit(log)
    angle, left = np.pi / 2 * share, np.pi / 2 * special.expit(-log)
    weights = share * special.expit(-log)
    return angle, left, weights / weights.sum()


@lru_cache(maxsize=64)
def _log_factors(index: float) -> tuple[Array, Array]:
    """Logarithm of ``|X|`` at the exponential number 1, for angles over a quarter of a turn, and their weights."""
    angle, left, weights = _quarter(abs(index - 1))
    # Sines and cosines of what is left, where the angle itself would lose all digits.
    sine = np.where(left < angle, np.sin(np.pi * (1 - index / 2) + index * left), np.sin(index * angle))
    cosine = np.sin(np.pi / 2 * min(index, 2 - index) + abs(1 - index) * left)
    return np.log(sine) - np.log(np.sin(left)) / index + (1 - index) / index * np.log(cosine), weights


def stable_quantile(alpha: float, share: float) -> float:
    """The t with ``P(|X| > t) = share``."""
    return math.exp(root(lambda log: float(stable_survival(alpha, math.exp(log))) - share, -40, 40 / alpha))


def truncated_moment(alpha: float, cut: float, p: float = 2.0) -> float:
    """Return ``E[|X|^p; |X| < cut]`` of a symmetric alpha-stable X of scale 1: finite for every p."""
    # By parts: the integral of p t^(p-1) (P(|X| > t) - P(|X| > cut)). With t = cut e^-y nothing is singular, and what
    # lies below any X that counts is an integral of p t^(p-1) alone.
    last = max(math.log(cut), 0.0) + LOWEST
    nodes, weights = np.polynomial.legendre.leggauss(POINTS)
    panels = math.ceil(last / PANEL)
    y = ((np.arange(panels)[:, None] + (nodes + 1) / 2) * last / panels).ravel()
    below = stable_survival(alpha, cut * np.exp(-y)) - stable_survival(alpha, cut)
    inner = p * float(np.tile(weights, panels) * last / panels / 2 @ (np.exp(-p * y) * below))
    return cut**p * (inner + math.exp(-p * last) * float(1 - stable_survival(alpha, cut)))


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
        return float(special.gammainc(p + 1, -math.log(kept)))
    if law == "normal":
        return float(special.gammainc((p + 1) / 2, special.gammaincinv(0.5, 1 - kept)))
    return _heavy(kept, p, law, index)


def _heavy(kept: float, p: float, law: str, index: Any) -> float:
    """The same for the laws with a power tail."""
    if law == "student":
        freedom = positive("index", index)
        # X^2 / (freedom + X^2) has a beta law, and so has it under the density weighted by |X|^p.
        cut = special.betaincinv(0.5, freedom / 2, 1 - kept)
        return float(special.betainc((p + 1) / 2, (freedom - p) / 2, cut)) if p < freedom else 0.0
    if stable_index("index", index) == 2:
        return share_below(kept, law="normal", p=p)
    if p >= index:
        return 0.0
    moment = special.gamma(1 - p / index) * 2 * special.gamma(p) * math.sin(math.pi * p / 2) / math.pi  # E|X|^p
    return truncated_moment(index, stable_quantile(index, kept), p) / moment


def positive_stable_quantile(beta: float, share: float) -> float:
    """The x with ``P(A < x) = share`` for a positive stable A with the Laplace transform ``exp(-s^beta)``."""
    if beta == 1:
        return 1.0
    # Kanter's formula over half a turn: given the angle, A < x where an exponential number is above a power of x.
    angle, left, weights = (2 * part for part in _quarter(1 - beta))
    sine = np.where(left < angle, np.sin(np.pi * (1 - beta) + beta * left), np.sin(beta * angle))
    logs = np.log(np.sin((1 - beta) * angle)) + beta / (1 - beta) * np.log(sine)
    logs -= np.log(np.sin(np.minimum(angle, left))) / (1 - beta)

    def excess(log: float) -> float:
        with np.errstate(over="ignore"):
            return float(np.exp(-np.exp(logs - beta / (1 - beta) * log)) @ weights) / 2 - share

    return math.exp(root(excess, -60, 60 / beta))
