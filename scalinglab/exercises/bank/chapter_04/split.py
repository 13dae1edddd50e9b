"""04-split: an error split into its three parts."""

import random
from collections.abc import Callable

import numpy as np

from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _learners(draw: random.Random) -> Cases:
    """An error of training that costs a little, one that costs most, and one that helps: stopped before it fits noise.

    The data have noise, so the lowest error is not 0, and an error differs from its distance to the lowest.
    """
    for steps in ((0.02, 0.05, 0.02), (0.01, 0.02, 0.3), (0.03, 0.4, -0.25)):
        errors = [draw.uniform(0.01, 0.05)]
        for step in steps:
            errors.append(errors[-1] + step * draw.uniform(0.8, 1.2))
        yield tuple(round(error, 3) for error in errors)


def _split(lowest: float, best_in_class: float, exact_fit: float, trained: float) -> list[float]:
    """The right answer as equations: the running sums of the three parts are the errors above the lowest."""
    above = np.array([best_in_class, exact_fit, trained]) - lowest
    return np.linalg.solve(np.tri(3), above).tolist()


def _after(change: Callable[..., list[float]]) -> Callable[..., list[float]]:
    """A wrong answer made from the right parts."""
    return lambda *errors: [float(part) for part in change(*_split(*errors))]


# The messages show errors 0.02, 0.05, 0.11 and 0.15: parts 0.03, 0.06 and 0.04.
EXERCISE = Exercise(
    key="04-split",
    title="Split an error",
    name="split",
    cases=_learners,
    oracle=_split,
    difficulty="easy",
    minutes=6,
    place=2,
    mistakes=(
        Mistake(
            "running sums",
            lambda lowest, *errors: [error - lowest for error in errors],
            "You measured every error from the lowest: errors 0.02, 0.05, 0.11 and 0.15 give you 0.03, 0.09 and 0.13, "
            "which add up to 0.25, but there is only 0.13 to explain; measure each from the one before.",
        ),
        Mistake(
            "the errors themselves",
            lambda lowest, *errors: list(errors),
            "You returned the errors themselves: a part is what one more imperfection adds, the difference between "
            "two learners that share all else.",
        ),
        Mistake(
            "lowest error counted as capacity",
            lambda lowest, best, exact, trained: [best, exact - best, trained - exact],
            "Your first part is 0.05 for errors 0.02, 0.05, 0.11 and 0.15, but no capacity gets below the lowest "
            "error, 0.02: only what lies above it is a matter of capacity.",
        ),
        Mistake(
            "optimisation measured from the best in class",
            lambda lowest, best, exact, trained: [best - lowest, exact - best, trained - best],
            "Your last part, 0.10 for errors 0.02, 0.05, 0.11 and 0.15, holds the cost of finite data again: compare "
            "the trained network with one that saw the same samples.",
        ),
        Mistake(
            "negative parts",
            _after(lambda *parts: [-part for part in parts]),
            "All your signs are turned: errors 0.02, 0.05, 0.11 and 0.15 give you -0.03, -0.06 and -0.04, but a part "
            "is positive when it adds to the error.",
        ),
        Mistake(
            "absolute values",
            _after(lambda *parts: [abs(part) for part in parts]),
            "You took absolute values, but a part may be negative: a network that stops early can have a lower error "
            "than the exact fit of noisy samples, and the parts must still add up.",
        ),
        Mistake(
            "cut at zero",
            _after(lambda *parts: [max(part, 0.0) for part in parts]),
            "You cut parts at zero, but a part may be negative: a network that stops early can have a lower error than "
            "the exact fit of noisy samples, and the parts must still add up.",
        ),
        Mistake(
            "wrong order",
            _after(lambda capacity, data, optimisation: [optimisation, data, capacity]),
            "The three numbers are right, but the other way round: for errors 0.02, 0.05, 0.11 and 0.15 capacity comes "
            "first, 0.03.",
        ),
        Mistake(
            "data and optimisation swapped",
            _after(lambda capacity, data, optimisation: [capacity, optimisation, data]),
            "You swapped the last two: the exact fit of the samples has no error of optimisation, so what it adds to "
            "the best in class, 0.06 for errors 0.02, 0.05, 0.11 and 0.15, is finite data.",
        ),
        Mistake(
            "ratios",
            lambda lowest, best, exact, trained: [best / lowest, exact / best, trained / exact],
            "You divided: for errors 0.02, 0.05, 0.11 and 0.15 you say 2.5, 2.2 and 1.36, factors that multiply; the "
            "parts that are asked add up to 0.13.",
        ),
        Mistake(
            "shares",
            _after(lambda *parts: [part / sum(parts) for part in parts]),
            "You returned shares of the whole, 0.23, 0.46 and 0.31 for errors 0.02, 0.05, 0.11 and 0.15; the parts "
            "that are asked are in the units of the error, and add up to 0.13.",
        ),
    ),
    hints=(
        "Put the four errors in a row, from the best possible to your network: what changes at each step?",
        "Each step changes one thing only: the class of functions, then the number of samples, then the training.",
        "Each part is the error of a learner minus the error of the one before it in the row.",
    ),
)
