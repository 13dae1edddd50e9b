"""08-ceiling: the most weights that a mask can be worth."""

import math
import random

from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _networks(draw: random.Random) -> tuple[Case, ...]:
    """Once the choices are the fewer, once the labels."""
    return (
        (draw.randint(9, 14), draw.randint(2, 3), draw.randint(40, 60)),
        (draw.randint(200, 400), draw.randint(20, 60), draw.randint(9, 30)),
        (draw.randint(1000, 3000), draw.randint(50, 200), draw.randint(3000, 6000)),
    )


def _logs(size: int, kept: int) -> float:
    return math.log(math.comb(size, kept))


def _coin(share: float) -> float:
    return -share * math.log(share) - (1 - share) * math.log(1 - share)


def _ceiling(size: int, kept: int, labels: int) -> float:
    """The right answer by adding logarithms of the factors of the binomial, and one of 2 for each label."""
    choices = math.fsum(math.log(size - place) - math.log(place + 1) for place in range(kept))
    coins = math.fsum(math.log(2) for _ in range(labels))
    return kept + min(choices, coins)


# The messages show 10 weights, 2 of them kept, 50 labels: 45 masks, 2 + ln 45 = 5.81.
EXERCISE = Exercise(
    key="08-ceiling",
    title="How many can it be?",
    name="ceiling",
    cases=_networks,
    oracle=_ceiling,
    difficulty="easy",
    minutes=8,
    mistakes=(
        Mistake(
            "bits",
            lambda size, kept, labels: kept + min(labels, _logs(size, kept) / math.log(2)),
            "You added bits, 7.49 for 2 of 10 weights and 50 labels: parameters count nats, and a bit is 0.69 nats.",
        ),
        Mistake(
            "labels in bits",
            lambda size, kept, labels: kept + min(labels, _logs(size, kept)),
            "You compared nats of the mask with bits of the labels: n coin flips are n log 2 nats.",
        ),
        Mistake(
            "labels left out",
            lambda size, kept, labels: kept + _logs(size, kept),
            "You left out the labels: a mask cannot reveal more than they contain, n log 2 nats.",
        ),
        Mistake(
            "choices left out",
            lambda size, kept, labels: kept + labels * math.log(2),
            "You left out the mask, 36.7 for 2 of 10 weights and 50 labels: one of 45 masks cannot reveal more than "
            "log 45 nats.",
        ),
        Mistake(
            "the larger of the two",
            lambda size, kept, labels: kept + max(labels * math.log(2), _logs(size, kept)),
            "You took the larger limit: both hold, so the smaller one counts.",
        ),
        Mistake(
            "both added",
            lambda size, kept, labels: kept + labels * math.log(2) + _logs(size, kept),
            "You added both limits, 40.5 for 2 of 10 weights and 50 labels: each is a limit on the same information.",
        ),
        Mistake(
            "weights left out",
            lambda size, kept, labels: min(labels * math.log(2), _logs(size, kept)),
            "You returned the information alone, 3.81 for 2 of 10 weights and 50 labels: add the weights kept.",
        ),
        Mistake(
            "order of the weights counted",
            lambda size, kept, labels: kept + min(labels * math.log(2), math.log(math.perm(size, kept))),
            "You counted the weights in order, 6.5 for 2 of 10 weights and 50 labels: a mask is a set, and k! orders "
            "are the same one.",
        ),
        Mistake(
            "k log(N / k)",
            lambda size, kept, labels: kept + min(labels * math.log(2), kept * math.log(size / kept)),
            "You used k log(N/k) for the number of masks, 5.22 for 2 of 10 weights and 50 labels: that is a lower "
            "limit of log C(N, k), so count the masks exactly.",
        ),
        Mistake(
            "k log(e N / k)",
            lambda size, kept, labels: kept + min(labels * math.log(2), kept * (1 + math.log(size / kept))),
            "You used k log(eN/k) for the number of masks, 7.22 for 2 of 10 weights and 50 labels: that is an upper "
            "limit of log C(N, k), so count the masks exactly.",
        ),
        Mistake(
            "entropy of a weight, N times",
            lambda size, kept, labels: kept + min(labels * math.log(2), size * _coin(kept / size)),
            "You took N times the entropy of one weight, 7.00 for 2 of 10 weights and 50 labels: that takes weights "
            "for independent, but a mask keeps exactly k.",
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
