"""The reference: before a class is graded, nbgrader grades the solution, here and now, and it must get full marks.

A package that this environment lacks, a time limit that is too short, or a source that was changed shows there, and
not as a class of zeros. The same run answers what the chapter asks its readers to predict.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from scalinglab.exercises.assignments.course import CONFIG
from scalinglab.exercises.assignments.reading import cells_of, first_error, marks
from scalinglab.exercises.assignments.team import Team

__all__ = ["Reference", "run_reference"]

_STUDENT = "reference"
_ASK = """import json

from scalinglab.exercises.predictions import questions_asked

print(json.dumps(questions_asked()))"""


@dataclass(frozen=True)
class Reference:
    """What the solution showed: how long it ran, and the answers to the chapter's questions, by key."""

    seconds: float
    questions: Mapping[str, Mapping[str, Any]]


def run_reference(team: Team, course: Path, assignment: str, *, seconds: float, memory: float) -> Reference:
    """Grade the source of an assignment in a copy of the course.

    Raises
    ------
    ValueError
        If it does not get full marks; the sentence says what is missing or wrong. Nothing of the course changes.
    """
    with tempfile.TemporaryDirectory(prefix="scalinglab-reference-") as home:
        copy = Path(home)
        shutil.copy(course / CONFIG, copy)
        shutil.copytree(course / "source" / assignment, copy / "source" / assignment)
        released = team.run("release", copy, assignment, seconds=seconds, memory=memory)
        handed_in = copy / "submitted" / _STUDENT / assignment / f"{assignment}.ipynb"
        shutil.copytree(copy / "source" / assignment, handed_in.parent)
        _ask(handed_in)
        outcome = team.run("grade", copy, assignment, _STUDENT, seconds=seconds, memory=memory)
        graded = copy / "autograded" / _STUDENT / assignment / f"{assignment}.ipynb"
        problem = released.problem or outcome.problem or _shortfall(graded)
        if problem:
            raise ValueError(
                f"nothing was graded: the solution of {assignment} does not get full marks here, so no student would "
                f"({problem})"
            )
        return Reference(outcome.seconds, _answers(graded))


def _ask(notebook: Path) -> None:
    """Add a cell at the end that tells the answers."""
    asking = nbformat.read(notebook, as_version=4)
    asking.cells.append(nbformat.v4.new_code_cell(_ASK))
    nbformat.write(asking, notebook)


def _shortfall(notebook: Path) -> str:
    """Why a graded solution is not right; empty if it is."""
    for key, mark in marks(notebook).items():
        if mark.get("points", 0) != mark.get("max_points", 1):
            return first_error(notebook) or f"{key}: {mark.get('message', 'its check showed nothing')}"
    return ""


def _answers(notebook: Path) -> dict[str, Any]:
    *_, last = cells_of(notebook)
    printed = "".join(output.get("text", "") for output in last.outputs if output.output_type == "stream")
    try:
        return json.loads(printed.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return {}
