"""Masks and their controls, trained side by side."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from scalinglab.pruning import compare_controls, compare_methods
from scalinglab.pruning.sanity import CHECKED, CONTROLS, INVERTIBLE
from scalinglab.training import digits, teacher_student

SETTINGS = dict(densities=[0.3, 0.1], seed=[0, 4], width=16, optimizer="adam", step_size=0.003, steps=60)


@pytest.fixture(scope="module")
def rows():
    *_, last = compare_controls(digits(300), methods=CHECKED, **SETTINGS)
    return last.rows()


def test_every_method_has_its_controls(rows):
    found = [(row["method"], row["density"], row["control"], row["seed"]) for row in rows]
    wanted = []
    for method in CHECKED:
        controls = CONTROLS if method in INVERTIBLE else CONTROLS[:3]
        wanted += [(method, *rest) for rest in itertools.product([0.3, 0.1], controls, [0, 4])]
    assert found == wanted


def test_what_was_found_is_what_the_comparison_of_methods_finds(rows):
    *_, last = compare_methods(digits(300), methods=CHECKED, **SETTINGS)
    mine = [row for row in rows if row["control"] == "as found"]
    for row, other in zip(mine, last.rows(), strict=True):
        same = ("method", "density", "seed", "kept", "effective_density", "status", "warning")
        assert [row[name] for name in same] == [other[name] for name in same]
        # Stacks of another height: rounding may turn two of 597 answers.
        assert row["test_error"] == pytest.approx(other["test_error"], abs=2.5 / 597)


def test_controls_keep_as_many_weights_and_change_what_they_say(rows):
    for method in CHECKED:
        for density in (0.3, 0.1):
            mine = {row["control"]: row for row in rows if (row["method"], row["density"]) == (method, density)}
            assert len({row["kept"] for row in mine.values()}) == 1
            assert mine["other weights"]["effective_density"] == mine["as found"]["effective_density"]
            assert mine["other weights"]["test_error"] != mine["as found"]["test_error"]


def test_inverted_scores_are_worse_than_what_was_found(rows):
    for method in INVERTIBLE:
        errors = {
            control: np.mean([r["test_error"] for r in rows if (r["method"], r["control"]) == (method, control)])
            for control in ("as found", "inverted")
        }
        assert errors["inverted"] > errors["as found"], (method, errors)


def test_it_grows_to_the_total_that_was_promised():
    settings = SETTINGS | {"densities": [0.5], "steps": 10}
    for methods in (["snip"], ["after, lamp"], ["iterative", "snip"]):
        states = list(compare_controls(digits(100), methods=methods, **settings))
        assert states[0].done == 0
        assert states[-1].done == states[-1].total == states[0].total
        assert all(one.done <= other.done for one, other in itertools.pairwise(states))
    assert states[-1].caption == "14 networks trained."


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"methods": []}, "methods must hold at least one"),
        ({"methods": "snip"}, "methods must hold at least one"),
        ({"methods": ["gradual"]}, "methods must be one of random, erk"),
        ({"methods": ["fine-tuned, lamp"]}, "methods must be one of random, erk"),
        ({"densities": []}, "densities must hold at least one"),
        ({"densities": [0]}, "density must be above 0 and at most 1"),
        ({"scaling": "mean-field"}, "scaling must be standard"),
        ({"steps": 0}, "steps must be positive"),
        ({"task": teacher_student(100)}, "task must be a classification"),
    ],
)
def test_what_is_wrong_gets_a_sentence_at_the_call(changed, sentence):
    with pytest.raises(ValueError, match=sentence):
        compare_controls(**({"task": digits(100), "methods": ["snip"]} | SETTINGS | changed))
