"""Bad input at every public door: one clear ``ValueError`` that names the argument, before anything runs."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglab.training import Task, budget, digits, finish, forward, train

BAD = [
    ("width", 0, "width must be positive, got 0"),
    ("width", -3, "width must be positive, got -3"),
    ("width", 3.5, "width must be a whole number, got 3.5"),
    ("width", [], "width must hold from 1 to 100000 values, got []"),
    ("width", [4, -1], "width must be positive, got -1"),
    ("width", [[4]], "width must be a whole number, got [4]"),
    ("width", np.array([2.5]), "width must be a whole number, got 2.5"),
    ("width", range(1, 10**9), "width must hold from 1 to 100000 values, got range(1, 1000000000)"),
    ("depth", 0, "depth must be positive, got 0"),
    ("depth", 10**9, "depth must not exceed 1000, got 1000000000"),
    ("activation", "gelu", "activation must be one of relu, tanh, got 'gelu'"),
    ("optimizer", "lion", "optimizer must be one of sgd, momentum, adam, adamw, got 'lion'"),
    ("step_size", 0, "step_size must be positive, got 0"),
    ("step_size", math.nan, "step_size must be a finite number, got nan"),
    ("step_size", [0.1, math.inf], "step_size must be a finite number, got inf"),
    ("momentum", 1, "momentum must be at least 0 and below 1, got 1"),
    ("betas", 0.9, "betas must be two numbers, got 0.9"),
    ("betas", (0.9,), "betas must be two numbers, got (0.9,)"),
    ("betas", (0.9, 1.0), "betas must be at least 0 and below 1, got 1.0"),
    ("weight_decay", -0.1, "weight_decay must not be negative, got -0.1"),
    ("batch_size", 0, "batch_size must be positive, got 0"),
    ("steps", 0, "steps must be positive, got 0"),
    ("steps", 10**12, "steps must not exceed 1000000000, got 1000000000000"),
    ("seed", -1, "seed must not be negative, got -1"),
    ("seed", [0, 1.5], "seed must be a whole number, got 1.5"),
    ("samples", 0, "samples must be positive, got 0"),
    ("samples", 61, "samples must not exceed the 60 training samples of the task, got 61"),
    ("dtype", "float16", "dtype must be one of float32, float64, got 'float16'"),
    ("device", "abacus", "device must name a device of this machine that computes in float32, got 'abacus'"),
    ("device", "meta", "device must name a device of this machine that computes in float32, got 'meta'"),
    ("evaluations", 0, "evaluations must be positive, got 0"),
    ("evaluations", 10**6, "evaluations must not exceed 100000, got 1000000"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), BAD)
def test_train_and_budget_name_what_is_wrong_at_the_call(name, value, sentence):
    for door in (train, budget):
        with pytest.raises(ValueError, match=f"^{name} must ") as caught:
            door(digits(60), **{name: value})
        assert str(caught.value) == sentence


JUNK = st.one_of(
    st.text().filter(lambda text: text not in {"relu", "tanh", "sgd", "momentum", "adam", "adamw"}),
    st.complex_numbers(),
    st.booleans(),
    st.integers(max_value=-1),
    st.sampled_from([math.nan, math.inf, [], {}, [None], b"8", {1, 2}, object]),
)
NAMES = ["width", "depth", "activation", "optimizer", "step_size", "momentum", "betas", "weight_decay", "batch_size"]
NAMES += ["steps", "seed", "samples", "dtype", "evaluations"]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(NAMES), JUNK)
def test_junk_in_any_argument_is_refused_in_a_short_sentence(name, value):
    with pytest.raises(ValueError, match=f"^{name} must ") as caught:
        train(digits(60), **{name: value})
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("task", [None, "digits", digits])
def test_a_task_must_be_a_task(task):
    for door in (train, budget):
        with pytest.raises(ValueError, match=r"^task must be a Task"):
            door(task)


def test_sequences_must_share_one_length():
    with pytest.raises(ValueError, match=r"^width and seed must have the same length, got width 2, seed 3$"):
        train(digits(60), width=[4, 5], seed=range(3))


@pytest.mark.parametrize("width", [10**6, 10**9, 10**30, 10**400])
def test_a_huge_width_is_refused_before_anything_is_allocated(width):
    with pytest.raises(ValueError, match=r"^width must let .* fit into half the free memory, .* GB instead of"):
        train(digits(60), width=width, depth=3)


def test_a_tall_stack_is_refused_like_a_wide_one():
    with pytest.raises(ValueError, match=r"^width must let 90000 networks fit into half the free memory"):
        train(digits(), width=4000, seed=range(90_000))


def test_budget_knows_the_arguments_of_train():
    with pytest.raises(ValueError, match=r"^settings must be keyword arguments of train, got 'widht'$"):
        budget(digits(60), widht=3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"samples": 0}, "samples must be positive, got 0"),
        ({"samples": 1201}, "samples must not exceed the pool of 1200, got 1201"),
        ({"samples": 3.0}, "samples must be a whole number, got 3.0"),
        ({"label_noise": 1.5}, "label_noise must be from 0 to 1, got 1.5"),
        ({"label_noise": "some"}, "label_noise must be a finite number, got 'some'"),
        ({"seed": -1}, "seed must not be negative, got -1"),
    ],
)
def test_digits_names_what_is_wrong(arguments, sentence):
    with pytest.raises(ValueError, match=" must ") as caught:
        digits(**arguments)
    assert str(caught.value) == sentence


GOOD = {
    "name": "two",
    "train_inputs": [[0.0], [1.0]],
    "train_labels": [0, 1],
    "test_inputs": [[0.5]],
    "test_labels": [1],
    "classes": 2,
}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": 3}, "name must be text, got 3"),
        ({"classes": 1}, "classes must be at least 2, got 1"),
        ({"classes": 2.0}, "classes must be a whole number, got 2.0"),
        ({"train_inputs": [0.0, 1.0]}, "train_inputs must have the shape (samples, inputs), got (2,)"),
        ({"train_inputs": [[], []]}, "train_inputs must have the shape (samples, inputs), got (2, 0)"),
        ({"train_inputs": [["a"], ["b"]]}, "train_inputs must be a table of numbers, got [['a'], ['b']]"),
        ({"train_inputs": [[0.0], [1.0, 2.0]]}, "train_inputs must be a table of numbers, got [[0.0], [1.0, 2.0]]"),
        ({"train_inputs": [[0.0], [math.nan]]}, "train_inputs must be finite, got '1 entries that are not'"),
        (
            {"train_labels": [0]},
            "train_inputs and train_labels must have the same length, got train_inputs 2, train_labels 1",
        ),
        ({"train_labels": [0, 2]}, "train_labels must be from 0 to 1, got 2"),
        ({"train_labels": [0, -1]}, "train_labels must be from 0 to 1, got -1"),
        ({"train_labels": [0.0, 1.0]}, "train_labels must be a list of whole numbers, got [0.0, 1.0]"),
        ({"train_labels": [[0], [0, 1]]}, "train_labels must be a list of whole numbers, got [[0], [0, 1]]"),
        ({"test_inputs": [[0.5, 1.0]]}, "test_inputs must have as many columns as train_inputs, got (1, 2)"),
        ({"test_labels": []}, "test_labels must be a list of whole numbers, got []"),
    ],
)
def test_a_task_names_what_does_not_fit(changes, sentence):
    with pytest.raises(ValueError, match=" must ") as caught:
        Task(**(GOOD | changes))
    assert str(caught.value) == sentence


@pytest.mark.parametrize("training", [None, 5, [1, 2], "run"])
def test_finish_wants_what_train_returned(training):
    with pytest.raises(ValueError, match=r"^training must be what train returned"):
        finish(training)


def test_finish_wants_something_left_to_run():
    run = train(digits(60), steps=1)
    finish(run)
    with pytest.raises(ValueError, match=r"^training must have at least one step left"):
        finish(run)


@pytest.mark.parametrize("network", [2, -1, 0.0, "0", True])
def test_arrays_wants_a_network_of_the_stack(network):
    state = next(train(digits(60), seed=(0, 1)))
    with pytest.raises(ValueError, match=r"^network must "):
        state.arrays(network)


def test_forward_names_a_layer_that_does_not_fit():
    layers = [(torch.zeros(3, 2), torch.zeros(3)), (torch.zeros(4, 5), torch.zeros(4))]
    with pytest.raises(ValueError, match=r"^inputs must have 2 columns at layer 0, got \(7, 3\)$"):
        forward(layers, torch.zeros(7, 3))
    with pytest.raises(ValueError, match=r"^inputs must have 5 columns at layer 1, got \(7, 3\)$"):
        forward(layers, torch.zeros(7, 2))
    with pytest.raises(ValueError, match=r"^activation must be one of relu, tanh, got 'gelu'$"):
        forward(layers, torch.zeros(7, 2), "gelu")
    with pytest.raises(ValueError, match=r"^layers must hold at least one"):
        forward([], torch.zeros(7, 2))
