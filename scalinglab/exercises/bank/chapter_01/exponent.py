"""01-exponent: the exponent of a power law through measured errors, by least squares in logarithms."""

import math
import random
from itertools import combinations

import numpy as np

from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _measured_laws(draw: random.Random) -> tuple[Case, ...]:
    """Two points; then five and six with noise at uneven distances, where the two ends alone say something else."""
    return tuple(_measured_law(draw, points, noise) for points, noise in ((2, 0.0), (5, 0.1), (6, 0.1)))


def _measured_law(draw: random.Random, points: int, noise: float) -> Case:
    """Sizes, and errors that fall from about a half as a power law; ``noise`` is relative, one standard deviation."""
    sizes = np.array(sorted(draw.sample([2**power for power in range(4, 13)], points)))
    first, alpha = draw.uniform(0.4, 0.6), draw.uniform(0.2, 0.6)
    errors = [first * (size / sizes[0]) ** -alpha * math.exp(draw.gauss(0.0, noise)) for size in sizes]
    return sizes, np.array(errors).round(4)


def _exponent(sizes: np.ndarray, errors: np.ndarray) -> float:
    """Least squares without a fit: the mean of the slopes of all pairs, weighted by their squared log distances."""
    pairs = combinations(zip(np.log(sizes), np.log(errors), strict=True), 2)
    steps = [(right[0] - left[0], left[1] - right[1]) for left, right in pairs]
    return sum(across * down for across, down in steps) / sum(across**2 for across, _ in steps)


def _fall(x: np.ndarray, y: np.ndarray) -> float:
    return -float(np.polyfit(x, y, 1)[0])


def _intercept(sizes: np.ndarray, errors: np.ndarray) -> float:
    return float(np.polyfit(np.log(sizes), np.log(errors), 1)[1])


# The messages show errors 0.5 and 0.05 at sizes 100 and 10,000: exponent 0.5, amplitude 5.
EXERCISE = Exercise(
    key="01-exponent",
    title="The exponent",
    name="exponent",
    cases=_measured_laws,
    oracle=_exponent,
    difficulty="easy",
    minutes=8,
    tolerance=1e-5,  # a fit that a numerical search made is right too
    mistakes=(
        Mistake(
            "sign not turned",
            lambda sizes, errors: -_exponent(sizes, errors),
            "That is the slope, -0.5 for errors 0.5 and 0.05 at sizes 100 and 10,000; the law `size**-alpha` has the "
            "minus already, so an error that falls has a positive exponent.",
        ),
        Mistake(
            "log10 of the errors only",
            lambda sizes, errors: _exponent(sizes, errors) / math.log(10),
            "You mixed log10 of the errors with the natural logarithm of the sizes: errors 0.5 and 0.05 at sizes 100 "
            "and 10,000 give 1 / 4.61, but 1 / 2 with one logarithm for both.",
        ),
        Mistake(
            "log10 of the sizes only",
            lambda sizes, errors: _exponent(sizes, errors) * math.log(10),
            "You mixed the natural logarithm of the errors with log10 of the sizes: errors 0.5 and 0.05 at sizes 100 "
            "and 10,000 give 2.3 / 2, but 1 / 2 with one logarithm for both.",
        ),
        Mistake(
            "no logarithms",
            _fall,
            "You fitted a line through the numbers themselves, which falls by 0.000045 for each unit of size from 0.5 "
            "at size 100 to 0.05 at 10,000; a power law is straight only in the logarithms of both.",
        ),
        Mistake(
            "logarithm of the errors only",
            lambda sizes, errors: _fall(sizes, np.log(errors)),
            "You left the sizes without a logarithm: that line is an exponential, on which the step from size 100 to "
            "200 counts as much as the one from 10,000 to 10,100.",
        ),
        Mistake(
            "logarithm of the sizes only",
            lambda sizes, errors: _fall(np.log(sizes), errors),
            "You left the errors without a logarithm: that line goes from 0.5 at size 100 to 0.05 at size 10,000, and "
            "is below zero at 100,000, which no error is.",
        ),
        Mistake(
            "swapped axes",
            lambda sizes, errors: _fall(np.log(errors), np.log(sizes)),
            "You swapped the axes: errors 0.5 and 0.05 at sizes 100 and 10,000 give you 2 instead of 1 / 2; the "
            "noise is in the errors, so they are the `y` of `polyfit(x, y, 1)`.",
        ),
        Mistake(
            "two points only",
            lambda sizes, errors: math.log(errors[0] / errors[-1]) / math.log(sizes[-1] / sizes[0]),
            "You used the first and the last point only: for errors 0.5, 0.3, 0.2, 0.05 at sizes 10, 100, 1,000, "
            "10,000 these say 0.333, but the best line through all four says 0.318.",
        ),
        Mistake(
            "returned the intercept",
            _intercept,
            "You returned the intercept, the logarithm of the amplitude: log(5) = 1.61 for errors 0.5 and 0.05 at "
            "sizes 100 and 10,000; the exponent sits in the slope.",
        ),
        Mistake(
            "returned the amplitude",
            lambda sizes, errors: math.exp(_intercept(sizes, errors)),
            "You returned the amplitude, the error that the law has at size 1: 5 for errors 0.5 and 0.05 at sizes 100 "
            "and 10,000; the exponent says how fast it falls from there.",
        ),
    ),
    hints=(
        "Take the logarithm of both sides of the law: which quantity is now a straight line in which other one?",
        "The line is `log(error) = log(amplitude) - alpha * log(size)`; `np.polyfit(x, y, 1)` gives a slope first.",
        "Give it the logarithms of all sizes as `x` and of all errors as `y`; keep the slope, and mind its sign.",
    ),
)
