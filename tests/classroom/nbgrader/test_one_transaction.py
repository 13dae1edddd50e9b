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
from sqlalchemy import event

from scalinglab.classroom.nbgrader.one_transaction import OneTransaction
from tests.classroom.made import ESSAY, TEST, code, instructors_own, notebook

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

    do.files = files
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


TASK = {"cell_type": "markdown", "source": "Do it."}
TASK["metadata"] = {
    "nbgrader": TOLD | {"task": True, "grade_id": "task", "solution": False, "locked": True, "points": 2}
}
KINDS = ("grade_cell", "graded_cell", "solution_cell", "task_cell", "source_cell")


def asked(file: Path, kind: type, counted: list[str]) -> dict[str, str]:
    """What a gradebook says of each cell, whether there is one or not, and the questions that its database gets."""
    said = {}
    with kind(f"sqlite:///{file}") as book:
        event.listen(book.engine, "before_cursor_execute", lambda *told: counted.append(told[2]))
        for name in ("stub", TEST, ESSAY, "task", "none"):
            for wanted, whose in [(one, ()) for one in KINDS] + [("grade", ("ana",)), ("comment", ("ana",))]:
                try:
                    found = getattr(book, f"find_{wanted}")(name, NAME, NAME, *whose)
                except api.MissingEntry:
                    said[name, wanted] = "none"
                else:
                    said[name, wanted] = f"{type(found).__name__} {found.id}"
    return said


def test_a_cell_is_found_among_all_that_were_asked_for_at_once(both):
    both(lambda file: save(SaveCells, made(TASK), file))
    both(hand_in)
    (file,) = {file for file in both.files.values() if file.stem == "OneTransaction"}
    questions, fewer = [], []
    found = asked(file, api.Gradebook, questions)
    assert asked(file, OneTransaction, fewer) == found
    assert set(found.values()) > {"none"}
    assert found["task", "graded_cell"].startswith("TaskCell")
    assert len(fewer) < len(questions) / 2


def test_what_is_added_or_removed_is_known_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(api, "get_alembic_version", lambda: "none")
    with OneTransaction(f"sqlite:///{tmp_path / 'book.db'}") as book:
        with pytest.raises(api.MissingEntry):
            book.find_notebook(NAME, NAME)
        book.add_assignment(NAME)
        for worth in (1, 2):
            book.add_notebook(NAME, NAME)
            with pytest.raises(api.MissingEntry):
                book.find_grade_cell("cell", NAME, NAME)
            book.add_grade_cell("cell", NAME, NAME, max_score=worth, cell_type="code")
            assert book.find_graded_cell("cell", NAME, NAME).max_score == worth
            book.remove_notebook(NAME, NAME)
            with pytest.raises(api.MissingEntry):
                book.find_grade_cell("cell", NAME, NAME)
