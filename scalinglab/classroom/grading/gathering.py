"""All that is known about a class after grading, in one record: scores, failures, names, predictions and the truth."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scalinglab.classroom.grading.already_graded import HandedIn, Records, handed_in
from scalinglab.classroom.grading.graded_notebooks import marks_in
from scalinglab.classroom.nbgrader.class_folder import assignments_in, notebook_of
from scalinglab.classroom.nbgrader.client import Team
from scalinglab.classroom.results import Asked, ClassResults, Score, Student, Submission
from scalinglab.classroom.submissions.people import listed
from scalinglab.exercises.bank import find
from scalinglab.exercises.building import exercise_cells
from scalinglab.exercises.exercise import Exercise
from scalinglab.exercises.journal import FILE_NAME, Journal, JournalError

_QUIZ = re.compile(r"\d\d-quiz-\d+")


def gather(team: Team, class_folder: Path) -> ClassResults:
    """Read what nbgrader's gradebook, the graded notebooks, the journals and ``students.csv`` of a class hold.

    Nothing is graded and nothing but nbgrader's list of students is changed. Submissions that were not graded yet are
    told as such.
    """
    scores = team.run("scores", class_folder)
    if scores.problem:
        raise RuntimeError(f"nbgrader's gradebook could not be read: {scores.problem}\n{scores.log}")
    records, works = Records(class_folder), handed_in(class_folder)
    sources = {name: _source(class_folder, name) for name in assignments_in(class_folder)}
    exercises = {name: [find(key) for key in exercise_cells(notebook)] for name, notebook in sources.items()}
    submissions = [
        _submission(class_folder, work, records.problem(work), scores.value, exercises[work.assignment])
        for work in works
    ]
    return ClassResults(
        titles={name: _title(notebook) for name, notebook in sources.items()},
        exercises={one.key: (one.title, one.points) for found in exercises.values() for one in found},
        submissions=tuple(submissions),
        students=_students(class_folder, submissions),
        questions=tuple(one for name, notebook in sources.items() for one in _questions(records, name, notebook)),
    )


def _submission(
    class_folder: Path, work: HandedIn, problem: str | None, scores: Mapping[str, Any], exercises: Sequence[Exercise]
) -> Submission:
    """One submission: what nbgrader's gradebook and the checks of its notebook say, or why it has no points."""
    said, quiz = _journal(class_folder, work)
    told = {"predictions": said, "quiz": quiz}
    if problem is None or problem:
        return Submission(work.student, work.assignment, problem=problem or "it was not graded yet", **told)
    points = scores.get(work.assignment, {}).get(work.student, {})
    found = marks_in(work.notebook(class_folder, "autograded"))
    made = (_score(one, points.get(f"{one.key}-check", 0.0), found.get(one.key, {})) for one in exercises)
    name = next((mark["student"] for mark in found.values() if mark.get("student")), "")
    return Submission(work.student, work.assignment, tuple(made), name=name, **told)


def _score(exercise: Exercise, points: float, mark: Mapping[str, Any]) -> Score:
    if not mark:
        return Score(exercise.key, points, exercise.points, "no result", "The check showed nothing.")
    return Score(
        exercise.key,
        points,
        exercise.points,
        diagnosis=mark.get("diagnosis"),
        message=str(mark.get("message", "")),
        attempted=bool(mark.get("attempted", True)),
    )


def _journal(class_folder: Path, work: HandedIn) -> tuple[dict[str, float | str], dict[str, str]]:
    """What a submitted journal holds of this chapter: the sealed predictions, and the first choices of the quiz."""
    try:
        sealed = Journal(work.notebook(class_folder, "submitted").with_name(FILE_NAME)).peek()["predictions"]
    except JournalError:
        return {}, {}
    values = {key: entry["value"] for key, entry in sealed.items() if key[:2] == work.assignment[:2]}
    quiz = {key: str(value) for key, value in values.items() if _QUIZ.fullmatch(key)}
    return {key: value for key, value in values.items() if key not in quiz}, quiz


def _students(class_folder: Path, submissions: Sequence[Submission]) -> tuple[Student, ...]:
    found = {one.student: Student(one.student) for one in submissions} | {one.id: one for one in listed(class_folder)}
    return tuple(found[name] for name in sorted(found))


def _questions(records: Records, assignment: str, notebook: Mapping[str, Any]) -> list[Asked]:
    """The predictions of a chapter in the order in which it asks them; the quiz is told apart."""
    asked = records.questions(assignment)
    text = "".join("".join(cell["source"]) for cell in notebook["cells"])
    return [
        Asked(key, **asked[key] | {"choices": tuple(asked[key]["choices"])})
        for key in sorted(asked, key=lambda key: text.find(f'"{key}"'))
        if "-quiz-" not in key
    ]


def _source(class_folder: Path, assignment: str) -> dict[str, Any]:
    return json.loads(notebook_of(class_folder, "source", assignment).read_text(encoding="utf-8"))


def _title(notebook: Mapping[str, Any]) -> str:
    return "".join(notebook["cells"][0]["source"]).splitlines()[0].lstrip("# ")
