"""11-order: the order that a bound needs."""

import math
import random
from collections.abc import Callable

from scalinglab.exercises.exercise import Case, Exercise, Mistake


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
    return lambda pole, error: max(0, math.ceil(math.log(target(pole, error)) / math.log(ratio(pole))))


def _half(pole: float, error: float) -> float:
    return error * (pole * pole - 1) / 2


def _ratio(pole: float) -> float:
    return pole - math.sqrt(pole * pole - 1)


# The messages show the pole 1.25, whose ratio is 1/2, and the error 0.001: order 12.
EXERCISE = Exercise(
    key="11-order",
    title="How high an order?",
    name="order_needed",
    cases=_bounds,
    oracle=_order,
    difficulty="medium",
    minutes=12,
    place=2,
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
        "Take logarithms: k log(ratio) = log(error (b^2 - 1) / 2), and both are negative.",
        "`math.ceil` of the quotient, but never below 0.",
    ),
)
