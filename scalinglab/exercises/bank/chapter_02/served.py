"""02-served: the best size of a model that will be used after it was trained."""

import random
from collections.abc import Callable

from scalinglab.exercises.bank._bisection import last
from scalinglab.exercises.exercise import Cases, Exercise, Mistake

Law = tuple[float, float, float, float, float]


def _plans(draw: random.Random) -> Cases:
    """Laws like those of language models; from fewer tokens served than trained on to many more."""
    for tokens in (1e10, 1e12, 2e13):
        alpha, beta = round(draw.uniform(0.3, 0.4), 3), round(draw.uniform(0.3, 0.4), 3)
        law = (round(draw.uniform(1.6, 1.9), 2), draw.randint(300, 600), draw.randint(800, 2400), alpha, beta)
        yield round(law[0] + draw.uniform(0.3, 0.6), 2), tokens * draw.randint(1, 4), law


def _parameters(share: float, gap: float, law: Law) -> float:
    """The model whose part of the gap is ``share``."""
    return (law[1] / (gap * share)) ** (1 / law[3])


def _tokens(share: float, gap: float, law: Law) -> float:
    """The tokens that leave the rest of the gap."""
    return (law[2] / (gap * (1 - share))) ** (1 / law[4])


def _share(loss: float, served: float, law: Law, train: float = 6.0, serve: float = 2.0) -> float:
    """The part of the gap that the cheapest model takes: where more parameters save as much as they cost."""
    gap = loss - law[0]

    def cheaper(share: float) -> bool:
        training = train * _tokens(share, gap, law)
        return law[3] * share / (law[4] * (1 - share)) * training <= training + serve * served

    return last(cheaper, 0.0, 1.0)


def _best(loss: float, served: float, law: Law) -> float:
    """The right answer by bisection: a percent more parameters must save as much training as it costs in all."""
    return _parameters(_share(loss, served, law), loss - law[0], law)


def _paid(train: float, serve: float) -> Callable[[float, float, Law], float]:
    """A wrong answer with other prices."""
    return lambda loss, served, law: _parameters(_share(loss, served, law, train, serve), loss - law[0], law)


def _with_ratio(loss: float, served: float, law: Law) -> float:
    """The model that reaches the loss with 20 tokens for each parameter."""
    reached = lambda model: law[0] + law[1] * model ** -law[3] + law[2] * (20 * model) ** -law[4]  # noqa: E731
    return last(lambda model: reached(model) >= loss, 1.0, 1e18, log=True)


# The messages show the loss 2.2, 30,000 tokens served and the law (2, 10, 10, 0.5, 0.5): 6,620 parameters
# and 16,826 tokens; without serving, 10,000 of each.
EXERCISE = Exercise(
    key="02-served",
    title="A model that is used",
    name="best_served",
    cases=_plans,
    oracle=_best,
    difficulty="hard",
    minutes=25,
    tolerance=0.01,  # a search on a grid of a few thousand sizes is right too
    mistakes=(
        Mistake(
            "nothing served",
            _paid(6, 0),
            "You left out what is served: for the loss 2.2, 30,000 tokens and the law (2, 10, 10, 0.5, 0.5) you find "
            "10,000 parameters, the cheapest to train. But each use costs something too, and it costs less with a "
            "smaller model.",
        ),
        Mistake(
            "one price",
            _paid(6, 6),
            "You charged all tokens the same price, and find 5,314 parameters where 6,620 are right: training on a "
            "token takes 6 operations for each parameter, but serving one takes only 2.",
        ),
        Mistake(
            "loss for gap",
            lambda loss, served, law: _best(loss + law[0], served, law),
            "You forgot `E`: the two terms only make up the part of the loss above it, which is 0.2 for a loss of 2.2 "
            "and E = 2.",
        ),
        Mistake(
            "half each",
            lambda loss, served, law: _parameters(0.5, loss - law[0], law),
            "You gave half of the gap to each term. That is right for equal exponents and a model that is never used; "
            "otherwise the costs decide.",
        ),
        Mistake(
            "tokens returned",
            lambda loss, served, law: _tokens(_share(loss, served, law), loss - law[0], law),
            "You returned the tokens of the best plan, 16,826 in the example with the loss 2.2: the exercise asks for "
            "the number of parameters, 6,620.",
        ),
        Mistake(
            "smallest of all",
            lambda loss, served, law: _parameters(1.0, loss - law[0], law),
            "You returned the smallest model that can have this loss, 2,500 parameters for the law (2, 10, 10, 0.5, "
            "0.5): training it to this loss would need infinitely many tokens.",
        ),
        Mistake(
            "twenty tokens each",
            _with_ratio,
            "You trained on 20 tokens for each parameter: that ratio holds for one law near one budget, and it does "
            "not depend on how much the model will be used.",
        ),
    ),
    hints=(
        "Choose N. Which D reaches the loss? Then write what training and use cost together as a function of N alone.",
        "`D = (b / (loss - E - a * N**-alpha)) ** (1 / beta)`, where `a * N**-alpha` must be smaller than `loss - E`.",
        "Minimise `6 * N * D + 2 * N * served` over log N, with `scipy.optimize.minimize_scalar` and bounds.",
    ),
)
