"""Another variant has other numbers: an answer that was written down for one fails in another, a function does not."""

from __future__ import annotations

import pytest

from scalinglab.exercises import Exercise, Journal, all_exercises, check, grade, student_seed
from scalinglab.exercises.bank import find
from tests.exercises.bank.test_every_exercise import solution

STUDENTS = ["", "Ada Lovelace", "Zoë"]
#: Those whose answer is a number, an array or the like; a module is no answer that can be written down.
COMPARED = [one for one in all_exercises() if one.look is None]
SOLUTION = solution(find("01-exponent"))


@pytest.mark.parametrize("exercise", COMPARED, ids=lambda one: one.key)
@pytest.mark.parametrize("student", STUDENTS)
def test_numbers_written_down_for_one_variant_fail_in_another(exercise: Exercise, student: str):
    first, other = (student_seed(student, exercise.key, variant) for variant in "AB")
    answers = [(case, exercise.oracle(*case)) for case in exercise.draw(first)]
    place = iter(range(10**6))

    def written_down(*case):
        known = [answer for asked, answer in answers if repr(asked) == repr(case)]
        return known[0] if known else answers[next(place) % len(answers)][1]

    assert grade(exercise, written_down, seed=first).passed
    assert not grade(exercise, written_down, seed=other).passed


def test_a_right_function_passes_in_every_variant_and_its_points_are_those_that_are_asked_for():
    for variant in "ABZ":
        found = check("01-exponent", SOLUTION, student="Ada", variant=variant, points=7.5)
        assert (found.passed, found.points, found.max_points) == (True, 7.5, 7.5)
    wrong = check("01-exponent", lambda sizes, errors: 0.0, student="Ada", points=30)
    assert (wrong.passed, wrong.points, wrong.max_points) == (False, 0, 30)


def test_the_journal_keeps_the_points_of_the_course(tmp_path, monkeypatch):
    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(tmp_path / "predictions.json"))
    check("01-exponent", SOLUTION, points=30)
    (attempt,) = Journal().attempts("01-exponent")
    assert (attempt["points"], attempt["max_points"]) == (10, 10)


@pytest.mark.parametrize("wrong", [{"variant": "b"}, {"variant": 2}, {"points": 0}, {"points": "ten"}])
def test_a_variant_and_points_that_are_none_are_mistakes_of_the_notebook(wrong):
    with pytest.raises(ValueError, match=r"variant must be a letter|points must be"):
        check("01-exponent", SOLUTION, **wrong)
