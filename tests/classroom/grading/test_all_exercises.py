"""Every exercise of every chapter through nbgrader: the same marks as in the notebook.

One notebook holds every exercise many times over, once for each answer: untouched, the solution, the second answer, and
each planted mistake. nbgrader runs it once.
"""

from __future__ import annotations

import copy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from scalinglab.classroom.grading.graded_notebooks import json_cells, marks_in
from scalinglab.classroom.nbgrader.client import Nbgrader
from scalinglab.exercises import all_exercises
from tests.classroom.made import exercise_cells_of, hand_in, released, unreleased_class, write

#: One worker makes the class, once.
pytestmark = pytest.mark.xdist_group("every_answer")
NAME = "01_every_answer"
EXERCISES = {one.key: one for one in all_exercises()}
SECOND = Path(__file__).parents[2] / "exercises" / "second_answers"


def answers(key: str) -> dict[str, str | None]:
    """What students write in the place of a stub, by a name; None leaves it as it is."""
    exercise = EXERCISES[key]
    module = (SECOND / f"chapter_{key[:2]}.py").read_text(encoding="utf-8")
    planted = f'from scalinglab.exercises.bank import find\n\n{exercise.name} = find("{key}").mistakes[{{}}].wrong'
    return {
        "untouched": None,
        "second": f'{module}\n\n{exercise.name} = SECOND_ANSWERS["{key}"]',
        **{f"mistake{number}": planted.format(number) for number in range(len(exercise.mistakes))},
        "solution": "",  # written by the test from the source
    }


def copies(stub: dict[str, Any], check: dict[str, Any]) -> list[dict[str, Any]]:
    """The two cells of an exercise for each answer, under ids of their own."""
    found = []
    for name in answers(stub["metadata"]["nbgrader"]["grade_id"]):
        for cell in copy.deepcopy([stub, check]):
            known = cell["metadata"]["nbgrader"]
            key = known["grade_id"].removesuffix("-check")
            known["grade_id"] = f"{key}--{name}" + "-check" * known["grade"]
            found.append(cell)
    return found


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[float, dict[str, Any]]]:
    """The points in nbgrader's gradebook and the mark of the cell, by exercise and name of the answer."""
    numbers = sorted({key[:2] for key in EXERCISES})
    cells = [cell for number in numbers for cell in exercise_cells_of(number)]
    pairs = [pair for place, pair in enumerate(pairwise(cells)) if place % 2 == 0]
    solutions = {stub["metadata"]["nbgrader"]["grade_id"]: stub["source"] for stub, _ in pairs}
    several = [cell for pair in pairs for cell in copies(*pair)]
    class_folder = unreleased_class(tmp_path_factory.mktemp("all") / "class", NAME, *several)
    with Nbgrader() as nbgrader:
        made = nbgrader.run("release", class_folder, NAME)
        assert made.problem == "", made.log
        work = released(class_folder, NAME)
        for key in EXERCISES:
            for name, answer in answers(key).items():
                if answer is not None:
                    write(work, f"{key}--{name}", answer or solutions[key])
        hand_in(class_folder, "everybody", NAME, work)
        outcome = nbgrader.run("grade", class_folder, NAME, "everybody", {}, {})
        assert (outcome.problem, outcome.value["problem"]) == ("", ""), outcome.log
        points = nbgrader.run("scores", class_folder, []).value["states"][NAME]["everybody"]["cells"]
    found = marks_in(json_cells(class_folder / "autograded" / "everybody" / NAME / f"{NAME}.ipynb"))
    return {name.removesuffix("-check"): (points[name]["auto"], mark) for name, mark in found.items()}


every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=list(EXERCISES))


@every_exercise
def test_the_stub_scores_nothing(graded, exercise):
    points, mark = graded[f"{exercise.key}--untouched"]
    assert (points, mark["points"], mark["attempted"], mark["diagnosis"]) == (0, 0, False, None)


@every_exercise
@pytest.mark.parametrize("answer", ["solution", "second"])
def test_a_right_answer_gets_full_marks(graded, exercise, answer):
    points, mark = graded[f"{exercise.key}--{answer}"]
    assert (points, mark["points"], mark["max_points"]) == (exercise.points,) * 3, mark


@every_exercise
def test_every_planted_mistake_fails_with_its_own_diagnosis(graded, exercise):
    for number, mistake in enumerate(exercise.mistakes):
        points, mark = graded[f"{exercise.key}--mistake{number}"]
        assert (points, mark["diagnosis"], mark["message"]) == (0, mistake.name, mistake.message)
