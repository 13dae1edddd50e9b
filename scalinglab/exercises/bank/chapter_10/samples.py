"""10-samples: the samples at which a bound for pruned networks promises a gap."""

import math
import random

from scalinglab.exercises.bank._bisection import last
from scalinglab.exercises.exercise import Case, Exercise, Mistake

#: How often the bound of the last exercise may fail.
DELTA = 0.05


def _networks(draw: random.Random) -> tuple[Case, ...]:
    return (
        (draw.randint(2, 4), draw.randint(9, 14), draw.choice([1, 2]), 0.5),
        (draw.randint(20, 60), draw.randint(200, 400), 4, draw.choice([0.1, 0.2])),
        (draw.randint(200, 400), draw.randint(2000, 4000), 8, draw.choice([0.05, 0.25])),
    )


def _enough(networks: float, gap: float) -> float:
    """The samples for a number of networks of which the natural logarithm is given."""
    return (networks - math.log(DELTA)) / (2 * gap**2)


def _masks(kept: int, weights: int) -> float:
    return math.log(math.comb(weights, kept))


def _sparse(kept: int, weights: int, bits: int) -> float:
    return _masks(kept, weights) + kept * bits * math.log(2)


def _samples(kept: int, weights: int, bits: int, gap: float) -> float:
    """The right answer by counting the networks as one whole number, and halving an interval of n."""
    networks = math.comb(weights, kept) * 2 ** (kept * bits)
    bound = lambda n: math.sqrt((math.log(networks) + math.log(1 / DELTA)) / (2 * n))  # noqa: E731
    low = high = 1.0
    while bound(high) > gap:
        low, high = high, 2 * high
    while bound(low) < gap:
        low /= 2
    return last(lambda n: bound(n) > gap, low, high)


# The messages show 1 of 4 weights kept, 3 bits, gap 0.1: 32 networks, ln 640 = 6.461, so 323 samples.
EXERCISE = Exercise(
    key="10-samples",
    title="How many samples?",
    name="samples",
    cases=_networks,
    oracle=_samples,
    difficulty="medium",
    minutes=12,
    place=2,
    tolerance=1e-8,
    mistakes=(
        Mistake(
            "logarithms to base 2",
            lambda kept, weights, bits, gap: _enough(_sparse(kept, weights, bits), gap) / math.log(2),
            "You took logarithms to base 2, 466 for 1 of 4 weights, 3 bits and a gap of 0.1: Hoeffding's inequality "
            "has natural ones.",
        ),
        Mistake(
            "bits taken for nats",
            lambda kept, weights, bits, gap: _enough(_masks(kept, weights) + kept * bits, gap),
            "You lost a factor ln 2, 369 for 1 of 4 weights, 3 bits and a gap of 0.1: b bits make 2^b values, whose "
            "natural logarithm is b ln 2.",
        ),
        Mistake(
            "which weights left out",
            lambda kept, weights, bits, gap: _enough(kept * bits * math.log(2), gap),
            "You left out which weights are kept, 254 for 1 of 4 weights, 3 bits and a gap of 0.1: the mask is chosen "
            "from the data, too, so all choices count.",
        ),
        Mistake(
            "values left out",
            lambda kept, weights, bits, gap: _enough(_masks(kept, weights), gap),
            "You left out the values of the weights that are kept, 219 for 1 of 4 weights, 3 bits and a gap of 0.1: "
            "each has 2^b of them.",
        ),
        Mistake(
            "delta left out",
            lambda kept, weights, bits, gap: _sparse(kept, weights, bits) / (2 * gap**2),
            "You left out the probability to fail, 173 for 1 of 4 weights, 3 bits and a gap of 0.1: ln(1 / 0.05) = 3.0 "
            "belongs to the sum.",
        ),
        Mistake(
            "delta with the wrong sign",
            lambda kept, weights, bits, gap: (_sparse(kept, weights, bits) + math.log(DELTA)) / (2 * gap**2),
            "You added ln(0.05), which is negative, 23.5 for 1 of 4 weights, 3 bits and a gap of 0.1: to be surer you "
            "need more samples, so ln(1 / 0.05) is added.",
        ),
        Mistake(
            "gap not squared",
            lambda kept, weights, bits, gap: _enough(_sparse(kept, weights, bits), gap) * gap,
            "You divided by the gap and not by its square, 32.3 for 1 of 4 weights, 3 bits and a gap of 0.1: square "
            "both sides first.",
        ),
        Mistake(
            "the 2 lost",
            lambda kept, weights, bits, gap: 2 * _enough(_sparse(kept, weights, bits), gap),
            "You lost the 2 below the fraction, 646 for 1 of 4 weights, 3 bits and a gap of 0.1: the bound divides by "
            "twice the number of samples.",
        ),
        Mistake(
            "bits for all weights",
            lambda kept, weights, bits, gap: _enough(_masks(kept, weights) + weights * bits * math.log(2), gap),
            "You gave bits to all weights, 635 for 1 of 4 weights, 3 bits and a gap of 0.1: those that are dropped are "
            "0 and have no choice.",
        ),
    ),
    hints=(
        "Square the bound, set it equal to the gap squared, and solve for the number of samples.",
        "The logarithm of the number of networks is `log(comb(weights, kept)) + kept * bits * log(2)`.",
        "Add `log(1 / 0.05)` to it, and divide by `2 * gap ** 2`.",
    ),
)
