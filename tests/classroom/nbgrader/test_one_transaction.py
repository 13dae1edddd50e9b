"""A gradebook written in one transaction for each notebook has the rows that nbgrader writes cell by cell."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader import api
from nbgrader.preprocessors import SaveAutoGrades, SaveCells, saveautogrades, savecells
from nbgrader.utils import compute_checksum

from scalinglab.classroom.nbgrader.quick_parts import OneTransaction
from tests.classroom.made import code, instructors_own, notebook

#: As in ``worker``: SQLAlchemy's, about nbgrader's queries.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
NAME = "made"
TOLD = {"schema_version": 3, "task": False, "grade": False}
STUB = code("pass", nbgrader=TOLD | {"grade_id": "stub", "solution": True, "locked": False})


def made(*more: dict[str, Any], points: int = 3) -> nbformat.NotebookNode:
    """A notebook with a stub, a test that has run, an essay, and more."""
    read = nbformat.from_dict(notebook(STUB, *instructors_own(), *more))
    read.cells[1].metadata.nbgrader.points = points
    return read


def save(kind: type, read: nbformat.NotebookNode, file: Path) -> None:
    """Let a step of nbgrader note a notebook down."""
    told = {"notebook": NAME, "assignment": NAME, "student": "ana", "db_url": f"sqlite:///{file}"}
    kind().preprocess(read, {"nbgrader": told})


def rows(file: Path) -> str:
    """All that a gradebook holds, with a number in the place of each id that nbgrader drew."""
    ids: dict[str, str] = {}
    with closing(sqlite3.connect(file)) as book:
        text = "\n".join(book.iterdump())
    return re.sub(r"\b[0-9a-f]{32}\b", lambda found: ids.setdefault(found[0], f"id {len(ids)}"), text)


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What does something to a gradebook of nbgrader's and to one of ours, and gives what both hold then."""
    files = {kind: tmp_path / f"{kind.__name__}.db" for kind in (api.Gradebook, OneTransaction)}
    monkeypatch.setattr(api, "get_alembic_version", lambda: "none")
    for file in files.values():
        with api.Gradebook(f"sqlite:///{file}") as book:
            book.add_assignment(NAME)

    def do(act) -> list[str]:
        for kind, file in files.items():
            for module in (savecells, saveautogrades):
                monkeypatch.setattr(module, "Gradebook", kind)
            act(file)
        return [rows(file) for file in files.values()]

    return do


def hand_in(file: Path) -> None:
    with api.Gradebook(f"sqlite:///{file}") as book:
        book.add_student("ana")
        book.add_submission(NAME, "ana")


def test_a_notebook_its_change_and_its_grading_leave_the_same_rows(both):
    empty, _ = both(lambda file: None)
    first, ours = both(lambda file: save(SaveCells, made(), file))
    assert ours == first != empty
    wider, ours = both(lambda file: save(SaveCells, made(STUB | {"metadata": {}}, points=4), file))
    assert ours == wider != first  # it was removed and made anew
    both(hand_in)
    handed, ours = both(lambda file: save(SaveCells, made(points=5), file))
    assert ours == handed  # its cells were changed where they are
    assert handed.count("5.0") == 2
    graded = made()
    graded.cells[0].metadata.nbgrader.checksum = compute_checksum(graded.cells[0])
    known, ours = both(lambda file: save(SaveAutoGrades, graded, file))
    assert ours == known != handed
    assert "No response." in known


def test_a_notebook_that_cannot_be_noted_down_is_not_noted_down_by_half(both):
    def fail(file: Path) -> None:
        wrong = made(code("pass", nbgrader=TOLD | {"grade_id": "wrong", "solution": False, "locked": True}))
        wrong.cells[-1].cell_type = "no cell"
        with pytest.raises(api.InvalidEntry):
            save(SaveCells, wrong, file)

    (empty, _), (half, none) = both(lambda file: None), both(fail)
    assert none == empty != half
