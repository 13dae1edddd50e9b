"""09-critical: the critical step size, at which the mean square of the weights no longer shrinks."""

import math
import random
from fractions import Fraction

from scalinglab.exercises.bank._bisection import last
from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _settings(draw: random.Random) -> Cases:
    """Batches and dimensions that differ, and a variance that is not 1."""
    for least in (1, 3, 8):
        batch = draw.randint(least, least + 4)
        dimension = draw.choice([number for number in range(1, 13) if number not in (batch, batch - 1, batch + 1)])
        yield batch, dimension, draw.choice([0.25, 0.5, 2.0, 4.0])


def _critical(batch: int, dimension: int, variance: float) -> float:
    """The right answer by bisection on the growth of the mean square: it is 1 at 0, falls, and comes back to 1."""
    a = Fraction(variance)
    part = lambda step: Fraction(step) * a  # noqa: E731
    growth = lambda step: 1 - 2 * part(step) + part(step) ** 2 * Fraction(batch + dimension + 1, batch)  # noqa: E731
    smallest = float(Fraction(batch, batch + dimension + 1) / a)
    return last(lambda step: growth(step) < 1, smallest, 4 * smallest)


# The messages show batches of 2 in 2 dimensions with variance 4: 0.2.
EXERCISE = Exercise(
    key="09-critical",
    title="The critical step size",
    name="critical",
    cases=_settings,
    oracle=_critical,
    difficulty="easy",
    minutes=6,
    mistakes=(
        Mistake(
            "the step of fastest decay",
            lambda batch, dimension, variance: batch / (variance * (batch + dimension + 1)),
            "You found where h(2) is smallest, 0.1 for batches of 2 in 2 dimensions with variance 4: the variance "
            "stays finite until h(2) comes back to 1, at twice that step.",
        ),
        Mistake(
            "variance left out",
            lambda batch, dimension, variance: 2 * batch / (batch + dimension + 1),
            "You left out the variance of the inputs: for batches of 2 in 2 dimensions you find 0.8 at any variance, "
            "but inputs twice as large have gradients four times as large.",
        ),
        Mistake(
            "variance squared",
            lambda batch, dimension, variance: 2 * batch / (variance**2 * (batch + dimension + 1)),
            "You divided by the square of the variance, 0.05 for batches of 2 in 2 dimensions with variance 4: it "
            "stands squared beside the squared step, and once beside the step, so one factor is left.",
        ),
        Mistake(
            "batch left out",
            lambda batch, dimension, variance: 2 / (variance * (batch + dimension + 1)),
            "You lost the B below the fraction, 0.1 for batches of 2 in 2 dimensions with variance 4: dividing by "
            "(B + d + 1) / B multiplies by B.",
        ),
        Mistake(
            "without the noise of batches",
            lambda batch, dimension, variance: 2 / variance,
            "Your step, 0.5 for variance 4, is that of gradient descent on all data: with small batches the "
            "square of the step has a larger factor, (B + d + 1) / B.",
        ),
        Mistake(
            "the 1 left out",
            lambda batch, dimension, variance: 2 * batch / (variance * (batch + dimension)),
            "You lost the 1 in B + d + 1, and find 0.25 for batches of 2 in 2 dimensions with variance 4: normal "
            "inputs have a fourth moment of 3, not 1, which adds up to one more dimension.",
        ),
        Mistake(
            "variance multiplied",
            lambda batch, dimension, variance: 2 * batch * variance / (batch + dimension + 1),
            "You multiplied by the variance, 3.2 for batches of 2 in 2 dimensions with variance 4: larger inputs make "
            "larger gradients, so the step must be smaller, and the variance belongs below the fraction.",
        ),
        Mistake(
            "standard deviation for variance",
            lambda batch, dimension, variance: 2 * batch / (math.sqrt(variance) * (batch + dimension + 1)),
            "You divided by the standard deviation, 0.4 for batches of 2 in 2 dimensions with variance 4: the "
            "argument is the variance already, so take no square root of it.",
        ),
        Mistake(
            "a square root too many",
            lambda batch, dimension, variance: math.sqrt(2 * batch / (variance * (batch + dimension + 1))),
            "You took a square root at the end, 0.447 for batches of 2 in 2 dimensions with variance 4: one factor of "
            "the step cancels when you set h(2) = 1, so what is left is linear in the step.",
        ),
        Mistake(
            "growth of exactly zero",
            lambda batch, dimension, variance: math.sqrt(batch / (batch + dimension + 1)) / variance,
            "You dropped the term that is linear in the step: solve 2 a = a^2 (B + d + 1) / B for a, the step times "
            "the variance.",
        ),
    ),
    hints=(
        "The variance is finite as long as one step makes the mean square smaller: for which values of h(2) is that?",
        "Set h(2) = 1, take the 1 away on both sides, and divide by the step size.",
        "What is left is `2 * variance = step * variance**2 * (batch + dimension + 1) / batch`.",
    ),
)
