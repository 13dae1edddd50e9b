"""10-fewest: the fewest weights that keep a relative error."""

import math
import random
from collections.abc import Callable

from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _layers(draw: random.Random) -> Cases:
    """Weights of both signs with a few large ones, in random order, no error on the edge between two counts."""
    for count, error in ((6, 0.5), (15, 0.3), (40, 0.6)):
        weights = [round(draw.gauss(0, 1) * math.exp(draw.gauss(0, 0.8)), 3) for _ in range(count)]
        yield weights, error + round(draw.uniform(-0.04, 0.04), 4)


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


def _in_order(ordered: list[float], error: float) -> int:
    """How many must be kept if they are taken in an order that may be wrong."""
    limit = error * _length(ordered)
    return next(kept for kept in range(len(ordered) + 1) if _length(ordered[kept:]) <= limit)


# The messages show the weights 4, 3, 2, 1 and 1 with an error of 0.5: the length of all is 5.57, so 2 are enough.
EXERCISE = Exercise(
    key="10-fewest",
    title="How few are enough?",
    name="fewest",
    cases=_layers,
    oracle=_fewest,
    difficulty="medium",
    minutes=10,
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
            "You counted the weights that can be dropped, 3 for 4, 3, 2, 1, 1 and 0.5: return how many must stay.",
        ),
        Mistake(
            "one too many",
            lambda weights, error: _fewest(weights, error) + 1,
            "You keep one weight too many, 3 for 4, 3, 2, 1, 1 and 0.5: if you keep the two largest, the others have "
            "the length 2.45, which is at most half of 5.57.",
        ),
        Mistake(
            "one too few",
            lambda weights, error: _fewest(weights, error) - 1,
            "You keep one weight too few, 1 for 4, 3, 2, 1, 1 and 0.5: the others then have the length 3.87, more than "
            "half of 5.57.",
        ),
        Mistake(
            "the smallest kept",
            lambda weights, error: _in_order(sorted(weights, key=abs), error),
            "You kept the smallest weights first, 5 for 4, 3, 2, 1, 1 and 0.5: the largest carry most of the length.",
        ),
        Mistake(
            "in the order given",
            _in_order,
            "You kept the first weights of the list: sort by size, without the sign, and begin with the largest.",
        ),
        Mistake(
            "signs kept",
            lambda weights, error: _in_order(sorted(weights, reverse=True), error),
            "You sorted with the signs, so large negative weights were dropped first: a weight of -3 counts like "
            "one of 3.",
        ),
        Mistake(
            "compared with what is kept",
            lambda weights, error: _until(weights, lambda out, kept: _length(out) <= error * _length(kept)),
            "You divided by the length of what is kept: the error is relative to the length of all weights.",
        ),
        Mistake(
            "error as a threshold",
            lambda weights, error: sum(abs(weight) > error for weight in weights),
            "You counted the weights of a size above the error, 5 for 4, 3, 2, 1, 1 and 0.5: the error is no threshold "
            "for single weights, it is the length of what is dropped, divided by the length of all.",
        ),
        Mistake(
            "one minus the error kept",
            lambda weights, error: _until(weights, lambda _, kept: _length(kept) >= (1 - error) * _length(weights)),
            "You kept weights until their length was 1 - error of all, 1 for 4, 3, 2, 1, 1 and 0.5: lengths of what is "
            "kept and of what is dropped do not add up to the whole, only their squares do.",
        ),
        Mistake(
            "a share",
            lambda weights, error: _fewest(weights, error) / len(weights),
            "You returned a share of the weights, 0.4 for 4, 3, 2, 1, 1 and 0.5: return their number.",
        ),
    ),
    hints=(
        "Sort by size. How long is what you drop if you keep the largest one, the largest two, and so on?",
        "Compare the sum of squares of what is dropped with `error ** 2` times the sum of all squares.",
        "Add squares from the smallest weight up, as long as the sum stays allowed: the rest must be kept.",
    ),
)
