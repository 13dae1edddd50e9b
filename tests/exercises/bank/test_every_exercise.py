"""The proofs that every exercise of every chapter must pass; a new one gets them by being in the bank.

For each exercise: the stub scores 0, each planted mistake fails with its own diagnosis, the instructors' solution and
a differently written answer (``second_answers/chapter_NN.py``) get full points, for many seeds.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial, wraps
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scalinglab.exercises import Exercise, all_exercises, bank, grade, student_seed
from scalinglab.exercises.answers import equal
from scalinglab.exercises.bank import find
from scalinglab.exercises.wording import share

TESTS = Path(__file__).parents[1]
COURSE = TESTS.parents[1] / "course"
SEEDS = [student_seed(f"student {number}", "proof") for number in range(200)]
#: A full check starts a thread for each answer, so the test that checks takes fewer seeds than the one that only draws.
CHECKED = SEEDS[:12]

every_exercise = pytest.mark.parametrize("exercise", all_exercises(), ids=lambda exercise: exercise.key)


@cache
def answers(folder: Path, chapter: str, name: str) -> dict[str, Callable[..., Any]]:
    """The answers of a chapter in a folder that is no package, by key."""
    path = folder / f"chapter_{chapter}.py"
    spec = importlib.util.spec_from_file_location(f"{folder.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def solutions(chapter: str) -> dict[str, Callable[..., Any]]:
    return answers(COURSE / "solutions", chapter, "SOLUTIONS")


def second_answers(chapter: str) -> dict[str, Callable[..., Any]]:
    return answers(TESTS / "second_answers", chapter, "SECOND_ANSWERS")


def solution(exercise: Exercise) -> Callable[..., Any]:
    return solutions(exercise.key[:2])[exercise.key]


def stub(*_arguments: Any) -> None:
    raise NotImplementedError


@pytest.mark.parametrize("chapter", sorted({one.key[:2] for one in all_exercises()}))
def test_every_exercise_has_a_solution_and_a_second_answer(chapter):
    keys = {one.key for one in all_exercises() if one.key[:2] == chapter}
    assert set(solutions(chapter)) == keys
    assert set(second_answers(chapter)) == keys


@every_exercise
def test_its_file_is_named_by_its_key(exercise):
    chapter, _, name = exercise.key.partition("-")
    module = importlib.import_module(f"{bank.__name__}.chapter_{chapter}.{name.replace('-', '_')}")
    assert module.EXERCISE is exercise


@every_exercise
def test_its_box_says_how_close_numbers_must_be_and_this_is_close_enough(exercise):
    said = "Numbers count as right if their relative error is at most "
    _, found, tolerance = grade(exercise, stub, seed=SEEDS[0]).message.partition(said)
    right = exercise.oracle(*exercise.draw(SEEDS[0])[0])
    whole = np.asarray(right, dtype=object).ravel()
    assert bool(found) == any(isinstance(one, float | np.floating) for one in whole)
    if found:
        assert tolerance == f"{share(exercise.tolerance)}."
        allowed = exercise.tolerance
        near = np.asarray(right, dtype=float) * (1 + 0.9 * allowed)
        assert equal(near if near.ndim else float(near), right, allowed)


def test_an_exercise_is_found_by_its_key_and_only_by_that():
    for exercise in all_exercises():
        assert find(exercise.key) is exercise
    with pytest.raises(ValueError, match="key must be one of 00-parameters, got '00-unknown'"):
        find("00-unknown")
    with pytest.raises(
        ValueError, match=r"key must begin with a chapter that has exercises: 00, 01, .*, got '99-unknown'"
    ):
        find("99-unknown")


def test_importing_exercises_loads_nothing_heavy():
    code = "import sys, scalinglab.exercises; print(*{'torch', 'altair', 'scipy', 'jupyterlab'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def remembering(exercise: Exercise) -> Exercise:
    """The exercise with an oracle and mistakes that compute each of their answers once."""
    wrong = [replace(mistake, wrong=remembered(mistake.wrong)) for mistake in exercise.mistakes]
    look = exercise.look and remembered(exercise.look)  # a function that is remembered says the same each time
    return replace(exercise, oracle=remembered(exercise.oracle), mistakes=tuple(wrong), look=look)


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[tuple[Any, ...], Any] = {}

    @wraps(function)
    def answer(*case: Any) -> Any:
        asked = tuple(each if callable(each) else pickle.dumps(each) for each in case)
        if asked not in known:
            known[asked] = function(*case)
        return known[asked]

    return answer


@every_exercise
def test_right_answers_get_full_points_and_each_mistake_its_own_diagnosis(exercise, monkeypatch):
    monkeypatch.setattr(Exercise, "draw", cache(Exercise.draw))  # once for all answers
    known = remembering(exercise)
    for seed in CHECKED:
        result = grade(known, stub, seed=seed)
        assert (result.points, result.attempted, result.passed, result.diagnosis) == (0, False, False, None)
        for right in (solution(exercise), second_answers(exercise.key[:2])[exercise.key]):
            result = grade(known, right, seed=seed)
            assert result.passed, (right, result)
            assert result.points == exercise.points
        for mistake in exercise.mistakes:
            result = grade(known, mistake.wrong, seed=seed)
            assert (result.points, result.attempted, result.diagnosis) == (0, True, mistake.name)
            assert result.message == mistake.message


@every_exercise
def test_the_cases_of_every_seed_tell_all_answers_apart_and_vary_by_student(exercise):
    known = remembering(exercise)
    answers = {"oracle": lambda case: known.oracle(*case)}
    answers |= {mistake.name: partial(known.answer, mistake.wrong) for mistake in known.mistakes}
    draws = [known.draw(seed) for seed in SEEDS]  # a draw tells the oracle and all mistakes from one another
    for seed, cases in zip(SEEDS, draws, strict=True):
        told = [known.answer(solution(exercise), case) for case in cases]
        right = {name for name, answer in answers.items() if agree(exercise, cases, told, answer)}
        assert right == {"oracle"}, seed
    assert len({repr(cases) for cases in draws[:50]}) > 25


def agree(exercise: Exercise, cases: tuple[Any, ...], told: list[Any], answer: Callable[[Any], Any]) -> bool:
    """Whether answers to cases are those that were told, as far as a check can see; stops at the first that differs."""
    return all(equal(one, answer(case), exercise.tolerance) for one, case in zip(told, cases, strict=True))


DRAWN = """
import hashlib
from scalinglab.exercises import all_exercises
print(hashlib.sha256(repr([one.draw(seed) for one in all_exercises() for seed in range(5)]).encode()).hexdigest())
"""


def test_numbers_do_not_vary_by_call_nor_by_process():
    here = repr([one.draw(seed) for one in all_exercises() for seed in range(5)])
    done = subprocess.run(
        [sys.executable, "-c", DRAWN],
        env={**os.environ, "PYTHONHASHSEED": "17"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(here.encode()).hexdigest()


@every_exercise
def test_texts_are_there_and_solutions_are_not(exercise):
    assert len(exercise.mistakes) >= 3
    texts = [*exercise.hints, *(mistake.message for mistake in exercise.mistakes)]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert text[0].isupper() or text[0] == "`"
        assert text.endswith((".", "?", "`."))
    assert exercise.oracle.__code__.co_code != solution(exercise).__code__.co_code
