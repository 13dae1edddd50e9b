"""12-gift: what compression gains when all that is compressed has to be paid for."""

import random
from collections.abc import Callable

from scalinglab.exercises.bank._bisection import last
from scalinglab.exercises.exercise import Cases, Exercise, Mistake

Pair = tuple[float, float]
Law = tuple[float, float, float]
Gain = Callable[[float, Pair, Law], float]


def _prices(draw: random.Random) -> Cases:
    """Compressing nearly for free; for a price to speak of; so dear, on a small budget, that it does not pay."""
    for budget, compressing in ((1e6, 0.01), (1e5, 0.3), (300.0, 1.1)):
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
    title="A boost is no gift",
    name="gain",
    cases=_prices,
    oracle=_gain,
    tolerance=1e-6,
    difficulty="hard",
    minutes=20,
    mistakes=(
        Mistake(
            "compressed for nothing",
            _as_if(lambda training, compressing, count, left: training * left),
            "You compressed for nothing: all examples have to be looked at, at 0.5 each in a budget of 600 with "
            "prices 2 and 0.5, and that limits how many there are.",
        ),
        Mistake(
            "trained for nothing",
            _as_if(lambda training, compressing, count, left: compressing * count),
            "You trained for nothing: what is left after compression still has to be trained on, at the full price "
            "for each.",
        ),
        Mistake(
            "compressing only what is left",
            _as_if(lambda training, compressing, count, left: (training + compressing) * left),
            "You paid for compressing only the examples that are left: every example has to be looked at before it is "
            "known which ones stay.",
        ),
        Mistake(
            "trained on all as well",
            _as_if(lambda training, compressing, count, left: (training + compressing) * count),
            "You trained on all examples as well as compressing them: the few that are left stand for all, that is "
            "the point.",
        ),
        Mistake(
            "number of examples",
            _made_of(lambda more, plain, law: more / plain),
            "You compared numbers of examples, 3 for 900 against 300: the loss falls like a power of them, and so "
            "does what is gained, by 1.73 for alpha = 0.5.",
        ),
        Mistake(
            "the other way round",
            _made_of(lambda more, plain, law: (plain / more) ** law[0]),
            "You turned the factor round, 0.577 where 1.73 is right: a gain above 1 is to mean that compression pays.",
        ),
        Mistake(
            "boosted exponent",
            _made_of(lambda more, plain, law: (more / plain) ** (law[0] / law[1])),
            "You took the boosted exponent for numbers of examples before compression: it belongs to the number that "
            "is left, and before compression the law is the old one.",
        ),
        Mistake(
            "what is left against all",
            _made_of(lambda more, plain, law: (law[2] * more ** law[1] / plain) ** law[0]),
            "You compared the number that is left with that of plain training: a compressed set has the loss of all "
            "that went into it.",
        ),
    ),
    hints=(
        "With how many examples does plain training end, and what is the bill of compressing d and training on d'?",
        "The bill is `compressing * d + training * factor * d**share`: find the d at which it is the budget.",
        "It grows with d, so `brentq` finds it; the gain is the ratio of both numbers of examples to the power alpha.",
    ),
)
