"""How numbers and small markup are written."""

from __future__ import annotations

import pytest

from scalinglab.exercises.wording import amount, compare, pieces, to_html, to_plain


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
        (100, 50, "off by a factor 2."),
        (50, 100, "off by a factor 2."),
        (3, 100, "off by a factor 33."),
        (1, 1e8, "off by 8 powers of ten."),
        (1e-300, 1e300, "off by 600 powers of ten."),
        (-2, 3, "off by 5."),
        (0, 3, "off by 3."),
        (-4, -2, "off by a factor 2."),
        (1e-200, 2e-200, "off by a factor 2."),
    ],
)
def test_a_comparison_says_how_far(said, measured, end):
    assert compare(said, measured).endswith(end)


def test_markup_is_code_and_bold_and_nothing_else():
    text = "**A** <b>x</b> [link](javascript:alert(1)) `a<b` * ** `"
    assert to_html(text) == (
        "<strong>A</strong> &lt;b&gt;x&lt;/b&gt; [link](javascript:alert(1)) <code>a&lt;b</code> * ** `"
    )
    assert to_plain(text) == "A <b>x</b> [link](javascript:alert(1)) a<b * ** `"
    assert pieces("") == []
