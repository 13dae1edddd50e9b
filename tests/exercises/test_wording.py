"""How numbers and small markup are written."""

from __future__ import annotations

import math

import pytest

from scalinglab.exercises.question import Question
from scalinglab.exercises.wording import CLOSE, amount, compare, factor, pieces, share, to_html, to_plain


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (12.0, "12"), (9.3, "9.3"), (1797, "1,797"), (0.12345, "0.1235"), (3.2e9, "3.2e+09"), (1e-5, "1e-05")],
)
def test_numbers_are_short(value, text):
    assert amount(value) == text
    assert amount(value, "%") == f"{text} %"


@pytest.mark.parametrize(
    ("said", "measured", "end"),
    [
        (5, 5, "exactly right."),
        (100, 104, "within 5 %."),
        (100, 50, "off by a factor of 2."),
        (50, 100, "off by a factor of 2."),
        (3, 100, "off by a factor of 33."),
        (1, 1e8, "off by 8 powers of ten."),
        (1e-300, 1e300, "off by 600 powers of ten."),
        (-2, 3, "off by 5."),
        (0, 3, "off by 3."),
        (-4, -2, "off by a factor of 2."),
        (1e-200, 2e-200, "off by a factor of 2."),
    ],
)
def test_a_comparison_says_how_far(said, measured, end):
    assert compare(said, measured).endswith(end)


@pytest.mark.parametrize(
    ("said", "measured", "end", "off"),
    [
        (97, 97, "exactly right.", 1),
        (12, 9.3, "off by 2.7 percentage points, a factor of 1.3.", 12 / 9.3),
        (9.2, 9.3, "close, off by 0.1 percentage points.", 9.3 / 9.2),
        # Both ends of a share are natural: an accuracy is as far off as its error is.
        (97, 94, "off by 3 percentage points.", 2),
        (80, 68, "off by 12 percentage points.", 1.6),
        (68, 80, "off by 12 percentage points.", 1.6),
        (97.1, 97.2, "close, off by 0.1 percentage points.", 2.9 / 2.8),
        (92, 97.2, "off by 5.2 percentage points.", 8 / 2.8),
        (51, 50, "close, off by 1 percentage point.", 50 / 49),
        (3, 90, "off by 87 percentage points, a factor of 30.", 30),
        (0, 9.3, "off by 9.3 percentage points.", math.inf),
        (100, 98, "off by 2 percentage points.", math.inf),
        # No share: a change may be above 100 % or below 0.
        (150, 100, "off by a factor of 1.5.", 1.5),
        (-4, -2, "off by a factor of 2.", 2),
    ],
)
def test_shares_in_per_cent_are_judged_from_their_nearer_end(said, measured, end, off):
    assert compare(said, measured, "%").endswith(f": {end}")
    assert factor(said, measured, "%") == pytest.approx(off)
    assert factor(measured, said, "%") == pytest.approx(off)
    if max(said, measured) <= 100 and min(said, measured) >= 0:
        assert factor(100 - said, 100 - measured, "%") == pytest.approx(off)
        assert (off < CLOSE) == (end.startswith(("close", "exactly")))
    # Other numbers know nothing of 100.
    assert factor(97, 94) == factor(97, 94, "points") == pytest.approx(97 / 94)


@pytest.mark.parametrize(
    ("unit", "said", "measured", "sentence"),
    [
        ("points", 1, 3, "You said 1 point, measured 3 points: off by a factor of 3."),
        ("powers of ten", -1, 1, "You said -1 powers of ten, measured 1 power of ten: off by 2 powers of ten."),
        ("times", 1, 3, "You said 1 times, measured 3 times: off by a factor of 3."),
        # The answer is an exponent, which is named beside the box. A ratio of exponents says nothing.
        ("power of two", 12, 38, "You said 12, measured 38: off by 26 powers of two."),
        ("power of ten", -2, -29.4, "You said -2, measured -29.4: off by 27 powers of ten."),
        ("power of ten", 0, -1, "You said 0, measured -1: off by 1 power of ten."),
    ],
)
def test_a_number_with_its_unit_reads_as_english(unit, said, measured, sentence):
    assert compare(said, measured, unit) == sentence


@pytest.mark.parametrize(("unit", "end"), [("%", "100 %"), ("", "100"), ("weights", "100"), ("power of two", "100")])
def test_a_unit_in_words_stands_beside_the_box_and_not_behind_the_range(unit, end):
    assert Question("00-width", "How many?", unit, None, 0, 100, log=False).range == f"from 0 to {end}"


def test_a_tolerance_is_a_share_or_a_power_of_ten():
    assert [share(part) for part in (0.01, 0.005, 1e-4, 2e-5, 1e-9, 1e-12)] == [
        "1 %",
        "0.5 %",
        "10⁻⁴",
        "2·10⁻⁵",
        "10⁻⁹",
        "10⁻¹²",
    ]


def test_markup_is_code_and_bold_and_nothing_else():
    text = "**A** <b>x</b> [link](javascript:alert(1)) `a<b` * ** `"
    assert to_html(text) == (
        "<strong>A</strong> &lt;b&gt;x&lt;/b&gt; [link](javascript:alert(1)) <code>a&lt;b</code> * ** `"
    )
    assert to_plain(text) == "A <b>x</b> [link](javascript:alert(1)) a<b * ** `"
    assert pieces("") == []
