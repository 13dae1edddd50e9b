"""Classes made for tests: assignments of a light notebook with exercises of the bank, and what students hand in."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from scalinglab._files import locked
from scalinglab.classroom.nbgrader.class_folder import make_class, release
from scalinglab.exercises.building import build_source
from tests.course.notebooks import CHAPTERS, COURSE, source

#: Imports little, so that a kernel is ready in a moment; the chapters' first cells import torch and altair.
FIRST = """import math

from scalinglab.exercises import predict

student = ""  # your name: it draws the numbers of your exercises"""
QUESTION = 'predict("01-made", "How many bits hold a byte?", unit="bits", low=1, high=16, reveal=lambda: 8)'


#: The assignment of ``two_exercises``, and the exercises in it.
NAME = "01_made"
SLOPE, SPREAD = "01-exponent", "01-standard-error"
#: The cells of the instructor's own in it.
TEST, ESSAY = "own-test", "essay"


def code(text: str, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": metadata, "source": text, "outputs": [], "execution_count": None}


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    """A notebook of these cells; those without an id are numbered."""
    numbered = [{"id": f"made{place}"} | cell for place, cell in enumerate(cells)]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": numbered}


def exercise_cells_of(number: str) -> list[dict[str, Any]]:
    """The cells of a real chapter's source that nbgrader knows: for each exercise its place and its check."""
    (chapter,) = (path for path in CHAPTERS if path.stem[:2] == number)
    built = build_source(chapter, COURSE / "solutions" / f"chapter_{number}.py")
    return [cell for cell in built["cells"] if "nbgrader" in cell["metadata"]]


def light_course(folder: Path, name: str) -> Path:
    """A course of one light chapter with two exercises of the bank, as chapter 01 has them."""
    (chapter,) = (path for path in CHAPTERS if path.stem[:2] == "01")
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    made = []
    for place in [at for at, cell in enumerate(cells) if re.search(rf'check\("({SLOPE}|{SPREAD})"', source(cell))]:
        stub = max(one for one in range(place) if cells[one]["cell_type"] == "code")
        made += [*cells[stub - 1 : stub + 1], cells[place]]
    title = {"cell_type": "markdown", "metadata": {}, "source": "# 01 Made for a test, with $x^2$"}
    (folder / "solutions").mkdir(parents=True)
    (folder / f"{name}.ipynb").write_text(json.dumps(notebook(title, code(FIRST), code(QUESTION), *made)))
    solutions = COURSE / "solutions" / "chapter_01.py"
    (folder / "solutions" / solutions.name).write_bytes(solutions.read_bytes())
    return folder


def unreleased_class(folder: Path, name: str, *cells: dict[str, Any]) -> Path:
    """A class with the source of one assignment: a title, the first cell, a question, and the given cells."""
    title = {"cell_type": "markdown", "metadata": {}, "source": "# 01 Made for a test"}
    make_class(folder)
    file = folder / "source" / name / f"{name}.ipynb"
    file.parent.mkdir(parents=True)
    renamed = [{**cell, "id": f"exercise{place}"} for place, cell in enumerate(cells)]
    file.write_text(json.dumps(notebook(title, code(FIRST), code(QUESTION), *renamed)), encoding="utf-8")
    return folder


def instructors_own() -> list[dict[str, Any]]:
    """Cells that no exercise of the bank stands for: an assertion worth 3 points, and an essay worth 5."""
    told = {"schema_version": 3, "task": False, "grade": True}
    test = {"grade_id": TEST, "solution": False, "locked": True, "points": 3}
    essay = {"grade_id": ESSAY, "solution": True, "locked": False, "points": 5}
    return [
        code("assert callable(mean_and_error)", nbgrader=told | test),
        {"cell_type": "markdown", "metadata": {"nbgrader": told | essay}, "source": "Why is that so?"},
    ]


def two_exercises(factory: pytest.TempPathFactory, folder: Path) -> Path:
    """A copy of a class with two exercises of chapter 01 and two cells of the instructor's own; made once in a run."""
    shared = factory.getbasetemp() if "PYTEST_XDIST_WORKER" not in os.environ else factory.getbasetemp().parent
    made = shared / "two_exercises"
    with locked(made, seconds=300):
        if not (made / "gradebook.db").exists():
            shutil.rmtree(made, ignore_errors=True)
            cells = exercise_cells_of("01")
            own = [one for one in cells if one["metadata"]["nbgrader"]["grade_id"].startswith((SLOPE, SPREAD))]
            own[-1]["metadata"]["nbgrader"]["points"] = 20  # the instructor's own, where the bank has 10
            release(unreleased_class(made, NAME, *own, *instructors_own()), NAME)
    return Path(shutil.copytree(made, folder))


def released(class_folder: Path, name: str) -> dict[str, Any]:
    """The notebook that a student gets, each source one text."""
    text = (class_folder / "release" / name / f"{name}.ipynb").read_text(encoding="utf-8")
    work = json.loads(text)
    for cell in work["cells"]:
        cell["source"] = source(cell)
    return work


def place_of(work: dict[str, Any], grade_id: str) -> int:
    """Where the cell with nbgrader's id is."""
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in work["cells"]]
    return ids.index(grade_id)


def write(work: dict[str, Any], key: str, answer: str) -> None:
    """Replace the stub of an exercise."""
    work["cells"][place_of(work, key)]["source"] = answer


def hand_in(class_folder: Path, student: str, name: str, work: dict[str, Any] | bytes) -> Path:
    """Put a notebook, or any bytes, where submissions lie."""
    file = class_folder / "submitted" / student / name / f"{name}.ipynb"
    file.parent.mkdir(parents=True)
    file.write_bytes(work if isinstance(work, bytes) else json.dumps(work).encode())
    return file
