"""12-update: the update of weighted neurons."""

import math
import random
from collections.abc import Callable

from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _neurons(draw: random.Random) -> Cases:
    """Equal masses of 1, where all is as usual; then unequal ones that do not add up to 1."""
    for size, heaviest in ((3, 1), (3, 40), (5, 80)):
        masses = [1.0] * size if heaviest == 1 else [draw.randint(2, heaviest) / 10 for _ in range(size)]
        gradients = [draw.choice((-1, 1)) * draw.randint(1, 90) / 100 for _ in range(size)]
        yield masses, gradients, draw.choice((0.1, 0.2, 0.5))


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
EXERCISE = Exercise(
    key="12-update",
    title="The update of weighted neurons",
    name="changes",
    cases=_neurons,
    oracle=_changes,
    difficulty="easy",
    minutes=8,
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
            "You multiplied by the masses, -0.6 and 1.6 for masses 2 and 4: the gradient already contains the mass as "
            "a factor, and the rule removes it.",
        ),
        Mistake(
            "uphill",
            _with(lambda mass, masses: 1 / mass, 1.0),
            "Your sizes are right, but you went uphill: 0.15 first for masses 2 and 4, where descent takes -0.15.",
        ),
        Mistake(
            "divided twice",
            _with(lambda mass, masses: 1 / mass**2),
            "You divided by the square of the masses, -0.075 first for masses 2 and 4: the gradient contains the mass "
            "only once.",
        ),
        Mistake(
            "root",
            _with(lambda mass, masses: 1 / math.sqrt(mass)),
            "You divided by the square roots of the masses, -0.21 first for masses 2 and 4: the gradient contains the "
            "mass itself.",
        ),
        Mistake(
            "shares",
            _with(lambda mass, masses: sum(masses) / mass),
            "You divided by shares of the total mass, -0.9 first for masses 2 and 4: the gradient contains the mass "
            "itself as a factor.",
        ),
        Mistake(
            "one mean mass",
            _with(lambda mass, masses: len(masses) / sum(masses)),
            "You divided all gradients by the mean mass, -0.1 first for masses 2 and 4: divide each by its own mass.",
        ),
    ),
    hints=(
        "Of two equal neurons, each has half the gradient that one neuron of mass 2 has.",
        "A neuron enters the loss as its mass times its output: the chain rule puts the mass into the gradient.",
        "`-step_size * gradient / mass` for each neuron.",
    ),
)
