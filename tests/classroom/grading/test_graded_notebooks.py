"""The cells of graded notebooks, read without what stands behind them, whatever their size and order."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from scalinglab.classroom.grading import graded_notebooks
from scalinglab.classroom.grading.graded_notebooks import json_cells, marks_in
from scalinglab.exercises.check_result import MARK


def check(name: str, *outputs: dict) -> dict:
    told = {"grade_id": name, "grade": True, "solution": False, "points": 10, "schema_version": 3}
    cell = {"cell_type": "code", "id": name, "execution_count": 1, "source": "check().mark", "outputs": list(outputs)}
    return cell | {"metadata": {"nbgrader": told}}


MARKED = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {MARK: {"points": 3}}}
FAILED = {"output_type": "error", "ename": "NameError", "evalue": "\x1b[31mno 'x'\x1b[0m\nmore", "traceback": []}
CELLS = [
    check("one", MARKED),
    check("two", FAILED),
    check("three"),
    {"cell_type": "markdown", "id": "Zoë", "source": "é"},
]
CELLS[-1]["metadata"] = {}
BEHIND = {"metadata": {"widgets": "x" * 1000}, "nbformat": 4, "nbformat_minor": 5}


@pytest.mark.parametrize("beginning", [10, 150, 1000, 2**18])
@pytest.mark.parametrize("order", [1, -1])
def test_cells_are_read_however_much_of_the_file_is_read_first(tmp_path: Path, monkeypatch, beginning: int, order: int):
    file = tmp_path / "work.ipynb"
    whole = {"cells": CELLS} | BEHIND
    file.write_text(json.dumps(dict([*whole.items()][::order]), ensure_ascii=False), encoding="utf-8")
    monkeypatch.setattr(graded_notebooks, "_BEGINNING", beginning)
    assert json_cells(file) == CELLS


def test_what_stands_behind_the_cells_is_not_read(tmp_path: Path):
    file = tmp_path / "work.ipynb"
    nbformat.write(nbformat.from_dict({"cells": CELLS} | BEHIND), file)
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("xxx")], encoding="utf-8")
    assert [cell["id"] for cell in json_cells(file)] == ["one", "two", "three", "Zoë"]


@pytest.mark.parametrize("text", ["", "{", '{"cells": [', '{"nothing": 1}', "[]"])
def test_a_damaged_notebook_says_so(tmp_path: Path, text: str):
    file = tmp_path / "work.ipynb"
    file.write_text(text, encoding="utf-8")
    with pytest.raises((ValueError, KeyError, TypeError)):
        json_cells(file)


def test_what_checks_show_is_told_by_their_names():
    assert marks_in(CELLS) == {
        "one": {"points": 3},
        "two": {"error": True, "diagnosis": "NameError", "message": "NameError: no 'x'"},
        "three": {},
    }
