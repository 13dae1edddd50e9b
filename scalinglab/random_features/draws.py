"""One draw of features and training set: trained exactly, by its eigenvectors, or step by step; and means over many.

With eigenvalue x of the features' covariance on the training set, the weights along its eigenvector are ``g(x) c``, for
c the covariance of features and labels. What an algorithm has learned along it after some time is the filter g. Trained
to the end, ``g = 1 / (x + ridge)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array
from scalinglab._errors import DivergenceError
from scalinglab.random_features.paths import Rule
from scalinglab.random_features.response import Medium
from scalinglab.random_features.results import LossCurve

#: Eigenvalues below this share of the largest are zero but for rounding.
RANK = 1e-13
#: The error that is left is below the smallest float from here on.
FORGOTTEN = 750.0
#: A loss that has grown by this factor will not come back.
BEYOND = 1e6


@dataclass(frozen=True, eq=False)
class Draw:
    """A training set seen through features, and how predictions are judged.

    Attributes
    ----------
    features : array, shape (samples, width)
        Of the training set, scaled such that the student is ``features @ w``.
    labels : array, shape (samples,)
    judge : array, shape (directions, width), and truth : array, shape (directions,)
        The excess risk of weights w is ``|judge @ w - truth|^2``.
    """

    features: Array
    labels: Array
    judge: Array
    truth: Array


def trained(draw: Draw, filters: Callable[[Array], Array]) -> tuple[Array, Array]:
    """Test and training loss of a draw at all times, exactly: by the eigenvectors of its training set.

    Parameters
    ----------
    draw : Draw
    filters : callable
        From eigenvalues of ``features^T features / samples`` to what is learned along each, shape (times, eigenvalues).
    """
    count, width = draw.features.shape
    if width <= count:
        found, vectors = np.linalg.eigh(draw.features.T @ draw.features / count)
        kept = found > RANK * found[-1]
        values, vectors = found[kept], vectors[:, kept]
    else:
        found, dual = np.linalg.eigh(draw.features @ draw.features.T / count)
        kept = found > RANK * found[-1]
        values = found[kept]
        vectors = draw.features.T @ (dual[:, kept] / np.sqrt(count * values))
    covariance = vectors.T @ (draw.features.T @ draw.labels) / count
    learned = filters(values) * covariance
    test = (((draw.judge @ vectors) @ learned.T - draw.truth[:, None]) ** 2).sum(0)
    # What no weights can fit, and along each eigenvector what is not fitted yet.
    fitted = covariance / np.sqrt(values)
    beyond = max(float(draw.labels @ draw.labels) / count - float(fitted @ fitted), 0.0)
    train = beyond + ((fitted - np.sqrt(values) * learned) ** 2).sum(1)
    return test, train


def mixing(found: Medium, random: np.random.Generator) -> Array:
    """The random features: ``A^T / sqrt(width)``, shape (modes, width), or each mode for itself at infinite width."""
    modes = len(found.spectrum)
    if math.isinf(found.width):
        return np.eye(modes)
    return random.standard_normal((modes, int(found.width))) / math.sqrt(found.width)


def flowed(x: Array, *, times: Array, ridge: float) -> Array:
    """Of gradient flow at times that may be infinite, shape (times, eigenvalues), for positive x."""
    total = x + ridge
    return -np.expm1(-np.minimum(np.outer(times, total), FORGOTTEN)) / total


def descended(x: Array, *, steps: Array, rule: Rule) -> Array:
    """Of gradient descent with momentum, shape (steps, eigenvalues), for positive x.

    The error along an eigenvector follows ``p_{n+1} = (1 + m - h x) p_n - m p_{n-1}``, from 1 and ``1 - h x``.

    Raises
    ------
    DivergenceError
        If an eigenvalue is too large for the step size; ``rate`` is the growth of the weights' logarithm in a step.
    """
    total = x + rule.ridge
    if rule.step_size >= rule.bound(float(x.max())):
        grows = float(np.abs(_roots(np.array([total.max()]), rule)).max())
        raise DivergenceError(
            f"a draw has the eigenvalue {x.max():.4g}, for which the step size {rule.step_size:g} is too large; "
            f"below {rule.bound(float(x.max())):.4g} it would converge",
            rate=float(np.log(grows)),
        )
    larger, smaller = _roots(total, rule)
    first = 1 - rule.step_size * total
    powers = [root ** steps[:, None] for root in (larger, smaller)]
    left = ((first - smaller) * powers[0] - (first - larger) * powers[1]) / (larger - smaller)
    return (1 - left.real) / total


def _roots(total: Array, rule: Rule) -> NDArray[Any]:
    """Both roots of ``z^2 - (1 + m - h x) z + m``, shape (2, eigenvalues), kept apart where they would be equal."""
    middle = 1 + rule.momentum - rule.step_size * total
    root = np.sqrt(middle**2 - 4 * rule.momentum + 0j)
    root = np.where(np.abs(root) < 1e-8, 1e-8, root)
    return np.stack([middle + root, middle - root]) / 2


def stochastic(
    found: Medium, steps: Array, rule: Rule, batch: int, *, noise: float, random: np.random.Generator
) -> tuple[Array, Array]:
    """Test and training loss of one run, each step on fresh samples.

    Raises
    ------
    DivergenceError
        If the loss has grown a million times.
    """
    root, target = np.sqrt(found.spectrum.eigenvalues), np.sqrt(found.spectrum.target_power)
    judge = root[:, None] * mixing(found, random)
    weights, test = np.zeros(judge.shape[1]), np.empty(len(steps))
    at = {int(step): index for index, step in enumerate(steps)}
    for step in range(int(steps[-1]) + 1):
        if step in at:
            error = judge @ weights - target
            test[at[step]] = error @ error
        inputs = random.standard_normal((batch, len(root)))
        features = inputs @ judge
        wrong = features @ weights - inputs @ target - math.sqrt(noise) * random.standard_normal(batch)
        size = wrong @ wrong / batch
        if size > BEYOND * (found.spectrum.power + noise):
            sentence = f"a run with step size {rule.step_size:g} and batches of {batch} diverged within {step} steps"
            raise DivergenceError(sentence, rate=math.log(size / (found.spectrum.power + noise)) / (2 * step))
        weights -= rule.step_size / batch * (wrong @ features)
    return test, test + noise


def averages(times: Array, pairs: Iterable[tuple[Array, Array]], total: int) -> Iterator[LossCurve]:
    """Mean and standard deviation over more and more draws, a curve after each."""
    mean, squares = np.zeros((2, len(times))), np.zeros((2, len(times)))
    for count, pair in enumerate(pairs, start=1):
        change = np.stack(pair) - mean
        mean = mean + change / count
        squares = squares + change * (np.stack(pair) - mean)
        spread = np.sqrt(squares / (count - 1)) if count > 1 else [None, None]
        test, train = mean.copy()
        yield LossCurve(
            times=times, test=test, train=train, draws=count, total=total, test_sd=spread[0], train_sd=spread[1]
        )
