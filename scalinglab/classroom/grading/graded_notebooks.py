"""What a notebook that was run says: its cells, the marks that its checks show, its first error."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from scalinglab.classroom.nbgrader.check_outputs import is_check
from scalinglab.exercises.check_result import MARK

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LONGEST = 400


def marks_in(notebook: Path) -> dict[str, dict[str, Any]]:
    """What the cell of each check shows, by its name: the mark, or an error as ``diagnosis`` and ``message``."""
    return {cell.metadata["nbgrader"]["grade_id"]: _mark(cell) for cell in cells_of(notebook) if is_check(cell)}


def first_error(notebook: Path) -> str:
    """The first error that a notebook shows, as ``Type: words``; empty if there is none."""
    errors = (_mark(cell) for cell in cells_of(notebook) if cell.cell_type == "code")
    return next((error["message"] for error in errors if error.get("error")), "")


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
