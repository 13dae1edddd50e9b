"""A grid becomes runs in their order, each with a complete configuration in one canonical form and a key of its own."""

from __future__ import annotations

import inspect
import json
import pickle
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalinglab.training import Task, digits, train
from scalinglab.training.sweeps.grids import runs_of

#: Where it runs, and what is no plain number or word.
NOT_SWEPT = ("task", "device", "start", "labels", "initial", "masks", "masses", "penalty")


def key(**changes):
    (run,) = runs_of({"task": "digits"} | changes)
    return run.key


def test_the_last_axis_varies_fastest():
    runs = runs_of({"width": (4, 8), "task": "digits", "seed": range(3)})
    assert [(run.settings["width"], run.settings["seed"]) for run in runs] == [
        (width, seed) for width in (4, 8) for seed in range(3)
    ]


def test_a_configuration_holds_every_argument_that_can_be_swept_with_the_defaults_of_train():
    (run,) = runs_of({"task": "digits"})
    defaults = {name: value.default for name, value in inspect.signature(train).parameters.items()}
    assert set(run.settings) == set(defaults) - set(NOT_SWEPT)
    assert run.settings["evaluations"] == 2
    for name in set(run.settings) - {"evaluations", "betas", "samples"}:
        assert run.settings[name] == defaults[name]


@pytest.mark.parametrize("value", [1, 1.0, np.float64(1), np.int64(1), np.float32(1)])
def test_one_number_in_any_type_is_one_run(value):
    assert key(step_size=value) == key(step_size=1.0) == key(step_size=[value])


def test_minus_zero_is_zero():
    assert key(weight_decay=-0.0) == key(weight_decay=0)


def test_whole_numbers_of_numpy_are_whole_numbers():
    assert key(width=np.array([8])) == key(width=np.int32(8)) == key(width=(8,)) == key(width=8)


def test_no_samples_are_all_samples_of_the_task():
    assert key(samples=None) == key(samples=1200) == key()
    task = {"name": "digits", "samples": 300}
    assert key(task=task) == key(task=task, samples=300) != key()


def test_the_key_does_not_depend_on_the_order_of_the_grid():
    assert runs_of({"seed": 3, "width": 7, "task": "digits"})[0].key == key(width=7, seed=3)


CHANGES = {
    "network": "convolution",
    "width": 5,
    "depth": 2,
    "activation": "tanh",
    "optimizer": "adam",
    "step_size": 0.1,
    "momentum": 0.5,
    "betas": (0.8, 0.9),
    "weight_decay": 0.1,
    "batch_size": 7,
    "steps": 7,
    "seed": 7,
    "samples": 7,
    "resample": True,
    "scaling": "mean-field",
    "schedule": "cosine",
    "embedding": 7,
    "mass_rule": False,
    "dtype": "float64",
    "evaluations": 7,
    "task": {"name": "digits", "label_noise": 0.1},
}


def test_each_argument_is_a_part_of_the_key():
    assert set(CHANGES) == {"task", *runs_of({"task": "digits"})[0].settings}
    assert len({key(), *(key(**{name: value}) for name, value in CHANGES.items())}) == len(CHANGES) + 1


def test_a_task_is_a_name_a_mapping_with_axes_or_what_a_factory_made():
    by_name, by_mapping, made = "digits", {"name": "digits", "label_noise": [0.0, 0.2]}, digits(300)
    runs = runs_of({"task": [by_name, by_mapping, made], "seed": [0, 1]})
    # The name alone is the same as no noise.
    assert [(run.recipe["samples"], run.recipe["label_noise"]) for run in runs[::2]] == [
        (1200, 0),
        (1200, 0.2),
        (300, 0),
    ]
    assert len(runs) == 6


def test_a_run_travels_as_it_is():
    (run,) = runs_of({"task": digits(300, label_noise=0.1), "step_size": 0.1, "betas": (0.8, 0.9)})
    copy = pickle.loads(pickle.dumps(run))
    assert (copy.key, copy.recipe, copy.settings) == (run.key, run.recipe, run.settings)


def test_a_union_holds_each_run_once_where_it_came_first():
    runs = runs_of([{"task": "digits", "seed": [0, 1]}, {"task": "digits", "seed": [2, 1]}])
    assert [run.settings["seed"] for run in runs] == [0, 1, 2]
    assert len(runs_of({"task": "digits", "width": [8, 8, 8]})) == 1


def test_a_pair_of_betas_is_one_value_and_a_list_of_pairs_an_axis():
    assert len(runs_of({"task": "digits", "betas": [0.9, 0.99]})) == 1
    pairs = runs_of({"task": "digits", "betas": [(0.9, 0.99), [0.8, 0.9]]})
    assert [run.settings["betas"] for run in pairs] == [[0.9, 0.99], [0.8, 0.9]]
    assert pairs[1].row["betas"] == "0.8, 0.9"


def test_a_row_is_flat_and_tells_options_of_the_task_from_arguments_of_train():
    (run,) = runs_of({"task": {"name": "digits", "samples": 300, "seed": 4}, "samples": 200, "seed": 5})
    row = run.row
    assert (row["task"], row["task_samples"], row["task_seed"], row["label_noise"]) == ("digits", 300, 4, 0.0)
    assert (row["samples"], row["seed"]) == (200, 5)
    assert json.loads(json.dumps(row)) == row
    assert all(isinstance(value, str | int | float) for value in row.values())


XOR = [[0.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("grid", "sentence"),
    [
        ({}, "grid must name a task and what is to vary"),
        ([], "grid must hold at least one mapping"),
        ([{}], "grid must name a task and what is to vary"),
        (3, "grid must be a mapping"),
        ("digits", "grid must be a mapping"),
        ([3], "grid must be a mapping"),
        ({"width": 3}, "grid must name a task"),
        ({"task": "digits", "widht": 3}, "got 'widht'; did you mean 'width'"),
        ({"task": "digits", 3: 3}, "got 3; there are task, network"),
        ({"task": "digits", "masks": None}, "got 'masks'"),
        ({"task": "digits", "device": "cpu"}, "got 'device'"),
        ({"task": "digits", "width": []}, "width must hold at least one value"),
        ({"task": "digits", "width": range(0)}, "width must hold at least one value"),
        ({"task": []}, "task must hold at least one value"),
        ({"task": "digits", "width": "wide"}, "width must be a whole number, got 'wide'"),
        ({"task": "digits", "width": [4, 8.0]}, "width must be a whole number, got 8.0"),
        ({"task": "digits", "width": True}, "width must be a whole number, got True"),
        ({"task": "digits", "width": None}, "width must be a whole number, got None"),
        ({"task": "digits", "width": {4, 8}}, "width must be a whole number"),
        ({"task": "digits", "step_size": float("nan")}, "step_size must be a finite number"),
        ({"task": "digits", "betas": [0.9, 0.99, 0.999]}, "betas must be two numbers, got 0.9"),
        ({"task": "digits", "optimizer": 3}, "optimizer must be a word"),
        ({"task": "didgits"}, "be one of digits"),
        ({"task": {"name": "digits", "noise": 0.1}}, "no options for digits"),
        ({"task": {"name": "digits", "label_noise": []}}, "task label_noise must hold at least one value"),
        ({"task": {"label_noise": 0.1}}, "recipe must be"),
        ({"task": 3}, "task must be a name, a mapping with a name, or a Task"),
        ({"task": Task("xor", XOR, [0, 1], XOR, [0, 1], 2)}, "task must be made by a factory"),
        ({"task": "digits", "seed": range(10**6)}, "grid must hold at most 100000 runs, got 1000000"),
        # So many recipes that to make them first would take hours.
        ({"task": {"name": "digits", "seed": range(10**5), "samples": range(1, 1001)}}, "runs, got 100000000"),
    ],
)
def test_what_is_no_grid_gets_one_sentence(grid, sentence):
    with pytest.raises(ValueError, match=r"^[^\n]*$") as caught:
        runs_of(grid)
    assert sentence in str(caught.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["digits", "name", b"", {1}]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "seed"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["task", *CHANGES, "other"]), VALUES, max_size=3), st.booleans())
def test_any_other_grid_is_runs_or_a_sentence(grid, named):
    # Any other error would fail the test.
    with suppress(ValueError):
        assert runs_of({"task": "digits"} | grid if named else grid)
