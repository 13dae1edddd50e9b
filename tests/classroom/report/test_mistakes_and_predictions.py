"""What a class got wrong, said and chose: counted by hand on a few made students."""

from __future__ import annotations

import math

import pytest

from scalinglab.classroom.report.mistakes_and_predictions import (
    PredictionFinding,
    exercise_findings,
    prediction_findings,
    quiz_findings,
)
from scalinglab.classroom.report.needs_instructor import Need, needs_attention
from scalinglab.classroom.results import Asked, ClassResults, Part, Score, Student, Submission
from scalinglab.exercises.quiz_items import items_of

CHAPTER = "05_random_features"
TITLES = {CHAPTER: "05 Random features"}


def results_of(*submissions: Submission, questions=(), students=None) -> ClassResults:
    ids = dict.fromkeys(one.student for one in submissions) if students is None else students
    parts = {CHAPTER: (Part("05-endless", "Without limits", 10.0),), "01": (Part("01-exponent", "The exponent", 10.0),)}
    return ClassResults(TITLES, parts, submissions, tuple(map(Student, ids)), tuple(questions))


def scored(student: str, points: float, diagnosis=None, message="", *, attempted=True) -> Submission:
    score = Score("05-endless", points, 10.0, diagnosis, message, attempted)
    return Submission(student, CHAPTER, (score,), name=student)


def test_everybody_solved_it_made_a_mistake_or_did_not_try():
    (found,) = exercise_findings(
        results_of(
            scored("a", 10.0),
            scored("b", 0.0, "no root", "Take `a` root."),
            scored("c", 0.0, "off by one", "You counted 3."),
            scored("d", 0.0, "off by one", "You counted 4."),
            scored("e", 0.0, "off by one", "You counted 4."),
            scored("f", 0.0, None, "Too large."),
            scored("g", 4.0, None, "Partly."),
            scored("h", 0.0, attempted=False),
            Submission("i", CHAPTER, problem="The file is no notebook."),
        ),
        CHAPTER,
    )
    assert (found.key, found.graded, found.solved, found.attempted, found.untouched) == ("05-endless", 8, 1, 6, 1)
    assert [(one.diagnosis, one.students, one.sentence, one.alike) for one in found.mistakes] == [
        ("off by one", ("c", "d", "e"), "You counted 4.", False),
        ("no root", ("b",), "Take `a` root.", True),
    ]
    assert found.others is not None
    assert (found.others.students, found.others.sentence, found.others.alike) == (("f", "g"), "Partly.", False)


def predicted(question: Asked, *values) -> PredictionFinding:
    made = [
        Submission(f"s{place}", CHAPTER, predictions={question.key: value, "05-other": 3.0})
        for place, value in enumerate(values)
    ]
    (found,) = prediction_findings(results_of(*made, questions=[question]), CHAPTER)
    return found


def test_what_is_no_number_is_counted_apart():
    question = Asked("05-overfit", "?", low=1, high=100, log=True, truth=10.0)
    odd = ["no idea", "12", math.nan, math.inf, -math.inf, True, None, 10**400, [3]]
    found = predicted(question, 5, 12.0, 7.0, *odd)
    assert found.numbers == (5.0, 7.0, 12.0)
    assert found.unfit == len(odd)
    assert found.median == 7.0
    assert found.near == 2  # 7 and 12; 5 is below 10 / 1.5


def test_a_submission_that_could_not_be_graded_still_has_its_predictions():
    question = Asked("05-overfit", "?", truth=10.0)
    failed = Submission("a", CHAPTER, problem="The kernel died.", predictions={"05-overfit": 9.0})
    assert prediction_findings(results_of(failed, questions=[question]), CHAPTER)[0].numbers == (9.0,)


@pytest.mark.parametrize(
    ("asked", "truth", "close", "words"),
    [
        ((0, 100, False), 9.0, (6.0, 13.5), "within a factor of 1.5"),
        ((0, 100, False), 90.0, (80.0, 100.0), "at most 10 percentage points off"),  # a factor would take all from 60
        ((80, 100, False), 93.0, (91.0, 95.0), "at most 2 percentage points off"),
        ((-1, 1, False), -0.3, (-0.5, -0.1), "at most 0.2 percentage points off"),
        ((0, 100, False), 0.0, (-10.0, 10.0), "at most 10 percentage points off"),
        ((1, 10_000, True), 6000.0, (4000.0, 9000.0), "within a factor of 1.5"),
        ((None, None, False), 30.0, (20.0, 45.0), "within a factor of 1.5"),
        ((0, None, False), 30.0, (20.0, 45.0), "within a factor of 1.5"),
    ],
)
def test_close_is_a_factor_or_a_tenth_of_the_range_whichever_is_stricter(asked, truth, close, words):
    found = PredictionFinding(Asked("05-a", "?", "%", (), *asked, truth), (truth,))
    assert found.close == pytest.approx(close)
    assert found.close_words == words
    assert found.near == 1


@pytest.mark.parametrize("truth", [None, "it depends", math.nan, math.inf])
def test_without_a_true_number_nothing_is_close(truth):
    found = PredictionFinding(Asked("05-a", "?", low=0, high=9, truth=truth), (1.0,))
    assert (found.truth, found.close, found.near) == (None, None, 0)


def test_without_a_range_nothing_is_close_to_zero_or_less():
    assert PredictionFinding(Asked("05-a", "?", truth=-2.0), (1.0,)).close is None


def test_the_median_of_huge_numbers_is_a_number():
    assert PredictionFinding(Asked("05-a", "?"), (1.6e308, 1.7e308)).median == pytest.approx(1.65e308)


def test_choices_are_counted_in_the_order_of_the_question():
    question = Asked("05-a", "?", choices=("8", "64", "128"), truth="64")
    found = predicted(question, "128", "8", "128", "256", 64)
    assert found.choices == {"8": 1, "64": 0, "128": 2}
    assert (found.answered, found.unfit) == (3, 2)


def test_the_quiz_counts_first_choices_and_names_the_most_frequent_wrong_one():
    item = items_of("05")[0]
    right = next(option.text for option in item.options if option.right)
    first, second = (option for option in item.options if not option.right)
    chosen = [right, first.text, second.text, second.text, "a choice of last year"]
    made = [Submission(f"s{place}", CHAPTER, quiz={"05-quiz-1": text}) for place, text in enumerate(chosen)]
    found = quiz_findings(results_of(*made), CHAPTER)
    assert [one.key for one in found] == ["05-quiz-1", "05-quiz-2", "05-quiz-3"]
    assert (found[0].answered, found[0].right, found[0].unfit) == (4, 1, 1)
    assert (found[0].worst, found[0].worst_count) == (second, 2)
    assert (found[1].answered, found[1].worst) == (0, None)


def test_a_chapter_without_a_quiz_has_no_findings():
    assert quiz_findings(results_of(), "00_start_here") == []


def named(student: str, name: str, problem: str = "") -> Submission:
    return Submission(student, CHAPTER, name=name, problem=problem)


def test_names_that_draw_the_same_numbers_are_found_however_they_are_written():
    found = needs_attention(
        results_of(named("a", "Zoë  Lovelace"), named("b", "zoe\u0308 LOVELACE "), named("c", "Zoe Lovelace"))
    )
    assert [(one.what, one.students, one.assignments) for one in found] == [
        ("The same name in the first cell", ("a", "b"), (CHAPTER,))
    ]


def test_empty_names_are_told_apart_from_shared_ones_and_what_failed_counts_as_neither():
    found = needs_attention(results_of(named("a", " "), named("b", ""), named("c", "", problem="No notebook.")))
    assert [(one.what, one.students, one.assignments) for one in found] == [
        ("Not graded", ("c",), (CHAPTER,)),
        ("No name in the first cell", ("a", "b"), (CHAPTER,)),
    ]


def test_who_handed_nothing_in_is_missing():
    (found,) = needs_attention(results_of(named("a", "A"), students=["a", "b", "c"]))
    assert found == Need("Nothing handed in", ("b", "c"), "", (CHAPTER,))
    assert not needs_attention(results_of(named("a", "A")))
