"""The teacher: it is a network that ``forward`` can run, its labels have mean 0 and variance 1, and noise is added."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglab.training.loop import train
from scalinglab.training.networks.perceptrons import forward
from scalinglab.training.tasks.teachers import teacher, teacher_student

KINDS = [("tanh", 8, 8), ("relu", 8, 8), ("tanh", 1, 3), ("relu", 3, 40)]


def labels_of(layers, inputs, activation):
    """By the package's other forward pass, which is tested by itself."""
    tensors = [(torch.tensor(weight), torch.tensor(bias)) for weight, bias in layers]
    return forward(tensors, torch.tensor(inputs), activation).numpy()


@pytest.mark.parametrize(("activation", "inputs", "width"), KINDS)
def test_forward_on_the_teacher_gives_the_clean_labels(activation, inputs, width):
    about = {"inputs": inputs, "teacher_width": width, "activation": activation, "seed": 3}
    task, layers = teacher_student(1500, test_samples=1100, **about), teacher(**about)
    assert [(weight.shape, bias.shape) for weight, bias in layers] == [((width, inputs), (width,)), ((1, width), (1,))]
    # 1e-12 leaves room for sums of 40 products in another order.
    for given_inputs, labels in ((task.train_inputs, task.train_labels), (task.test_inputs, task.test_labels)):
        np.testing.assert_allclose(labels_of(layers, given_inputs, activation), labels, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("activation", "inputs", "width"), KINDS)
def test_clean_labels_have_mean_zero_and_variance_one_over_the_inputs(activation, inputs, width, seed):
    layers = teacher(inputs=inputs, teacher_width=width, activation=activation, seed=seed)
    count = 2**17
    fresh = np.random.default_rng(99).standard_normal((count, inputs))
    labels = labels_of(layers, fresh, activation)
    # The teacher was standardised on as many other inputs, so both sides have an error: sqrt(2) of one standard error.
    mean_error = math.sqrt(2 / count)
    kurtosis = np.mean((labels - labels.mean()) ** 4) / labels.var() ** 2
    variance_error = math.sqrt(2 * (kurtosis - 1) / count)
    # Twelve cases with two numbers each: 4 standard errors are passed by chance in one of 600 such tests.
    assert abs(labels.mean()) < 4 * mean_error
    assert abs(labels.var() - 1) < 4 * variance_error
    assert variance_error < 0.03


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_one_hidden_unit_is_never_dead(activation):
    for seed in range(40):
        (weight, bias), _ = teacher(inputs=1, teacher_width=1, activation=activation, seed=seed)
        # The unit bends at -bias/weight, a normal number of standard deviation 1/2: |t| < 2.5 fails with odds 1e-6.
        assert abs(bias[0] / weight[0, 0]) < 2.5
        assert 0.3 < teacher_student(inputs=1, teacher_width=1, activation=activation, seed=seed).chance_loss < 3


def test_inputs_are_standard_normal():
    inputs = teacher_student(20000, seed=1).train_inputs
    # 160,000 numbers: standard errors are 0.0025 of the mean and 0.0035 of the variance.
    assert abs(inputs.mean()) < 4 * 0.0025
    assert abs(inputs.var() - 1) < 4 * 0.0036


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_smaller_data_sets_are_the_first_part_of_larger_ones_to_the_last_bit(activation):
    whole = teacher_student(3000, noise=0.3, activation=activation, seed=4)
    for samples in (1, 7, 1023, 1024, 1025, 2999):
        part = teacher_student(samples, noise=0.3, activation=activation, seed=4)
        np.testing.assert_array_equal(part.train_inputs, whole.train_inputs[:samples])
        np.testing.assert_array_equal(part.train_labels, whole.train_labels[:samples])


def test_more_noise_is_the_same_noise_scaled_and_leaves_the_test_labels_clean():
    clean, little, more = (teacher_student(4000, noise=noise, seed=2) for noise in (0, 0.1, 0.4))
    np.testing.assert_array_equal(little.train_inputs, clean.train_inputs)
    added = little.train_labels - clean.train_labels
    np.testing.assert_allclose(more.train_labels - clean.train_labels, 4 * added, rtol=0, atol=1e-14)  # rounding
    # 4000 draws: the standard deviation is known to 1 / sqrt(2 * 4000) of itself.
    assert abs(added.std() / 0.1 - 1) < 4 / math.sqrt(8000)
    for noisy in (little, more):
        np.testing.assert_array_equal(noisy.test_inputs, clean.test_inputs)
        np.testing.assert_array_equal(noisy.test_labels, clean.test_labels)


def test_the_test_set_is_not_the_training_set_and_does_not_depend_on_it():
    one, two = teacher_student(100, seed=5), teacher_student(900, noise=1.0, seed=5)
    np.testing.assert_array_equal(one.test_inputs, two.test_inputs)
    np.testing.assert_array_equal(one.test_labels, two.test_labels)
    assert not set(one.test_inputs.ravel()) & set(two.train_inputs.ravel())


def test_seeds_have_teachers_and_data_of_their_own():
    one, two = teacher_student(seed=0), teacher_student(seed=1)
    assert not set(one.train_inputs.ravel()) & set(two.train_inputs.ravel())
    assert not np.array_equal(teacher(seed=0)[0][0], teacher(seed=1)[0][0])


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("width", [8, 20])
def test_a_student_of_the_same_seed_does_not_begin_with_the_weights_of_the_teacher(activation, width):
    task, about = teacher_student(64, activation=activation), {"activation": activation}
    seeds = range(20)
    run = next(train(task, width=width, seed=seeds, **about))
    for layer in (0, 1):
        ours = [run.arrays(seed)[layer][0][:8, :8].ravel() for seed in seeds]
        theirs = [teacher(seed=seed, **about)[layer][0].ravel() for seed in seeds]
        # Twenty correlations of 64 (or 8) independent normals have a mean of 0 with an error of 1 / sqrt(20 * 64).
        found = [np.corrcoef(one, other)[0, 1] for one, other in zip(ours, theirs, strict=True)]
        assert abs(np.mean(found)) < 4 / math.sqrt(20 * ours[0].size)


def test_it_is_a_regression_with_one_output_and_its_recipe():
    task = teacher_student(10, noise=0.5)
    assert (task.classes, task.outputs, task.loss, task.train_labels.shape) == (None, 1, "squared", (10, 1))
    assert dict(task.recipe) == {
        "name": "teacher_student",
        "samples": 10,
        "inputs": 8,
        "teacher_width": 8,
        "activation": "tanh",
        "noise": 0.5,
        "test_samples": 2048,
        "seed": 0,
    }
    assert teacher_student(np.int64(10), noise=0.5) is task


def test_a_teacher_is_read_only():
    for weight, bias in teacher():
        for array in (weight, bias):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"samples": 0}, "samples must be positive, got 0"),
        ({"samples": 10**7}, "samples must not exceed 2500000 with 8 inputs, got 10000000"),
        ({"test_samples": 1}, "test_samples must be at least 2, got 1"),
        ({"test_samples": 10**7}, "test_samples must not exceed 2500000 with 8 inputs, got 10000000"),
        ({"inputs": 1001}, "inputs must not exceed 1000, got 1001"),
        ({"teacher_width": 10**30}, f"teacher_width must not exceed 1000, got {10**30}"),
        ({"activation": "gelu"}, "activation must be one of tanh, relu, got 'gelu'"),
        ({"noise": -0.1}, "noise must be from 0 to 1000, got -0.1"),
        ({"noise": math.nan}, "noise must be a finite number, got nan"),
    ],
)
def test_teacher_student_names_what_is_wrong(arguments, sentence):
    with pytest.raises(ValueError, match=" must ") as caught:
        teacher_student(**arguments)
    assert str(caught.value) == sentence


NAMES = ["samples", "inputs", "teacher_width", "activation", "noise", "test_samples", "seed"]
JUNK = st.one_of(
    st.text().filter(lambda text: text not in {"tanh", "relu"}),
    st.complex_numbers(),
    st.booleans(),
    st.integers(max_value=-1),
    st.sampled_from([None, math.nan, math.inf, [], {}, [None], np.ones(2), b"8", {1, 2}, object]),
)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(NAMES), JUNK)
def test_junk_in_any_argument_is_refused_in_a_short_sentence(name, value):
    doors = [teacher_student] + [teacher] * (name in ("inputs", "teacher_width", "activation", "seed"))
    for door in doors:
        with pytest.raises(ValueError, match=f"^{name} must ") as caught:
            door(**{name: value})
        assert len(str(caught.value)) < 200
