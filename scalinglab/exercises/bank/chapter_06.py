"""Chapter 06, compute-optimal: how a larger budget is divided, and what a grid of predictors gains by averaging."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import product

import numpy as np

from scalinglab.exercises.bank.two_terms import TWO_TERMS
from scalinglab.exercises.exercise import Case, Exercise, Mistake

__all__ = ["EXERCISES"]


def _budgets(draw: random.Random) -> tuple[Case, ...]:
    """A hard task with a < b, a hard one with a > b, an easy one, and one so easy that width grows faster than time."""
    hard = round(draw.uniform(2, 2.6), 2)
    b, wide = round(draw.uniform(1.2, 1.6), 2), round(draw.uniform(1.2, 1.4), 2)
    return (
        (draw.choice([10.0, 100.0]), round(1 + hard * draw.uniform(0.3, 0.45), 2), hard),
        (round(draw.uniform(3, 8), 1), round(1 + 2 * draw.uniform(0.8, 0.95), 2), 2.0),
        (1000.0, round(1 + b * draw.uniform(1.2, 1.35), 2), b),
        (10.0, round(2 * wide + draw.uniform(1.3, 2.0), 2), wide),
    )


def _divided(factor: float, a: float, b: float) -> list[float]:
    """The right answer by searching: the width and time whose terms of the loss are largest, balanced at a huge budget.

    In logarithms (base C) the loss is the largest of its terms, -x(a - 1)/b of time C^x, -y min(a - 1, b) of width C^y
    and, for an easy task, -y - x (1 - 1/b); the best x = 1 - y makes the largest as small as it can be.
    """

    def largest(x: float) -> float:
        terms = [-x * (a - 1) / b, -(1 - x) * min(a - 1, b)]
        if a - 1 > b:
            terms.append(-(1 - x) - x * (1 - 1 / b))
        return max(terms)

    low, high = 0.0, 1.0
    for _ in range(200):  # the largest of straight lines is convex
        one, two = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, two) if largest(one) <= largest(two) else (one, high)
    return [factor ** (1 - low), factor**low]


def _share(time: Callable[[float, float], float]) -> Callable[[float, float, float], list[float]]:
    """A wrong answer from a wrong exponent of time; width gets the rest of the budget."""
    return lambda factor, a, b: [factor ** (1 - time(a, b)), factor ** time(a, b)]


def _published(a: float, b: float) -> float:
    model = min(a - 1, 2 * b)
    return b * model / (a - 1 + b * model)


def _correct(a: float, b: float) -> float:
    return b / (1 + b) if a - 1 <= b else b / a


# The messages show a = 1.5, b = 1.25 and a = 3, b = 1.25, and a budget ten times as large.
_DIVIDE = Exercise(
    key="06-divide",
    title="Ten times the budget",
    name="divide",
    cases=_budgets,
    oracle=_divided,
    tolerance=1e-6,
    difficulty="medium",
    minutes=12,
    points=15,
    mistakes=(
        Mistake(
            "published law for an easy task",
            _share(_published),
            "For easy tasks, a - 1 > b, you used the published exponents: for a = 3, b = 1.25 and ten times the budget "
            "they say width times 2.8, but a term of width and time together takes over, and the truth is 3.8.",
        ),
        Mistake(
            "hard law for every task",
            _share(lambda a, b: b / (1 + b)),
            "You used time ~ C^(b / (1 + b)) for every task: that balance of time against width holds for a - 1 < b; "
            "beyond, a third term takes the place of the width's.",
        ),
        Mistake(
            "easy law for every task",
            _share(lambda a, b: b / a),
            "You used time ~ C^(b / a) for every task, which would give a = 1.5, b = 1.25 only 1.5 times the width for "
            "ten times the budget; the third term matters for a - 1 > b only.",
        ),
        Mistake(
            "split evenly",
            _share(lambda a, b: 0.5),
            "You split the factor evenly: that is right only if loss falls equally fast with width and with time, and "
            "here width has the exponent a - 1 and time only (a - 1) / b.",
        ),
        Mistake(
            "width and time swapped",
            lambda factor, a, b: [factor ** _correct(a, b), factor ** (1 - _correct(a, b))],
            "You swapped the two: the answer is the factor of the width first, then that of the time.",
        ),
        Mistake(
            "exponents instead of factors",
            lambda factor, a, b: [1 - _correct(a, b), _correct(a, b)],
            "You returned the exponents, but asked is by what factor width and time grow: raise the budget's factor to "
            "each of them.",
        ),
        Mistake(
            "exponents of the loss",
            lambda factor, a, b: [factor ** (a - 1), factor ** ((a - 1) / b)],
            "You raised the factor to the exponents with which the loss falls in width and in time: the slower lever "
            "must grow more, and the two factors multiply to that of the budget.",
        ),
        Mistake(
            "budget spent twice",
            lambda factor, a, b: [factor, factor],
            "You gave the whole factor to both, but compute is width times time: the two factors must multiply to that "
            "of the budget.",
        ),
        Mistake(
            "border at a = b",
            _share(lambda a, b: b / (1 + b) if a <= b else b / a),
            "You took a task for easy as soon as a > b: the border is a - 1 = b, where (a - 1) / b reaches 1.",
        ),
    ),
    hints=(
        "Compute is width times time, so the two factors multiply to that of the budget: one exponent is enough.",
        "At the optimum the two largest terms of the loss fall equally fast: which two are they, below and above?",
        "Hard: t^(-(a-1)/b) against N^(-(a-1)), so time ~ C^(b/(1+b)). Easy: t^(-(a-1)/b) against t^(-(1-1/b)) / N, so "
        "time ~ C^(b/a).",
    ),
)


def _losses(draw: random.Random) -> tuple[Case, ...]:
    """Bias, and the variances of features, of data and of both; then grids of predictors, a single one among them."""
    cases: list[Case] = []
    few, many = draw.randint(2, 5), draw.randint(6, 9)
    for networks, sets in ((1, 1), (many, 1), (1, few), (few, many)):
        bias, features, data, both = (round(draw.uniform(0.05, 0.4), 3) for _ in range(4))
        single = round(bias + features + data + both, 3)
        cases.append(((single, round(bias + data, 3), round(bias + features, 3), bias), networks, sets))
    return tuple(cases)


Losses = tuple[float, float, float, float]


def _averaged(losses: Losses, networks: int, data_sets: int) -> float:
    """The right answer by listing every pair of predictors: their errors' mean product is the loss of the mean."""
    members = list(product(range(networks), range(data_sets)))
    shared = dict(zip(product((True, False), repeat=2), _by_sharing(losses), strict=True))
    pairs = [shared[one[0] == two[0], one[1] == two[1]] for one in members for two in members]
    return float(np.mean(pairs))


def _by_sharing(losses: Losses) -> Losses:
    """The mean products of two errors that share features and data, features only, data only, and nothing."""
    single, ensemble, bagging, bias = losses
    return single, bagging, ensemble, bias


def _of(change: Callable[..., float]) -> Callable[[Losses, int, int], float]:
    """A wrong answer as a function of all six numbers."""
    return lambda losses, networks, data_sets: float(change(*losses, networks, data_sets))


def _grid(single: float, ensemble: float, bagging: float, bias: float) -> Callable[[int, int], float]:
    """The sum over all predictors' pairs with one of them."""
    return lambda e, g: single + (e - 1) * ensemble + (g - 1) * bagging + (e - 1) * (g - 1) * bias


def _limit(losses: Losses, networks: int, data_sets: int) -> float:
    single, ensemble, bagging, bias = losses
    if networks > 1 and data_sets > 1:
        return bias
    return ensemble if networks > 1 else bagging if data_sets > 1 else single


_AVERAGE = Exercise(
    key="06-average",
    title="The mean of many predictors",
    name="averaged",
    cases=_losses,
    oracle=_averaged,
    difficulty="hard",
    minutes=20,
    points=20,
    mistakes=(
        Mistake(
            "single loss",
            _of(lambda single, *_: single),
            "You returned the loss of a single predictor: the errors of different predictors differ, and their mean "
            "has less of what differs.",
        ),
        Mistake(
            "divided by the count",
            _of(lambda single, ensemble, bagging, bias, e, g: single / (e * g)),
            "You divided the loss by the number of predictors, as if all their errors were independent: they share "
            "features or data, and all share the bias.",
        ),
        Mistake(
            "variance over the count, bias apart",
            _of(lambda single, ensemble, bagging, bias, e, g: bias + (single - bias) / (e * g)),
            "You divided all of the variance by the number of predictors: with one data set for all of them, what the "
            "data cause stays, however many networks there are.",
        ),
        Mistake(
            "mean of the four",
            _of(lambda single, ensemble, bagging, bias, e, g: (single + ensemble + bagging + bias) / 4),
            "You took the plain mean of the four numbers, which is right for two networks on two data sets only: count "
            "how many pairs of predictors share features, data, both or neither.",
        ),
        Mistake(
            "limit of infinitely many",
            _limit,
            "You gave the limit of infinitely many predictors: with a few, the part that averaging removes is divided "
            "by their number and not gone.",
        ),
        Mistake(
            "ensemble and bagging swapped",
            _of(lambda single, ensemble, bagging, bias, e, g: _grid(single, bagging, ensemble, bias)(e, g) / (e * g)),
            "You swapped the two averages: `ensemble` is for many networks on the same data, `bagging` for the same "
            "features on many data sets.",
        ),
        Mistake(
            "pairs that share nothing left out",
            _of(lambda single, ensemble, bagging, bias, e, g: _grid(single, ensemble, bagging, 0)(e, g) / (e + g - 1)),
            "You left out the pairs that share neither features nor data; for two networks on two data sets they are a "
            "quarter of all pairs, and their product is the bias.",
        ),
        Mistake(
            "one after the other",
            _of(
                lambda single, ensemble, bagging, bias, e, g: (
                    (ensemble + (single - ensemble) / e + bagging + (single - bagging) / g) / 2
                )
            ),
            "You averaged over networks and over data sets separately and took the mean of both: every network meets "
            "every data set, so count the pairs of the whole grid.",
        ),
        Mistake(
            "divided by the root of the count",
            _of(
                lambda single, ensemble, bagging, bias, e, g: (
                    _grid(single, ensemble, bagging, bias)(e, g) / math.sqrt(e * g)
                )
            ),
            "Your sum over pairs is right, but it is a mean over E G predictors, squared: divide by E G, not by its "
            "root.",
        ),
    ),
    hints=(
        "The error of a mean, squared, is the mean over all pairs of predictors of the product of their errors.",
        "Of the (E G)^2 pairs, E G are a predictor with itself; how many share the data only, the features, neither?",
        "The sum single + (E - 1) ensemble + (G - 1) bagging + (E - 1)(G - 1) bias, divided by E G.",
    ),
)


EXERCISES = (TWO_TERMS, _DIVIDE, _AVERAGE)
