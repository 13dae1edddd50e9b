"""Chapter 11, universal compression: moments counted, one step of recombination, and the order that a bound needs."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import product

from scalinglab.exercises.bank.nodes import NODES
from scalinglab.exercises.exercise import Case, Exercise, Mistake

__all__ = ["EXERCISES"]


def _spaces(draw: random.Random) -> tuple[Case, ...]:
    """Two, three and four dimensions; then order 0, whose one moment is the total weight."""
    return (2, draw.randint(4, 9)), (3, draw.randint(3, 6)), (4, draw.randint(2, 4)), (draw.randint(2, 5), 0)


def _moments(dimension: int, order: int) -> int:
    """The right answer by listing all exponents."""
    return sum(sum(powers) <= order for powers in product(range(order + 1), repeat=dimension))


# The messages show order 4 in 3 dimensions: 35 moments.
_COUNT = Exercise(
    key="11-moments",
    title="Count the moments",
    name="moments",
    cases=_spaces,
    oracle=_moments,
    difficulty="easy",
    minutes=8,
    points=10,
    mistakes=(
        Mistake(
            "no constant",
            lambda dimension, order: math.comb(dimension + order, order) - 1,
            "You left out the constant, 34 for order 4 in 3 dimensions where there are 35: degree 0 is a moment too, "
            "and the one that keeps the total weight.",
        ),
        Mistake(
            "one degree only",
            lambda dimension, order: math.comb(dimension + order - 1, order),
            "You counted the monomials of exactly this degree, 15 for order 4 in 3 dimensions where there are 35: all "
            "lower degrees count too.",
        ),
        Mistake(
            "each power up to the order",
            lambda dimension, order: (order + 1) ** dimension,
            "You let every variable go up to the order, 125 for order 4 in 3 dimensions where there are 35: the powers "
            "together must not exceed it.",
        ),
        Mistake(
            "no products",
            lambda dimension, order: dimension * order + 1,
            "You counted the powers of single variables, 13 for order 4 in 3 dimensions where there are 35: products "
            "of different variables are monomials too.",
        ),
        Mistake(
            "orders of factors told apart",
            lambda dimension, order: sum(dimension**degree for degree in range(order + 1)),
            "You told products apart by the order of their factors, 121 for order 4 in 3 dimensions where there are "
            "35: the second times the first variable is the first times the second.",
        ),
        Mistake(
            "below the order",
            lambda dimension, order: math.comb(dimension + order - 1, dimension),
            "You stopped one degree early, 20 for order 4 in 3 dimensions where there are 35: the order itself is "
            "included.",
        ),
        Mistake(
            "no variable twice",
            lambda dimension, order: sum(math.comb(dimension, degree) for degree in range(order + 1)),
            "You took each variable at most once, 8 for order 4 in 3 dimensions where there are 35: powers count too.",
        ),
    ),
    hints=(
        "Begin with two variables and order 2: write down all six monomials.",
        "A monomial is a choice of `order` factors from the variables and the number 1, in no order.",
        "Choices of k things out of n with repetition: `math.comb(n + k - 1, k)`; here n is `dimension + 1`.",
    ),
)


def _walks(draw: random.Random) -> tuple[Case, ...]:
    """Three sets of weights, each with a direction whose numbers add up to zero, so that the total weight is kept."""
    cases = []
    for size in (4, 5, 7):
        weights = [draw.randint(2, 60) / 10 for _ in range(size)]
        direction = [draw.choice((-1, 1)) * draw.randint(1, 12) / 4 for _ in range(size - 1)]
        direction.append(-sum(direction))
        if not direction[-1] or max(direction) <= 0:
            direction[0], direction[-1] = direction[0] + 2, direction[-1] - 2
        cases.append((weights, direction))
    return tuple(cases)


def _walked(weights: list[float], direction: list[float]) -> list[float]:
    """The right answer by trying: of the steps that make some weight zero, the longest that makes none negative."""
    steps = [weight / part for weight, part in zip(weights, direction, strict=True) if part > 0]
    ends = [[weight - step * part for weight, part in zip(weights, direction, strict=True)] for step in steps]
    allowed = [end for end in ends if min(end) > -1e-9]
    return [0.0 if abs(weight) < 1e-9 else weight for weight in min(allowed, key=min)]


def _by(choose: Callable[[list[float], list[float]], float]) -> Callable[..., list[float]]:
    """A wrong answer that walks a wrong distance."""

    def walk(weights: list[float], direction: list[float]) -> list[float]:
        step = choose(weights, direction)
        return [weight - step * part for weight, part in zip(weights, direction, strict=True)]

    return walk


def _ratios(weights: list[float], direction: list[float]) -> list[float]:
    """Each weight over its part of the direction; infinite for none."""
    return [weight / part if part else math.inf for weight, part in zip(weights, direction, strict=True)]


def _right_step(weights: list[float], direction: list[float]) -> float:
    return min(ratio for ratio in _ratios(weights, direction) if ratio > 0)


def _at(place: Callable[[list[float], list[float]], int]) -> Callable[..., float]:
    """The step that makes the weight at some place zero."""

    def step(weights: list[float], direction: list[float]) -> float:
        chosen = place(weights, direction)
        return weights[chosen] / (direction[chosen] or 1.0)

    return step


def _only_the_dead(weights: list[float], direction: list[float]) -> list[float]:
    first = _ratios(weights, direction).index(_right_step(weights, direction))
    return [0.0 if place == first else weight for place, weight in enumerate(weights)]


def _normalised(weights: list[float], direction: list[float]) -> list[float]:
    end = _walked(weights, direction)
    return [weight / sum(end) for weight in end]


# The messages show weights 3, 2, 1 and 4 and the direction 1, 2, -1, -2: the step is 1, and 2, 0, 2, 6 are left.
_STEP = Exercise(
    key="11-step",
    title="One step of recombination",
    name="step",
    cases=_walks,
    oracle=_walked,
    difficulty="medium",
    minutes=12,
    points=15,
    mistakes=(
        Mistake(
            "the longest step",
            _by(lambda w, v: max(ratio for ratio in _ratios(w, v) if 0 < ratio < math.inf)),
            "You walked until the last of the falling weights is zero: weights 3, 2, 1, 4 and direction 1, 2, -1, -2 "
            "give you -4 on the way, where the first to get to zero ends the walk.",
        ),
        Mistake(
            "negative numbers of the direction counted",
            _by(lambda w, v: min(abs(ratio) for ratio in _ratios(w, v))),
            "You took the smallest ratio by its size, but a weight whose number in the direction is negative grows on "
            "this walk, and can end no step.",
        ),
        Mistake(
            "walked the other way",
            _by(lambda w, v: -_right_step(w, v)),
            "You walked along the direction: weights 3, 2, 1, 4 and direction 1, 2, -1, -2 give you 4 first, where "
            "a step against the direction leaves 2.",
        ),
        Mistake(
            "most negative ratio",
            _by(lambda w, v: min(_ratios(w, v))),
            "You took the smallest of all ratios, which is negative: the walk goes the wrong way, and too far; only "
            "positive numbers of the direction make a weight fall.",
        ),
        Mistake(
            "smallest weight",
            _by(_at(lambda w, v: w.index(min(w)))),
            "You made the smallest weight zero, but the first to get there is the one that is small *for its number in "
            "the direction*.",
        ),
        Mistake(
            "largest number of the direction",
            _by(_at(lambda w, v: v.index(max(v)))),
            "You made the weight zero that falls fastest, but it may have further to fall than another.",
        ),
        Mistake(
            "the others left as they were",
            _only_the_dead,
            "You removed a weight and left the others: 3, 0, 1, 4 of 3, 2, 1, 4, and the total has changed; the whole "
            "step moves all weights, so that the moments stay.",
        ),
        Mistake(
            "one whole step",
            lambda w, v: [max(weight - part, 0.0) for weight, part in zip(w, v, strict=True)],
            "You subtracted the direction once and cut at zero: the length of the step is what has to be found, and "
            "cutting changes the moments.",
        ),
        Mistake(
            "normalised",
            _normalised,
            "Your weights are right but for their sum, which you made 1: weights 3, 2, 1, 4 have the sum 10, and the "
            "step keeps it.",
        ),
    ),
    hints=(
        "Which weights fall along this walk, and which grow?",
        "A weight `w` whose number in the direction is `v > 0` is zero at `t = w / v`.",
        "Take the smallest of these `t`, and return `weights - t * direction`.",
    ),
)


def _bounds(draw: random.Random) -> tuple[Case, ...]:
    """Poles near the points and farther away; then an error so large that order 0 promises it."""
    near, far = round(draw.uniform(1.03, 1.15), 3), round(draw.uniform(1.2, 2.0), 3)
    return (near, 10.0 ** -draw.randint(2, 4)), (far, 10.0 ** -draw.randint(5, 10)), (3.0, draw.choice((1.7, 2.0, 2.5)))


def _order(pole: float, error: float) -> int:
    """The right answer by trying one order after the other."""
    order = 0
    while 2 * (pole - math.sqrt(pole * pole - 1)) ** order / (pole * pole - 1) > error:
        order += 1
    return order


def _log_order(target: Callable[[float, float], float], ratio: Callable[[float], float]) -> Callable[..., int]:
    """A wrong answer by logarithms."""

    def order(pole: float, error: float) -> int:
        return max(0, math.ceil(math.log(target(pole, error)) / math.log(ratio(pole))))

    return order


def _half(pole: float, error: float) -> float:
    return error * (pole * pole - 1) / 2


def _ratio(pole: float) -> float:
    return pole - math.sqrt(pole * pole - 1)


# The messages show the pole 1.25, whose ratio is 1/2, and the error 0.001: order 12.
_ORDER = Exercise(
    key="11-order",
    title="How high an order?",
    name="order_needed",
    cases=_bounds,
    oracle=_order,
    difficulty="medium",
    minutes=12,
    points=15,
    mistakes=(
        Mistake(
            "once the distance",
            _log_order(lambda pole, error: error * (pole * pole - 1), _ratio),
            "You asked for the distance itself to be that small, order 11 for the pole 1.25 and the error 0.001: both "
            "averages can be off by it, so the bound is twice as large.",
        ),
        Mistake(
            "no denominator",
            _log_order(lambda pole, error: error / 2, _ratio),
            "You left out the denominator, order 11 for the pole 1.25 and the error 0.001: near the points the "
            "function is large, and so is its distance from polynomials.",
        ),
        Mistake(
            "rounded down",
            lambda pole, error: max(0, _order(pole, error) - 1),
            "Your order is one too small, 11 for the pole 1.25 and the error 0.001: the bound there is 0.0017; round "
            "up to a whole order.",
        ),
        Mistake(
            "rounded up once more",
            lambda pole, error: _order(pole, error) + 1,
            "Your order is one too large, 13 for the pole 1.25 and the error 0.001: at 12 the bound is 0.0009 already.",
        ),
        Mistake(
            "two logarithms",
            lambda pole, error: max(0, math.ceil(math.log10(_half(pole, error)) / math.log(_ratio(pole)))),
            "You divided a logarithm to base 10 by a natural one, order 6 for the pole 1.25 and the error 0.001: any "
            "base will do, if it is the same in both.",
        ),
        Mistake(
            "radius of convergence",
            _log_order(_half, lambda pole: 1 / pole),
            "You let the error fall like a Taylor series, by 1 / pole with each order: order 37 for the pole 1.25 and "
            "the error 0.001; the best polynomial is much better than Taylor's.",
        ),
        Mistake(
            "below order zero",
            lambda pole, error: math.ceil(math.log(_half(pole, error)) / math.log(_ratio(pole))),
            "You return a negative order where the error is so large that order 0 is enough: none is below 0.",
        ),
        Mistake(
            "upside down",
            _log_order(_half, lambda pole: 1 / _ratio(pole)),
            "You took the root with the plus sign, which is above 1: its powers grow, and you return 0 for the pole "
            "1.25 and the error 0.001.",
        ),
    ),
    hints=(
        "Write the bound down, and ask for which k it is equal to the error.",
        "Take logarithms: k log(ratio) = log(error (a^2 - 1) / 2), and both are negative.",
        "`math.ceil` of the quotient, but never below 0.",
    ),
)


EXERCISES = (_COUNT, _STEP, _ORDER, NODES)
