"""06-average: what a grid of predictors gains by averaging."""

import math
import random
from collections.abc import Callable
from itertools import product

import numpy as np

from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _losses(draw: random.Random) -> Cases:
    """Bias, and the variances of features, of data and of both; then grids of predictors, a single one among them."""
    few, many = draw.randint(2, 5), draw.randint(6, 9)
    for networks, sets in ((1, 1), (many, 1), (1, few), (few, many)):
        bias, features, data, both = (round(draw.uniform(0.05, 0.4), 3) for _ in range(4))
        single = round(bias + features + data + both, 3)
        yield (single, round(bias + data, 3), round(bias + features, 3), bias), networks, sets


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


EXERCISE = Exercise(
    key="06-average",
    title="The mean of many predictors",
    name="averaged",
    cases=_losses,
    oracle=_averaged,
    difficulty="hard",
    minutes=20,
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
