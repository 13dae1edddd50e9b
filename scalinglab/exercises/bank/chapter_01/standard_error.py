"""01-standard-error: the mean of a few seeds, and its standard error."""

import math
import random
from collections.abc import Callable
from itertools import combinations

import numpy as np

from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _seeds(draw: random.Random) -> tuple[Case, ...]:
    """Errors of two runs, where the median is the mean, then of five and of eight."""
    return tuple((np.array([round(draw.gauss(0.15, 0.02), 3) for _ in range(runs)]),) for runs in (2, 5, 8))


def _mean_and_error(errors: np.ndarray) -> tuple[float, float]:
    """The error from the differences of all pairs, whose mean square is twice the variance; no mean is needed."""
    count = len(errors)
    squares = sum((one - other) ** 2 for one, other in combinations(errors, 2))
    return math.fsum(errors) / count, math.sqrt(squares / (count - 1)) / count


def _spread(change: Callable[[float, int], float]) -> Callable[[np.ndarray], tuple[float, float]]:
    """The right mean beside a wrong number made of the standard deviation (of ``n - 1``) and ``n``."""
    return lambda errors: (float(np.mean(errors)), change(float(np.std(errors, ddof=1)), len(errors)))


# The messages show errors 0.10, 0.12, 0.12 and 0.18: mean 0.13, deviation 0.0346, standard error 0.0173.
EXERCISE = Exercise(
    key="01-standard-error",
    title="The error bar",
    name="mean_and_error",
    cases=_seeds,
    oracle=_mean_and_error,
    difficulty="easy",
    minutes=6,
    place=2,
    mistakes=(
        Mistake(
            "standard deviation",
            _spread(lambda deviation, n: deviation),
            "You returned the standard deviation, 0.0346 for errors 0.10, 0.12, 0.12, 0.18: how far a single seed lies "
            "from the mean; the mean itself is known better, the more seeds the better.",
        ),
        Mistake(
            "standard deviation with ddof=0",
            lambda errors: (float(np.mean(errors)), float(np.std(errors))),
            "You returned `np.std(errors)`, 0.03 for errors 0.10, 0.12, 0.12, 0.18: how far these seeds lie from their "
            "own mean; ask for `ddof=1`, then go from one seed to the mean of all.",
        ),
        Mistake(
            "divided by n",
            _spread(lambda deviation, n: deviation / n),
            "You divided the deviation by n: for errors 0.10, 0.12, 0.12, 0.18 that promises 0.0087, half of what is "
            "true; it is variances that shrink like 1 / n, so deviations shrink more slowly.",
        ),
        Mistake(
            "ddof=0",
            lambda errors: (float(np.mean(errors)), float(np.std(errors)) / math.sqrt(len(errors))),
            "You get 0.015 for errors 0.10, 0.12, 0.12, 0.18 instead of 0.0173: the seeds lie too close to their "
            "own mean, so their squares are divided by n - 1 (`ddof=1`), not by n.",
        ),
        Mistake(
            "root of n - 1",
            _spread(lambda deviation, n: deviation / math.sqrt(n - 1)),
            "You divided by the root of n - 1, which gives 0.02 for errors 0.10, 0.12, 0.12, 0.18, not 0.0173; "
            "`ddof=1` has already made up for the mean being estimated, so divide by the root of n.",
        ),
        Mistake(
            "variance in the place of the deviation",
            _spread(lambda deviation, n: deviation**2 / math.sqrt(n)),
            "You started from the variance: for errors 0.10, 0.12, 0.12, 0.18 it is 0.0012, in squared units; take its "
            "root, 0.0346, before you go on to the mean.",
        ),
        Mistake(
            "variance of the mean",
            _spread(lambda deviation, n: deviation**2 / n),
            "You are one step early, at the variance of the mean: 0.0003 for errors 0.10, 0.12, 0.12, 0.18 is in "
            "squared units; a standard error is in the units of the errors.",
        ),
        Mistake(
            "median",
            lambda errors: (float(np.median(errors)), _mean_and_error(errors)[1]),
            "Your error is right, but it belongs to the mean: for errors 0.10, 0.12, 0.12, 0.18 you gave the median, "
            "0.12, where the mean is 0.13.",
        ),
        Mistake(
            "wrong order",
            lambda errors: _mean_and_error(errors)[::-1],
            "Both numbers are right, but the other way round: for errors 0.10, 0.12, 0.12, 0.18 the pair begins with "
            "the mean, 0.13.",
        ),
    ),
    hints=(
        "If another person took as many seeds, how far would their mean lie from yours? Less far than a single seed.",
        "Find the standard deviation of a single seed first (`ddof=1`: the mean was estimated from the same seeds).",
        "The variance of a mean of n seeds is the variance of one divided by n; the standard error is its square root.",
    ),
)
