"""A regression whose answer is known: a random network, the teacher, labels random inputs for others to learn."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, in_range, non_negative_integer, positive_integer
from scalinglab.training.tasks.task import Task

Layers = tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]
FUNCTIONS = {"tanh": np.tanh, "relu": lambda sums: np.maximum(sums, 0.0)}
#: Streams of a seed. A network in training has 0 to 2: one that began with the teacher's numbers would know the answer.
TEACHER, INPUTS, NOISE, TEST = range(11, 15)
#: Inputs that the mean and the variance of a teacher are measured on.
MEASURED = 2**17
#: Examples that are drawn and labelled at a time. All products have one shape then, so an example's label is the same
#: to the last bit, however many examples are asked for.
PART = 2**10
#: Limits that no run in a course comes near; they keep a slip of the finger from filling the memory.
MOST_UNITS, MOST_NUMBERS, MOST_NOISE = 1000, 2 * 10**7, 1e3


def teacher_student(
    samples: int = 1024,
    *,
    inputs: int = 8,
    teacher_width: int = 8,
    activation: str = "tanh",
    noise: float = 0.0,
    test_samples: int = 2048,
    seed: int = 0,
) -> Task:
    """Standard normal inputs, labelled by a random network with one hidden layer.

    A student of the teacher's width and activation can reach a test loss of zero. The clean label has mean 0 and
    variance 1 over the inputs (see ``teacher``), so the test loss of a constant is about 1.

    Parameters
    ----------
    samples : int
        Number of training samples. With one seed, the smaller data set is always the first part of the larger.
    inputs : int
        At most 1000.
    teacher_width : int
        Hidden units of the teacher, at most 1000.
    activation : {"tanh", "relu"}
        Of the teacher.
    noise : float
        Standard deviation of the normal noise on the training labels, from 0 to 1000. More noise is the same noise,
        scaled. The test labels stay clean.
    test_samples : int
        At least 2.
    seed : int
        Draws the teacher, the training inputs, the noise and the test inputs, from four separate streams.

    Returns
    -------
    Task
        One output. The same object for the same arguments, while it is among the last 16.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> teacher_student(256, noise=0.1)
    Task('teacher_student', 256 training and 2048 test samples, 8 inputs, 1 output)
    """
    options = {"samples": samples, "inputs": inputs, "teacher_width": teacher_width, "activation": activation}
    return _task(**teacher_student_options(**options, noise=noise, test_samples=test_samples, seed=seed))


def teacher(*, inputs: int = 8, teacher_width: int = 8, activation: str = "tanh", seed: int = 0) -> Layers:
    """The network that labels the inputs of ``teacher_student`` with the same arguments.

    Hidden weights are normal with variance 1 / inputs. The bias of a hidden unit is normal, too, with half the
    standard deviation of the unit's weighted inputs: units bend on both sides of the data's centre, and none is dead.
    The output weights are normal. The last layer is then scaled and shifted to give the labels mean 0 and variance 1,
    measured on 131072 inputs from the teacher's own stream. So the mean is exact to a standard error of 0.003, and
    the variance to one of ``sqrt((kurtosis - 1) / 131072)``: 0.004 for labels that are about normal, and nearly 0.02
    for a single ReLU that is rarely on.

    Parameters
    ----------
    inputs, teacher_width, activation, seed
        As in ``teacher_student``.

    Returns
    -------
    tuple of (weight, bias), one for each of the two layers
        Read-only, of the shapes (outputs, inputs) and (outputs,), as ``forward`` wants them once they are tensors.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    return _teacher(**_teacher_options(inputs, teacher_width, activation, seed))


def teacher_student_options(
    *, samples: Any, inputs: Any, teacher_width: Any, activation: Any, noise: Any, test_samples: Any, seed: Any
) -> dict[str, Any]:
    """Check the options of ``teacher_student``, and return them in their canonical types."""
    own = _teacher_options(inputs, teacher_width, activation, seed)
    seed = own.pop("seed")
    counts = {"samples": samples, "test_samples": test_samples}
    for name, count in counts.items():
        counts[name] = positive_integer(name, count)
        if count * own["inputs"] > MOST_NUMBERS:
            fail(name, f"not exceed {MOST_NUMBERS // own['inputs']} with {own['inputs']} inputs", count)
    if counts["test_samples"] < 2:
        fail("test_samples", "be at least 2", test_samples)
    # Zero is added because minus zero is the same noise, but another text in a recipe.
    level = in_range("noise", noise, 0.0, MOST_NOISE) + 0.0
    return {"samples": counts["samples"], **own, "noise": level, "test_samples": counts["test_samples"], "seed": seed}


def _teacher_options(inputs: Any, teacher_width: Any, activation: Any, seed: Any) -> dict[str, Any]:
    units = {"inputs": inputs, "teacher_width": teacher_width}
    for name, count in units.items():
        units[name] = positive_integer(name, count)
        if count > MOST_UNITS:
            fail(name, f"not exceed {MOST_UNITS}", count)
    if not isinstance(activation, str) or activation not in FUNCTIONS:
        fail("activation", "be one of " + ", ".join(FUNCTIONS), activation)
    return {**units, "activation": activation, "seed": non_negative_integer("seed", seed)}


@lru_cache(maxsize=16)
def _task(
    *, samples: int, inputs: int, teacher_width: int, activation: str, noise: float, test_samples: int, seed: int
) -> Task:
    layers = _teacher(inputs=inputs, teacher_width=teacher_width, activation=activation, seed=seed)
    train_inputs, train_labels = _examples(_stream(seed, INPUTS), layers, activation, samples)
    errors = noise * _stream(seed, NOISE).standard_normal((samples, 1))
    recipe = {"name": "teacher_student", "samples": samples, "inputs": inputs, "teacher_width": teacher_width}
    recipe |= {"activation": activation, "noise": noise, "test_samples": test_samples, "seed": seed}
    return Task(
        "teacher_student",
        train_inputs,
        train_labels + errors,
        *_examples(_stream(seed, TEST), layers, activation, test_samples),
        classes=None,
        recipe=recipe,
    )


@lru_cache(maxsize=64)
def _teacher(*, inputs: int, teacher_width: int, activation: str, seed: int) -> Layers:
    stream = _stream(seed, TEACHER)
    weight = stream.standard_normal((teacher_width, inputs)) / np.sqrt(inputs)
    bias = 0.5 * np.linalg.norm(weight, axis=1) * stream.standard_normal(teacher_width)
    output_weight = stream.standard_normal((1, teacher_width)) / np.sqrt(teacher_width)
    raw = (weight, bias), (output_weight, np.zeros(1))
    labels = _examples(stream, raw, activation, MEASURED)[1]
    mean, deviation = labels.mean(), labels.std()
    layers = (weight, bias), (output_weight / deviation, np.array([-mean / deviation]))
    for array in (*layers[0], *layers[1]):
        array.setflags(write=False)
    return layers


def _examples(
    stream: np.random.Generator, layers: Layers, activation: str, count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The first inputs of a stream, shape (count, inputs), and the outputs of a network for them, shape (count, 1)."""
    (weight, bias), (output_weight, output_bias) = layers
    parts = []
    for _ in range(-(-count // PART)):
        inputs = stream.standard_normal((PART, weight.shape[1]))
        hidden = FUNCTIONS[activation](inputs @ weight.T + bias)
        parts.append((inputs, hidden @ output_weight.T + output_bias))
    inputs, labels = (np.concatenate(arrays)[:count] for arrays in zip(*parts, strict=True))
    return inputs, labels


def _stream(seed: int, stream: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence((seed, stream)))
