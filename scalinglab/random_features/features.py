"""Real random features: ReLU units with random weights, on arrays of real inputs.

The theory needs the kernel's spectrum and nothing else: no parameter is fitted. It is a theory of Gaussian features,
and real ones are not Gaussian; how far it holds for them is an observation, not a theorem.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, array, non_negative, non_negative_integer, positive_integer, same_length
from scalinglab._prepared import prepared
from scalinglab._results import finished
from scalinglab.random_features._arguments import ascending
from scalinglab.random_features.draws import Draw, averages, flowed, trained
from scalinglab.random_features.results import LossCurve

MATRIX = "be a finite matrix"


@prepared
def relu_kernel(inputs: ArrayLike) -> Array:
    """Return the kernel of infinitely many ReLU features, ``E[2 relu(u . x) relu(u . x')]`` for Gaussian u.

        K(x, x') = |x| |x'| [sin t + (pi - t) cos t] / (pi d),   t the angle between x and x'

    The arc-cosine kernel of degree 1 [Cho2009], with u of variance 1 / d in each of the d coordinates.

    Parameters
    ----------
    inputs : array, shape (points, d)

    Returns
    -------
    array, shape (points, points)

    Raises
    ------
    ValueError
        If the inputs are not a finite matrix.

    Examples
    --------
    >>> relu_kernel([[1.0, 0.0], [0.0, 2.0]]).round(4).tolist()
    [[0.5, 0.3183], [0.3183, 2.0]]
    """
    x = array("inputs", inputs, axes=2, say=MATRIX)
    sizes = np.linalg.norm(x, axis=1)
    product = np.outer(sizes, sizes)
    cosine = np.clip(np.divide(x @ x.T, product, out=np.zeros_like(product), where=product > 0), -1, 1)
    np.fill_diagonal(cosine, 1.0)
    angle = np.arccos(cosine)
    return product * (np.sin(angle) + (math.pi - angle) * cosine) / (math.pi * x.shape[1])


def simulating_features(
    inputs: ArrayLike,
    targets: ArrayLike,
    times: ArrayLike,
    *,
    width: int,
    samples: int,
    noise: float = 0.0,
    ridge: float = 0.0,
    seeds: int = 20,
    seed: int = 0,
) -> Iterator[LossCurve]:
    """Train random ReLU features on real inputs by gradient flow, and average over draws.

    The given points are the whole population: training sets are drawn from them with replacement, and the test loss is
    the mean over all of them, against targets without noise. So the theory applies as it stands, with the spectrum of
    ``spectrum_from_kernel(relu_kernel(inputs), targets)``.

    Parameters
    ----------
    inputs : array, shape (points, d)
    targets : array, shape (points,)
    times : array, shape (times,)
        As in ``gradient_flow``.
    width : int
        How many features: ``sqrt(2) relu(u . x)``, u of variance 1 / d in each coordinate.
    samples : int
        How many points are drawn for training.
    noise, ridge : float
        As in ``gradient_flow``.
    seeds, seed : int
        How many draws of features, training set and noise, and which.

    Yields
    ------
    LossCurve
        After each draw.

    Raises
    ------
    ValueError
        At the call, if an argument is out of range, or shapes do not fit.
    """
    x, rows = array("inputs", inputs, axes=2, say=MATRIX), np.atleast_2d(np.asarray(targets))
    y = array("targets", rows, axes=2, say=MATRIX)[0]
    same_length(inputs=x, targets=y)
    at = ascending("times", times, endless=True)
    sizes = positive_integer("width", width), positive_integer("samples", samples)
    noise, ridge, count = non_negative("noise", noise), non_negative("ridge", ridge), positive_integer("seeds", seeds)
    filters = partial(flowed, times=at, ridge=ridge)
    generators = (np.random.default_rng([non_negative_integer("seed", seed), index]) for index in range(count))
    return averages(at, (trained(_draw(x, y, sizes, noise, random), filters) for random in generators), count)


simulate_features = prepared(finished(simulating_features, "simulate_features"))


def _draw(x: Array, y: Array, sizes: tuple[int, int], noise: float, random: np.random.Generator) -> Draw:
    """Random units, and a training set drawn from the points."""
    (points, dimension), (width, samples) = x.shape, sizes
    directions = random.standard_normal((dimension, width))
    everywhere = np.maximum(x @ directions, 0) * math.sqrt(2 / (dimension * width))
    chosen = random.integers(points, size=samples)
    labels = y[chosen] + math.sqrt(noise) * random.standard_normal(samples)
    return Draw(everywhere[chosen], labels, everywhere / math.sqrt(points), y / math.sqrt(points))
