"""09-hill: Hill's estimate of a tail index."""

import math
import random
from collections.abc import Callable
from statistics import fmean

from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _samples(draw: random.Random) -> Cases:
    """Power laws of known index in random order, all above 1, with no two alike."""
    for count, used in ((8, 3), (20, 6), (40, 9)):
        index = draw.uniform(1.2, 3.0)
        yield [round((1 - draw.random()) ** (-1 / index) * 2, 4) for _ in range(count)], used + draw.randint(0, 1)


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
EXERCISE = Exercise(
    key="09-hill",
    title="Hill's estimate",
    name="hill",
    cases=_samples,
    oracle=_hill,
    difficulty="medium",
    minutes=10,
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
            "one point too few in the mean",
            lambda sizes, used: (used - 1) / used * _hill(sizes, used),
            "You divided the sum of logarithms by `used - 1`, 0.481 for 16, 8, 4, 2, 1 with 2 used: that form corrects "
            "a bias, but here the mean over all `used` points is asked.",
        ),
        Mistake(
            "one point too few in the tail",
            lambda sizes, used: _hill(sizes, used - 1),
            "You left out the last of the points to be used, and divided by it, 1.443 for 16, 8, 4, 2, 1 with 2 used: "
            "divide by the next one below, 4.",
        ),
        Mistake(
            "mean of the inverses",
            lambda sizes, used: fmean(
                1 / math.log(size / _largest(sizes, used)[-1]) for size in _largest(sizes, used)[:-1]
            ),
            "You took one over each logarithm and then the mean, 1.082 for 16, 8, 4, 2, 1 with 2 used: take the mean "
            "first, and one over it, or the point next to the threshold decides nearly alone.",
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
