"""What is said of an answer, without telling the right one: its kind, how far off it is, and no more than a line."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.exercises import Exercise
from scalinglab.exercises.answers import complaint, distance, shown


@pytest.mark.parametrize(("expected", "kind"), [(True, "True or False"), ("yes", "text")])
def test_the_kind_that_is_asked_for_is_named(expected, kind):
    _, sentence = complaint(3.5, expected) or ("", "")
    assert kind in sentence
    assert complaint(expected, expected) is None


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (10.5, "a little too large"),
        (9.5, "a little too small"),
        (15, "too large"),
        (20, "too large"),
        (5, "too small"),
        (21, "far too large"),
        (4, "far too small"),
        (-10, "far too small"),
        (0, "far too small"),
    ],
)
def test_how_far_off_a_number_is(got, words):
    assert distance(got, 10) == words


def test_one_is_a_number_as_any_other():
    assert distance(1, 1.05) == "a little too small"
    assert distance(1.2, 1) == "too large"


def test_entries_that_are_off_are_counted_and_the_first_is_named():
    assert distance(np.array([1.0, 2.5, 3.5]), np.array([1.0, 2.0, 3.0])) == (
        "wrong in 2 of 3 entries, first at index [1]"
    )


def test_a_message_shows_so_many_characters_and_no_more():
    assert shown("a" * 118) == repr("a" * 118)
    assert len(shown("a" * 500)) == 120


def test_a_large_array_is_shown_by_its_ends_in_one_line():
    many = np.arange(100.0).reshape(20, 5)
    assert shown(many, 2_000).startswith("array([[ 0., ...,  4.], ..., [95., ..., 99.]]")
    assert shown([many, "a\nb"], 2_000).startswith("[array([[ 0., ...,  4.], ..., [95., ..., 99.]]")
    assert shown(np.arange(13)).startswith("array([ 0,  1,  2, ..., 10, 11, 12]")


@pytest.mark.parametrize("small", [np.eye(2), np.arange(12) / 7, [np.zeros((3, 4)), 2], list(range(40)), np.float32(1)])
def test_small_arrays_and_all_else_are_shown_as_they_are(small):
    assert shown(small, 2_000) == repr(small)


def test_a_call_with_arrays_stands_in_one_line():
    exercise = Exercise(
        key="own-sum",
        title="Sum",
        name="total",
        cases=lambda draw: (),
        oracle=lambda numbers, names: 0,
        mistakes=(),
        hints=("One.", "Two.", "Three."),
    )
    assert exercise.call((np.eye(2), "a\nb")) == "total(numbers=array([[1., 0.], [0., 1.]]), names='a\\nb')"
    call = exercise.call((np.ones((20, 5)), list(range(40))))
    assert call.startswith("total(numbers=array([[1., ..., 1.], ..., [1., ..., 1.]]")
    assert call.endswith(f", names={list(range(40))})")
    assert len(exercise.call((1, [0.5] * 10_000))) < 2_100
