"""Chapter 04, the lower limit: the unknowns of a band-limited function, and an error split into its three parts."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import product

import numpy as np

from scalinglab.exercises.bank.grids import ALIAS, GRID
from scalinglab.exercises.exercise import Case, Exercise, Mistake

__all__ = ["EXERCISES"]


def _bands(draw: random.Random) -> tuple[Case, ...]:
    """One, two and three dimensions; then band 0, the constants, where formulas without the constant answer 0."""
    return (draw.randint(4, 30), 1), (draw.randint(3, 9), 2), (draw.randint(2, 4), 3), (0, 2)


def _frequencies(band: int, dimension: int) -> list[tuple[int, ...]]:
    """Every frequency of the band, a whole number from -band to band in each dimension."""
    return list(product(range(-band, band + 1), repeat=dimension))


def _unknowns(band: int, dimension: int) -> int:
    """The right answer by listing: two waves, a cosine and a sine, for each pair of opposite frequencies, and one."""
    pairs = {max(frequency, tuple(-part for part in frequency)) for frequency in _frequencies(band, dimension)}
    return sum(2 if any(frequency) else 1 for frequency in pairs)


# The messages show band 3 in 2 dimensions: 49 unknowns.
_BAND = Exercise(
    key="04-unknowns",
    title="Count the unknowns",
    name="unknowns",
    cases=_bands,
    oracle=_unknowns,
    difficulty="easy",
    minutes=8,
    points=10,
    mistakes=(
        Mistake(
            "no constant",
            lambda band, dimension: (2 * band) ** dimension,
            "You left out frequency 0, which every direction has too: you count 36 for band 3 in 2 dimensions, where "
            "there are 49, and none for band 0, where the constant is left.",
        ),
        Mistake(
            "no constant, counted once",
            lambda band, dimension: (2 * band + 1) ** dimension - 1,
            "You left out the constant, a wave of frequency 0 in all directions: it has to be learned like the others, "
            "48 where there are 49 for band 3 in 2 dimensions.",
        ),
        Mistake(
            "no negative frequencies",
            lambda band, dimension: (band + 1) ** dimension,
            "You counted frequencies from 0 to the band only, 16 for band 3 in 2 dimensions where there are 49: "
            "frequency -2 stands for the sine beside the cosine of frequency 2, and is an unknown of its own.",
        ),
        Mistake(
            "positive frequencies only",
            lambda band, dimension: band**dimension,
            "You counted the frequencies from 1 to the band, 9 for band 3 in 2 dimensions where there are 49: each can "
            "be a sine or a cosine, and frequency 0 counts too.",
        ),
        Mistake(
            "dimensions added",
            lambda band, dimension: dimension * (2 * band + 1),
            "You added the dimensions, 14 for band 3 in 2 dimensions where there are 49: a wave has a frequency in "
            "every direction at once, and each goes with each.",
        ),
        Mistake(
            "one dimension",
            lambda band, dimension: 2 * band + 1,
            "You never used `dimension`: 7 is right for band 3 on a circle, but on a torus of 2 dimensions each "
            "frequency of one direction goes with each of the other.",
        ),
        Mistake(
            "complex coefficients counted twice",
            lambda band, dimension: 2 * (2 * band + 1) ** dimension,
            "You gave each frequency two unknowns, 98 for band 3 in 2 dimensions: as the function is real, opposite "
            "frequencies have conjugate coefficients and share theirs.",
        ),
        Mistake(
            "one for each pair",
            lambda band, dimension: ((2 * band + 1) ** dimension + 1) // 2,
            "You counted each pair of opposite frequencies once, 25 for band 3 in 2 dimensions where there are 49: a "
            "pair has two unknowns, its cosine and its sine.",
        ),
        Mistake(
            "a disc of frequencies",
            lambda band, dimension: sum(math.hypot(*wave) <= band for wave in _frequencies(band, dimension)),
            "You counted the frequencies within a disc, 29 for band 3 in 2 dimensions: here each direction has the "
            "band for itself, and the 20 frequencies in the corners of the square belong to it.",
        ),
        Mistake(
            "one too many",
            lambda band, dimension: (2 * band + 1) ** dimension + 1,
            "You have one too many, 50 for band 3 in 2 dimensions: without noise, as many samples as unknowns are "
            "enough, as many equations as there are unknowns.",
        ),
    ),
    hints=(
        "Begin with one dimension and band 1: a constant, a cosine and a sine. How many does band 2 add?",
        "A real function has as many real unknowns as there are whole frequencies, from -band to band.",
        "That is `2 * band + 1` in one direction; in more dimensions, each frequency of one goes with each of another.",
    ),
)


def _learners(draw: random.Random) -> tuple[Case, ...]:
    """An error of training that costs a little, one that costs most, and one that helps: stopped before it fits noise.

    The data have noise, so the lowest error is not 0, and an error differs from its distance to the lowest.
    """
    cases = []
    for steps in ((0.02, 0.05, 0.02), (0.01, 0.02, 0.3), (0.03, 0.4, -0.25)):
        errors = [draw.uniform(0.01, 0.05)]
        for step in steps:
            errors.append(errors[-1] + step * draw.uniform(0.8, 1.2))
        cases.append(tuple(round(error, 3) for error in errors))
    return tuple(cases)


def _split(lowest: float, best_in_class: float, exact_fit: float, trained: float) -> list[float]:
    """The right answer as equations: the running sums of the three parts are the errors above the lowest."""
    above = np.array([best_in_class, exact_fit, trained]) - lowest
    return np.linalg.solve(np.tri(3), above).tolist()


def _after(change: Callable[..., list[float]]) -> Callable[..., list[float]]:
    """A wrong answer made from the right parts."""
    return lambda *errors: [float(part) for part in change(*_split(*errors))]


# The messages show errors 0.02, 0.05, 0.11 and 0.15: parts 0.03, 0.06 and 0.04.
_PARTS = Exercise(
    key="04-split",
    title="Split an error",
    name="split",
    cases=_learners,
    oracle=_split,
    difficulty="easy",
    minutes=6,
    points=10,
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


EXERCISES = (_BAND, _PARTS, ALIAS, GRID)
