"""The proofs that every exercise of every chapter must pass; a new chapter gets them by being in the bank.

For each exercise: the stub scores 0, each planted mistake fails with its own diagnosis, the instructors' solution and
a differently written answer (``second_answers/chapter_NN.py``) get full points, for many seeds.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from scalinglab.exercises import Exercise, all_exercises, grade, student_seed
from scalinglab.exercises.answers import equal
from scalinglab.exercises.bank import find

HERE = Path(__file__).parent
SEEDS = [student_seed(f"student {number}", "proof") for number in range(200)]
#: A full check starts a thread, so the tests that check take fewer seeds than those that only draw.
CHECKED = SEEDS[:12]

every_exercise = pytest.mark.parametrize("exercise", all_exercises(), ids=lambda exercise: exercise.key)
every_mistake = pytest.mark.parametrize(
    ("exercise", "mistake"),
    [
        pytest.param(one, mistake, id=f"{one.key}: {mistake.name}")
        for one in all_exercises()
        for mistake in one.mistakes
    ],
)


def collect(folder: Path, name: str) -> dict[str, Callable[..., Any]]:
    """The answers of all chapters in a folder that is no package, by key."""
    found = {}
    for path in sorted(folder.glob("chapter_*.py")):
        spec = importlib.util.spec_from_file_location(f"{folder.name}_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found |= getattr(module, name)
    return found


SOLUTIONS = collect(HERE.parents[1] / "course" / "solutions", "SOLUTIONS")
SECOND_ANSWERS = collect(HERE / "second_answers", "SECOND_ANSWERS")


def hand_in(exercise: Exercise, function: Callable[..., Any], seed: int) -> Any:
    """What a student with this function hands in: the function, or its value for the student's numbers."""
    return function(*exercise.draw(seed)[0]) if exercise.asks_value else function


def stub(*_arguments: Any) -> None:
    raise NotImplementedError


def test_every_exercise_has_a_solution_and_a_second_answer():
    keys = {exercise.key for exercise in all_exercises()}
    assert set(SOLUTIONS) == keys
    assert set(SECOND_ANSWERS) == keys


def test_an_exercise_is_found_by_its_key_and_only_by_that():
    for exercise in all_exercises():
        assert find(exercise.key) is exercise
    with pytest.raises(ValueError, match="key must be one of 00-parameters, got '00-unknown'"):
        find("00-unknown")
    with pytest.raises(ValueError, match="key must begin with a chapter that has exercises"):
        find("99-unknown")


def test_importing_exercises_loads_nothing_heavy():
    code = "import sys, scalinglab.exercises; print(*{'torch', 'altair', 'scipy', 'jupyterlab'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@every_exercise
def test_the_stub_is_not_attempted_and_scores_nothing(exercise):
    for seed in CHECKED:
        result = grade(exercise, ... if exercise.asks_value else stub, seed=seed)
        assert (result.points, result.attempted, result.passed, result.diagnosis) == (0, False, False, None)


@every_exercise
@pytest.mark.parametrize("answers", [SOLUTIONS, SECOND_ANSWERS], ids=["solution", "second answer"])
def test_a_right_answer_gets_full_points(exercise, answers):
    for seed in CHECKED:
        result = grade(exercise, hand_in(exercise, answers[exercise.key], seed), seed=seed)
        assert result.passed, result
        assert result.points == exercise.points


@every_mistake
def test_each_mistake_fails_with_its_own_diagnosis(exercise, mistake):
    for seed in CHECKED:
        result = grade(exercise, hand_in(exercise, mistake.wrong, seed), seed=seed)
        assert (result.points, result.attempted, result.diagnosis) == (0, True, mistake.name)
        assert result.message == mistake.message


@every_exercise
def test_the_cases_of_every_seed_tell_all_answers_apart(exercise):
    for seed in SEEDS:
        cases = exercise.draw(seed)
        functions = {"right": SOLUTIONS[exercise.key]} | {mistake.name: mistake.wrong for mistake in exercise.mistakes}
        answers = {name: [function(*case) for case in cases] for name, function in functions.items()}
        for one, other in combinations(answers, 2):
            pairs = zip(answers[one], answers[other], strict=True)
            assert not all(equal(left, right, exercise.tolerance) for left, right in pairs), (seed, one, other)


@every_exercise
def test_numbers_vary_by_student_and_not_by_call(exercise):
    draws = [exercise.draw(seed) for seed in SEEDS[:50]]
    assert repr(draws) == repr([exercise.draw(seed) for seed in SEEDS[:50]])
    assert len({repr(cases) for cases in draws}) > 25


@every_exercise
def test_texts_are_there_and_solutions_are_not(exercise):
    assert len(exercise.mistakes) >= 3
    texts = [*exercise.hints, *(mistake.message for mistake in exercise.mistakes)]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert text[0].isupper() or text[0] == "`"
        assert text.endswith((".", "?", "`."))
    assert exercise.oracle.__code__.co_code != SOLUTIONS[exercise.key].__code__.co_code
