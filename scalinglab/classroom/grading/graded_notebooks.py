"""What a notebook that was run says: its cells, the marks that its checks show, its first error."""

from __future__ import annotations

import contextlib
import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from scalinglab._later import nbformat
from scalinglab.classroom.nbgrader.check_outputs import is_check
from scalinglab.exercises.check_result import MARK

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LONGEST = 400
_CELLS_FIRST = re.compile(rb'\s*\{\s*"cells"\s*:\s*(?=\[)')
#: So many bytes hold the cells of a chapter that was run twice over.
_BEGINNING = 2**18


def marks_in(cells: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What the cell of each check shows, by its name: the mark, or an error as ``diagnosis`` and ``message``."""
    return {cell["metadata"]["nbgrader"]["grade_id"]: _mark(cell) for cell in cells if is_check(cell)}


def json_cells(notebook: Path) -> list[dict[str, Any]]:
    """The cells of a notebook that nbgrader wrote, as its JSON has them.

    They stand first in the file; the state of widgets, which is most of it, comes behind and is not read.
    """
    with notebook.open("rb") as file:
        beginning = file.read(_BEGINNING)
        first = _CELLS_FIRST.match(beginning)
        if first:
            with contextlib.suppress(ValueError):  # they are longer than that
                text = beginning[first.end() :].decode("utf-8", "ignore")  # the last letter may be cut in two
                return json.JSONDecoder().raw_decode(text)[0]
        return json.loads(beginning + file.read())["cells"]


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
        if output["output_type"] == "error":
            ename = str(output["ename"])
            words = _COLOUR.sub("", str(output["evalue"])).strip().splitlines()
            sentence = f"{ename}: {words[0][:_LONGEST]}" if words else ename
            return {"error": True, "diagnosis": ename, "message": sentence}
        if MARK in output.get("data", {}):
            return dict(output["data"][MARK])
    return {}
