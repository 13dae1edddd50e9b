"""What a graded notebook says: the marks of its checks, the name in its first cell, the journal beside it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat

from scalinglab.exercises.assignments.results import Score, Submission
from scalinglab.exercises.check_result import MARK
from scalinglab.exercises.journal import FILE_NAME, Journal, JournalError

__all__ = ["cells_of", "first_error", "graded_submission", "journal_of", "marks"]

_QUIZ = re.compile(r"\d\d-quiz-\d+")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LONGEST = 400


def graded_submission(
    course: Path, assignment: str, student: str, points: Mapping[str, float], exercises: Mapping[str, float]
) -> Submission:
    """The record of a submission that nbgrader graded.

    Parameters
    ----------
    course, assignment, student
        Where it lies.
    points
        What nbgrader's gradebook holds for each exercise.
    exercises
        The points to be earned in each exercise, in order.
    """
    notebook = course / "autograded" / student / assignment / f"{assignment}.ipynb"
    found = marks(notebook)
    scores = [_score(key, most, points.get(key, 0.0), found.get(key, {})) for key, most in exercises.items()]
    name = next((mark["student"] for mark in found.values() if mark.get("student")), "")
    said, quiz = journal_of(course, assignment, student)
    return Submission(student, assignment, tuple(scores), name=name, predictions=said, quiz=quiz)


def marks(notebook: Path) -> dict[str, dict[str, Any]]:
    """What the cell of each check shows, by exercise: the mark, or an error as ``diagnosis`` and ``message``."""
    found = {}
    for cell in cells_of(notebook):
        told = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and told.get("grade"):
            found[str(told.get("grade_id", "")).removesuffix("-check")] = _mark(cell)
    return found


def first_error(notebook: Path) -> str:
    """The first error that a notebook shows, as ``Type: words``; empty if there is none."""
    errors = (_mark(cell) for cell in cells_of(notebook) if cell.cell_type == "code")
    return next((error["message"] for error in errors if error.get("error")), "")


def journal_of(course: Path, assignment: str, student: str) -> tuple[dict[str, float | str], dict[str, str]]:
    """What a submitted journal holds of this chapter: the sealed predictions, and the first choices of the quiz."""
    file = course / "submitted" / student / assignment / FILE_NAME
    try:
        sealed = Journal(file).peek()["predictions"]
    except JournalError:
        return {}, {}
    values = {key: entry["value"] for key, entry in sealed.items() if key[:2] == assignment[:2]}
    quiz = {key: str(value) for key, value in values.items() if _QUIZ.fullmatch(key)}
    return {key: value for key, value in values.items() if key not in quiz}, quiz


def cells_of(notebook: Path) -> Iterator[Any]:
    """The cells of a notebook of any version of the format."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about ids of cells, which older notebooks lack
        yield from nbformat.read(notebook, as_version=4).cells


def _mark(cell: Any) -> dict[str, Any]:
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            ename = str(output.ename)
            words = _COLOUR.sub("", str(output.evalue)).strip().splitlines()
            sentence = f"{ename}: {words[0][:_LONGEST]}" if words else ename
            return {"error": True, "diagnosis": ename, "message": sentence}
        if MARK in output.get("data", {}):
            return dict(output.data[MARK])
    return {}


def _score(key: str, most: float, points: float, mark: Mapping[str, Any]) -> Score:
    if not mark:
        return Score(key, points, most, message="The check showed nothing.", diagnosis="no result")
    return Score(
        key,
        points,
        most,
        diagnosis=mark.get("diagnosis"),
        message=str(mark.get("message", "")),
        attempted=bool(mark.get("attempted", True)),
    )
