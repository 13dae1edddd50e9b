"""08-likeliest: the largest probability that some information allows."""

import math
import random
from collections.abc import Callable

from scalinglab.exercises.bank._bisection import last
from scalinglab.exercises.bank.chapter_08._coins import bits_between
from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _known(draw: random.Random) -> tuple[Case, ...]:
    return (
        (round(draw.uniform(0.05, 0.2), 3), round(draw.uniform(0.3, 0.6), 3)),
        (round(draw.uniform(0.3, 0.5), 3), round(draw.uniform(0.05, 0.2), 3)),
        (round(draw.uniform(0.2, 0.4), 3), round(draw.uniform(3.0, 6.0), 2)),  # enough for certainty
    )


def _halved(inside: Callable[[float], bool], low: float, high: float) -> float:
    """Where a condition that holds at ``low`` ends, or ``high`` if it holds there."""
    return high if inside(high) else last(inside, low, high)


def _likeliest(q: float, bits: float) -> float:
    """The right answer by Newton's method on the convex divergence, from the right."""
    if -math.log2(q) <= bits:
        return 1.0
    # A start beyond the answer: in nats the divergence is at least p log(1 / q) - log 2.
    p = min(1 - 1e-15, (bits * math.log(2) + math.log(2)) / -math.log(q))
    for _ in range(64):
        slope = math.log2(p / q) - math.log2((1 - p) / (1 - q))
        p -= (bits_between(p, q) - bits) / slope
    return p


# The messages show q = 0.1 and 0.5 bits: p = 0.4193.
EXERCISE = Exercise(
    key="08-likeliest",
    title="How likely can it get?",
    name="likeliest",
    cases=_known,
    oracle=_likeliest,
    difficulty="medium",
    minutes=15,
    place=2,
    tolerance=1e-6,
    mistakes=(
        Mistake(
            "nats",
            lambda q, bits: _halved(lambda p: bits_between(p, q) * math.log(2) <= bits, q, 1.0),
            "You took natural logarithms, 0.495 for q = 0.1 and 0.5 bits: the information is given in bits.",
        ),
        Mistake(
            "arguments exchanged",
            lambda q, bits: _halved(lambda p: p < 1 and bits_between(q, p) <= bits, q, 1.0),
            "You have kl(q || p), 0.486 for q = 0.1 and 0.5 bits: the probability p comes first.",
        ),
        Mistake(
            "one term only",
            lambda q, bits: _halved(lambda p: p * math.log2(p / q) <= bits, q, 1.0),
            "You left out the second term, 0.308 for q = 0.1 and 0.5 bits: it counts that the event may not happen.",
        ),
        Mistake(
            "the smaller solution",
            lambda q, bits: q - _halved(lambda less: bits_between(q - less, q) <= bits, 0.0, q),
            "You solved for a p below q: information may also make an event less likely, but you need the largest p.",
        ),
        Mistake(
            "a factor for each bit",
            lambda q, bits: min(1.0, q * 2**bits),
            "You multiplied q by 2 for each bit, 0.141 for q = 0.1 and 0.5 bits: that is the rule for an event that "
            "becomes certain, and the same bits do more for one that stays uncertain.",
        ),
        Mistake(
            "Pinsker's inequality",
            lambda q, bits: min(1.0, q + math.sqrt(bits * math.log(2) / 2)),
            "You used Pinsker's inequality, 0.516 for q = 0.1 and 0.5 bits: it is true and too generous, so solve the "
            "inequality itself.",
        ),
        Mistake(
            "beyond certainty",
            lambda q, bits: _likeliest(q, bits) if bits_between(1.0, q) > bits else math.inf,
            "You found no p where the information is enough for certainty: the largest probability is then 1.",
        ),
        Mistake(
            "the last step of the proof",
            lambda q, bits: min(1.0, (bits + 1) / -math.log2(q)),
            "You used the simple bound of the proof, 0.452 for q = 0.1 and 0.5 bits: it replaces the entropy of p by "
            "its largest value, one bit.",
        ),
    ),
    hints=(
        "Above q the divergence grows with p, from 0 at p = q: halve an interval.",
        "If even p = 1 is allowed, that is the answer: the divergence there is `log2(1 / q)`.",
        "Keep `low` allowed and `high` not, and replace one of them by the middle, a hundred times.",
    ),
)
