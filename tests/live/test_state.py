"""A copied state brings back the same values, and only into the panel it came from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalinglab.live import Choice, Slider, Switch
from scalinglab.live.positions import from_text, to_text

CONTROLS = (
    Slider("width", 2, 512, 32, log=True, integer=True),
    Slider("rate", 1e-6, 1, 0.1),
    Choice("kind", ["a b", "c&d=é?"]),
    Switch("noise"),
)


@given(st.integers(2, 512), st.floats(1e-6, 1), st.sampled_from(["a b", "c&d=é?"]), st.booleans())
def test_values_come_back_to_the_last_digit(width, rate, kind, noise):
    values = {"width": width, "rate": rate, "kind": kind, "noise": noise}
    assert from_text(to_text("my panel?", values), "my panel?", CONTROLS) == values


def test_the_text_is_short_and_can_be_read():
    assert to_text("digits", {"width": 64, "rate": 0.1, "noise": True}) == "digits?width=64&rate=0.1&noise=true"


def test_what_is_left_out_stays_out():
    assert from_text(" digits?width=8 ", "digits", CONTROLS) == {"width": 8}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "state must look like digits?name=value&name=value, got ''"),
        ("digits", "state must look like digits?name=value&name=value, got 'digits'"),
        ("digits?width", "state must look like digits?name=value&name=value, got 'digits?width'"),
        (None, "state must look like digits?name=value&name=value, got None"),
        ("other?width=8", "state must belong to the panel 'digits', got one of 'other'"),
        ("digits?depth=8", "control must be one of width, rate, kind, noise, got 'depth'"),
        ("digits?width=9999", "width must be from 2 to 512, got 9999"),
        ("digits?width=two", "width must be a number, got 'two'"),
    ],
)
def test_a_foreign_or_broken_text_is_named(text, sentence):
    with pytest.raises(ValueError, match="must") as caught:
        from_text(text, "digits", CONTROLS)
    assert str(caught.value) == sentence
