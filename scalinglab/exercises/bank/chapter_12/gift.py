"""12-gift: what compression gains when all that is compressed has to be paid for."""

import random
from collections.abc import Callable

from scalinglab.exercises.bank._bisection import last
from scalinglab.exercises.exercise import Cases, Exercise, Mistake

Pair = tuple[float, float]
Law = tuple[float, float, float]
Gain = Callable[[float, Pair, Law], float]


def _prices(draw: random.Random) -> Cases:
    """Compressing nearly for free; for a price to speak of; at a higher price than training, so that it does not pay.

    Always fewer examples are left than were compressed, so an answer that caps what is left at d is right as well.
    """
    for budget, compressing in ((1e6, 0.01), (1e5, 0.3), (3e4, 1.2)):
        law = draw.uniform(0.4, 1.2), draw.uniform(0.4, 0.7), draw.uniform(5, 15)
        training = draw.uniform(0.5, 2)
        prices = training, training * compressing * draw.uniform(0.85, 1.15)
        yield budget, *(tuple(round(number, 3) for number in numbers) for numbers in (prices, law))


def _affordable(budget: float, paid: Callable[[float], float]) -> float:
    """How many examples a budget pays for, by bisection."""
    return last(lambda count: paid(count) <= budget, 1e-9, 1e18, log=True)


def _gain(budget: float, prices: Pair, law: Law) -> float:
    """The right answer by two purchases: examples to train on, and examples to compress and train on what is left."""
    (training, compressing), (alpha, share, factor) = prices, law
    plain = _affordable(budget, lambda count: training * count)
    compressed = _affordable(budget, lambda count: compressing * count + training * factor * count**share)
    return plain**-alpha / compressed**-alpha


def _as_if(paid: Callable[[float, float, float, float], float]) -> Gain:
    """A wrong answer with another bill: of training, compressing, all examples and those that are left."""

    def gain(budget: float, prices: Pair, law: Law) -> float:
        (training, compressing), (alpha, share, factor) = prices, law
        bill = lambda count: paid(training, compressing, count, factor * count**share)  # noqa: E731
        return (_affordable(budget, bill) * training / budget) ** alpha

    return gain


def _made_of(change: Callable[[float, float, Law], float]) -> Gain:
    """A wrong answer made of the right number of examples: of it, the number of plain training, and the law."""

    def gain(budget: float, prices: Pair, law: Law) -> float:
        plain, (_alpha, share, factor) = budget / prices[0], law
        return change(_gain(budget, prices, (1.0, share, factor)) * plain, plain, law)

    return gain


# The messages show budget 600, prices 2 and 0.5, alpha 0.5, share 0.5 and factor 2.5: 900 examples against 300, 1.73.
EXERCISE = Exercise(
    key="12-gift",
    title="The faster exponent is not free",
    name="gain",
    cases=_prices,
    oracle=_gain,
    tolerance=1e-4,
    difficulty="hard",
    minutes=20,
    mistakes=(
        Mistake(
            "compressed for nothing",
            _as_if(lambda training, compressing, count, left: training * left),
            "You compressed for free: with prices 2 and 0.5 and a budget of 600, each example that you compress costs "
            "0.5, and that limits how many you can afford.",
        ),
        Mistake(
            "trained for nothing",
            _as_if(lambda training, compressing, count, left: compressing * count),
            "You trained for free: you still train on the examples that are left after compression, and pay the full "
            "price for each.",
        ),
        Mistake(
            "compressing only what is left",
            _as_if(lambda training, compressing, count, left: (training + compressing) * left),
            "You paid for compressing only the examples that are left: compression reads every example before it can "
            "tell which ones stay.",
        ),
        Mistake(
            "trained on all as well",
            _as_if(lambda training, compressing, count, left: (training + compressing) * count),
            "You paid for training on all examples as well as for compressing them: after compression you train only "
            "on the few that are left.",
        ),
        Mistake(
            "number of examples",
            _made_of(lambda more, plain, law: more / plain),
            "You compared numbers of examples, 3 for 900 against 300: the loss falls like a power of that number, so "
            "the gain is 1.73 for alpha = 0.5.",
        ),
        Mistake(
            "the other way round",
            _made_of(lambda more, plain, law: (plain / more) ** law[0]),
            "You inverted the ratio, 0.577 where 1.73 is right: a gain above 1 must mean that compression pays.",
        ),
        Mistake(
            "boosted exponent",
            _made_of(lambda more, plain, law: (more / plain) ** (law[0] / law[1])),
            "You used the boosted exponent with the numbers of examples before compression: it belongs to the number "
            "that is left, and before compression the old law holds.",
        ),
        Mistake(
            "what is left against all",
            _made_of(lambda more, plain, law: (law[2] * more ** law[1] / plain) ** law[0]),
            "You compared the number that is left with that of plain training: a compressed set has the loss of all "
            "the examples that it was made from.",
        ),
        Mistake(
            "never below 1",
            lambda budget, prices, law: max(1.0, _gain(budget, prices, law)),
            "You never let the gain fall below 1: on some budgets compressing costs more than it saves, and the gain "
            "has to say so.",
        ),
    ),
    hints=(
        "How many examples can plain training afford, and what does it cost to compress d and train on d'?",
        "The cost is `compressing * d + training * factor * d**share`: find the d at which it equals the budget.",
        "The cost grows with d, so `brentq` of scipy finds it; the gain is the ratio of both d to the power alpha.",
    ),
)
