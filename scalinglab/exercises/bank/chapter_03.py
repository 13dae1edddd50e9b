"""Chapter 03, pruning across scales: rounds, the first transition, the law in logarithms, the smallest network."""

from __future__ import annotations

import math
import random

from scalinglab.exercises.bank.three_regions import LOG_ERROR, SMALLEST
from scalinglab.exercises.exercise import Case, Exercise, Mistake

__all__ = ["EXERCISES"]


def _cuts(draw: random.Random) -> tuple[Case, ...]:
    """Networks of a few thousand weights; the last one is there already."""
    cases: list[Case] = []
    for _ in range(4):
        total, fraction = draw.randint(2000, 20_000), draw.choice([0.1, 0.2, 0.25, 0.3])
        rounds = draw.randint(5, 14)
        # Between two rounds, so that no rounding of a logarithm decides.
        cases.append((total, round(total * (1 - fraction) ** (rounds - draw.uniform(0.35, 0.65))), fraction))
    return (*cases, (cases[0][0], cases[0][0], cases[0][2]))


def _counted(total: float, kept: float, fraction: float) -> int:
    """The right answer by doing it."""
    left, done = float(total), 0
    while left > kept:
        left, done = left * (1 - fraction), done + 1
    return done


# The messages show 1,000 weights of which at most 300 are to be left, 20 % in each round: 6 rounds leave 262.
_ROUNDS = Exercise(
    key="03-rounds",
    title="Rounds",
    name="rounds",
    cases=_cuts,
    oracle=_counted,
    tolerance=0.0,
    difficulty="easy",
    minutes=6,
    points=10,
    mistakes=(
        Mistake(
            "the same number in each round",
            lambda total, kept, fraction: math.ceil((total - kept) / (fraction * total)),
            "You took the same number of weights in each round: 1,000 weights to 300 would be 4 rounds, but each round "
            "prunes a fraction of what is *left*, and 6 are needed.",
        ),
        Mistake(
            "one too few",
            lambda total, kept, fraction: _counted(total, kept, fraction) - 1,
            "You rounded down: after your last round more than `kept` weights are left.",
        ),
        Mistake(
            "one too many",
            lambda total, kept, fraction: _counted(total, kept, fraction) + 1,
            "You counted one round too many: training the dense network is not a round, and where all weights may be "
            "kept the answer is 0.",
        ),
        Mistake(
            "fraction kept",
            lambda total, kept, fraction: math.ceil(math.log(kept / total) / math.log(fraction)),
            "You multiplied by `fraction` in each round, but that is what is pruned: 1,000 weights to 300 would be 1 "
            "round, where 6 are right.",
        ),
        Mistake(
            "not a whole number",
            lambda total, kept, fraction: math.log(kept / total) / math.log(1 - fraction),
            "You returned a number with decimals, but a round is done or not done: round up.",
        ),
        Mistake(
            "how many are pruned",
            lambda total, kept, fraction: math.ceil(
                math.log(max(1 - kept / total, 1e-9)) / math.log(1 - fraction) if kept < total else 0
            ),
            "You asked when at most `total - kept` weights are left: `kept` is what stays, not what goes.",
        ),
    ),
    hints=(
        "How many weights are left after one round, and after two? Each is a product.",
        "After r rounds `total * (1 - fraction) ** r` weights are left.",
        "Take logarithms and round up, or count in a loop; if `kept` equals `total`, no round is needed.",
    ),
)


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
    low, top = math.log(transition), math.log(transition) + 60
    for _ in range(200):
        middle = (low + top) / 2
        if math.log(high) + slope * (math.log(transition) - middle) > math.log(unpruned):
            low = middle
        else:
            top = middle
    return math.exp(low)


# The messages show plateaus of 0.01 and 0.81, a ratio of 81, and a slope of 2: the densities have a ratio of 9.
_FREE = Exercise(
    key="03-free-density",
    title="Where it begins to hurt",
    name="free_density",
    cases=_laws,
    oracle=_meeting,
    tolerance=1e-6,
    difficulty="easy",
    minutes=8,
    points=10,
    mistakes=(
        Mistake(
            "slope not inverted",
            lambda unpruned, high, slope, transition: transition * (high / unpruned) ** slope,
            "You raised the ratio of the plateaus to the slope; solve `high * (p / d)**slope = unpruned` for d, and it "
            "is raised to 1 / slope.",
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
            "You took 2 / slope as in the formula, but there it goes with the square of the transition: the ratio of "
            "the densities is that of the plateaus to 1 / slope.",
        ),
        Mistake(
            "minus one",
            lambda unpruned, high, slope, transition: transition * ((high / unpruned) ** (2 / slope) - 1) ** 0.5,
            "You solved the whole law for a density where the error is not far from the low plateau: asked is where "
            "the two straight lines meet, without the bend.",
        ),
    ),
    hints=(
        "Set the power law equal to the error before pruning.",
        "`high * (transition / d) ** slope = unpruned`: which d?",
        "`d = transition * (high / unpruned) ** (1 / slope)`.",
    ),
)


EXERCISES = (_ROUNDS, _FREE, LOG_ERROR, SMALLEST)
