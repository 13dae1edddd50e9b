"""Made signals of 40 numbers that hold one of ten curves: as many as asked for, no file, and hard to learn.

After the recipe of [Greydanus2020] for one-dimensional data in the manner of MNIST; the curves, their numbers and the
noise are our own. For the sample ``i``, at the positions ``t = 0 ... 39``,

    x_i(t) = a_i curve((t - c_i) / l_i) + b_i (t - 19.5) / 19.5 + correlated noise + independent noise

with a height a, a centre c, a length l and a slope b of its own. A curve is zero outside of its length.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, fraction, in_range, non_negative_integer, positive_integer
from scalinglab.training.tasks.task import Task

#: The ten curves by their heights, in sixths, at 13 places along their length; between these they are straight.
CURVES = (
    (0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1, 0),  # tent
    (0, 4, 6, 4, 1, 0, 0, 0, 1, 4, 6, 4, 0),  # two hills
    (0, 3, 6, 6, 6, 6, 6, 6, 6, 6, 6, 3, 0),  # table
    (0, 5, 6, 4, 3, 3, 3, 3, 3, 4, 6, 5, 0),  # bathtub
    (0, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 0),  # ramp down
    (0, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 0),  # ramp up
    (0, 3, 5, 6, 5, 3, 0, -3, -5, -6, -5, -3, 0),  # wave
    (0, -3, -5, -6, -5, -3, 0, 3, 5, 6, 5, 3, 0),  # wave, upside down
    (0, 6, 0, -6, 0, 6, 0, -6, 0, 6, 0, -6, 0),  # zigzag
    (0, 2, 4, 6, 3, -1, -4, -1, 3, 6, 4, 2, 0),  # two hills and a valley
)
CLASSES, POSITIONS = len(CURVES), 40
MIDDLE = (POSITIONS - 1) / 2
#: Positions that a curve of mean length takes.
LENGTH = 16
#: What each quantity is drawn from: a stream of its own, so an option that is changed leaves all else as it was.
LABEL, CENTRE, STRETCH, HEIGHT, SLOPE, CORRELATED, INDEPENDENT, ORDER = range(8)
#: The three sets of a task: none shares a number with another.
TRAIN, TEST, VALIDATION = range(31, 34)
#: Samples that are made at a time. Any multiple of ten makes the same samples.
PART = 4000
#: Times that two neighbours are averaged, for the correlated noise: it stays correlated over about three positions.
AVERAGED = 12
#: Limits that no run in a course comes near; they keep a slip of the finger from filling the memory.
MOST_SAMPLES, MOST_TEST, MOST_STRETCH, MOST_NOISE = 4_000_000, 200_000, 0.9, 10.0


def signals(
    samples: int = 4000,
    *,
    noise: float = 0.1,
    correlated_noise: float = 0.1,
    shift: float = 9.0,
    stretch: float = 0.5,
    scale: float = 0.5,
    shear: float = 0.75,
    shuffled: bool = False,
    test_samples: int = 2000,
    seed: int = 0,
) -> Task:
    """Tell ten short curves apart, wherever they lie in a signal of 40 numbers, and however they are bent.

    All options at zero leave ten signals without noise, one for each class, with the curve in the middle.

    Parameters
    ----------
    samples : int
        Number of training samples, at most 4 million of 160 bytes. With one seed, the smaller data set is always the
        first part of the larger. Of every ten samples in a row from the first, each is of another class.
    noise : float
        Standard deviation of the independent noise, from 0 to 10. The heights of the curves are 1.
    correlated_noise : float
        Standard deviation of the noise that is smooth over about three positions, from 0 to 10.
    shift : float
        How many positions the centre of a curve lies off the middle at most, to either side: from 0 to 20. A curve
        takes 16 positions, unless it is stretched; what lies outside of the 40 is cut off.
    stretch : float
        The length is 16 times a number between ``1 - stretch`` and ``1 + stretch``; from 0 to 0.9.
    scale : float
        The height is multiplied by a number between ``1 - scale`` and ``1 + scale``; from 0 to 1.
    shear : float
        A line is added, from ``-b`` at the first position to ``b`` at the last, with ``b`` between ``-shear`` and
        ``shear``; from 0 to 10.
    shuffled : bool
        Whether the 40 positions are shuffled, for all samples in the same way: nothing changes for a perceptron,
        whose inputs have no order, and neighbours are lost to a convolution.
    test_samples : int
        Test samples, and as many for validation: at most 200,000. They are as difficult as those for training.
    seed : int
        Draws all samples and the order of the shuffled positions. Each quantity has a stream of its own, and all
        draws but the normal ones of the noise are uniform.

    Returns
    -------
    Task
        40 inputs in float32, 10 classes. The same object for the same arguments, while it is among the last 4.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> signals(500, shuffled=True)
    Task('signals', 500 training, 2000 validation and 2000 test samples, 40 inputs, 10 classes)
    """
    options = {"samples": samples, "noise": noise, "correlated_noise": correlated_noise, "shift": shift}
    options |= {"stretch": stretch, "scale": scale, "shear": shear, "shuffled": shuffled}
    return _signals(**signals_options(**options, test_samples=test_samples, seed=seed))


def signals_options(
    *,
    samples: Any,
    noise: Any,
    correlated_noise: Any,
    shift: Any,
    stretch: Any,
    scale: Any,
    shear: Any,
    shuffled: Any,
    test_samples: Any,
    seed: Any,
) -> dict[str, Any]:
    """Check the options of ``signals``, and return them in their canonical types."""
    counts = {"samples": (samples, MOST_SAMPLES), "test_samples": (test_samples, MOST_TEST)}
    for name, (count, most) in counts.items():
        if positive_integer(name, count) > most:
            fail(name, f"not exceed {most}", count)
    if not isinstance(shuffled, bool | np.bool_):
        fail("shuffled", "be True or False", shuffled)
    # Zero is added because minus zero is the same difficulty, but another text in a recipe.
    return {
        "samples": int(samples),
        "noise": in_range("noise", noise, 0.0, MOST_NOISE) + 0.0,
        "correlated_noise": in_range("correlated_noise", correlated_noise, 0.0, MOST_NOISE) + 0.0,
        "shift": in_range("shift", shift, 0.0, POSITIONS / 2) + 0.0,
        "stretch": in_range("stretch", stretch, 0.0, MOST_STRETCH) + 0.0,
        "scale": fraction("scale", scale) + 0.0,
        "shear": in_range("shear", shear, 0.0, MOST_NOISE) + 0.0,
        "shuffled": bool(shuffled),
        "test_samples": int(test_samples),
        "seed": non_negative_integer("seed", seed),
    }


@lru_cache(maxsize=4)
def _signals(*, samples: int, test_samples: int, seed: int, **options: Any) -> Task:
    counts = {TRAIN: samples, TEST: test_samples, VALIDATION: test_samples}
    train, test, validation = (_examples(part, count, seed=seed, **options) for part, count in counts.items())
    recipe = {"name": "signals", "samples": samples, **options, "test_samples": test_samples, "seed": seed}
    return Task("signals", *train, *test, CLASSES, *validation, recipe=recipe)


def _examples(
    part: int, count: int, *, seed: int, shuffled: bool, **options: float
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The first samples of one of the sets, shape (count, 40), and their labels, made part by part."""
    inputs, labels = np.empty((count, POSITIONS), np.float32), np.empty(count, np.int64)
    streams = [_stream(seed, part, quantity) for quantity in range(ORDER)]
    order = _stream(seed, TRAIN, ORDER).permutation(POSITIONS) if shuffled else np.arange(POSITIONS)
    for first in range(0, count, PART):
        some = slice(first, min(first + PART, count))
        made, of_class = _block(streams, -(-(some.stop - first) // CLASSES) * CLASSES, **options)
        inputs[some], labels[some] = made[: some.stop - first, order], of_class[: some.stop - first]
    return inputs, labels


def _block(
    streams: list[np.random.Generator],
    count: int,
    *,
    noise: float,
    correlated_noise: float,
    shift: float,
    stretch: float,
    scale: float,
    shear: float,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The next samples of the streams, a multiple of ten: sums and products of single numbers, the same everywhere."""
    labels = np.argsort(streams[LABEL].random((count // CLASSES, CLASSES)), axis=1).ravel()
    centre, length, height, slope = (
        middle + reach * streams[quantity].uniform(-1, 1, (count, 1))
        for quantity, middle, reach in (
            (CENTRE, MIDDLE, shift),
            (STRETCH, LENGTH, LENGTH * stretch),
            (HEIGHT, 1.0, scale),
            (SLOPE, 0.0, shear),
        )
    )
    positions = np.arange(POSITIONS)
    made = height * _heights(labels, (positions - centre) / length) + slope * ((positions - MIDDLE) / MIDDLE)
    if correlated_noise:
        made += correlated_noise * _smooth(streams[CORRELATED].standard_normal((count, POSITIONS + AVERAGED)))
    if noise:
        made += noise * streams[INDEPENDENT].standard_normal((count, POSITIONS))
    return made, labels


def _heights(labels: NDArray[np.int64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the curve of each label at its places, in lengths from its middle, shape (samples, places)."""
    curves = np.array(CURVES) / 6
    pieces = curves.shape[1] - 1
    along = np.clip((places + 0.5) * pieces, 0, pieces)  # the ends of a curve are zero, and so is all beyond
    piece = np.minimum(along.astype(np.int64), pieces - 1)
    left, right = (curves[labels[:, None], piece + side] for side in (0, 1))
    return left + (along - piece) * (right - left)


def _smooth(noise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average neighbours of independent normal numbers, 12 times, and bring them back to a variance of 1."""
    for _ in range(AVERAGED):
        noise = noise[:, 1:] + noise[:, :-1]
    return noise / np.sqrt(sum(comb(AVERAGED, k) ** 2 for k in range(AVERAGED + 1)))


def _stream(seed: int, part: int, quantity: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence((seed, part, quantity)))
