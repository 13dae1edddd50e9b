"""The table of claims at the end of every chapter: what it measured agrees with what it expects."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.course.notebooks import COURSE

NUMBER = r"-?\d[\d.]*(?:e-?\d+)?"
#: Words that an expectation, or a tolerance, may consist of beside numbers.
WORDED = {
    rf"below ({NUMBER})": lambda value, most: value < most,
    rf"above ({NUMBER})": lambda value, least: value > least,
    rf"({NUMBER}) or less": lambda value, most: value <= most,
    rf"({NUMBER}) or more": lambda value, least: value >= least,
    rf"({NUMBER}) to ({NUMBER})": lambda value, low, high: low <= value <= high,
}
#: Expectations, tolerances and measurements that stand in a table for a reader alone.
FOR_READERS = {
    "not expected to agree",
    "up to rounding here; on another processor, up to the scatter of seeds",
    "after the seal",
}


def holds(expected: Any, measured: Any, tolerance: str) -> bool | None:
    """Whether a claim holds; None if it is no matter of numbers."""
    if expected == "-" or {str(expected), str(measured), tolerance} & FOR_READERS:
        return None
    for words in (str(expected), tolerance):
        for pattern, agrees in WORDED.items():
            if found := re.fullmatch(pattern, words):
                return bool(agrees(float(measured), *map(float, found.groups())))
    if other := re.fullmatch(rf"not ({NUMBER})", str(expected)):
        return abs(float(measured) - float(other[1])) > float(tolerance)
    share = re.fullmatch(rf"({NUMBER}) %", tolerance)
    most = float(share[1]) / 100 * abs(float(expected)) if share else 0.0 if tolerance == "exact" else float(tolerance)
    return abs(float(measured) - float(expected)) <= most


def test_every_claim_that_is_a_matter_of_numbers_holds(chapter):
    rows = chapter.table("Tie-out")
    found = {row["claim"]: holds(row["expected"], row["measured"], row["tolerance"]) for row in rows}
    assert [claim for claim, held in found.items() if held is False] == []
    assert list(found.values()).count(True) >= 1


def test_every_claim_names_a_test_that_there_is(chapter):
    for row in chapter.table("Tie-out"):
        assert re.fullmatch(r"tests/[\w/]+\.py", row["tested in"])
        assert (COURSE.parent / row["tested in"]).is_file(), row["tested in"]


@pytest.mark.parametrize(
    ("expected", "measured", "tolerance", "held"),
    [
        (0.5, 0.51, "0.02", True),
        (0.5, 0.53, "0.02", False),
        (20, 23, "25 %", True),
        (20, 26, "25 %", False),
        (4, 4, "exact", True),
        ("below 0.1", 0.1, "0.1", False),
        ("above 1e-3", 0.01, "1e-3", True),
        ("-0.7 or less", -0.6, "-", False),
        ("0.7 to 0.9", 0.8, "-", True),
        (0.05, 0.07, "0.01 to 0.06", False),
        ("not 0.889", 0.88, "0.01", False),
        (0.5, 0.9, "not expected to agree", None),
        ("below 0.1", "after the seal", "0.1", None),
    ],
)
def test_claims_are_read_as_a_reader_reads_them(expected, measured, tolerance, held):
    assert holds(expected, measured, tolerance) is held
