"""The digits of scikit-learn [Alpaydin1998]: 1797 real images of 8 x 8 pixels, no download."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, fraction, non_negative_integer, positive_integer
from scalinglab.training.tasks.task import Task

POOL = 1200
CLASSES = 10
#: Seed of the one split into pool and test set, the same for everybody.
SPLIT = 8 * 8
ORDER, NOISE = 0, 1


def digits(samples: int = 1200, *, label_noise: float = 0.0, seed: int = 0) -> Task:
    """Handwritten digits, with as many training samples and as much label noise as asked.

    The 1797 images are split once, at random and the same for all seeds, into a pool of 1200 and a test set of 597.
    ``seed`` draws an order of the pool, and the task takes its first ``samples``: with one seed, the smaller data set
    is always a part of the larger. Pixels go from [0, 16] to [0, 1], and the mean of the pool is taken off each.

    Parameters
    ----------
    samples : int
        Number of training samples, from 1 to 1200.
    label_noise : float
        Fraction of training labels replaced by one of the nine others at random; ``round(label_noise * samples)`` of
        them, exactly. Of one data set, the labels that are wrong at little noise are wrong (and the same) at more.
        The test labels stay clean.
    seed : int
        Draws the order of the pool and the wrong labels, from separate streams.

    Returns
    -------
    Task
        64 inputs, 10 classes. The same object for the same arguments.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> digits(300, label_noise=0.1)
    Task('digits', 300 training and 597 test samples, 64 inputs, 10 classes)
    """
    return _digits(**digits_options(samples=samples, label_noise=label_noise, seed=seed))


def digits_options(*, samples: Any, label_noise: Any, seed: Any) -> dict[str, Any]:
    """Check the options of ``digits``, and return them in their canonical types."""
    samples = positive_integer("samples", samples)
    if samples > POOL:
        fail("samples", f"not exceed the pool of {POOL}", samples)
    # Zero is added because minus zero is the same noise, but another text in a recipe.
    noise = fraction("label_noise", label_noise) + 0.0
    return {"samples": samples, "label_noise": noise, "seed": non_negative_integer("seed", seed)}


@lru_cache(maxsize=64)
def _digits(samples: int, label_noise: float, seed: int) -> Task:
    inputs, labels = _images()
    order = _stream(seed, ORDER).permutation(POOL)[:samples]
    chosen = labels[order]
    noise = _stream(seed, NOISE)
    # Every place in the order has a rank and a wrong label of its own, so more noise only adds wrong labels.
    rank, shift = noise.random(POOL)[:samples], noise.integers(1, CLASSES, POOL)[:samples]
    wrong = np.argsort(rank, kind="stable")[: round(label_noise * samples)]
    chosen[wrong] = (chosen[wrong] + shift[wrong]) % CLASSES
    recipe = {"name": "digits", "samples": samples, "label_noise": label_noise, "seed": seed}
    return Task("digits", inputs[order], chosen, inputs[POOL:], labels[POOL:], CLASSES, recipe=recipe)


@cache
def _images() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """All images and labels, pool first, centred by the mean of the pool; read once in a process."""
    table = _table()
    table = table[np.random.default_rng(SPLIT).permutation(len(table))]
    inputs = table[:, :-1] / 16.0
    return inputs - inputs[:POOL].mean(axis=0), table[:, -1].astype(np.int64)


def _table() -> NDArray[np.float64]:
    """A row for each image, its pixels and its label: scikit-learn's file, read without loading scikit-learn.

    That would take half a second and 50 MB.
    """
    found = find_spec("sklearn")
    for folder in (found and found.submodule_search_locations) or ():
        if (file := Path(folder, "datasets", "data", "digits.csv.gz")).is_file():
            return np.loadtxt(file, delimiter=",")
    from sklearn.datasets import load_digits  # it will know where it keeps them

    bunch: Any = load_digits()
    return np.column_stack((bunch.data, bunch.target))


def _stream(seed: int, stream: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence((seed, stream)))
