"""What a term shows: which mistakes came back, and how far the class's predictions were off, counted by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from scalinglab.classroom.report.alike_findings import Alike, alike_in, left_out_in, pairs_of
from scalinglab.classroom.report.term_findings import (
    Calibration,
    ComingBack,
    Repeated,
    calibrations,
    coming_back,
    misjudged,
    repeated,
)
from scalinglab.classroom.results import Score, Submission
from tests.classroom.report.term import FIRST, LAST, SECOND, term, wrong

SIGN, OFFSET, RIDGE = (FIRST, "01-exponent"), (FIRST, "01-offset"), (SECOND, "05-ridge")


def test_a_mistake_comes_back_across_students_and_weeks():
    assert coming_back(term()) == [ComingBack("forgot the sign", ("ana", "ben"), {SIGN: 2, OFFSET: 1, RIDGE: 1})]
    assert coming_back(term())[0].times == 4
    assert coming_back(term())[0].assignments == 2


def test_a_mistake_of_one_student_that_comes_back_is_told_of_that_student():
    assert repeated(term()) == [
        Repeated("ana", "forgot the sign", (SIGN, RIDGE)),
        Repeated("ben", "forgot the sign", (SIGN, OFFSET)),
    ]


def test_what_is_no_mistake_does_not_come_back():
    """Full points by hand in spite of a diagnosis, an untouched stub, an answer that waits, a mistake made once."""
    scores = (
        Score("05-ridge", 20.0, 20.0, "forgot the sign"),
        Score("05-ridge", 0.0, 20.0, "forgot the sign", attempted=False),
        Score("05-ridge", 0.0, 20.0, "forgot the sign", waits=True),
        wrong("05-ridge", 20, "made once"),
        wrong("05-ridge", 20, None),
        wrong("05-ridge", 20, None),
    )
    results = replace(term(), submissions=(Submission("ana", SECOND, scores),))
    assert (coming_back(results), repeated(results)) == ([], [])


def test_predictions_are_compared_week_by_week():
    found = calibrations(term())
    # 30.5 for 30 is within 5 %; 50 for 30 is a factor of 1.7; 5 for 30 is one of 6.
    assert found[FIRST] == Calibration(3, right=1, near=2, above=1, below=1, off=50 / 30, choices=2, chosen=1)
    # 100 and 2 for 20, and 10 for what turned out to be 5; 20 for 20 was sealed after the answer was shown.
    assert found[SECOND] == Calibration(3, right=0, near=1, above=2, below=1, off=5.0, peeked=1)
    assert found[LAST] == Calibration()
    assert found[""] == Calibration(6, 1, 3, 3, 2, (2 + 5) / 2, 2, 1, peeked=1)


def test_what_cannot_be_compared_does_not_count():
    said = {"01-data": "many", "01-width": 64.0, "05-own": 3.0, "gone": 1.0}
    results = replace(term(), submissions=(Submission("ana", FIRST, predictions=said, turned_out={"05-own": "a lot"}),))
    assert calibrations(results)[""] == Calibration()
    nothing = replace(term(), submissions=(Submission("ana", FIRST, predictions={"01-data": 0.0}),))
    assert math.isinf(calibrations(nothing)[FIRST].off or 0)


def test_the_quiz_counts_first_choices():
    from scalinglab.exercises.quiz_items import items_of

    item = items_of("01")[0]
    chosen = [next(one.text for one in item.options if one.right is right) for right in (True, False)]
    made = tuple(Submission(f"s{place}", FIRST, quiz={"01-quiz-1": text}) for place, text in enumerate(chosen))
    found = calibrations(replace(term(), submissions=made))[FIRST]
    assert (found.quiz, found.quiz_right) == (2, 1)


def test_the_question_that_was_misjudged_most_is_told_if_enough_answered():
    found = misjudged(term())
    assert [(one.question.key, one.said, one.above, one.below) for one in found] == [("01-data", 3, 1, 1)]
    assert found[0].off == pytest.approx(50 / 30)
    assert [one.question.key for one in misjudged(term(), fewest=2)] == ["05-overfit", "01-data"]


def test_alike_answers_are_told_with_what_they_have_in_common():
    (first,) = alike_in(term(), FIRST)
    assert first == Alike("01-exponent", "The exponent", ("ana", "ben"), 80, False, "forgot the sign")
    (second,) = alike_in(term(), SECOND)
    assert (second.letters, second.mistake) == (True, "")  # of three, one is right and one waits
    assert alike_in(term(), LAST) == []
    assert [
        (one.answers, one.published, one.usual, one.short, one.unreadable) for one in left_out_in(term(), FIRST)
    ] == [
        (2, 1, 7, 4, 0),
        (2, 0, 0, 0, 3),
    ]
    assert [(one.students, len(one.places)) for one in pairs_of(term())] == [
        (("ana", "ben"), 2),
        (("ana", "dee"), 1),
        (("ben", "dee"), 1),
    ]
