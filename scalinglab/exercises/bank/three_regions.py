"""Three regions: the law of a pruned error in logarithms, and the smallest network under a budget (chapter 03)."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from scalinglab.exercises.exercise import Case, Exercise, Mistake

__all__ = ["LOG_ERROR", "SMALLEST"]

Network = tuple[int, int, float]
#: High plateau, slope, transition and exponent of the width.
Law = tuple[float, float, float, float]


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


LOG_ERROR = Exercise(
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


SMALLEST = Exercise(
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
