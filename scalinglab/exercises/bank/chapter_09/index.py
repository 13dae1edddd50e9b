"""09-index: the step size that gives the weights a tail of a given index."""

import math
import random
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from scalinglab.exercises.exercise import Case, Exercise, Mistake

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2


def _wanted(draw: random.Random) -> tuple[Case, ...]:
    """One input at a time and an infinite variance; then batches; then an index above 2, below the critical step."""
    heavy, other, light = (round(draw.uniform(low, high), 2) for low, high in ((1.1, 1.9), (1.2, 1.8), (2.3, 3.5)))
    return (heavy, 1), (other, draw.randint(2, 4)), (light, draw.randint(2, 4))


def _moment(step: float, index: float, batch: int) -> float:
    """E |1 - step x|^index for the mean x of the squares of a batch of normal inputs.

    The root of their sum has a chi density. It is cut where the factor is 0, and both pieces are stretched there, so
    that the power has no kink.
    """
    edge, far = math.sqrt(batch / step), math.sqrt(batch / step) + math.sqrt(batch) + 9.0
    pieces = (
        (edge * (1 - _NODES**2), 2 * edge * _NODES),
        (edge + (far - edge) * _NODES**2, 2 * (far - edge) * _NODES),
    )
    total = 0.0
    for place, stretch in pieces:
        factor = np.abs(1 - step * place**2 / batch) ** index
        total += float((_WEIGHTS * stretch * place ** (batch - 1) * np.exp(-(place**2) / 2) * factor).sum())
    return total * 2 ** (1 - batch / 2) / math.gamma(batch / 2)


def _zero(function: Callable[[float], float], low: float, high: float) -> float:
    """Where an increasing function changes its sign, by regula falsi that halves the end that stays (Illinois)."""
    left, right, middle = function(low), function(high), low
    for _ in range(100):
        middle = (low * right - high * left) / (right - left)
        value = function(middle)
        if abs(value) < 1e-13 or high - low < 1e-12:
            break
        if value < 0:
            low, left, right = middle, value, right / 2
        else:
            high, right, left = middle, value, left / 2
    return middle


@lru_cache(4096)
def _step(index: float, batch: int) -> float:
    """The step at which the moment is 1: its logarithm over the step is increasing, and changes its sign there."""
    return _zero(lambda step: math.log(_moment(step, index, batch)) / step, 0.02, 2.2)


def _step_size(index: float, batch: int) -> float:
    """The right answer by quadrature without the kink, and by a root finder of our own."""
    return _step(index, batch)


@lru_cache(4096)
def _largest(batch: int) -> float:
    """Where the mean logarithm of the factor is zero: the limit of the index 0."""
    return _zero(lambda step: (_moment(step, 1e-6, batch) - 1) / 1e-6 / step, 0.5, 6.0)


@lru_cache(4096)
def _normal(index: float, batch: int) -> float:
    """As if the mean of the squares were normal, with its mean 1 and variance 2 / batch."""
    places = np.linspace(-8, 8, 321)
    weights = np.exp(-(places**2) / 2)
    weights /= weights.sum()
    means = 1 + math.sqrt(2 / batch) * places
    return _zero(lambda step: math.log(weights @ np.abs(1 - step * means) ** index) / step, 0.02, 2.2)


# The messages show index 1.5 and batches of 2: 1.18.
EXERCISE = Exercise(
    key="09-index",
    title="A tail to order",
    name="step_size",
    cases=_wanted,
    oracle=_step_size,
    tolerance=1e-5,
    seconds=20.0,
    difficulty="hard",
    minutes=25,
    mistakes=(
        Mistake(
            "critical step size",
            lambda index, batch: 2 * batch / (batch + 2),
            "You returned the critical step size, 1 for batches of 2, which gives the index 2: another index needs the "
            "mean of another power.",
        ),
        Mistake(
            "mean inside",
            lambda index, batch: 2.0,
            "You put the mean into the power: |1 - step|^index is 1 at a step of 2, whatever the index and the batch, "
            "but it is the scatter of the inputs that makes the tail.",
        ),
        Mistake(
            "mean logarithm",
            lambda index, batch: _largest(batch),
            "You solved for a mean logarithm of zero: that is the largest step size of all, at which the index is 0.",
        ),
        Mistake(
            "one input only",
            lambda index, batch: _step(index, 1),
            "You took one input for each step, 0.82 for index 1.5, where batches of 2 allow 1.18: the mean of their "
            "squares scatters less.",
        ),
        Mistake(
            "sum over the batch",
            lambda index, batch: _step(index, batch) / batch,
            "You summed the squares of the batch, and find 0.59 for index 1.5 and batches of 2, half of what is right: "
            "the gradient of a batch is a mean.",
        ),
        Mistake(
            "twice the power",
            lambda index, batch: _step(2 * index, batch),
            "You took the square of the factor to the power of the index: that is twice the power, and gives a step "
            "size for twice the index.",
        ),
        Mistake(
            "half the power",
            lambda index, batch: _step(index / 2, batch),
            "You took the root of the factor to the power of the index, half of the power that is asked: the step size "
            "is that of half the index.",
        ),
        Mistake(
            "normal batches",
            _normal,
            "You treated the mean of the squares as a normal number: that has the right mean and variance, but squares "
            "are never negative, and their tail is longer.",
        ),
    ),
    hints=(
        "Compute the mean of |1 - step * x|^index first, for any step: by quadrature with chi-squared weights.",
        "The sum of the squares of a batch is `scipy.stats.chi2(batch)`; the factor is 0 where it is `batch / step`.",
        "The mean is 1 at step 0, then below 1, and again 1 at the answer: `brentq` on it minus 1, from 0.05 to 2.5.",
    ),
)
