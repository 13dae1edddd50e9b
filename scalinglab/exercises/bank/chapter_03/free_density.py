"""03-free-density: the first transition, the density at which pruning begins to hurt."""

import math
import random

from scalinglab.exercises.bank._bisection import last
from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _laws(draw: random.Random) -> tuple[Case, ...]:
    return tuple(
        (
            round(draw.uniform(0.015, 0.08), 4),
            round(draw.uniform(0.8, 0.92), 3),
            round(draw.uniform(1.1, 2.4), 3),
            round(math.exp(draw.uniform(-6.5, -3)), 5),
        )
        for _ in range(4)
    )


def _meeting(unpruned: float, high: float, slope: float, transition: float) -> float:
    """The right answer by bisection of where the power law falls to the low plateau."""
    start = math.log(transition)
    law = lambda log_density: math.log(high) + slope * (start - log_density)  # noqa: E731
    return math.exp(last(lambda log_density: law(log_density) > math.log(unpruned), start, start + 60))


# The messages show plateaus of 0.01 and 0.81, a ratio of 81, and a slope of 2: the densities have a ratio of 9.
EXERCISE = Exercise(
    key="03-free-density",
    title="Where it begins to hurt",
    name="free_density",
    cases=_laws,
    oracle=_meeting,
    tolerance=1e-6,
    difficulty="easy",
    minutes=8,
    place=2,
    mistakes=(
        Mistake(
            "slope not inverted",
            lambda unpruned, high, slope, transition: transition * (high / unpruned) ** slope,
            "You raised the ratio of the plateaus to the slope. Solve `high * (p / d)**slope = unpruned` for d: the "
            "exponent of the ratio is 1 / slope.",
        ),
        Mistake(
            "no power",
            lambda unpruned, high, slope, transition: transition * high / unpruned,
            "You left out the power: a ratio of 81 between the plateaus is a ratio of 9 between the densities if the "
            "slope is 2.",
        ),
        Mistake(
            "upside down",
            lambda unpruned, high, slope, transition: transition * (unpruned / high) ** (1 / slope),
            "Your density is below the transition to the high plateau: the ratio of the plateaus is upside down.",
        ),
        Mistake(
            "plateau left out",
            lambda unpruned, high, slope, transition: transition * (1 / unpruned) ** (1 / slope),
            "You left out the high plateau: the power law starts from `high` at the transition, not from 1.",
        ),
        Mistake(
            "half the power",
            lambda unpruned, high, slope, transition: transition * (high / unpruned) ** (2 / slope),
            "You used the exponent 2 / slope. In the formula it belongs to squared densities. Without the squares the "
            "exponent is 1 / slope.",
        ),
        Mistake(
            "minus one",
            lambda unpruned, high, slope, transition: transition * ((high / unpruned) ** (2 / slope) - 1) ** 0.5,
            "You solved the whole law for a density where the error is near the low plateau. The exercise asks where "
            "the two straight lines meet, without the rounded corner.",
        ),
    ),
    hints=(
        "Set the power law equal to the error before pruning.",
        "`high * (transition / d) ** slope = unpruned`: which d?",
        "`d = transition * (high / unpruned) ** (1 / slope)`.",
    ),
)
