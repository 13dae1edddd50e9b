"""Which exercises count and what they are worth, as typed: in the chapter's order, and nothing else is taken."""

from __future__ import annotations

import pytest

from scalinglab.classroom.choosing import Choice

FIVE, SIX = ["05-endless", "05-best-fit", "05-ridge"], ["06-two-terms", "06-divide", "06-average"]
CHAPTERS = {"05_random_features": FIVE, "06_compute_optimal": SIX}


def of(chapters=CHAPTERS, exercises=None, points=()):
    return Choice.read(exercises, points, None).of(chapters)


def test_without_a_wish_all_count_with_their_own_points():
    assert not Choice.read(None, [], None)
    assert not Choice.read(None, [], "A")
    assert list(of().values()) == [
        {"05-endless": 10, "05-best-fit": 15, "05-ridge": 20},
        {"06-two-terms": 10, "06-divide": 15, "06-average": 20},
    ]


def test_what_is_chosen_counts_in_the_order_of_the_chapter():
    found = of(exercises="06-divide, 05-ridge,05-endless", points=["05-ridge=30,06-divide=2.5"])
    assert [list(one.items()) for one in found.values()] == [
        [("05-endless", 10), ("05-ridge", 30)],
        [("06-divide", 2.5)],
    ]


@pytest.mark.parametrize(
    ("exercises", "points", "sentence"),
    [
        ("05-endles", [], r"exercises must name exercises of what is assigned \(05-endless, .*, got '05-endles'"),
        ("05-endless,01-ring", [], "exercises must name exercises of what is assigned"),  # of another chapter
        ("", [], "exercises must name exercises"),
        ("05-ridge,", [], "exercises must name exercises"),
        ("05-ridge,05-ridge,06-divide", [], "exercises must name each exercise once"),
        ("05-ridge", [], "exercises must name at least one of 06_compute_optimal"),
        (None, ["05-ridge"], "points must be an exercise and a number above 0, such as 05-ridge=30, got '05-ridge'"),
        (None, ["05-ridge=0"], "points must be an exercise and a number above 0"),
        (None, ["05-ridge=-3"], "points must be an exercise and a number above 0"),
        (None, ["05-ridge=nan"], "points must be an exercise and a number above 0"),
        (None, ["05-ridge=1e3"], "points must be an exercise and a number above 0"),
        (None, ["05-ridge=1.005"], "points must be an exercise and a number above 0"),
        (None, ["05-ridge=30", "05-ridge=20"], "points must name each exercise once"),
        (None, ["01-ring=30"], "points must name exercises of what is assigned"),
        ("05-endless,06-divide", ["05-ridge=30"], "points must name exercises that count"),
    ],
)
def test_what_cannot_be_is_told(exercises, points, sentence):
    with pytest.raises(ValueError, match=sentence):
        of(exercises=exercises, points=points)


@pytest.mark.parametrize("variant", ["b", "AB", "", "1", "É", "B "])
def test_a_variant_is_a_letter(variant):
    with pytest.raises(ValueError, match="variant must be a letter from A to Z"):
        Choice.read(None, [], variant)
