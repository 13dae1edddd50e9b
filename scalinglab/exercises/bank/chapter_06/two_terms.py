"""06-two-terms: two terms of a loss, one budget, and the exponent that is left."""

import math
import random

from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _exponents(draw: random.Random) -> tuple[Case, ...]:
    """Equal exponents; then width the stronger lever; then time."""
    equal, weak, strong = (round(draw.uniform(low, high), 2) for low, high in ((0.3, 1.5), (0.2, 0.6), (0.9, 1.8)))
    return (equal, equal), (strong, weak), (weak, round(strong + 0.07, 2))


def _lowest(budget: float, width: float, time: float) -> float:
    """The lowest loss of a budget, by golden section over the logarithm of the width."""
    low, high, golden = 0.0, math.log(budget), (math.sqrt(5) - 1) / 2
    loss = lambda log: math.exp(-width * log) + math.exp(-time * (math.log(budget) - log))  # noqa: E731
    for _ in range(70):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return loss((low + high) / 2)


def _exponent(width: float, time: float) -> float:
    """The right answer by searching: the slope between the lowest losses of two budgets."""
    small, large = 1e8, 1e12
    return math.log(_lowest(small, width, time) / _lowest(large, width, time)) / math.log(large / small)


# The messages show the exponents 1.2 of width and 0.6 of time: 0.4.
EXERCISE = Exercise(
    key="06-two-terms",
    title="Two terms, one budget",
    name="loss_exponent",
    cases=_exponents,
    oracle=_exponent,
    tolerance=1e-6,
    difficulty="easy",
    minutes=8,
    mistakes=(
        Mistake(
            "the weaker one",
            min,
            "You took the smaller exponent, 0.6 for 1.2 and 0.6: so the loss would fall if the whole budget went into "
            "that lever, but the other one needs its share.",
        ),
        Mistake(
            "the sum",
            lambda width, time: width + time,
            "You added the exponents, 1.8 for 1.2 and 0.6: the loss is a sum of two powers and not their product, and "
            "the budget has to be divided.",
        ),
        Mistake(
            "the mean",
            lambda width, time: (width + time) / 2,
            "You took the mean, 0.9 for 1.2 and 0.6: the term that falls more slowly is soon all that is left, so the "
            "answer lies below both.",
        ),
        Mistake(
            "harmonic mean",
            lambda width, time: 2 * width * time / (width + time),
            "You took the harmonic mean, 0.8 for 1.2 and 0.6, twice the right answer: with equal exponents each lever "
            "gets the root of the budget, and the loss falls half as fast as with either alone.",
        ),
        Mistake(
            "the product",
            lambda width, time: width * time,
            "You multiplied the exponents, 0.72 for 1.2 and 0.6: with both equal to 1 the budget is shared evenly, and "
            "the loss falls like its root.",
        ),
        Mistake(
            "half the budget each",
            lambda width, time: min(width, time) / 2,
            "You gave both levers the same share, 0.3 for 1.2 and 0.6: more for the weaker one keeps the two terms in "
            "balance, and the loss falls faster.",
        ),
        Mistake(
            "share of time",
            lambda width, time: width / (width + time),
            "You returned the exponent with which time grows, 0.667 for 1.2 and 0.6: the loss falls like a power of "
            "that.",
        ),
        Mistake(
            "share of width",
            lambda width, time: time / (width + time),
            "You returned the exponent with which width grows, 0.333 for 1.2 and 0.6: the loss falls like a power of "
            "that.",
        ),
    ),
    hints=(
        "At the best division neither term is much larger than the other. What does that say about N and t?",
        "Let both terms be equal, N^-x = t^-y, and put N t = C in: N is a power of C. Which?",
        "N grows like C^(y / (x + y)), and the loss like N^-x.",
    ),
)
