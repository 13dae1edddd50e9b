"""Chapter 05, random features: learning without limits, and the best fit of random features."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import numpy as np

from scalinglab.exercises.bank.ridges import RIDGE
from scalinglab.exercises.exercise import Case, Exercise, Mistake

__all__ = ["EXERCISES"]

Numbers = Sequence[float]


def _decays(draw: random.Random) -> tuple[Case, ...]:
    """One mode, two, then six of a power law; times at which much and little is left."""
    cases: list[Case] = []
    for modes in (1, 2, 6):
        b, a = draw.uniform(0.5, 2), draw.uniform(1.2, 3)
        values = [round((k + 1) ** -b * draw.uniform(0.6, 1.4), 3) for k in range(modes)]
        power = [round((k + 1) ** -a * draw.uniform(0.6, 1.4), 3) for k in range(modes)]
        cases.append((round(draw.uniform(0.4, 2.5), 2), values, power))
    return tuple(cases)


def _decayed(time: float, eigenvalues: Numbers, power: Numbers) -> float:
    """The right answer by training: each mode's error shrinks in 2^14 small steps, by the trapezoidal rule."""
    steps = [value * time / 2**15 for value in eigenvalues]
    left = [(1 - step) / (1 + step) for step in steps]
    for _ in range(14):
        left = [each * each for each in left]
    return sum(part * each**2 for part, each in zip(power, left, strict=True))


def _sum_of(change: Callable[[float, float, float], float]) -> Callable[[float, Numbers, Numbers], float]:
    """A wrong answer that gives each mode something else: of time, eigenvalue and power."""
    return lambda time, eigenvalues, power: sum(
        change(time, value, part) for value, part in zip(eigenvalues, power, strict=True)
    )


# The messages show one mode of eigenvalue 0.5 and power 1 at time 2: exp(-2) = 0.135.
_ENDLESS = Exercise(
    key="05-endless",
    title="Without limits",
    name="loss",
    cases=_decays,
    oracle=_decayed,
    tolerance=1e-6,
    difficulty="easy",
    minutes=6,
    points=10,
    mistakes=(
        Mistake(
            "error not squared",
            _sum_of(lambda time, value, part: part * math.exp(-value * time)),
            "Your loss decays like the error itself: one mode of eigenvalue 0.5 and power 1 gives you 0.368 at time 2 "
            "where 0.135 is right, as the loss is the square of the error.",
        ),
        Mistake(
            "power squared",
            _sum_of(lambda time, value, part: part**2 * math.exp(-2 * value * time)),
            "You squared the power as well, but w_k^2 lam_k is a square already; only the factor exp(-lam_k t) of the "
            "error is still to be squared.",
        ),
        Mistake(
            "eigenvalue counted twice",
            _sum_of(lambda time, value, part: value * part * math.exp(-2 * value * time)),
            "You multiplied by the eigenvalue, which is in the power w_k^2 lam_k already: at time 0 the loss must be "
            "the sum of the powers.",
        ),
        Mistake(
            "eigenvalue divided out",
            _sum_of(lambda time, value, part: part / value * math.exp(-2 * value * time)),
            "You divided the power by the eigenvalue, which leaves w_k^2: the loss weighs each mode by the variance of "
            "its feature, so that at time 0 it is the sum of the powers.",
        ),
        Mistake(
            "what has been learned",
            _sum_of(lambda time, value, part: part * (1 - math.exp(-value * time)) ** 2),
            "You computed what has been learned, which grows from 0: the loss is made of what is left, and starts at "
            "the sum of the powers.",
        ),
        Mistake(
            "all modes alike",
            lambda time, eigenvalues, power: sum(power) * math.exp(-2 * sum(eigenvalues) / len(eigenvalues) * time),
            "You gave all modes the mean eigenvalue, but each decays at its own rate: small eigenvalues are what is "
            "left for later.",
        ),
        Mistake(
            "mean over modes",
            lambda time, eigenvalues, power: (
                sum(part * math.exp(-2 * value * time) for value, part in zip(eigenvalues, power, strict=True))
                / len(power)
            ),
            "You took the mean over the modes: their errors add up, and with two equal modes the loss doubles.",
        ),
        Mistake(
            "squared time",
            _sum_of(lambda time, value, part: part * math.exp(-((value * time) ** 2))),
            "You squared the exponent and not the exponential: the square of exp(-x) is exp(-2 x).",
        ),
    ),
    hints=(
        "What is the loss before training, at time 0? It is a sum over the modes.",
        "The error of mode k shrinks by the factor exp(-lam_k t); the loss holds its square.",
        "Sum p_k times exp(-2 lam_k t) over the modes.",
    ),
)


def _spectra(draw: random.Random) -> tuple[Case, ...]:
    """Few modes and one feature; then power laws with more of both."""
    cases: list[Case] = []
    for modes, width in ((3, 1), (12, draw.randint(3, 5)), (40, draw.randint(8, 15))):
        b, a = draw.uniform(1.1, 1.8), draw.uniform(1.3, 2.5)
        values = [round((k + 1) ** -b, 5) for k in range(modes)]
        cases.append((width, values, [round((k + 1) ** -a * draw.uniform(0.8, 1.2), 5) for k in range(modes)]))
    return tuple(cases)


def _kappa(width: float, eigenvalues: Numbers, power: int = 1) -> float:
    """By bisection in the logarithm: the sum falls as kappa grows. A power of 2 makes a mistake."""
    values = np.array(eigenvalues)
    low, high = -60.0, math.log(values.sum() / width) + 1
    for _ in range(200):
        middle = (low + high) / 2
        if ((values / (values + math.exp(middle))) ** power).sum() > width:
            low = middle
        else:
            high = middle
    return math.exp(low)


def _fitted(width: int, eigenvalues: Numbers, power: Numbers) -> float:
    """The right answer by another road: kappa^2 of the bias, and what the variance of the features adds."""
    values, parts = np.array(eigenvalues), np.array(power)
    kappa = _kappa(width, eigenvalues)
    left = kappa / (values + kappa)
    bias, spread = float(parts @ left**2), float(parts @ (left * values / (values + kappa)))
    return bias + spread


def _at(change: Callable[..., float]) -> Callable[[int, Numbers, Numbers], float]:
    """A wrong answer made from kappa, eigenvalues and power."""
    return lambda width, eigenvalues, power: float(
        change(_kappa(width, eigenvalues), np.array(eigenvalues), np.array(power))
    )


_BEST = Exercise(
    key="05-best-fit",
    title="The best fit of random features",
    name="best_fit",
    cases=_spectra,
    oracle=_fitted,
    tolerance=1e-6,
    difficulty="medium",
    minutes=15,
    points=15,
    mistakes=(
        Mistake(
            "bias only",
            _at(lambda kappa, values, parts: kappa**2 * (parts / (values + kappa) ** 2).sum()),
            "You squared kappa / (lam_k + kappa), which is the loss of the mean over many draws of the features: a "
            "single draw also has a variance, and the two add up to the first power.",
        ),
        Mistake(
            "principal components",
            lambda width, eigenvalues, power: float(sum(power[width:])),
            "You left out the first `width` modes as if they were learned and the rest not: that is what the best "
            "features would do, but random features learn every mode in part.",
        ),
        Mistake(
            "learned part",
            _at(lambda kappa, values, parts: (parts * values / (values + kappa)).sum()),
            "You summed what is learned, p_k lam_k / (lam_k + kappa): the loss is what is left of each mode's power, "
            "p_k kappa / (lam_k + kappa).",
        ),
        Mistake(
            "kappa left out",
            _at(lambda kappa, values, parts: (parts / (values + kappa)).sum()),
            "You left out the factor kappa in front of the sum: without it the loss would grow as the features become "
            "more.",
        ),
        Mistake(
            "eigenvalue at the width",
            lambda width, eigenvalues, power: float(
                sum(
                    part * eigenvalues[width - 1] / (value + eigenvalues[width - 1])
                    for value, part in zip(eigenvalues, power, strict=True)
                )
            ),
            "You took the eigenvalue number `width` for kappa: it has the right order of magnitude, but kappa is "
            "defined by a sum over all modes that equals `width`.",
        ),
        Mistake(
            "sum of squares",
            lambda width, eigenvalues, power: float(
                _kappa(width, eigenvalues, 2)
                * (np.array(power) / (np.array(eigenvalues) + _kappa(width, eigenvalues, 2))).sum()
            ),
            "Your kappa solves a sum of squares, (lam / (lam + kappa))^2, which counts the degrees of freedom of the "
            "variance: the condition asks for the first power.",
        ),
        Mistake(
            "share of the modes",
            lambda width, eigenvalues, power: float(sum(power)) * (1 - width / len(power)),
            "You took the share of modes that `width` features leave out, as if all modes counted the same: those with "
            "large eigenvalues are learned first.",
        ),
        Mistake(
            "ridge instead of width",
            lambda width, eigenvalues, power: float(
                sum(part * (1 / width) / (value + 1 / width) for value, part in zip(eigenvalues, power, strict=True))
            ),
            "You took 1 / width for kappa: kappa is what the sum over lam_k / (lam_k + kappa) asks for, and it falls "
            "like a power of the width that depends on the eigenvalues.",
        ),
    ),
    hints=(
        "First find kappa alone: print the sum over lam / (lam + kappa) for kappa 1, 0.1, 0.01; which way does it go?",
        "`brentq(f, low, high)` needs ends with different signs: 1e-12 and the sum of the eigenvalues will do.",
        "With kappa known, the loss is `kappa * sum(p / (lam + kappa) for ...)`, over all modes.",
    ),
)


EXERCISES = (_ENDLESS, _BEST, RIDGE)
