"""01-three: a law with an offset through three errors, and what it says about a larger size."""

import math
import random
from collections.abc import Callable

import numpy as np

from scalinglab.exercises.exercise import Cases, Exercise, Mistake

Numbers = list[float]


def _laws(draw: random.Random) -> Cases:
    """Sizes that double, triple and grow tenfold; only in the first case, whole steps lead to the size asked for."""
    for step, further in ((2, 4.0), (3, draw.uniform(5, 40)), (10, draw.uniform(20, 300))):
        first = draw.randint(10, 90)
        alpha, offset, above = draw.uniform(0.3, 1.2), draw.uniform(0.02, 0.2), draw.uniform(0.3, 0.6)
        sizes = [first, first * step, first * step**2]
        errors = [round(offset + above * (size / first) ** -alpha, 6) for size in sizes]
        yield sizes, errors, round(sizes[-1] * further)


def _foretold(sizes: Numbers, errors: Numbers, size: float) -> float:
    """The right answer by differences: each is the one before times a constant, so those to come are a sum."""
    ratio = (errors[1] - errors[2]) / (errors[0] - errors[1])
    steps = math.log(size / sizes[2], sizes[1] / sizes[0])
    return errors[2] - (errors[1] - errors[2]) * ratio * (1 - ratio**steps) / (1 - ratio)


def _offset(errors: Numbers) -> float:
    first, middle, last = errors
    return (first * last - middle**2) / (first + last - 2 * middle)


def _after(steps: Callable[[Numbers, float], float]) -> Callable[[Numbers, Numbers, float], float]:
    """A wrong answer that walks another number of steps beyond the last size."""

    def foretell(sizes: Numbers, errors: Numbers, size: float) -> float:
        ratio = (errors[1] - errors[2]) / (errors[0] - errors[1])
        return _offset(errors) + (errors[2] - _offset(errors)) * ratio ** steps(sizes, size)

    return foretell


def _line(sizes: Numbers, errors: Numbers, size: float) -> float:
    slope, intercept = np.polyfit(np.log(sizes), np.log(errors), 1)
    return float(np.exp(intercept + slope * np.log(size)))


# The messages show errors 0.5, 0.3 and 0.2 at sizes 100, 200 and 400, and ask for 1,600: offset 0.1, error 0.125.
EXERCISE = Exercise(
    key="01-three",
    title="Three errors are enough",
    name="foretell",
    cases=_laws,
    oracle=_foretold,
    difficulty="hard",
    minutes=20,
    tolerance=1e-6,
    mistakes=(
        Mistake(
            "no offset",
            _line,
            "You fitted a straight line to the logarithms, which has no offset: for 0.5, 0.3 and 0.2 at 100, 200 and "
            "400 it says 0.0786 at 1,600, but the errors fall more and more slowly, and the law says 0.125.",
        ),
        Mistake(
            "line through the last two",
            lambda sizes, errors, size: (
                errors[2] * (size / sizes[2]) ** math.log(errors[2] / errors[1], sizes[1] / sizes[0])
            ),
            "You drew a line through the last two points, 0.0889 at 1,600 where 0.125 is right: the first point "
            "shows that the line bends.",
        ),
        Mistake(
            "the offset itself",
            lambda sizes, errors, size: _offset(errors),
            "You returned the offset, 0.1 for 0.5, 0.3 and 0.2: the limit for infinite size. At 1,600 a "
            "part of the power law is still above it.",
        ),
        Mistake(
            "offset not added",
            lambda sizes, errors, size: _foretold(sizes, errors, size) - _offset(errors),
            "You left out the offset at the end, 0.025 where 0.125 is right: what you worked out is the part above it.",
        ),
        Mistake(
            "one step on",
            _after(lambda sizes, size: 1.0),
            "You went on by one step, to the size after the last, 0.15 where 0.125 is right at 1,600: count how many "
            "steps lead there.",
        ),
        Mistake(
            "factor for steps",
            _after(lambda sizes, size: size / sizes[2]),
            "You took 4 steps because 1,600 is four times 400, and found 0.10625: each step doubles the size here, so "
            "there are two.",
        ),
        Mistake(
            "steps for factor",
            _after(lambda sizes, size: (size - sizes[2]) / (sizes[1] - sizes[0])),
            "You counted steps of equal length, 12 of them from 400 to 1,600: sizes grow by factors, and two doublings "
            "are enough.",
        ),
        Mistake(
            "a line on plain axes",
            lambda sizes, errors, size: errors[2] + (errors[2] - errors[1]) / (sizes[2] - sizes[1]) * (size - sizes[2]),
            "You drew a line on axes without logarithms, and find -0.4: no error is negative.",
        ),
        Mistake(
            "offset of a mean",
            lambda sizes, errors, size: min(errors),
            "You took the last error for the floor, 0.2: the errors still fall, so the floor is lower.",
        ),
    ),
    hints=(
        "Take the offset away, and the three errors lie on a line: what does that say about their ratios?",
        "Equal ratios mean `(e1 - c) / (e2 - c) == (e2 - c) / (e3 - c)`. Solve for the offset `c`.",
        "With `c` known, `alpha` is the logarithm of that ratio over the logarithm of the sizes'; start from `e3 - c`.",
    ),
)
