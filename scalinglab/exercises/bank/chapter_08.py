"""Chapter 08, no free prune: the ceiling of a mask, corrected information, what information allows, what it buys."""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from collections.abc import Callable, Sequence

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


Table = Sequence[Sequence[int]]


def _tables(draw: random.Random) -> tuple[Case, ...]:
    """Tables with an empty cell, in which rows, columns and cells differ in number."""
    found: list[Case] = [([[draw.randint(6, 12), 0, 2], [draw.randint(1, 4), draw.randint(5, 9), 3]],)]
    for rows, columns in ((4, 3), (5, 6)):
        table = [[draw.choice([0, 1, 2, 3, 5, 8, 13]) for _ in range(columns)] for _ in range(rows)]
        for place in range(max(rows, columns)):  # no row or column is empty
            table[place % rows][place % columns] += draw.randint(1, 6)
        table[0][columns - 1] = 0
        found.append((table,))
    return tuple(found)


def _parts(table: Table) -> tuple[list[int], list[int], list[int]]:
    return [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)], [*itertools.chain(*table)]


def _plug_in(counts: Sequence[int]) -> float:
    total = sum(counts)
    return -math.fsum(count / total * math.log2(count / total) for count in counts if count)


def _seen(counts: Sequence[int]) -> int:
    return sum(count > 0 for count in counts)


def _information(table: Table, entropy: Callable[[Sequence[int]], float] = _plug_in) -> float:
    rows, columns, both = _parts(table)
    return entropy(rows) + entropy(columns) - entropy(both)


def _corrections(table: Table) -> float:
    """What the correction adds in all, in units of 1 / (2 counts) nats."""
    rows, columns, both = _parts(table)
    return _seen(rows) + _seen(columns) - _seen(both) - 1


def _corrected(table: Table) -> float:
    """The right answer by adding up every pair, one count after the other, as a sum of surprises."""
    rows, columns, both = _parts(table)
    total = sum(both)
    surprises = [
        count * math.log2(count * total / (rows[row] * columns[column]))
        for row, line in enumerate(table)
        for column, count in enumerate(line)
        if count
    ]
    return (math.fsum(surprises) + _corrections(table) / 2 / math.log(2)) / total


_CORRECTED = Exercise(
    key="08-corrected",
    title="What is left of it?",
    name="corrected",
    cases=_tables,
    oracle=_corrected,
    difficulty="medium",
    minutes=15,
    points=10,
    tolerance=1e-8,
    mistakes=(
        Mistake(
            "not corrected",
            _information,
            "You returned the plug-in estimate: it takes frequencies for probabilities, and is too large on average.",
        ),
        Mistake(
            "correction in nats",
            lambda table: _information(table) + _corrections(table) / (2 * sum(_parts(table)[2])),
            "You added nats to bits: the correction is (outcomes - 1) / (2 counts) nats, and a nat is 1.44 bits.",
        ),
        Mistake(
            "correction subtracted",
            lambda table: _information(table) - _corrections(table) / (2 * sum(_parts(table)[2]) * math.log(2)),
            "You subtracted the corrections from the entropies: a plug-in entropy is too small, so each gets more.",
        ),
        Mistake(
            "the 2 lost",
            lambda table: _information(table) + _corrections(table) / (sum(_parts(table)[2]) * math.log(2)),
            "You lost the 2 below the fraction: it is (outcomes - 1) / (2 counts).",
        ),
        Mistake(
            "empty cells counted",
            lambda table: (
                _information(table)
                + (len(table) + len(table[0]) - len(_parts(table)[2]) - 1) / (2 * sum(_parts(table)[2]) * math.log(2))
            ),
            "You counted cells that are empty: only outcomes that were seen count.",
        ),
        Mistake(
            "the 1 lost",
            lambda table: _information(table) + (_corrections(table) + 1) / (2 * sum(_parts(table)[2]) * math.log(2)),
            "You lost the -1: each entropy gets (outcomes - 1), and of three entropies one is subtracted.",
        ),
        Mistake(
            "only the pairs corrected",
            lambda table: (
                _information(table) - (_seen(_parts(table)[2]) - 1) / (2 * sum(_parts(table)[2]) * math.log(2))
            ),
            "You corrected the entropy of the pairs alone: those of rows and columns are too small as well.",
        ),
        Mistake(
            "entropies in nats",
            lambda table: _corrected(table) * math.log(2),
            "You took natural logarithms: asked are bits, so divide by log 2 at the end.",
        ),
        Mistake(
            "cut off at zero and counts not normalised",
            lambda table: _corrected(table) * sum(_parts(table)[2]),
            "You summed over counts and did not divide by their number: probabilities are counts over all counts.",
        ),
    ),
    hints=(
        "Write one function for the corrected entropy of a list of counts, and use it three times.",
        "In bits it is `-sum(p * log2(p))` plus `(seen - 1) / (2 * total * log(2))`; `seen` counts what is not zero.",
        "The lists are the sums of the rows, those of the columns, and all cells: add two, subtract the last.",
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
    points=10,
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
    return _plug_in(list(Counter(masks).values()))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _own(fits: Fits) -> float:
    return _mean([row[place] for place, row in enumerate(fits)])


def _any(fits: Fits) -> float:
    return _mean([_mean(row) for row in fits])


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
    return information, _bits(own, independent)


def _distinct(masks: Sequence[int], fits: Fits) -> list[Sequence[int]]:
    return list(dict(zip(masks, fits, strict=True)).values())


def _others(fits: Fits) -> float:
    """Pairs of a mask and a labeling that is not its own."""
    return _mean([fit for i, row in enumerate(fits) for j, fit in enumerate(row) if i != j])


# The messages show four labelings, masks a, a, b, b: 1 bit, not log2 4 = 2.
_AUDIT = Exercise(
    key="08-audit",
    title="Known, and of no use",
    name="audit",
    cases=_methods,
    oracle=_audit,
    difficulty="hard",
    minutes=20,
    points=15,
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
            "You took the entropy of the labels, 2 bits for masks a, a, b, b: a mask that two labelings share does not "
            "tell them apart.",
        ),
        Mistake(
            "what the mask leaves open",
            lambda masks, fits: (math.log2(len(masks)) - _entropy(masks), _audit(masks, fits)[1]),
            "You have H(y | m), what the mask does not know: information is H(y) less that.",
        ),
        Mistake(
            "own pairs left out of Q",
            lambda masks, fits: (_entropy(masks), _bits(_own(fits), _others(fits))),
            "You left the own pairs out of Q: drawn independently, a labeling may happen to be the one of the mask.",
        ),
        Mistake(
            "distinct masks equally likely in Q",
            lambda masks, fits: (
                _entropy(masks),
                _bits(_own(fits), _mean([_mean(row) for row in _distinct(masks, fits)])),
            ),
            "You gave each distinct mask the same weight in Q: a mask is as likely as the labelings that make it.",
        ),
        Mistake(
            "divergence the other way",
            lambda masks, fits: (_entropy(masks), _bits(_any(fits), _own(fits))),
            "You have kl(Q || P): the law of a mask with its own labels comes first.",
        ),
        Mistake(
            "a difference",
            lambda masks, fits: (_entropy(masks), _own(fits) - _any(fits)),
            "You subtracted the probabilities: what is bounded by the information is their divergence, in bits.",
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


EXERCISES = (_CEILING, _CORRECTED, _LIKELIEST, _AUDIT)
