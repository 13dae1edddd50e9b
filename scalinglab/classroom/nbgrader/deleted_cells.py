"""What is done to a submission before it is run: cells that the student deleted, merged or made text come back.

nbgrader can restore the cell of a check (``OverwriteCells.add_missing_cells``), but gives up on a notebook from which
the cell before it is gone too, and knows nothing of the first cell. Only ``nbgrader_config.py`` imports this.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
)

from scalinglab.classroom.nbgrader.check_outputs import is_check

_NAME = re.compile(r"^student\s*=", re.MULTILINE)


class RestoreCells(NbGraderPreprocessor):
    """Put back what the checks of a submission need: the first cell of code, and a place for each exercise.

    The place is an empty cell, not the stub: a student who deleted the stub may have written the function elsewhere.
    Cells that became text are code again, and what a student wrote into the cell of a check stands before it.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Change one notebook; the release version beside the submissions says what belongs in it."""
        name = resources["nbgrader"]["notebook"]
        release = nbformat.read(Path("release", resources["nbgrader"]["assignment"], f"{name}.ipynb"), as_version=4)
        for cell in nb.cells:
            if not cell.metadata.get("nbgrader", True):  # a copy that was told apart; nbgrader takes it for damaged
                del cell.metadata["nbgrader"]
        _turn_back(nb, release)
        if not any(cell.cell_type == "code" and _NAME.search(cell.source) for cell in nb.cells):
            nb.cells.insert(0, next(cell for cell in release.cells if cell.cell_type == "code"))
        pairs = _exercises(release)
        _take_out_answers(nb, release, {_grade_id(check): stub for stub, check in pairs})
        ids = [_grade_id(cell) for cell in nb.cells]
        for stub, check in pairs:
            if _grade_id(stub) not in ids:
                stub.source = "# This cell was deleted."
                _insert(nb, ids, ids.index(_grade_id(check)) if _grade_id(check) in ids else len(ids), stub)
            if _grade_id(check) not in ids:
                _insert(nb, ids, ids.index(_grade_id(stub)) + 1, check)
        _put_back_graded(nb, release)
        return nb, resources


def _insert(nb: Any, ids: list[str], place: int, cell: Any) -> None:
    """Put a cell in its place, and its id into the list of all ids."""
    nb.cells.insert(place, cell)
    ids.insert(place, _grade_id(cell))


def _turn_back(nb: Any, release: Any) -> None:
    """Make code again of cells that became text, and text of those that became code: nbgrader fails at them."""
    kinds = {_grade_id(cell): cell.cell_type for cell in release.cells if _grade_id(cell)}
    code = {cell.source.strip() for cell in release.cells if cell.cell_type == "code"}
    named = any(cell.cell_type == "code" and _NAME.search(cell.source) for cell in nb.cells)
    for cell in nb.cells:
        wanted = kinds.get(_grade_id(cell), cell.cell_type)
        if cell.cell_type != "code" and (cell.source.strip() in code or (not named and _NAME.search(cell.source))):
            wanted = "code"
        if wanted == "code" != cell.cell_type:
            cell.pop("attachments", None)
            cell.update(cell_type="code", outputs=[], execution_count=None)
        elif wanted != cell.cell_type:
            for key in ("outputs", "execution_count"):
                cell.pop(key, None)
            cell.cell_type = wanted


def _take_out_answers(nb: Any, release: Any, stubs: dict[str, Any]) -> None:
    """Put what a student wrote into the cell of a check, or merged with it, into a cell before: nbgrader drops it."""
    checks = {_grade_id(cell): cell for cell in release.cells if is_check(cell)}
    there = {_grade_id(cell) for cell in nb.cells}
    cells = []
    for cell in nb.cells:
        check = checks.get(_grade_id(cell))
        own = _beside(cell.source, check.source) if check else ""
        if own:
            stub = stubs.get(_grade_id(cell))
            told = stub.metadata if stub and _grade_id(stub) not in there else {}
            cells.append(nbformat.v4.new_code_cell(own, metadata=told))
            there.add(_grade_id(cells[-1]))
        cells.append(cell)
    nb.cells = cells


def _beside(source: str, original: str) -> str:
    """The lines of a cell that its original does not have; empty if there are none but blank ones."""
    known = {line.strip() for line in original.splitlines()}
    lines = source.splitlines() if source.strip() != original.strip() else []
    kept = [line for line in lines if not line.strip() or line.strip() not in known]
    return "\n".join(kept).strip("\n") if any(line.strip() for line in kept) else ""


def _put_back_graded(nb: Any, release: Any) -> None:
    """Put back the instructor's own graded cells, each behind what was released before it."""
    before, ids = "", [_grade_id(one) for one in nb.cells]
    for cell in release.cells:
        name, told = _grade_id(cell), cell.metadata.get("nbgrader", {})
        if name and name not in ids and (told.get("grade") or told.get("task")):
            _insert(nb, ids, ids.index(before) + 1 if before else len(ids), cell)
        before = name if name in ids and name else before


def _exercises(release: Any) -> list[tuple[Any, Any]]:
    """The cells of each exercise: where the answer is written, and the check, whose id is longer by a word."""
    cells = {_grade_id(cell): cell for cell in release.cells if _grade_id(cell)}
    return [(cell, cells[f"{key}-check"]) for key, cell in cells.items() if f"{key}-check" in cells]


def _grade_id(cell: Any) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


#: nbgrader's steps, and ours before the one that overwrites locked cells.
SANITIZE = [ClearOutput, DeduplicateIds, OverwriteKernelspec, RestoreCells, OverwriteCells, CheckCellMetadata]
