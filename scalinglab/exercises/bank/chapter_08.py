"""Chapter 08, no free prune: the ceiling of a mask, corrected information, what information allows, what it buys."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from scalinglab.exercises.bank.audits import AUDIT
from scalinglab.exercises.bank.corrections import CORRECTED
from scalinglab.exercises.exercise import Case, Exercise, Mistake

__all__ = ["EXERCISES"]


def _networks(draw: random.Random) -> tuple[Case, ...]:
    """Once the choices are the fewer, once the labels."""
    return (
        (draw.randint(9, 14), draw.randint(2, 3), draw.randint(40, 60)),
        (draw.randint(200, 400), draw.randint(20, 60), draw.randint(9, 30)),
        (draw.randint(1000, 3000), draw.randint(50, 200), draw.randint(3000, 6000)),
    )


def _logs(size: int, kept: int) -> float:
    return math.log(math.comb(size, kept))


def _ceiling(size: int, kept: int, labels: int) -> float:
    """The right answer by adding logarithms of the factors of the binomial, and one of 2 for each label."""
    choices = math.fsum(math.log(size - place) - math.log(place + 1) for place in range(kept))
    coins = math.fsum(math.log(2) for _ in range(labels))
    return kept + min(choices, coins)


# The messages show 10 weights, 2 of them kept, 50 labels: 45 masks, 2 + ln 45 = 5.81.
_CEILING = Exercise(
    key="08-ceiling",
    title="How many can it be?",
    name="ceiling",
    cases=_networks,
    oracle=_ceiling,
    difficulty="easy",
    minutes=8,
    points=10,
    mistakes=(
        Mistake(
            "bits",
            lambda size, kept, labels: kept + min(labels, _logs(size, kept) / math.log(2)),
            "You added bits, 7.49 for 2 of 10 weights and 50 labels: parameters count nats, and a bit is 0.69 of one.",
        ),
        Mistake(
            "labels in bits",
            lambda size, kept, labels: kept + min(labels, _logs(size, kept)),
            "You compared nats of the mask with bits of the labels: n coin flips are n log 2 nats.",
        ),
        Mistake(
            "labels left out",
            lambda size, kept, labels: kept + _logs(size, kept),
            "You left out the labels: a mask cannot know more of them than there is, n log 2 nats.",
        ),
        Mistake(
            "choices left out",
            lambda size, kept, labels: kept + labels * math.log(2),
            "You left out the mask, 36.7 for 2 of 10 weights and 50 labels: one of 45 masks cannot say more than "
            "log 45.",
        ),
        Mistake(
            "the larger of the two",
            lambda size, kept, labels: kept + max(labels * math.log(2), _logs(size, kept)),
            "You took the larger limit: both hold, so the smaller one counts.",
        ),
        Mistake(
            "both added",
            lambda size, kept, labels: kept + labels * math.log(2) + _logs(size, kept),
            "You added both limits, 40.5 for 2 of 10 weights and 50 labels: each is a limit for the same information.",
        ),
        Mistake(
            "weights left out",
            lambda size, kept, labels: min(labels * math.log(2), _logs(size, kept)),
            "You returned the information alone, 3.81 for 2 of 10 weights and 50 labels: the weights that are kept "
            "count themselves, too.",
        ),
        Mistake(
            "order of the weights counted",
            lambda size, kept, labels: kept + min(labels * math.log(2), math.log(math.perm(size, kept))),
            "You counted the weights in order, 6.5 for 2 of 10 weights and 50 labels: a mask is a set, and k! orders "
            "are the same one.",
        ),
        Mistake(
            "each weight on or off",
            lambda size, kept, labels: kept + min(labels * math.log(2), size * math.log(2)),
            "You counted all 2^N masks, 8.93 for 2 of 10 weights and 50 labels: the number of weights kept is given.",
        ),
    ),
    hints=(
        "Two limits hold at once: one of the labels, one of the choice of the mask.",
        "In nats they are `labels * log(2)` and the logarithm of the number of ways to choose `kept` of `size`.",
        "`kept + min(...)` of the two, with `math.comb` for the number of ways.",
    ),
)


def _bits(p: float, q: float) -> float:
    """Divergence of two coins, in bits."""
    sides = ((p, q), (1 - p, 1 - q))
    return math.fsum(one * math.log2(one / other) if one else 0.0 for one, other in sides)


def _known(draw: random.Random) -> tuple[Case, ...]:
    return (
        (round(draw.uniform(0.05, 0.2), 3), round(draw.uniform(0.3, 0.6), 3)),
        (round(draw.uniform(0.3, 0.5), 3), round(draw.uniform(0.05, 0.2), 3)),
        (round(draw.uniform(0.2, 0.4), 3), round(draw.uniform(3.0, 6.0), 2)),  # enough for certainty
    )


def _halved(inside: Callable[[float], bool], low: float, high: float) -> float:
    """Where a condition that holds at ``low`` ends, or ``high`` if it holds there."""
    if inside(high):
        return high
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if inside(middle) else (low, middle)
    return low


def _likeliest(q: float, bits: float) -> float:
    """The right answer by Newton's method on the convex divergence, from the right."""
    if -math.log2(q) <= bits:
        return 1.0
    # A start beyond the answer: in nats the divergence is at least p log(1 / q) - log 2.
    p = min(1 - 1e-15, (bits * math.log(2) + math.log(2)) / -math.log(q))
    for _ in range(200):
        slope = math.log2(p / q) - math.log2((1 - p) / (1 - q))
        p -= (_bits(p, q) - bits) / slope
    return p


# The messages show q = 0.1 and 0.5 bits: p = 0.4193.
_LIKELIEST = Exercise(
    key="08-likeliest",
    title="How likely can it get?",
    name="likeliest",
    cases=_known,
    oracle=_likeliest,
    difficulty="medium",
    minutes=15,
    points=15,
    tolerance=1e-6,
    mistakes=(
        Mistake(
            "nats",
            lambda q, bits: _halved(lambda p: _bits(p, q) * math.log(2) <= bits, q, 1.0),
            "You took natural logarithms, 0.495 for q = 0.1 and 0.5 bits: the information is given in bits.",
        ),
        Mistake(
            "arguments exchanged",
            lambda q, bits: _halved(lambda p: p < 1 and _bits(q, p) <= bits, q, 1.0),
            "You have kl(q || p), 0.486 for q = 0.1 and 0.5 bits: the event's own law p comes first.",
        ),
        Mistake(
            "one term only",
            lambda q, bits: _halved(lambda p: p * math.log2(p / q) <= bits, q, 1.0),
            "You left out the second term, 0.308 for q = 0.1 and 0.5 bits: that the event does not happen counts, too.",
        ),
        Mistake(
            "the smaller solution",
            lambda q, bits: q - _halved(lambda less: _bits(q - less, q) <= bits, 0.0, q),
            "You solved for a p below q: information can make an event less likely, and asked is the likeliest.",
        ),
        Mistake(
            "a factor for each bit",
            lambda q, bits: min(1.0, q * 2**bits),
            "You multiplied q by 2 for each bit, 0.141 for q = 0.1 and 0.5 bits: so much makes a rare event "
            "certain, and the same bits do more for one that stays uncertain.",
        ),
        Mistake(
            "Pinsker's inequality",
            lambda q, bits: min(1.0, q + math.sqrt(bits * math.log(2) / 2)),
            "You used Pinsker's inequality, 0.516 for q = 0.1 and 0.5 bits: it is true and too generous, so solve the "
            "inequality itself.",
        ),
        Mistake(
            "beyond certainty",
            lambda q, bits: _likeliest(q, bits) if _bits(1.0, q) > bits else math.inf,
            "You found no p where the information is enough for certainty: the largest probability is then 1.",
        ),
        Mistake(
            "the last step of the proof",
            lambda q, bits: min(1.0, (bits + 1) / -math.log2(q)),
            "You used the simple bound of the proof, 0.452 for q = 0.1 and 0.5 bits: it gave away the entropy of p, of "
            "which it only knows that it is at most one bit.",
        ),
    ),
    hints=(
        "Above q the divergence grows with p, from 0 at p = q: halve an interval.",
        "If even p = 1 is allowed, that is the answer: the divergence there is `log2(1 / q)`.",
        "Keep `low` allowed and `high` not, and replace one of them by the middle, a hundred times.",
    ),
)


EXERCISES = (_CEILING, CORRECTED, _LIKELIEST, AUDIT)
