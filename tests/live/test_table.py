"""Tables: the same rows as HTML and as text, and refusals in one voice."""

from __future__ import annotations

import math
import re

import pytest

from scalinglab.live import Table, tie_out

ROWS = [{"name": "a < b", "value": 0.123456}, {"name": "none", "value": math.nan}]


def test_numbers_have_four_digits_and_markup_is_escaped():
    table = Table(ROWS, caption="Two & two")
    assert repr(table).splitlines() == ["Two & two", "name   value ", "a < b  0.1235", "none   nan   "]
    html = table._repr_html_()
    assert "<caption>Two &amp; two</caption>" in html
    assert "a &lt; b" in html
    assert html.count("<tr>") == 3
    assert table.rows == ROWS


@pytest.mark.parametrize("rows", [[], [{"a": 1}, {"b": 1}], [{"a": 1, "b": 2}, {"b": 2, "a": 1}]])
def test_rows_with_other_keys_are_refused(rows):
    with pytest.raises(ValueError, match="rows must be one or more dicts with the same keys"):
        Table(rows)


def test_a_tie_out_has_five_columns_and_says_what_it_is():
    table = tie_out([("largest gap", 0, 0.001, "0.01", "tests/live/test_table.py")])
    assert table.caption == "Tie-out of this chapter"
    (row,) = table.rows
    assert list(row) == ["claim", "expected", "measured", "tolerance", "tested in"]
    assert (row["expected"], row["measured"]) == (0, 0.001)


def test_a_reader_of_a_tie_out_sees_plain_heads_and_unfolds_the_tests():
    html = tie_out([("a < b", 0, 0.001, "0.01", "tests/a&b.py")])._repr_html_()
    table, fold = html.split("<details>")
    heads = re.findall("<th [^>]*>([^<]*)</th>", table)
    assert heads == ["claim", "claimed value", "measured here", "how closely they should agree"]
    assert re.findall("<td [^>]*>([^<]*)</td>", table) == ["a &lt; b", "0", "0.001", "0.01"]
    assert "a &lt; b: <code>tests/a&amp;b.py</code>" in fold


@pytest.mark.parametrize("rows", [[("claim", 1, 1, "exact")], [("claim", 1, 1, "exact", "a", "b")]])
def test_a_claim_that_lacks_an_entry_is_refused(rows):
    with pytest.raises(ValueError, match=r"rows must have five entries each \(claim, expected, measured, tolerance, "):
        tie_out(rows)
    with pytest.raises(ValueError, match="rows must be one or more dicts"):
        tie_out([])
