"""Chapter 12, the dynamical lottery ticket: the update of weighted neurons, and a scaling law after compression."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from scalinglab.exercises.bank.gifts import GIFTS
from scalinglab.exercises.exercise import Case, Exercise, Mistake

__all__ = ["EXERCISES"]


def _neurons(draw: random.Random) -> tuple[Case, ...]:
    """Equal masses of 1, where all is as usual; then unequal ones that do not add up to 1."""
    cases = []
    for size, heaviest in ((3, 1), (3, 40), (5, 80)):
        masses = [1.0] * size if heaviest == 1 else [draw.randint(2, heaviest) / 10 for _ in range(size)]
        gradients = [draw.choice((-1, 1)) * draw.randint(1, 90) / 100 for _ in range(size)]
        cases.append((masses, gradients, draw.choice((0.1, 0.2, 0.5))))
    return tuple(cases)


def _changes(masses: list[float], gradients: list[float], step_size: float) -> list[float]:
    """The right answer by what it must do: mass times change is what plain descent would add to each sum."""
    return [-step_size * gradient * (1.0 / mass) for mass, gradient in zip(masses, gradients, strict=True)]


def _with(factor: Callable[[float, list[float]], float], sign: float = -1.0) -> Callable[..., list[float]]:
    """A wrong answer with another factor for each neuron."""

    def changes(masses: list[float], gradients: list[float], step_size: float) -> list[float]:
        pairs = zip(masses, gradients, strict=True)
        return [sign * step_size * gradient * factor(mass, masses) for mass, gradient in pairs]

    return changes


# The messages show masses 2 and 4, gradients 0.6 and -0.8 and the step size 0.5: changes -0.15 and 0.1.
_UPDATE = Exercise(
    key="12-update",
    title="The update of weighted neurons",
    name="changes",
    cases=_neurons,
    oracle=_changes,
    difficulty="easy",
    minutes=8,
    points=10,
    mistakes=(
        Mistake(
            "no rule",
            _with(lambda mass, masses: 1.0),
            "You took plain gradient descent, -0.3 and 0.4 for masses 2 and 4: the gradient of a neuron of mass 2 is "
            "twice that of each of the two neurons that it stands for, and it would learn twice as fast.",
        ),
        Mistake(
            "multiplied",
            _with(lambda mass, masses: mass),
            "You multiplied by the masses, -0.6 and 1.6 for masses 2 and 4: the gradient has the mass as a factor "
            "already, and that has to go, not to be squared.",
        ),
        Mistake(
            "uphill",
            _with(lambda mass, masses: 1 / mass, 1.0),
            "Your sizes are right, but you went uphill: 0.15 first for masses 2 and 4, where descent goes by -0.15.",
        ),
        Mistake(
            "divided twice",
            _with(lambda mass, masses: 1 / mass**2),
            "You divided by the square of the masses, -0.075 first for masses 2 and 4: the mass is in the gradient "
            "once.",
        ),
        Mistake(
            "root",
            _with(lambda mass, masses: 1 / math.sqrt(mass)),
            "You divided by the roots of the masses, -0.21 first for masses 2 and 4: the whole factor is in the "
            "gradient.",
        ),
        Mistake(
            "shares",
            _with(lambda mass, masses: sum(masses) / mass),
            "You divided by shares of the total mass, -0.9 first for masses 2 and 4: the gradient has the mass itself "
            "as a factor.",
        ),
        Mistake(
            "one mean mass",
            _with(lambda mass, masses: len(masses) / sum(masses)),
            "You divided all by the mean mass, -0.1 first for masses 2 and 4: each neuron has its own.",
        ),
    ),
    hints=(
        "Of two equal neurons, each has half the gradient that one neuron of mass 2 has.",
        "A neuron enters the loss as its mass times its output: the chain rule puts the mass into the gradient.",
        "`-step_size * gradient / mass` for each neuron.",
    ),
)


def _laws(draw: random.Random) -> tuple[Case, ...]:
    """The square root, the cube root, and no compression to speak of."""
    cases = []
    for share in (0.5, 1 / 3, round(draw.uniform(0.6, 0.9), 2)):
        alpha, scale = round(draw.uniform(0.2, 0.9), 2), round(draw.uniform(0.5, 5), 2)
        cases.append((draw.randint(20, 900), alpha, scale, share, float(draw.choice((2, 4, 8, 16)))))
    return tuple(cases)


def _loss(size: int, alpha: float, scale: float, share: float, factor: float) -> float:
    """The right answer by bisection: the whole number of objects d at which factor * d^share is the size."""
    low, high = 0.0, 60.0  # natural logarithms of d
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if math.log(factor) + share * middle < math.log(size) else (low, middle)
    return scale * math.exp(-alpha * low)


# The messages show 100 objects left, of a law d^-0.5 and d' = 4 d^(1/2): d = 625, the loss 0.04.
_LAW = Exercise(
    key="12-law",
    title="A law after compression",
    name="compressed_loss",
    cases=_laws,
    oracle=_loss,
    difficulty="medium",
    minutes=12,
    points=15,
    mistakes=(
        Mistake(
            "the old law",
            lambda size, alpha, scale, share, factor: scale * size**-alpha,
            "You put the compressed size into the old law, 0.1 for 100 objects left of 625: they are as good as all "
            "that they stand for, so ask how many these were.",
        ),
        Mistake(
            "exponent multiplied",
            lambda size, alpha, scale, share, factor: scale * (size / factor) ** (-alpha * share),
            "You multiplied the exponent by the share, 0.447 for 100 objects left of 625: solve d' = factor d^share "
            "for d, which raises to 1 / share.",
        ),
        Mistake(
            "no factor",
            lambda size, alpha, scale, share, factor: scale * size ** (-alpha / share),
            "You left out the factor, 0.01 for 100 objects left of 625: at a factor of 4, 100 of them stand for 25 "
            "squared and not for 100 squared.",
        ),
        Mistake(
            "factor on the wrong side",
            lambda size, alpha, scale, share, factor: scale * (factor * size) ** (-alpha / share),
            "You multiplied by the factor, 0.0025 for 100 objects left of 625: d^share is the size *divided* by it.",
        ),
        Mistake(
            "factor outside the power",
            lambda size, alpha, scale, share, factor: scale * (size ** (1 / share) / factor) ** -alpha,
            "You divided by the factor after the power, 0.02 for 100 objects left of 625: divide first, then raise to "
            "1 / share.",
        ),
        Mistake(
            "compressed again",
            lambda size, alpha, scale, share, factor: scale * (factor * size**share) ** -alpha,
            "You compressed the compressed set once more, 0.158 for 100 objects left of 625: the size is that after "
            "compression.",
        ),
        Mistake(
            "no scale",
            lambda size, alpha, scale, share, factor: (size / factor) ** (-alpha / share),
            "Your power is right, but the law has a scale in front of it, which compression does not change.",
        ),
        Mistake(
            "growing",
            lambda size, alpha, scale, share, factor: scale * (size / factor) ** (alpha / share),
            "Your loss grows with the size, 25 for 100 objects left of 625: the exponent of the law is minus alpha.",
        ),
    ),
    hints=(
        "From how many objects d were these compressed?",
        "As d' = factor d^share, d = (d' / factor)^(1 / share).",
        "Put that d into the old law: `scale * d ** -alpha`.",
    ),
)


EXERCISES = (_UPDATE, _LAW, GIFTS)
