"""Every check raises one sentence that names the argument, the condition and the value."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalinglab import _checks as checks
from scalinglab._errors import ConvergenceError, DivergenceError

BAD = [
    (checks.positive, -3, "width must be positive, got -3"),
    (checks.positive, 0, "width must be positive, got 0"),
    (checks.positive, math.nan, "width must be a finite number, got nan"),
    (checks.positive, "3", "width must be a finite number, got '3'"),
    (checks.number, True, "width must be a finite number, got True"),
    (checks.non_negative, -0.5, "width must not be negative, got -0.5"),
    (checks.fraction, 1.5, "width must be from 0 to 1, got 1.5"),
    (checks.integer, 3.0, "width must be a whole number, got 3.0"),
    (checks.integer, False, "width must be a whole number, got False"),
    (checks.positive_integer, 0, "width must be positive, got 0"),
    (checks.non_negative_integer, -1, "width must not be negative, got -1"),
]


@pytest.mark.parametrize(("check", "value", "sentence"), BAD)
def test_bad_values_are_named(check, value, sentence):
    with pytest.raises(ValueError, match=r"^width must ") as caught:
        check("width", value)
    assert str(caught.value) == sentence


def test_an_array_is_shown_in_one_line():
    with pytest.raises(ValueError, match=r"^gram must be symmetric, got array") as caught:
        checks.fail("gram", "be symmetric", np.eye(3))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 120


NO_NUMBERS = (st.text(), st.none(), st.lists(st.integers(), max_size=50), st.complex_numbers(), st.just(10**400))


@given(st.one_of(*NO_NUMBERS))
def test_what_is_no_number_is_refused_in_a_short_sentence(value):
    with pytest.raises(ValueError, match="width must be a finite number") as caught:
        checks.positive("width", value)
    assert len(str(caught.value)) < 130


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3)])
def test_whole_numbers_of_numpy_become_int(value):
    assert type(checks.positive_integer("width", value)) is int


@pytest.mark.parametrize("value", [3, 0.25, np.float32(0.25), np.int64(2)])
def test_numbers_of_numpy_become_float(value):
    assert type(checks.positive("width", value)) is float


def test_choices_are_listed():
    assert checks.one_of("optimizer", "sgd", ["sgd", "adam"]) == "sgd"
    with pytest.raises(ValueError, match=r"^optimizer must be one of sgd, adam, got 'adagrad'$"):
        checks.one_of("optimizer", "adagrad", ["sgd", "adam"])


def test_lengths_are_listed():
    assert checks.same_length(steps=[1, 2], errors=(3, 4)) == 2
    with pytest.raises(ValueError, match=r"^steps and errors must have the same length, got steps 2, errors 1$"):
        checks.same_length(steps=[1, 2], errors=[3])


def test_errors_carry_what_was_computed():
    assert ConvergenceError("no", partial=[1]).partial == [1]
    assert DivergenceError("grows", rate=0.5).rate == 0.5


BAD_ARRAYS = [
    ({}, "ab", "x must be numbers, got 'ab'"),
    ({"words": "be a table of numbers"}, [["a"]], "x must be a table of numbers, got [['a']]"),
    ({}, [], "x must not be empty, got (0,)"),
    ({"axes": 1}, [], "x must not be empty, got (0,)"),
    ({"axes": (1, 2)}, 3.0, "x must have 1 or 2 dimensions, got ()"),
    ({"axes": 2, "shape": "have the shape (rows, columns)"}, [1.0], "x must have the shape (rows, columns), got (1,)"),
    ({}, [1, math.nan, math.inf], "x must be finite, got '2 entries that are not'"),
    ({"positive": True}, [0, 2], "x must be positive and finite, got [0, 2]"),
    ({"positive": True}, [1, math.inf], "x must be positive and finite, got [1, inf]"),
    ({"non_negative": True}, [0, -2], "x must be finite and not negative, got [0, -2]"),
    ({"non_negative": True, "finite": False}, [0, math.nan], "x must be finite and not negative, got [0, nan]"),
    ({"axes": 2, "say": "be a finite matrix"}, [1.0], "x must be a finite matrix, got [1.0]"),
    ({"axes": 2, "say": "be a finite matrix"}, [[math.nan]], "x must be a finite matrix, got [[nan]]"),
]


@pytest.mark.parametrize(("options", "value", "sentence"), BAD_ARRAYS)
def test_an_array_that_is_none_is_refused_in_one_sentence(options, value, sentence):
    with pytest.raises(ValueError, match=r"^x must ") as caught:
        checks.array("x", value, **options)
    assert str(caught.value) == sentence


def test_arrays_become_float64_and_are_copied_only_if_asked():
    given = np.array([0.0, 2.0])
    assert checks.array("x", given, non_negative=True) is given
    assert checks.array("x", given, copy=True) is not given
    assert checks.array("x", [1, 2]).dtype == np.float64
    assert checks.array("x", [1, math.inf], positive=True, finite=False)[1] == math.inf
