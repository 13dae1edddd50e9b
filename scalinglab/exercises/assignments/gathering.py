"""All that is known about a class after grading, in one record: scores, failures, names, predictions and the truth."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scalinglab.exercises.assignments.course import assignments_in, check_course
from scalinglab.exercises.assignments.extra import Nbgrader
from scalinglab.exercises.assignments.grading import Task, outcome_of, tasks_of
from scalinglab.exercises.assignments.people import listed
from scalinglab.exercises.assignments.reading import graded_submission, journal_of
from scalinglab.exercises.assignments.records import Records
from scalinglab.exercises.assignments.results import ClassResults, Question, Student, Submission
from scalinglab.exercises.bank import find
from scalinglab.exercises.building import exercise_cells

__all__ = ["gather"]


def gather(course: Path) -> ClassResults:
    """Read what nbgrader's gradebook, the graded notebooks, the journals and ``students.csv`` of a course hold.

    Nothing is graded and nothing but nbgrader's list of students is changed. Submissions that were not graded yet are
    told as such.

    Raises
    ------
    ValueError
        If the folder is no course.
    """
    course = check_course(course)
    with Nbgrader() as nbgrader:
        scores = nbgrader.run("scores", course)
    if scores.problem:
        raise RuntimeError(f"nbgrader's gradebook could not be read: {scores.problem}\n{scores.log}")
    records, tasks = Records(course), tasks_of(course)
    sources = {name: _load(course, name) for name in assignments_in(course)}
    exercises = {name: [find(key) for key in exercise_cells(notebook)] for name, notebook in sources.items()}
    submissions = [_submission(course, task, records, scores.value, exercises[task.assignment]) for task in tasks]
    return ClassResults(
        titles={name: _title(notebook) for name, notebook in sources.items()},
        exercises={one.key: (one.title, one.points) for found in exercises.values() for one in found},
        submissions=tuple(submissions),
        students=_students(course, submissions),
        questions=tuple(question for name in sources for question in _questions(records, name, sources[name])),
    )


def _submission(
    course: Path, task: Task, records: Records, scores: Mapping[str, Any], exercises: Sequence[Any]
) -> Submission:
    problem = outcome_of(course, records, task)
    if problem is None:
        problem = "it was not graded yet"
    if problem:
        said, quiz = journal_of(course, task.assignment, task.student)
        return Submission(task.student, task.assignment, problem=problem, predictions=said, quiz=quiz)
    marks = scores.get(task.assignment, {}).get(task.student, {})
    points = {name.removesuffix("-check"): value for name, value in marks.items()}
    most = {one.key: one.points for one in exercises}
    return graded_submission(course, task.assignment, task.student, points, most)


def _students(course: Path, submissions: Sequence[Submission]) -> tuple[Student, ...]:
    found = {one.student: Student(one.student) for one in submissions} | {one.id: one for one in listed(course)}
    return tuple(found[name] for name in sorted(found))


def _questions(records: Records, assignment: str, notebook: Mapping[str, Any]) -> list[Question]:
    """The predictions of a chapter in the order in which it asks them; the quiz is told apart."""
    asked = records.data["references"].get(assignment, {}).get("questions", {})
    text = "".join("".join(cell["source"]) for cell in notebook["cells"])
    return [
        Question(key, **asked[key] | {"choices": tuple(asked[key]["choices"])})
        for key in sorted(asked, key=lambda key: text.find(f'"{key}"'))
        if "-quiz-" not in key
    ]


def _load(course: Path, assignment: str) -> dict[str, Any]:
    return json.loads((course / "source" / assignment / f"{assignment}.ipynb").read_text(encoding="utf-8"))


def _title(notebook: Mapping[str, Any]) -> str:
    return "".join(notebook["cells"][0]["source"]).splitlines()[0].lstrip("# ")
