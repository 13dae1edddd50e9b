"""11-moments: the number of moments up to an order."""

import math
import random
from itertools import product

from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _spaces(draw: random.Random) -> tuple[Case, ...]:
    """Two, three and four dimensions; then order 0, whose one moment is the total weight."""
    return (2, draw.randint(4, 9)), (3, draw.randint(3, 6)), (4, draw.randint(2, 4)), (draw.randint(2, 5), 0)


def _moments(dimension: int, order: int) -> int:
    """The right answer by listing all exponents."""
    return sum(sum(powers) <= order for powers in product(range(order + 1), repeat=dimension))


# The messages show order 4 in 3 dimensions: 35 moments.
EXERCISE = Exercise(
    key="11-moments",
    title="Count the moments",
    name="moments",
    cases=_spaces,
    oracle=_moments,
    difficulty="easy",
    minutes=8,
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
