"""Recipes: complete, canonical, checked without making the task, and enough to make it again."""

from __future__ import annotations

import inspect
import json
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scalinglab.training.tasks.catalogue import TASKS, build_task, complete_recipe
from scalinglab.training.tasks.digits import digits
from scalinglab.training.tasks.teachers import teacher_student
from scalinglab.training.tasks.text import text, text_fingerprint


@pytest.fixture(autouse=True)
def no_files(monkeypatch):
    """Recipes need no data."""
    monkeypatch.delenv("SCALINGLAB_DATA", raising=False)


def test_the_catalogue_holds_the_six_tasks():
    assert list(TASKS) == ["digits", "teacher_student", "signals", "text", "mnist", "cifar10"]


@pytest.mark.parametrize("name", TASKS)
def test_a_name_alone_gets_every_default_of_the_factory(name):
    recipe = complete_recipe(name)
    defaults = {key: value.default for key, value in inspect.signature(TASKS[name]).parameters.items()}
    if name == "text":
        defaults |= {"samples": text().samples, "fingerprint": text_fingerprint()}
    assert recipe == {"name": name} | defaults
    assert list(recipe) == ["name", *defaults]


@pytest.mark.parametrize("name", TASKS)
def test_a_complete_recipe_is_unchanged_by_completion_and_by_json(name):
    recipe = complete_recipe(name)
    assert complete_recipe(recipe) == recipe
    assert complete_recipe(json.loads(json.dumps(recipe))) == recipe


@pytest.mark.parametrize(
    "recipe",
    [
        {"name": "digits", "samples": 30, "label_noise": 0.25, "seed": 3},
        {"name": "teacher_student", "samples": 30, "activation": "relu", "noise": 0.5},
        {"name": "signals", "samples": 30, "shuffled": True, "noise": 0.5, "test_samples": 5},
        {"name": "text", "samples": 30, "context": 3, "test_samples": 5},
    ],
)
def test_the_recipe_of_a_task_makes_the_same_task(recipe):
    task = build_task(recipe)
    assert task.name == recipe["name"]
    assert dict(task.recipe) == complete_recipe(recipe)
    assert build_task(task.recipe) is task


def test_a_recipe_means_the_same_numbers_in_every_version_of_the_course():
    """Results are kept under recipes: who changes what a recipe makes must give the task another name."""
    task = build_task({"name": "digits", "label_noise": 0.2, "seed": 3})
    assert task.train_labels[:10].tolist() == [1, 8, 5, 6, 2, 0, 0, 2, 1, 9]
    assert task.test_labels[:3].tolist() == [3, 7, 9]
    # Libraries of linear algebra differ in the last digits of float64.
    task = build_task({"name": "teacher_student", "noise": 0.1, "seed": 3})
    expected = [-0.45152074052258295, 0.26128240831485106, 0.482832722755529]
    np.testing.assert_allclose(task.train_labels[:3, 0], expected, rtol=0, atol=1e-12)
    task = build_task({"name": "teacher_student", "activation": "relu", "seed": 3})
    expected = [-0.6336825313032131, -0.07777601274791862, 0.5113136488238423]
    np.testing.assert_allclose(task.test_labels[:3, 0], expected, rtol=0, atol=1e-12)
    task = build_task({"name": "signals", "samples": 10, "test_samples": 5, "seed": 3})
    assert task.train_labels.tolist() == [0, 3, 7, 2, 9, 5, 1, 8, 6, 4]
    expected = [0.58193696, 0.57908887, 0.61022365, -0.43280298, -0.44104356, -0.51150167]
    found = [*task.train_inputs[0, :3], *task.test_inputs[4, -3:]]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)  # float32


def test_factories_and_recipes_agree():
    assert build_task("digits") is digits()
    assert build_task({"name": "teacher_student", "noise": 1}) is teacher_student(noise=1.0)
    assert build_task({"name": "text", "samples": 9}) is text(9)


def test_numbers_take_their_canonical_types_so_that_equal_recipes_are_equal_texts():
    one = complete_recipe({"name": "digits", "seed": np.int64(3), "label_noise": np.float64(0), "samples": np.int32(5)})
    two = complete_recipe({"name": "digits", "samples": 5, "label_noise": -0.0, "seed": 3})
    assert json.dumps(one) == json.dumps(two) == '{"name": "digits", "samples": 5, "label_noise": 0.0, "seed": 3}'
    noisy = complete_recipe({"name": "teacher_student", "noise": -0.0})
    assert json.dumps(noisy) == json.dumps(complete_recipe({"name": "teacher_student", "noise": 0}))


def test_a_recipe_is_not_written_to():
    recipe = {"name": "digits"}
    build_task(recipe)
    assert recipe == {"name": "digits"}


def test_another_text_keeps_its_recipe_but_is_not_made_here():
    recipe = complete_recipe("text") | {"samples": 10**7, "fingerprint": "0123456789ab"}
    assert complete_recipe(recipe) == recipe
    sentence = (
        f"fingerprint must be '{text_fingerprint()}', that of the text on this machine (Python's version decides), "
        "got '0123456789ab'"
    )
    with pytest.raises(ValueError, match="fingerprint") as caught:
        build_task(recipe)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("recipe", "sentence"),
    [
        (None, "recipe must be the name of a task, or a mapping with a name, got None"),
        ({"samples": 3}, "recipe must be the name of a task, or a mapping with a name, got {'samples': 3}"),
        ("imagenet", "name must be one of digits, teacher_student, signals, text, mnist, cifar10, got 'imagenet'"),
        (
            {"name": ["digits"]},
            "name must be one of digits, teacher_student, signals, text, mnist, cifar10, got ['digits']",
        ),
        (
            {"name": "digits", "sample": 3},
            "recipe must have no options for digits but samples, label_noise, seed, got 'sample'",
        ),
        (
            {"name": "mnist", "fingerprint": "12"},
            "recipe must have no options for mnist but samples, seed, got 'fingerprint'",
        ),
        ({"name": "digits", "samples": 1201}, "samples must not exceed the pool of 1200, got 1201"),
        ({"name": "teacher_student", "noise": "1"}, "noise must be a finite number, got '1'"),
        ({"name": "text", "fingerprint": 3}, "fingerprint must be text, got 3"),
        ({"name": "text", "fingerprint": "12", "samples": None}, "samples must be a whole number, got None"),
        ({"name": "cifar10", "samples": 0}, "samples must be positive, got 0"),
    ],
)
def test_a_wrong_recipe_is_refused_in_one_sentence(recipe, sentence):
    for door in (complete_recipe, build_task):
        with pytest.raises(ValueError, match=" must ") as caught:
            door(recipe)
        assert str(caught.value) == sentence


JUNK = st.one_of(
    st.text().filter(lambda text: text not in {*TASKS, "tanh", "relu"}),
    st.complex_numbers(),
    st.booleans(),
    st.integers(max_value=-1),
    st.sampled_from([math.nan, math.inf, [], {}, [None], np.ones(2), b"8", {1, 2}, object]),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(TASKS)), st.data())
def test_junk_in_any_option_is_refused_by_its_name(name, data):
    options = list(inspect.signature(TASKS[name]).parameters)
    option, value = data.draw(st.sampled_from(options)), data.draw(JUNK)
    assume(not (option == "shuffled" and isinstance(value, bool)))
    with pytest.raises(ValueError, match=f"^{option} must ") as caught:
        complete_recipe({"name": name, option: value})
    assert len(str(caught.value)) < 200


@settings(max_examples=50, deadline=None)
@given(JUNK)
def test_junk_in_the_place_of_a_recipe_is_refused(junk):
    for recipe in (junk, {"name": junk}):
        with pytest.raises(ValueError, match=r"^(recipe|name) must "):
            complete_recipe(recipe)
