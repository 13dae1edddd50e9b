"""Chapter 10, compressible networks: the fewest weights, the width that an error asks for, samples for a bound."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from scalinglab.exercises.bank.layers import LAYERS
from scalinglab.exercises.exercise import Case, Exercise, Mistake

__all__ = ["EXERCISES"]

#: How often the bound of the last exercise may fail.
DELTA = 0.05


def _layers(draw: random.Random) -> tuple[Case, ...]:
    """Weights of both signs with a few large ones, in random order, no error on the edge between two counts."""
    found = []
    for count, error in ((6, 0.5), (15, 0.3), (40, 0.6)):
        weights = [round(draw.gauss(0, 1) * math.exp(draw.gauss(0, 0.8)), 3) for _ in range(count)]
        found.append((weights, error + round(draw.uniform(-0.04, 0.04), 4)))
    return tuple(found)


def _length(values: list[float]) -> float:
    return math.sqrt(math.fsum(value * value for value in values))


def _fewest(weights: list[float], error: float) -> int:
    """The right answer by trying every number from 0 up."""
    for kept in range(len(weights) + 1):
        if _length(sorted(weights, key=abs)[: len(weights) - kept]) <= error * _length(weights):
            return kept
    return len(weights)


def _until(weights: list[float], enough: Callable[[list[float], list[float]], bool]) -> int:
    """How many of the largest must be kept until (dropped, kept) is enough."""
    ordered = sorted(weights, key=abs, reverse=True)
    return next(kept for kept in range(len(ordered) + 1) if enough(ordered[kept:], ordered[:kept]))


# The messages show the weights 4, 3, 2, 1 and 1 with an error of 0.5: the length of all is 5.57, so 2 are enough.
_FEWEST = Exercise(
    key="10-fewest",
    title="How few are enough?",
    name="fewest",
    cases=_layers,
    oracle=_fewest,
    difficulty="medium",
    minutes=10,
    points=15,
    mistakes=(
        Mistake(
            "squares compared with the error",
            lambda weights, error: _until(weights, lambda out, _: _length(out) ** 2 <= error * _length(weights) ** 2),
            "You compared the share of the squares with the error: for 4, 3, 2, 1, 1 and 0.5 one weight seems enough, "
            "but lengths are roots of sums of squares, so compare with the error squared.",
        ),
        Mistake(
            "sums of sizes",
            lambda weights, error: _until(
                weights, lambda out, _: math.fsum(map(abs, out)) <= error * math.fsum(map(abs, weights))
            ),
            "You added the sizes of the weights: here a length is the root of the sum of squares, in which large "
            "weights count for more.",
        ),
        Mistake(
            "how many are dropped",
            lambda weights, error: len(weights) - _fewest(weights, error),
            "You counted the weights that can be dropped, 3 for 4, 3, 2, 1, 1 and 0.5: asked is how many must stay.",
        ),
        Mistake(
            "one too many",
            lambda weights, error: _fewest(weights, error) + 1,
            "You keep one weight too many, 3 for 4, 3, 2, 1, 1 and 0.5: with the two largest kept the others have the "
            "length 2.45, which is at most half of 5.57.",
        ),
        Mistake(
            "one too few",
            lambda weights, error: _fewest(weights, error) - 1,
            "You keep one weight too few, 1 for 4, 3, 2, 1, 1 and 0.5: the others then have the length 3.87, more than "
            "half of 5.57.",
        ),
        Mistake(
            "the smallest kept",
            lambda weights, error: next(
                kept
                for kept in range(len(weights) + 1)
                if _length(sorted(weights, key=abs)[kept:]) <= error * _length(weights)
            ),
            "You kept the smallest weights first, 5 for 4, 3, 2, 1, 1 and 0.5: the largest carry most of the length.",
        ),
        Mistake(
            "in the order given",
            lambda weights, error: next(
                kept for kept in range(len(weights) + 1) if _length(weights[kept:]) <= error * _length(weights)
            ),
            "You kept the first weights of the list: sort by size, without the sign, and begin with the largest.",
        ),
        Mistake(
            "signs kept",
            lambda weights, error: next(
                kept
                for kept in range(len(weights) + 1)
                if _length(sorted(weights, reverse=True)[kept:]) <= error * _length(weights)
            ),
            "You sorted with the signs, so large negative weights were dropped first: a weight of -3 counts like "
            "one of 3.",
        ),
        Mistake(
            "compared with what is kept",
            lambda weights, error: _until(weights, lambda out, kept: _length(out) <= error * _length(kept)),
            "You divided by the length of what is kept: the error is relative to the length of all weights.",
        ),
        Mistake(
            "a share",
            lambda weights, error: _fewest(weights, error) / len(weights),
            "You returned a share of the weights, 0.4 for 4, 3, 2, 1, 1 and 0.5: asked is their number.",
        ),
    ),
    hints=(
        "Sort by size. How long is what you drop if you keep the largest one, the largest two, and so on?",
        "Compare the sum of squares of what is dropped with `error ** 2` times the sum of all squares.",
        "Add squares from the smallest weight up, as long as the sum stays allowed: the rest must be kept.",
    ),
)


def _indices(draw: random.Random) -> tuple[Case, ...]:
    return tuple(
        (round(draw.uniform(low, low + 0.2), 2), factor)
        for low, factor in ((1.05, 2.0), (1.4, draw.choice([3.0, 4.0])), (1.7, draw.choice([1.5, 2.5])))
    )


def _growth(alpha: float, factor: float) -> float:
    """The right answer by bisection on the logarithm of the size."""
    low, high = 0.0, 1e4
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if -(1 / 2 - 1 / alpha) * middle < math.log(factor) else (low, middle)
    return math.exp(low)


# The messages show index 1.6 and factor 2: exponent 1/2 - 1/1.6 = -1/8, so 2^8 = 256.
_GROWTH = Exercise(
    key="10-growth",
    title="How wide?",
    name="growth",
    cases=_indices,
    oracle=_growth,
    difficulty="easy",
    minutes=6,
    points=10,
    mistakes=(
        Mistake(
            "not inverted",
            lambda alpha, factor: factor ** (1 / alpha - 1 / 2),
            "You raised the factor to the exponent itself, 1.09 for index 1.6 and factor 2: that is how much the error "
            "falls if the size grows by the factor, and asked is the reverse.",
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
            "You took the root, 16 for index 1.6 and factor 2, as a square layer's width would grow: asked is the "
            "number of weights.",
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


def _networks(draw: random.Random) -> tuple[Case, ...]:
    return (
        (draw.randint(2, 4), draw.randint(9, 14), draw.choice([1, 2]), 0.5),
        (draw.randint(20, 60), draw.randint(200, 400), 4, draw.choice([0.1, 0.2])),
        (draw.randint(200, 400), draw.randint(2000, 4000), 8, draw.choice([0.05, 0.25])),
    )


def _logs(kept: int, weights: int) -> float:
    return math.log(math.comb(weights, kept))


def _samples(kept: int, weights: int, bits: int, gap: float) -> float:
    """The right answer by counting the networks as one whole number, and halving an interval of n."""
    networks = math.comb(weights, kept) * 2 ** (kept * bits)
    bound = lambda n: math.sqrt((math.log(networks) + math.log(1 / DELTA)) / (2 * n))  # noqa: E731
    low = high = 1.0
    while bound(high) > gap:
        low, high = high, 2 * high
    while bound(low) < gap:
        low /= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if bound(middle) > gap else (low, middle)
    return high


# The messages show 1 of 4 weights kept, 3 bits, gap 0.1: 32 networks, ln 640 = 6.461, so 323 samples.
_SAMPLES = Exercise(
    key="10-samples",
    title="How many samples?",
    name="samples",
    cases=_networks,
    oracle=_samples,
    difficulty="medium",
    minutes=12,
    points=15,
    tolerance=1e-8,
    mistakes=(
        Mistake(
            "logarithms to base 2",
            lambda kept, weights, bits, gap: (
                (_logs(kept, weights) + kept * bits * math.log(2) - math.log(DELTA)) / (2 * gap**2 * math.log(2))
            ),
            "You took logarithms to base 2, 466 for 1 of 4 weights, 3 bits and a gap of 0.1: Hoeffding's inequality "
            "has natural ones.",
        ),
        Mistake(
            "bits taken for nats",
            lambda kept, weights, bits, gap: (_logs(kept, weights) + kept * bits - math.log(DELTA)) / (2 * gap**2),
            "You lost a factor ln 2, 369 for 1 of 4 weights, 3 bits and a gap of 0.1: b bits make 2^b values, whose "
            "natural logarithm is b ln 2.",
        ),
        Mistake(
            "which weights left out",
            lambda kept, weights, bits, gap: (kept * bits * math.log(2) - math.log(DELTA)) / (2 * gap**2),
            "You left out which weights are kept, 254 for 1 of 4 weights, 3 bits and a gap of 0.1: the mask is chosen "
            "from the data, too, so all choices count.",
        ),
        Mistake(
            "values left out",
            lambda kept, weights, bits, gap: (_logs(kept, weights) - math.log(DELTA)) / (2 * gap**2),
            "You left out the values of the weights that are kept, 219 for 1 of 4 weights, 3 bits and a gap of 0.1: "
            "each has 2^b of them.",
        ),
        Mistake(
            "delta left out",
            lambda kept, weights, bits, gap: (_logs(kept, weights) + kept * bits * math.log(2)) / (2 * gap**2),
            "You left out the probability to fail, 173 for 1 of 4 weights, 3 bits and a gap of 0.1: ln(1 / 0.05) = 3.0 "
            "belongs to the sum.",
        ),
        Mistake(
            "delta with the wrong sign",
            lambda kept, weights, bits, gap: (
                (_logs(kept, weights) + kept * bits * math.log(2) + math.log(DELTA)) / (2 * gap**2)
            ),
            "You added ln(0.05), which is negative, 23.5 for 1 of 4 weights, 3 bits and a gap of 0.1: to be surer you "
            "need more samples, so ln(1 / 0.05) is added.",
        ),
        Mistake(
            "gap not squared",
            lambda kept, weights, bits, gap: (
                (_logs(kept, weights) + kept * bits * math.log(2) - math.log(DELTA)) / (2 * gap)
            ),
            "You divided by the gap and not by its square, 32.3 for 1 of 4 weights, 3 bits and a gap of 0.1: square "
            "both sides first.",
        ),
        Mistake(
            "the 2 lost",
            lambda kept, weights, bits, gap: (
                (_logs(kept, weights) + kept * bits * math.log(2) - math.log(DELTA)) / gap**2
            ),
            "You lost the 2 below the fraction, 646 for 1 of 4 weights, 3 bits and a gap of 0.1: it is 2 n there.",
        ),
        Mistake(
            "bits for all weights",
            lambda kept, weights, bits, gap: (
                (_logs(kept, weights) + weights * bits * math.log(2) - math.log(DELTA)) / (2 * gap**2)
            ),
            "You gave bits to all weights, 635 for 1 of 4 weights, 3 bits and a gap of 0.1: those that are dropped are "
            "0 and have no choice.",
        ),
    ),
    hints=(
        "Square the bound, set it equal to the gap squared, and solve for n.",
        "The logarithm of the number of networks is `log(comb(weights, kept)) + kept * bits * log(2)`.",
        "Add `log(1 / 0.05)` to it, and divide by `2 * gap ** 2`.",
    ),
)


EXERCISES = (_GROWTH, _FEWEST, _SAMPLES, LAYERS)
