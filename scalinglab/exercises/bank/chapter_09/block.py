"""09-block: the tail index from sums of blocks."""

import math
import random
from collections.abc import Callable
from statistics import fmean

from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _blocks(draw: random.Random) -> Cases:
    """Numbers of both signs, not centred, whose blocks do not cancel."""
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
        yield sample, length


def _sums(sample: list[float], length: int) -> list[float]:
    return [math.fsum(sample[start : start + length]) for start in range(0, len(sample), length)]


def _strided(sample: list[float], length: int) -> list[float]:
    blocks = len(sample) // length
    return [math.fsum(sample[start::blocks]) for start in range(blocks)]


def _excess(sample: list[float], length: int, sums: Callable[[list[float], int], list[float]] = _sums) -> float:
    mean_log = lambda values: fmean(math.log(abs(value)) for value in values)  # noqa: E731
    return mean_log(sums(sample, length)) - mean_log(sample)


def _block(sample: list[float], length: int) -> float:
    """The right answer by geometric means: their ratio is ``length ** (1 / alpha)``."""
    geometric = lambda values: math.prod(abs(value) for value in values) ** (1 / len(values))  # noqa: E731
    return 1 / math.log(geometric(_sums(sample, length)) / geometric(sample), length)


def _shifted(sample: list[float]) -> list[float]:
    """The centred sample, a little off zero where a number or a block would have no logarithm."""
    centred = [value - fmean(sample) for value in sample]
    return [value if abs(value) > 1e-9 else 1e-9 for value in centred]


# The messages show the sample 1, 1, 2, 2 in blocks of 2: sums 2 and 4, twice as large, so index 1.
EXERCISE = Exercise(
    key="09-block",
    title="Sums of blocks",
    name="block",
    cases=_blocks,
    oracle=_block,
    difficulty="medium",
    minutes=12,
    place=2,
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
            lambda sample, length: math.log(length, fmean(map(abs, _sums(sample, length))) / fmean(map(abs, sample))),
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
            lambda sample, length: math.log(length) / _excess(sample, length, _strided),
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
