"""03-smallest: the fewest weights that keep an error, by the law of three regions."""

import math
import random
from collections.abc import Callable, Sequence

from scalinglab.exercises.bank._bisection import last
from scalinglab.exercises.bank.chapter_03._law_in_logs import law_in_logs
from scalinglab.exercises.exercise import Cases, Exercise, Mistake

Network = tuple[int, int, float]
#: High plateau, slope, transition and exponent of the width.
Law = tuple[float, float, float, float]


def _choices(draw: random.Random) -> Cases:
    """Networks of several widths, of which the narrowest cannot serve."""
    for _ in range(3):
        widths = sorted(draw.sample(range(10, 120), 4))
        networks = []
        for place, width in enumerate([8, *widths]):
            unpruned = 0.09 if place == 0 else draw.uniform(0.018, 0.035)
            networks.append((width, 64 * width + width**2 + 10 * width, round(unpruned, 4)))
        budget = round(draw.uniform(0.04, 0.08), 4)
        high, slope = round(draw.uniform(0.82, 0.9), 3), round(draw.uniform(1.2, 1.8), 3)
        law = (high, slope, round(draw.uniform(0.35, 0.6), 3), round(draw.uniform(1.0, 1.4), 3))
        yield budget, networks, law


def _pruned_to(budget: float, network: Network, law: Law) -> float:
    """The density by bisection of the law in logarithms; above 1 if even the dense law is above the budget."""
    (width, _, unpruned), (high, slope, transition, exponent) = network, law
    error = lambda log: law_in_logs(log + exponent * math.log(width), unpruned, high, slope, transition)  # noqa: E731
    return math.exp(last(lambda log_density: error(log_density) > math.log(budget), -40.0, 10.0))


def _left(budget: float, network: Network, law: Law) -> float:
    """The weights that a network keeps for the budget."""
    return network[1] * _pruned_to(budget, network, law)


def _on_the_slope(error: float, network: Network, law: Law) -> float:
    """The weights of a network that has this error by the power law alone, without plateaus."""
    (width, weights, _), (high, slope, transition, exponent) = network, law
    return weights * transition * (high / error) ** (1 / slope) / width**exponent


def _of_each(
    change: Callable[..., float], pick: Callable[[list[float]], float] = min
) -> Callable[[float, Sequence[Network], Law], float]:
    """A wrong answer from a wrong number of weights for each network that can serve."""
    return lambda budget, networks, law: pick(
        [change(budget, network, law) for network in networks if network[2] < budget]
    )


def _fewest(budget: float, networks: Sequence[Network], law: Law) -> float:
    """The right answer."""
    return _of_each(_left)(budget, networks, law)


EXERCISE = Exercise(
    key="03-smallest",
    title="Your own answer to the budget",
    name="smallest",
    cases=_choices,
    oracle=_fewest,
    tolerance=1e-6,
    difficulty="hard",
    minutes=25,
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
            _of_each(lambda budget, network, law: _left(budget, network, (*law[:3], 0.0))),
            "You took the invariant for the density: divide it by `width ** exponent` first.",
        ),
        Mistake(
            "the power law alone",
            _of_each(_on_the_slope),
            "You inverted the power law alone: near the low plateau the error is larger than it says, and your network "
            "would miss the budget.",
        ),
        Mistake(
            "the widest",
            _of_each(_left, pick=lambda found: found[-1]),
            "You pruned the last network of the list: compare all of them, and take the fewest weights.",
        ),
        Mistake(
            "the most weights",
            _of_each(_left, pick=max),
            "You returned the largest of the numbers of weights. The exercise asks for the smallest.",
        ),
        Mistake(
            "where pruning begins to cost",
            _of_each(lambda budget, network, law: _on_the_slope(network[2], network, law)),
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
