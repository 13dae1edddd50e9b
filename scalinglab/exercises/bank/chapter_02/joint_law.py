"""02-joint-law: the joint law of samples and width, inside its envelope at chance."""

import math
import random
from collections.abc import Callable, Sequence

from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _joint_laws(draw: random.Random) -> tuple[Case, ...]:
    """A large network without an offset, one with an offset, and few samples, where chance decides."""
    plenty = _joint_law(draw, draw.choice((4096, 8192)), draw.choice((256, 512)), 0.0)
    middle = _joint_law(draw, draw.choice((512, 1024)), draw.choice((32, 64)), round(draw.uniform(0.05, 0.2), 2))
    return plenty, middle, _joint_law(draw, draw.choice((2, 4, 8)), draw.choice((2, 4)), 0.01)


def _joint_law(draw: random.Random, samples: int, width: int, offset: float) -> Case:
    """Exponents at least 0.1 apart and amplitudes that differ, so that it matters which belongs to which size."""
    a, b = round(draw.uniform(3, 6), 1), round(draw.uniform(1, 2.5), 1)
    alpha, beta = round(draw.uniform(0.6, 0.8), 2), round(draw.uniform(0.3, 0.5), 2)
    return samples, width, (a, alpha, b, beta, offset), round(draw.uniform(0.5, 0.9), 2)


def _terms(samples: int, width: int, law: Sequence[float]) -> float:
    """The three terms of the law, added up."""
    a, alpha, b, beta, offset = law
    return a * math.exp(-alpha * math.log(samples)) + b * math.exp(-beta * math.log(width)) + offset


def _joint_error(samples: int, width: int, law: Sequence[float], chance: float) -> float:
    """The right answer in another form: inverse squares add up, so that the smaller of the two numbers decides."""
    return (_terms(samples, width, law) ** -2 + chance**-2) ** -0.5


def _bent(envelope: Callable[[float, float], float]) -> Callable[..., float]:
    """The right terms under a wrong envelope, which takes their sum and the chance."""
    return lambda samples, width, law, chance: envelope(_terms(samples, width, law), chance)


def _multiplied(samples: int, width: int, law: Sequence[float], chance: float) -> float:
    """The first two terms as one, the amplitude of which is the product."""
    a, alpha, b, beta, offset = law
    return _joint_error(samples, width, (a * b * width**-beta, alpha, 0.0, beta, offset), chance)


# The messages show samples 100, width 16, law (2, 0.5, 1, 0.25, 0.05) and chance 0.9: the terms are 0.2 + 0.5 + 0.05 =
# 0.75, and the error is 0.576.
EXERCISE = Exercise(
    key="02-joint-law",
    title="The joint law",
    name="joint_error",
    cases=_joint_laws,
    oracle=_joint_error,
    difficulty="easy",
    minutes=8,
    mistakes=(
        Mistake(
            "no envelope",
            _bent(lambda terms, chance: terms),
            "You returned the sum of the terms, 0.2 + 0.5 + 0.05 = 0.75 in place of 0.576, and with few samples it "
            "even exceeds chance: bend it below `chance`.",
        ),
        Mistake(
            "cut at chance",
            _bent(min),
            "You cut the sum of the terms at chance: 0.75 stays 0.75 under a chance of 0.9, but the law bends long "
            "before it gets there, to 0.576.",
        ),
        Mistake(
            "no square in the envelope",
            _bent(lambda terms, chance: terms / (1 + terms / chance)),
            "You bent the law too early, 0.75 / (1 + 0.75 / 0.9) = 0.409: square `e / chance`, and take the root of "
            "the whole denominator.",
        ),
        Mistake(
            "no root in the envelope",
            _bent(lambda terms, chance: terms / (1 + (terms / chance) ** 2)),
            "You left out the root: 0.75 / (1 + (0.75 / 0.9)**2) = 0.443, and for a very large `e` your error falls "
            "back to 0, where it should come up to chance.",
        ),
        Mistake(
            "chance taken as 1",
            _bent(lambda terms, chance: terms / math.sqrt(1 + terms**2)),
            "You never used `chance`: 0.75 / sqrt(1 + 0.75**2) = 0.6, a law whose error comes up to 1; inside the "
            "root `e` is measured in units of chance.",
        ),
        Mistake(
            "a fraction of chance",
            _bent(lambda terms, chance: terms / math.hypot(terms, chance)),
            "You returned the error as a fraction of chance, 0.640, which comes up to 1: times the chance of 0.9 it "
            "is 0.576.",
        ),
        Mistake(
            "offset outside of the envelope",
            lambda samples, width, law, chance: _joint_error(samples, width, (*law[:4], 0.0), chance) + law[4],
            "You added the offset at the end, 0.553 + 0.05 = 0.603: then the smallest networks do worse than chance, "
            "so the offset must be a part of `e`, which is bent as a whole.",
        ),
        Mistake(
            "no offset",
            lambda samples, width, law, chance: _joint_error(samples, width, (*law[:4], 0.0), chance),
            "You left out the offset: 0.2 + 0.5 = 0.7 becomes 0.553, and with endless samples and width your error "
            "would be 0, but `offset` remains.",
        ),
        Mistake(
            "terms multiplied",
            _multiplied,
            "You multiplied the terms, 0.2 * 0.5 + 0.05 = 0.15: then samples alone could bring the error down to the "
            "offset; in the law each term is a limit of its own, and they add up.",
        ),
        Mistake(
            "exponents swapped",
            lambda samples, width, law, chance: _joint_error(
                samples, width, [law[place] for place in (0, 3, 2, 1, 4)], chance
            ),
            "You swapped the exponents, 2 * 100**-0.25 + 16**-0.5 + 0.05 = 0.932 in place of 0.75: `alpha` belongs to "
            "the samples and `beta` to the width.",
        ),
    ),
    hints=(
        "Work from the inside out: first `e`, three terms that add up; then bend it so that it stays below `chance`.",
        "`e = a * samples**-alpha + b * width**-beta + offset`; with `e` far below chance the error is almost `e`.",
        "Divide `e` by the square root of `1 + (e / chance)**2`.",
    ),
)
