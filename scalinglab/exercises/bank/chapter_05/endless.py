"""05-endless: the loss of learning with endless width and data."""

import math
import random
from collections.abc import Callable, Sequence

from scalinglab.exercises.exercise import Cases, Exercise, Mistake

Numbers = Sequence[float]


def _decays(draw: random.Random) -> Cases:
    """One mode, two, then six of a power law; times at which much and little is left."""
    for modes in (1, 2, 6):
        b, a = draw.uniform(0.5, 2), draw.uniform(1.2, 3)
        values = [round((k + 1) ** -b * draw.uniform(0.6, 1.4), 3) for k in range(modes)]
        power = [round((k + 1) ** -a * draw.uniform(0.6, 1.4), 3) for k in range(modes)]
        yield round(draw.uniform(0.4, 2.5), 2), values, power


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
EXERCISE = Exercise(
    key="05-endless",
    title="Without limits",
    name="loss",
    cases=_decays,
    oracle=_decayed,
    tolerance=1e-6,
    difficulty="easy",
    minutes=6,
    mistakes=(
        Mistake(
            "error not squared",
            _sum_of(lambda time, value, part: part * math.exp(-value * time)),
            "Your loss decays like the error itself: one mode of eigenvalue 0.5 and power 1 gives you 0.368 at time 2 "
            "where 0.135 is right, as the loss is the square of the error.",
        ),
        Mistake(
            "half the loss",
            _sum_of(lambda time, value, part: part * math.exp(-2 * value * time) / 2),
            "You multiplied the loss by 1/2: one mode of power 1 has the loss 1 before training, and you get half of "
            "it. The 1/2 of this chapter stands before the gradient only, where it cancels the 2 of the square.",
        ),
        Mistake(
            "whole gradient",
            _sum_of(lambda time, value, part: part * math.exp(-4 * value * time)),
            "Your modes decay twice as fast as they should: training follows half of the gradient, so that the error "
            "shrinks by exp(-lam_k t) and its square by exp(-2 lam_k t).",
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
