"""08-audit: what masks reveal about labels, and how much of it helps."""

import itertools
import math
import random
from collections import Counter
from collections.abc import Sequence
from statistics import fmean

from scalinglab.exercises.bank.chapter_08._coins import bits_between
from scalinglab.exercises.exercise import Case, Exercise, Mistake

Fits = Sequence[Sequence[int]]


def _methods(draw: random.Random) -> tuple[Case, ...]:
    """Labelings of two to four points; equal masks have equal fits, and own labels are easier for some."""
    return tuple(_method(draw, *size) for size in ((2, 3, 0.6), (3, 5, 0.4), (4, 9, 0.5)))


def _method(draw: random.Random, points: int, masks: int, gain: float) -> Case:
    count = 2**points
    names = [*range(masks), *(draw.randrange(masks) for _ in range(count - masks))]
    draw.shuffle(names)
    while True:
        rows = [[int(draw.random() < 0.35) for _ in range(count)] for _ in range(masks)]
        for labeling, name in enumerate(names):
            rows[name][labeling] |= int(draw.random() < gain)
        fits = [rows[name] for name in names]
        if 0 < _own(fits) < 1 and 0 < _others(fits) < 1:  # else a divergence is infinite
            return names, fits


def _entropy(masks: Sequence[int]) -> float:
    shares = [count / len(masks) for count in Counter(masks).values()]
    return -math.fsum(share * math.log2(share) for share in shares)


def _own(fits: Fits) -> float:
    return fmean([row[place] for place, row in enumerate(fits)])


def _any(fits: Fits) -> float:
    return fmean([fmean(row) for row in fits])


def _audit(masks: Sequence[int], fits: Fits) -> tuple[float, float]:
    """The right answer by the joint law of mask and labeling, written out, and its two margins."""
    count = len(masks)
    joint = {(mask, labeling): 1 / count for labeling, mask in enumerate(masks)}
    margin = {mask: number / count for mask, number in Counter(masks).items()}
    information = math.fsum(p * math.log2(p / (margin[mask] / count)) for (mask, _), p in joint.items())
    rows = dict(zip(masks, fits, strict=True))
    own = math.fsum(p for (mask, labeling), p in joint.items() if rows[mask][labeling])
    independent = math.fsum(
        margin[mask] / count for mask, labeling in itertools.product(margin, range(count)) if rows[mask][labeling]
    )
    return information, bits_between(own, independent)


def _distinct(masks: Sequence[int], fits: Fits) -> list[Sequence[int]]:
    return list(dict(zip(masks, fits, strict=True)).values())


def _others(fits: Fits) -> float:
    """Pairs of a mask and a labeling that is not its own."""
    return fmean([fit for i, row in enumerate(fits) for j, fit in enumerate(row) if i != j])


# The messages show four labelings, masks a, a, b, b: 1 bit, not log2 4 = 2.
EXERCISE = Exercise(
    key="08-audit",
    title="Audit a pruning method",
    name="audit",
    cases=_methods,
    oracle=_audit,
    difficulty="hard",
    minutes=20,
    tolerance=1e-8,
    mistakes=(
        Mistake(
            "nats",
            lambda masks, fits: tuple(part * math.log(2) for part in _audit(masks, fits)),
            "You have nats: for masks a, a, b, b the information is 1 bit, or 0.69 nats.",
        ),
        Mistake(
            "masks counted as equally likely",
            lambda masks, fits: (math.log2(len(set(masks))), _audit(masks, fits)[1]),
            "You took the logarithm of the number of masks: that is their entropy only if all are equally frequent.",
        ),
        Mistake(
            "every labeling with a mask of its own",
            lambda masks, fits: (math.log2(len(masks)), _audit(masks, fits)[1]),
            "You took the entropy of the labels, 2 bits for masks a, a, b, b: a mask cannot tell two labelings "
            "apart that share it.",
        ),
        Mistake(
            "what the mask leaves open",
            lambda masks, fits: (math.log2(len(masks)) - _entropy(masks), _audit(masks, fits)[1]),
            "You have H(y | m), what the mask leaves open: the information is H(y) minus that.",
        ),
        Mistake(
            "own pairs left out of Q",
            lambda masks, fits: (_entropy(masks), bits_between(_own(fits), _others(fits))),
            "You left the own pairs out of Q: drawn independently, a mask may still meet the labeling of its own.",
        ),
        Mistake(
            "distinct masks equally likely in Q",
            lambda masks, fits: (
                _entropy(masks),
                bits_between(_own(fits), fmean([fmean(row) for row in _distinct(masks, fits)])),
            ),
            "You gave each distinct mask the same weight in Q: a mask is as likely as the labelings that make it.",
        ),
        Mistake(
            "divergence the other way",
            lambda masks, fits: (_entropy(masks), bits_between(_any(fits), _own(fits))),
            "You have kl(q || p): the probability with the mask's own labels comes first.",
        ),
        Mistake(
            "a difference",
            lambda masks, fits: (_entropy(masks), _own(fits) - _any(fits)),
            "You subtracted the probabilities: the information bounds their divergence, in bits.",
        ),
        Mistake(
            "the other way round",
            lambda masks, fits: _audit(masks, fits)[::-1],
            "You returned the two numbers in the other order: information first, divergence second.",
        ),
    ),
    hints=(
        "Given the labeling the mask is certain, so the information is the entropy of the masks.",
        "P is the mean of `fits[i][i]`; Q is the mean over all pairs of i and j.",
        "Count equal masks for the entropy, and put P and Q into `p log2(p/q) + (1-p) log2((1-p)/(1-q))`.",
    ),
)
