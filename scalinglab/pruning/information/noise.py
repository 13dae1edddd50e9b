"""Labels without a rule, which can only be memorised: coin flips, all of them, and what networks know of them."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, non_negative_integer, positive_integer
from scalinglab._later import torch
from scalinglab.training import Task, Training, forward

#: Streams of a seed; networks in training, teachers and random masks have others.
INPUTS, COINS, TEST = 41, 42, 43
TEST_SAMPLES = 64
#: More labelings than this are no course's business.
MOST_SAMPLES = 14
#: Layers of many networks: weights (networks, outputs, inputs), and biases (networks, outputs).
Layers = list[tuple[NDArray[np.float64], NDArray[np.float64]]]


def coin_flips(samples: int, inputs: Any, *, seed: int = 0, regression: bool = False) -> Task:
    """Examples whose labels are flips of a fair coin: there is nothing to learn, and all that is fitted is memorised.

    Parameters
    ----------
    samples : int
    inputs : int or array, shape (at least samples, inputs)
        How many standard normal inputs; or the inputs themselves, of which the first examples are taken.
    seed : int
        Draws inputs, labels, and a test set on which nothing can beat chance.
    regression : bool
        Labels -1 and 1 to be met in squared error; else two classes, one logit.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> coin_flips(8, 6)
    Task('coin flips', 8 training and 64 test samples, 6 inputs, 2 classes)
    """
    count = positive_integer("samples", samples)
    stream = np.random.default_rng(np.random.SeedSequence((non_negative_integer("seed", seed), INPUTS)))
    table, test = _inputs(inputs, count, stream), np.random.default_rng(np.random.SeedSequence((seed, TEST)))
    labels, test_labels = coins(1, count, seed)[0], test.integers(0, 2, TEST_SAMPLES)
    held = test.standard_normal((TEST_SAMPLES, table.shape[1]))
    if regression:
        return Task("coin flips", table, 2.0 * labels - 1, held, 2.0 * test_labels - 1, None)
    return Task("coin flips", table, labels, held, test_labels, 2, logit=True)


def coins(networks: int, samples: int, seed: int = 0) -> NDArray[np.int64]:
    """Zeros and ones, shape (networks, samples), from the stream of a seed that labels of ``coin_flips`` are from."""
    stream = np.random.default_rng(np.random.SeedSequence((non_negative_integer("seed", seed), COINS)))
    return stream.integers(0, 2, (positive_integer("networks", networks), positive_integer("samples", samples)))


def all_labelings(samples: int) -> NDArray[np.int64]:
    """All ways to label some examples by zeros and ones, shape (2^samples, samples).

    Raises
    ------
    ValueError
        If ``samples`` is not from 1 to 14.

    Examples
    --------
    >>> all_labelings(2).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    if positive_integer("samples", samples) > MOST_SAMPLES:
        fail("samples", f"not exceed {MOST_SAMPLES}, as each more doubles the work", samples)
    return np.array(list(itertools.product((0, 1), repeat=samples)))


def stacked(run: Training) -> Layers:
    """The layers of all networks of a run, which must be of one shape, stacked along a first axis."""
    networks = [run.arrays(network) for network in range(run.networks)]
    columns = zip(*networks, strict=True)
    return [(np.stack([weight for weight, _ in layer]), np.stack([bias for _, bias in layer])) for layer in columns]


def outputs_of(layers: Layers, inputs: NDArray[Any]) -> NDArray[np.float64]:
    """First output of each network of a stack, shape (networks, examples); in float64."""
    tensors = [(torch.from_numpy(weight), torch.from_numpy(bias)) for weight, bias in layers]
    return forward(tensors, torch.tensor(inputs, dtype=torch.float64))[..., 0].numpy()


def shares_right(run: Training, inputs: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.float64]:
    """Share of its labels that each network gives by the sign of its output, shape (networks,); zero is half right.

    Parameters
    ----------
    run : Training
        Networks of one shape.
    inputs : array, shape (examples, inputs)
    labels : array, shape (networks, examples)
        Zeros and ones, or numbers whose sign counts.
    """
    wanted = np.where(labels > 0, 1.0, -1.0)
    return ((1 + np.sign(outputs_of(stacked(run), inputs)) * wanted) / 2).mean(1)


def _inputs(value: Any, samples: int, stream: np.random.Generator) -> NDArray[Any]:
    if not hasattr(value, "__array__"):
        return stream.standard_normal((samples, positive_integer("inputs", value)))
    if np.ndim(value) != 2 or len(value) < samples:
        fail("inputs", f"hold at least {samples} examples", np.shape(value))
    return np.asarray(value)[:samples]
