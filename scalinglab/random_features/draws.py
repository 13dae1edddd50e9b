"""One draw of features and training set, and means over many."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglab.random_features.response import Medium
from scalinglab.random_features.results import LossCurve

__all__ = ["Draw", "averages", "mixing", "trained"]

Array = NDArray[np.float64]
#: Eigenvalues below this share of the largest are zero but for rounding.
RANK = 1e-13


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
