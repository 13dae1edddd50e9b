"""Controls: stops that always move the value, values in one voice, probes for tests."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalinglab.live import Choice, Slider, Switch

WIDTH = Slider("width", 2, 512, 32, log=True, integer=True)
BAD = [
    (lambda: Slider("width", 4, 2, 3), "high must be above low = 4, got 2"),
    (lambda: Slider("width", 0, 2, 1, log=True), "low must be positive, got 0"),
    (lambda: Slider("width", 1, 2, 3), "width must be from 1 to 2, got 3"),
    (lambda: Slider("two words", 1, 2, 1), "name must be the name of an argument, got 'two words'"),
    (lambda: Slider("width", 1, 2, 1, stops=1), "stops must be at least 2, got 1"),
    (lambda: Slider("width", math.nan, 2, 1), "low must be a finite number, got nan"),
    (lambda: Choice("optimizer", []), "options must be a few words, got []"),
    (lambda: Choice("optimizer", ["sgd"], "adam"), "optimizer must be one of sgd, got 'adam'"),
    (lambda: Switch("noise", 1), "noise must be true or false, got 1"),  # type: ignore[arg-type]
    (lambda: WIDTH.check(100_000), "width must be from 2 to 512, got 100000"),
    (lambda: WIDTH.check(2.5), "width must be a whole number, got 2.5"),
    (lambda: WIDTH.check(None), "width must be a whole number, got None"),
    (lambda: WIDTH.parse("wide"), "width must be a number, got 'wide'"),
    (lambda: WIDTH.parse("1e400"), "width must be a number, got '1e400'"),
    (lambda: Slider("rate", 0, 1, 0.5).parse("nan"), "rate must be a finite number, got nan"),
    (lambda: Switch("noise").parse("yes"), "noise must be one of true, false, got 'yes'"),
]


@pytest.mark.parametrize(("bad", "sentence"), BAD, ids=[sentence for _, sentence in BAD])
def test_what_does_not_fit_is_named(bad, sentence):
    with pytest.raises(ValueError, match=" must ") as caught:
        bad()
    assert str(caught.value) == sentence


@st.composite
def sliders(draw):
    integer, log = draw(st.booleans()), draw(st.booleans())
    if integer:
        low = draw(st.integers(1 if log else -1000, 1000))
        high = draw(st.integers(low + 1, low + 100_000))
        value = draw(st.integers(low, high))
    else:
        low = draw(st.floats(1e-6, 1e3) if log else st.floats(-1e3, 1e3))
        high = low + draw(st.floats(1e-3, 1e6))
        value = low + (high - low) * draw(st.floats(0, 1))
    return Slider("size", low, high, min(value, high), log=log, integer=integer, stops=draw(st.integers(2, 200)))


@given(sliders())
def test_the_stops_ascend_from_end_to_end_and_hold_the_start(slider):
    grid = slider.grid
    assert list(grid) == sorted(set(grid))
    assert grid[0] == slider.low
    assert grid[-1] == slider.high
    assert slider.value in grid
    assert all(slider.check(stop) == stop for stop in grid)


@given(sliders())
def test_probes_are_both_ends_and_one_between(slider):
    low, odd, high = slider.probes()
    assert (low, high) == (slider.low, slider.high)
    assert low <= odd <= high


def test_log_stops_of_whole_numbers_have_no_holes_at_the_small_end():
    assert WIDTH.grid[:8] == (2, 3, 4, 5, 6, 7, 8, 9)


def test_log_stops_are_evenly_spaced_in_the_logarithm():
    grid = Slider("rate", 1e-3, 1, 1e-3, log=True, stops=31).grid
    ratios = [b / a for a, b in itertools.pairwise(grid)]
    # Thirty steps over three decades; each stop is rounded to three digits, which moves a ratio by 1 % at most.
    assert all(abs(ratio / 10**0.1 - 1) < 0.01 for ratio in ratios)


def test_a_whole_number_from_the_browser_may_come_as_float():
    assert type(WIDTH.check(64.0)) is int


def test_every_option_is_a_probe():
    assert Choice("optimizer", ("sgd", "adam")).probes() == ("sgd", "adam")
    assert Switch("noise").probes() == (False, True)


@pytest.mark.parametrize(
    "control", [WIDTH, Slider("rate", 0, 1, 0.3), Choice("kind", ["a b", "c&d=e"]), Switch("on", True)]
)
def test_a_value_survives_as_text(control):
    for value in control.probes():
        assert control.parse(str(value).lower() if isinstance(value, bool) else str(value)) == value
