"""The picture of a class's predictions: every answer is a dot, and every mark stands where its number says."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from scalinglab.classroom.report.dot_plot import BASE, HEIGHT, LEFT, RIGHT, WIDTH, dot_plot
from scalinglab.classroom.report.mistakes_and_predictions import PredictionFinding
from scalinglab.classroom.results import Asked


def drawn(numbers, *, low=0.0, high=100.0, log=False, truth=None, unit="%") -> ElementTree.Element:
    question = Asked("05-a", "?", unit, (), low, high, log, truth)
    return ElementTree.fromstring(dot_plot(PredictionFinding(question, tuple(sorted(numbers)))))


def place(picture: ElementTree.Element, kind: str) -> float:
    """Where the line of this kind stands."""
    (path,) = (path for path in picture.iter("path") if path.get("class") == kind)
    return float(path.get("d", "").removeprefix("M").split()[0])


def texts(picture: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in picture.iter("text")]


def test_on_a_logarithmic_range_equal_factors_are_equal_distances():
    picture = drawn([1, 10, 10, 1000], low=1, high=10_000, log=True, truth=100.0, unit="times")
    assert place(picture, "truth") == pytest.approx((LEFT + RIGHT) / 2)
    assert place(picture, "median") == pytest.approx(LEFT + (RIGHT - LEFT) / 4)
    assert texts(picture) == ["1", "10", "100", "1,000", "10,000 times", "median 10 times", "measured 100 times"]


def test_on_a_linear_range_the_band_is_what_counts_as_close():
    picture = drawn([5.0], truth=50.0)
    (band,) = picture.iter("rect")
    left, width = float(band.get("x", "")), float(band.get("width", ""))
    scale = (RIGHT - LEFT) / 100
    assert (left, left + width) == pytest.approx((LEFT + 40 * scale, LEFT + 60 * scale), abs=0.2)
    assert texts(picture)[:5] == ["0", "25", "50", "75", "100 %"]


def test_ticks_are_round_numbers_between_the_ends():
    assert texts(drawn([1], high=90.0))[:5] == ["0", "25", "50", "75", "90 %"]
    assert texts(drawn([-1], low=-32.0, high=0.0, unit=""))[:4] == ["-32", "-20", "-10", "0"]
    assert texts(drawn([1], low=0.2, high=5.0, log=True, unit=""))[:5] == ["0.2", "0.5", "1", "2", "5"]


def test_the_median_stands_on_its_side_of_the_truth():
    for numbers, sides in (([20.0], ("end", "start")), ([80.0], ("start", "end"))):
        labels = {text.get("class"): text for text in drawn(numbers, truth=50.0).iter("text")}
        assert (labels["median"].get("text-anchor"), labels["truth"].get("text-anchor")) == sides


def test_what_lies_outside_stands_hollow_at_its_end():
    picture = drawn([-5.0, 50.0, 400.0, 1e300])
    hollow = [float(dot.get("cx", "")) for dot in picture.iter("circle") if dot.get("class") == "outside"]
    assert hollow == [LEFT, RIGHT, RIGHT]
    assert len(list(picture.iter("circle"))) == 4


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("count", [1, 2, 30, 200, 2000])
def test_every_answer_is_a_dot_above_the_line(count, log):
    draw = random.Random(count)
    numbers = [draw.choice([3.0, draw.uniform(-10, 200)]) for _ in range(count)]
    picture = drawn(numbers, low=0.5, high=100.0, log=log, truth=7.0)
    dots = [tuple(float(dot.get(name, "")) for name in ("cx", "cy", "r")) for dot in picture.iter("circle")]
    assert len(dots) == count
    for x, y, radius in dots:
        assert LEFT - 4 <= x <= RIGHT + 4
        assert radius - 1 <= y <= BASE - radius + 1
    assert picture.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"


@pytest.mark.parametrize(
    ("low", "high", "log"),
    [
        (0, 1, False),
        (-32, 0, False),
        (0, 1320, False),
        (80, 100, False),
        (1e-9, 2e-9, False),
        (0, 1e12, False),
        (0.2, 5, True),
        (1, 8, True),
        (1, 10_000, True),
        (1e-12, 1e12, True),
    ],
)
def test_ticks_rise_from_end_to_end_and_have_room(low, high, log):
    picture = drawn([math.sqrt(low * high) if log else (low + high) / 2], low=low, high=high, log=log)
    places = [float(path.get("d", "M").split()[0][1:]) for path in list(picture.iter("path"))[1:-1]]
    assert (places[0], places[-1]) == (LEFT, RIGHT)
    assert len(places) >= 3
    assert min(after - before for before, after in pairwise(places)) > 50


def test_a_question_without_a_range_takes_that_of_the_answers_and_the_truth():
    picture = drawn([2.0, 4.0, 1e250], low=None, high=None, truth=10.0, unit="")
    assert (place(picture, "truth"), texts(picture)[0], "10" in texts(picture)) == (RIGHT, "2", True)


@pytest.mark.parametrize(
    "question",
    [
        Asked("05-a", "?", low=0, high=1),  # nobody answered
        Asked("05-a", "?", low=0, high=5, log=True),
        Asked("05-a", "?", low=5, high=5),
    ],
)
def test_what_cannot_be_drawn_is_no_picture(question):
    answers = () if question.high == 1 else (2.0,)
    assert dot_plot(PredictionFinding(question, answers)) == ""
    assert dot_plot(PredictionFinding(Asked("05-a", "?"), (2.0,))) == ""


def test_words_are_escaped():
    picture = drawn([1.0], unit='<b>"&', truth=3.0)
    assert 'measured 3 <b>"&' in texts(picture)
