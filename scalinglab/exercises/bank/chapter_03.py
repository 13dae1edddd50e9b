"""Chapter 03, pruning across scales: rounds, the first transition, the law in logarithms, the smallest network."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from scalinglab.exercises.exercise import Case, Exercise, Mistake

__all__ = ["EXERCISES"]

Network = tuple[int, int, float]
#: High plateau, slope, transition and exponent of the width.
Law = tuple[float, float, float, float]


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


def _logs(draw: random.Random) -> tuple[Case, ...]:
    """Densities in all three regions; then a slope that makes floats overflow."""
    cases: list[Case] = []
    for slope in (draw.uniform(1, 2), draw.uniform(1, 2), draw.uniform(0.5, 0.9), draw.uniform(0.002, 0.005)):
        unpruned, high, transition = draw.uniform(0.02, 0.06), draw.uniform(0.8, 0.92), draw.uniform(0.002, 0.02)
        cases.append(
            (
                round(math.log(draw.uniform(0.001, 0.2)), 4),
                round(unpruned, 4),
                round(high, 3),
                round(slope, 4),
                round(transition, 5),
            )
        )
    return tuple(cases)


def _added(one: float, other: float) -> float:
    return max(one, other) + math.log1p(math.exp(-abs(one - other)))


def _law_in_logs(log_density: float, unpruned: float, high: float, slope: float, transition: float) -> float:
    """The right answer, sums of two powers taken apart by hand."""
    square, level = 2 * log_density, 2 * math.log(transition)
    raised = level + 2 / slope * (math.log(high) - math.log(unpruned))
    return math.log(unpruned) + slope / 2 * (_added(square, raised) - _added(square, level))


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
        return start + slope / outer * (_added(square, raised) - _added(square, ground))

    return law


_LOG_ERROR = Exercise(
    key="03-log-error",
    title="The law without overflow",
    name="log_error",
    cases=_logs,
    oracle=_law_in_logs,
    tolerance=1e-8,
    difficulty="medium",
    minutes=15,
    points=15,
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
            lambda *given: _law_in_logs(*given) / math.log(10),
            "Your answer is a logarithm to base 10: the natural one is asked for.",
        ),
        Mistake(
            "not a logarithm",
            lambda *given: math.exp(_law_in_logs(*given)),
            "You returned the error itself, and its natural logarithm is asked for.",
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


def _choices(draw: random.Random) -> tuple[Case, ...]:
    """Networks of several widths, of which the narrowest cannot serve."""
    cases: list[Case] = []
    for _ in range(3):
        widths = sorted(draw.sample(range(10, 120), 4))
        networks = []
        for place, width in enumerate([8, *widths]):
            unpruned = 0.09 if place == 0 else draw.uniform(0.018, 0.035)
            networks.append((width, 64 * width + width**2 + 10 * width, round(unpruned, 4)))
        budget = round(draw.uniform(0.04, 0.08), 4)
        high, slope = round(draw.uniform(0.82, 0.9), 3), round(draw.uniform(1.2, 1.8), 3)
        law = (high, slope, round(draw.uniform(0.35, 0.6), 3), round(draw.uniform(1.0, 1.4), 3))
        cases.append((budget, networks, law))
    return tuple(cases)


def _pruned_to(budget: float, network: Network, law: Law) -> float:
    """The density by bisection of the law in logarithms; above 1 if even the dense law is above the budget."""
    (width, _, unpruned), (high, slope, transition, exponent) = network, law
    low, top = -40.0, 10.0
    for _ in range(200):
        middle = (low + top) / 2
        if _law_in_logs(middle + exponent * math.log(width), unpruned, high, slope, transition) > math.log(budget):
            low = middle
        else:
            top = middle
    return math.exp(top)


def _fewest(budget: float, networks: Sequence[Network], law: Law) -> float:
    """The right answer."""
    able = [network for network in networks if network[2] < budget]
    return min(network[1] * _pruned_to(budget, network, law) for network in able)


def _of_each(
    change: Callable[..., float], pick: Callable[[list[float]], float] = min
) -> Callable[[float, Sequence[Network], Law], float]:
    """A wrong answer from a wrong number of weights for each network that can serve."""
    return lambda budget, networks, law: pick(
        [change(budget, network, law) for network in networks if network[2] < budget]
    )


_SMALLEST = Exercise(
    key="03-smallest",
    title="Your own answer to the budget",
    name="smallest",
    cases=_choices,
    oracle=_fewest,
    tolerance=1e-6,
    difficulty="hard",
    minutes=25,
    points=20,
    mistakes=(
        Mistake(
            "not pruned",
            _of_each(lambda budget, network, law: float(network[1])),
            "You returned the smallest network that serves without being pruned: pruning it, or a wider one, needs far "
            "fewer weights.",
        ),
        Mistake(
            "a density",
            _of_each(_pruned_to),
            "You returned a density, and the smallest density belongs to the widest network: compare numbers of "
            "weights, density times `weights`.",
        ),
        Mistake(
            "invariant for density",
            _of_each(lambda budget, network, law: network[1] * _pruned_to(budget, network, (*law[:3], 0.0))),
            "You took the invariant for the density: divide it by `width ** exponent` first.",
        ),
        Mistake(
            "the power law alone",
            _of_each(
                lambda budget, network, law: (
                    network[1] * law[2] * (law[0] / budget) ** (1 / law[1]) / network[0] ** law[3]
                )
            ),
            "You inverted the power law alone: near the low plateau the error is larger than it says, and your network "
            "would miss the budget.",
        ),
        Mistake(
            "the widest",
            _of_each(
                lambda budget, network, law: network[1] * _pruned_to(budget, network, law), pick=lambda found: found[-1]
            ),
            "You pruned the last network of the list: compare all of them, and take the fewest weights.",
        ),
        Mistake(
            "the most weights",
            _of_each(lambda budget, network, law: network[1] * _pruned_to(budget, network, law), pick=max),
            "You took the largest of the numbers of weights, and the fewest are asked for.",
        ),
        Mistake(
            "where pruning begins to cost",
            _of_each(
                lambda budget, network, law: (
                    network[1] * law[2] * (law[0] / network[2]) ** (1 / law[1]) / network[0] ** law[3]
                )
            ),
            "You pruned each network to the end of its low plateau only: the budget allows more.",
        ),
    ),
    hints=(
        "First one network: which density gives exactly the budget? Find the m* by inverting the law, or by bisection.",
        "Solve `budget = unpruned * ((m**2 + p**2 * r**(2 / slope)) / (m**2 + p**2)) ** (slope / 2)` for m, with "
        "`r = high / unpruned`.",
        "The density is `m / width ** exponent`; take the minimum of density times `weights` over the networks whose "
        "`unpruned` is below the budget.",
    ),
)


EXERCISES = (_ROUNDS, _FREE, _LOG_ERROR, _SMALLEST)
