"""Chapter 09, heavy tails: the critical step size, Hill's estimate, and the index from sums of blocks."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction

from scalinglab.exercises.bank.multipliers import STEP_SIZE
from scalinglab.exercises.exercise import Case, Exercise, Mistake

__all__ = ["EXERCISES"]


def _settings(draw: random.Random) -> tuple[Case, ...]:
    """Batches and dimensions that differ, and a variance that is not 1."""
    found = []
    for least in (1, 3, 8):
        batch = draw.randint(least, least + 4)
        dimension = draw.choice([number for number in range(1, 13) if number not in (batch, batch - 1, batch + 1)])
        found.append((batch, dimension, draw.choice([0.25, 0.5, 2.0, 4.0])))
    return tuple(found)


def _critical(batch: int, dimension: int, variance: float) -> float:
    """The right answer by bisection on the growth of the mean square: it is 1 at 0, falls, and comes back to 1."""
    a = Fraction(variance)
    growth = lambda step: 1 - 2 * step * a + step * step * a * a * Fraction(batch + dimension + 1, batch)  # noqa: E731
    low = Fraction(batch, batch + dimension + 1) / a  # where it is smallest
    high = 4 * low
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if growth(middle) < 1 else (low, middle)
    return float(low)


# The messages show batches of 2 in 2 dimensions with variance 4: 0.2.
_STEP = Exercise(
    key="09-critical",
    title="The critical step size",
    name="critical",
    cases=_settings,
    oracle=_critical,
    difficulty="easy",
    minutes=6,
    points=10,
    mistakes=(
        Mistake(
            "the step of fastest decay",
            lambda batch, dimension, variance: batch / (variance * (batch + dimension + 1)),
            "You found where h(2) is smallest, 0.1 for batches of 2 in 2 dimensions with variance 4: the variance "
            "stays finite until h(2) comes back to 1, at twice that step.",
        ),
        Mistake(
            "variance left out",
            lambda batch, dimension, variance: 2 * batch / (batch + dimension + 1),
            "You left out the variance of the inputs: for batches of 2 in 2 dimensions you find 0.8 at any variance, "
            "but inputs twice as large have gradients four times as large.",
        ),
        Mistake(
            "variance squared",
            lambda batch, dimension, variance: 2 * batch / (variance**2 * (batch + dimension + 1)),
            "You divided by the square of the variance, 0.05 for batches of 2 in 2 dimensions with variance 4: it "
            "stands squared beside the squared step, and once beside the step, so one factor is left.",
        ),
        Mistake(
            "batch left out",
            lambda batch, dimension, variance: 2 / (variance * (batch + dimension + 1)),
            "You lost the B below the fraction, 0.1 for batches of 2 in 2 dimensions with variance 4: dividing by "
            "(B + d + 1) / B multiplies by B.",
        ),
        Mistake(
            "without the noise of batches",
            lambda batch, dimension, variance: 2 / variance,
            "Your step, 0.5 for variance 4, is that of gradient descent on all data: with small batches the "
            "square of the step has a larger factor, (B + d + 1) / B.",
        ),
        Mistake(
            "the 1 left out",
            lambda batch, dimension, variance: 2 * batch / (variance * (batch + dimension)),
            "You lost the 1 in B + d + 1, and find 0.25 for batches of 2 in 2 dimensions with variance 4: normal "
            "inputs have a fourth moment of 3, not 1, which adds up to one more dimension.",
        ),
        Mistake(
            "growth of exactly zero",
            lambda batch, dimension, variance: math.sqrt(batch / (batch + dimension + 1)) / variance,
            "You dropped the term that is linear in the step: solve 2 a = a^2 (B + d + 1) / B for a, the step times "
            "the variance.",
        ),
    ),
    hints=(
        "The variance is finite as long as one step makes the mean square smaller: for which values of h(2) is that?",
        "Set h(2) = 1, take the 1 away on both sides, and divide by the step size.",
        "What is left is `2 * variance = step * variance**2 * (batch + dimension + 1) / batch`.",
    ),
)


def _samples(draw: random.Random) -> tuple[Case, ...]:
    """Power laws of known index in random order, all above 1, with no two alike."""
    found = []
    for count, used in ((8, 3), (20, 6), (40, 9)):
        index = draw.uniform(1.2, 3.0)
        found.append(
            ([round((1 - draw.random()) ** (-1 / index) * 2, 4) for _ in range(count)], used + draw.randint(0, 1))
        )
    return tuple(found)


def _hill(sizes: list[float], used: int) -> float:
    """The right answer by the spacings between neighbours, each of which counts as often as there are points above."""
    ordered = sorted(sizes, reverse=True)
    gaps = [(place + 1) * math.log(ordered[place] / ordered[place + 1]) for place in range(used)]
    return used / math.fsum(gaps)


def _largest(sizes: list[float], used: int) -> list[float]:
    return sorted(sizes, reverse=True)[: used + 1]


def _of_logs(tail: list[float], end: float, log: Callable[[float], float] = math.log) -> float:
    return len(tail) / math.fsum(log(size / end) for size in tail)


# The messages show the numbers 16, 8, 4, 2 and 1 with 2 used: logarithms of 4 and 2, so 2 / log 8 = 0.962.
_HILL = Exercise(
    key="09-hill",
    title="Hill's estimate",
    name="hill",
    cases=_samples,
    oracle=_hill,
    difficulty="medium",
    minutes=10,
    points=15,
    mistakes=(
        Mistake(
            "one over the index",
            lambda sizes, used: 1 / _hill(sizes, used),
            "You returned the mean logarithm itself, 1.04 for 16, 8, 4, 2, 1 with 2 used: the tail index is one over "
            "it, 0.962, so that heavy tails have a small one.",
        ),
        Mistake(
            "measured from the last point used",
            lambda sizes, used: _of_logs(_largest(sizes, used)[:-1], _largest(sizes, used)[-2]),
            "You divided by the smallest point that is used, 2.885 for 16, 8, 4, 2, 1 with 2 used: the tail begins at "
            "the next one below, 4.",
        ),
        Mistake(
            "one point too many",
            lambda sizes, used: (
                (used + 1) / math.fsum(math.log(size / _largest(sizes, used)[-1]) for size in _largest(sizes, used))
            ),
            "You counted the point where the tail begins as one of those used, 1.443 for 16, 8, 4, 2, 1 with 2 used: "
            "its logarithm is 0, but it makes the mean smaller.",
        ),
        Mistake(
            "logarithm to base 10",
            lambda sizes, used: _of_logs(_largest(sizes, used)[:-1], _largest(sizes, used)[-1], math.log10),
            "You took logarithms to base 10, 2.215 for 16, 8, 4, 2, 1 with 2 used: Hill's estimate is the exponent "
            "only with natural ones.",
        ),
        Mistake(
            "not sorted",
            lambda sizes, used: used / (math.fsum(abs(math.log(size / sizes[used])) for size in sizes[:used]) or 1.0),
            "You took the first points of the list: it comes in any order, so sort it and begin with the largest.",
        ),
        Mistake(
            "the smallest points",
            lambda sizes, used: (
                -used / math.fsum(math.log(size / sorted(sizes)[used]) for size in sorted(sizes)[:used])
            ),
            "You used the smallest points: a tail index is about the largest ones.",
        ),
        Mistake(
            "logarithm of the mean",
            lambda sizes, used: 1 / math.log(math.fsum(_largest(sizes, used)[:-1]) / used / _largest(sizes, used)[-1]),
            "You took the logarithm of the mean, 0.910 for 16, 8, 4, 2, 1 with 2 used: take the mean of the "
            "logarithms, which no single huge point can rule.",
        ),
        Mistake(
            "all points",
            lambda sizes, used: (len(sizes) - 1) / math.fsum(math.log(size / min(sizes)) for size in sizes),
            "You used all points, 0.577 for 16, 8, 4, 2, 1: only the `used` largest belong to the tail, and the rest "
            "need not follow its law.",
        ),
    ),
    hints=(
        "Sort from the largest down: which place has the largest point that is not used?",
        "With `ordered = sorted(sizes, reverse=True)`, the tail begins at `ordered[used]`.",
        "Take the mean of `log(size / ordered[used])` over `ordered[:used]`, and one over it.",
    ),
)


def _blocks(draw: random.Random) -> tuple[Case, ...]:
    """Numbers of both signs, not centred, whose blocks do not cancel."""
    found = []
    for length, count in ((2, 8), (4, 12), (5, 30)):
        while True:
            sample = [round(draw.gauss(0.4, 1.0), 3) for _ in range(count)]
            sums = _sums(sample, length)
            if (
                min(abs(x) for x in sample) > 0.01
                and min(abs(x) for x in sums) > 0.05
                and _excess(sample, length) > 0.15
            ):
                break
        found.append((sample, length))
    return tuple(found)


def _sums(sample: list[float], length: int) -> list[float]:
    return [math.fsum(sample[start : start + length]) for start in range(0, len(sample), length)]


def _mean_log(values: list[float]) -> float:
    return math.fsum(math.log(abs(value)) for value in values) / len(values)


def _excess(sample: list[float], length: int) -> float:
    return _mean_log(_sums(sample, length)) - _mean_log(sample)


def _block(sample: list[float], length: int) -> float:
    """The right answer by geometric means: their ratio is ``length ** (1 / alpha)``."""
    geometric = lambda values: math.prod(abs(value) for value in values) ** (1 / len(values))  # noqa: E731
    return 1 / math.log(geometric(_sums(sample, length)) / geometric(sample), length)


def _centred(sample: list[float]) -> list[float]:
    middle = math.fsum(sample) / len(sample)
    return [value - middle for value in sample]


# The messages show the sample 1, 1, 2, 2 in blocks of 2: sums 2 and 4, twice as large, so index 1.
_BLOCK = Exercise(
    key="09-block",
    title="Sums of blocks",
    name="block",
    cases=_blocks,
    oracle=_block,
    difficulty="medium",
    minutes=12,
    points=15,
    tolerance=1e-8,
    mistakes=(
        Mistake(
            "one over the index",
            lambda sample, length: _excess(sample, length) / math.log(length),
            "You returned 1 / alpha: sums that grow fast with the block, as those of heavy tails do, mean a small "
            "index.",
        ),
        Mistake(
            "means of blocks",
            lambda sample, length: math.log(length) / (_excess(sample, length) - math.log(length)),
            "You took means of blocks and not sums: for 1, 1, 2, 2 in blocks of 2 they are as large as the numbers "
            "themselves, as if the index were infinite.",
        ),
        Mistake(
            "the length itself",
            lambda sample, length: length / _excess(sample, length),
            "You divided the length by the difference, 2.885 for 1, 1, 2, 2 in blocks of 2: sums are m^(1/alpha) times "
            "as large, so their logarithms differ by log(m) / alpha.",
        ),
        Mistake(
            "logarithm of the mean",
            lambda sample, length: (
                math.log(length)
                / math.log(
                    math.fsum(abs(x) for x in _sums(sample, length))
                    / (len(sample) // length)
                    / (math.fsum(abs(x) for x in sample) / len(sample))
                )
            ),
            "You compared logarithms of means: the mean of a heavy-tailed law may be infinite, which is why the method "
            "takes means of logarithms.",
        ),
        Mistake(
            "centred",
            lambda sample, length: math.log(length) / _excess(_shifted(sample), length),
            "You took the mean off first: that is wise with real data, but here nothing is centred.",
        ),
        Mistake(
            "every so many points",
            lambda sample, length: (
                math.log(length)
                / (
                    _mean_log(
                        [math.fsum(sample[start :: len(sample) // length]) for start in range(len(sample) // length)]
                    )
                    - _mean_log(sample)
                )
            ),
            "You summed points that are far apart in the list: a block is `length` neighbours.",
        ),
        Mistake(
            "squares of the sums",
            lambda sample, length: math.log(length) / (2 * _excess(sample, length)),
            "Your index is half of the right one: did you take the logarithm of squares, which counts every size "
            "twice?",
        ),
    ),
    hints=(
        "Write down log |sum| for a block in terms of log |x|, if the sum is m^(1/alpha) times as large.",
        "The two mean logarithms differ by `log(length) / alpha`.",
        "Block sums are `sum(sample[start : start + length])` for every `length`-th start.",
    ),
)


def _shifted(sample: list[float]) -> list[float]:
    """The centred sample, a little off zero where a number or a block would have no logarithm."""
    return [value if abs(value) > 1e-9 else 1e-9 for value in _centred(sample)]


EXERCISES = (_STEP, _HILL, _BLOCK, STEP_SIZE)
