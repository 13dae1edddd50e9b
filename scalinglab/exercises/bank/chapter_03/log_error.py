"""03-log-error: the law of three regions in logarithms, where the plain one overflows."""

import math
import random
from collections.abc import Callable

from scalinglab.exercises.bank.chapter_03._law_in_logs import added, law_in_logs
from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _logs(draw: random.Random) -> Cases:
    """Densities in all three regions; then a slope that makes floats overflow."""
    for slope in (draw.uniform(1, 2), draw.uniform(1, 2), draw.uniform(0.5, 0.9), draw.uniform(0.002, 0.005)):
        unpruned, high, transition = draw.uniform(0.02, 0.06), draw.uniform(0.8, 0.92), draw.uniform(0.002, 0.02)
        yield (
            round(math.log(draw.uniform(0.001, 0.2)), 4),
            round(unpruned, 4),
            round(high, 3),
            round(slope, 4),
            round(transition, 5),
        )


_Law = Callable[[float, float, float, float, float], float]


def _changed(
    power: float = 2.0, outer: float = 2.0, level: float = 2.0, *, swapped: bool = False, base: bool = True
) -> _Law:
    """A wrong answer: other exponents, plateaus swapped, or the first factor left out."""

    def law(log_density: float, unpruned: float, high: float, slope: float, transition: float) -> float:
        gap = math.log(high) - math.log(unpruned)
        square, ground = 2 * log_density, level * math.log(transition)
        raised = ground + power / slope * (-gap if swapped else gap)
        start = math.log(unpruned) if base else 0.0
        return start + slope / outer * (added(square, raised) - added(square, ground))

    return law


EXERCISE = Exercise(
    key="03-log-error",
    title="The law without overflow",
    name="log_error",
    cases=_logs,
    oracle=law_in_logs,
    tolerance=1e-8,
    difficulty="medium",
    minutes=15,
    mistakes=(
        Mistake(
            "transition not squared",
            _changed(level=1.0),
            "You took the logarithm of the transition once, but it is squared in the law: `2 * log(transition)`.",
        ),
        Mistake(
            "outer power",
            _changed(outer=1.0),
            "You raised the ratio to the slope; the law raises it to half the slope, as all in it is squared.",
        ),
        Mistake(
            "inner power",
            _changed(power=1.0),
            "You took 1 / slope inside, where the squared law has 2 / slope: your low plateau is not `unpruned` below "
            "the right density.",
        ),
        Mistake(
            "plateaus swapped",
            _changed(swapped=True),
            "Your error falls as the network is pruned: the ratio of the plateaus is upside down.",
        ),
        Mistake(
            "unpruned left out",
            _changed(base=False),
            "You left out the factor in front: at density 1 the error must be near `unpruned`, so its logarithm is not "
            "0.",
        ),
        Mistake(
            "logarithm to base 10",
            lambda *given: law_in_logs(*given) / math.log(10),
            "Your answer is a logarithm to base 10. The exercise asks for the natural logarithm.",
        ),
        Mistake(
            "not a logarithm",
            lambda *given: math.exp(law_in_logs(*given)),
            "You returned the error itself. The exercise asks for its natural logarithm.",
        ),
        Mistake(
            "power law only",
            lambda log_density, unpruned, high, slope, transition: (
                math.log(high) + slope * (math.log(transition) - log_density)
            ),
            "You returned the power law alone, which has no plateaus: it agrees with the law in the middle only.",
        ),
    ),
    hints=(
        "Write the logarithm of the law first, on paper: a sum of log(unpruned) and slope / 2 times a difference.",
        "The logarithm of `d**2 + p**2` is `np.logaddexp(2 * log d, 2 * log p)`.",
        "In the numerator the second summand is `2 * log p + 2 / slope * (log high - log unpruned)`.",
    ),
)
