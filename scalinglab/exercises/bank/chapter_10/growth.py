"""10-growth: the width that an error asks for."""

import math
import random

from scalinglab.exercises.bank._bisection import last
from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _indices(draw: random.Random) -> tuple[Case, ...]:
    return tuple(
        (round(draw.uniform(low, low + 0.2), 2), factor)
        for low, factor in ((1.05, 2.0), (1.4, draw.choice([3.0, 4.0])), (1.7, draw.choice([1.5, 2.5])))
    )


def _growth(alpha: float, factor: float) -> float:
    """The right answer by bisection on the logarithm of the size."""
    return math.exp(last(lambda log: -(1 / 2 - 1 / alpha) * log < math.log(factor), 0.0, 1e4))


# The messages show index 1.6 and factor 2: exponent 1/2 - 1/1.6 = -1/8, so 2^8 = 256.
EXERCISE = Exercise(
    key="10-growth",
    title="How wide?",
    name="growth",
    cases=_indices,
    oracle=_growth,
    difficulty="easy",
    minutes=6,
    mistakes=(
        Mistake(
            "not inverted",
            lambda alpha, factor: factor ** (1 / alpha - 1 / 2),
            "You raised the factor to the exponent itself, 1.09 for index 1.6 and factor 2: that is how much the error "
            "falls if the size grows by the factor, and you want the reverse.",
        ),
        Mistake(
            "the half left out",
            lambda alpha, factor: factor**alpha,
            "You used the exponent 1 / alpha, 3.03 for index 1.6 and factor 2: the length of all weights grows like "
            "n^(1/alpha), but what is dropped grows too, like n^(1/2).",
        ),
        Mistake(
            "sign turned",
            lambda alpha, factor: factor ** (1 / (1 / 2 - 1 / alpha)),
            "You have a size that shrinks, 0.0039 for index 1.6 and factor 2: more weights make the error smaller, as "
            "the exponent 1/2 - 1/alpha is negative.",
        ),
        Mistake(
            "multiplied, not raised",
            lambda alpha, factor: factor / (1 / alpha - 1 / 2),
            "You divided the factor by the exponent, 16 for index 1.6 and factor 2: a power law is undone by a power.",
        ),
        Mistake(
            "a power of two",
            lambda alpha, factor: math.log2(factor) / (1 / alpha - 1 / 2),
            "You returned the power of two, 8 for index 1.6 and factor 2: the number of weights grows by 2^8.",
        ),
        Mistake(
            "the width of a square layer",
            lambda alpha, factor: factor ** (1 / (2 / alpha - 1)),
            "You took the root, 16 for index 1.6 and factor 2, as a square layer's width would grow: return the "
            "factor for the number of weights.",
        ),
        Mistake(
            "the norm of order one",
            lambda alpha, factor: factor ** (1 / (1 / alpha - 1)) if alpha != 1 else math.inf,
            "You used 1/alpha - 1, the exponent of the sum of sizes: for lengths, roots of sums of squares, 1/2 stands "
            "in the place of the 1.",
        ),
        Mistake(
            "exponent one over alpha less than two",
            lambda alpha, factor: factor ** (1 / (2 - alpha)),
            "You used 2 - alpha as the exponent, 5.66 for index 1.6 and factor 2: the distance to 2 counts between the "
            "inverses, 1/alpha - 1/2.",
        ),
    ),
    hints=(
        "Write the error as n to some power, and set the new error over the old one equal to 1 / factor.",
        "`growth ** (1/2 - 1/alpha) = 1 / factor`: take logarithms, or raise both sides to a power.",
        "The power is one over `1/alpha - 1/2`.",
    ),
)
