"""What is done to a submission before it is run: cells that the student deleted come back.

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

_NAME = re.compile(r"^student\s*=", re.MULTILINE)


class RestoreCells(NbGraderPreprocessor):
    """Put back what the checks of a submission need: the first cell of code, and a place for each exercise.

    The place is an empty cell, not the stub: a student who deleted the stub may have written the function elsewhere.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Change one notebook; the release version beside the submissions says what belongs in it."""
        name = resources["nbgrader"]["notebook"]
        release = nbformat.read(Path("release", resources["nbgrader"]["assignment"], f"{name}.ipynb"), as_version=4)
        for cell in nb.cells:
            if not cell.metadata.get("nbgrader", True):  # a copy that was told apart; nbgrader takes it for damaged
                del cell.metadata["nbgrader"]
        if not any(cell.cell_type == "code" and _NAME.search(cell.source) for cell in nb.cells):
            nb.cells.insert(0, next(cell for cell in release.cells if cell.cell_type == "code"))
        for stub, check in _exercises(release):
            ids = [_grade_id(cell) for cell in nb.cells]
            if _grade_id(stub) not in ids:
                stub.source = "# This cell was deleted."
                nb.cells.insert(ids.index(_grade_id(check)) if _grade_id(check) in ids else len(ids), stub)
            ids = [_grade_id(cell) for cell in nb.cells]
            if _grade_id(check) not in ids:
                nb.cells.insert(ids.index(_grade_id(stub)) + 1, check)
        return nb, resources


def _exercises(release: Any) -> list[tuple[Any, Any]]:
    """The cells of each exercise: where the answer is written, and the check, whose id is longer by a word."""
    cells = {_grade_id(cell): cell for cell in release.cells}
    return [(cell, cells[f"{key}-check"]) for key, cell in cells.items() if f"{key}-check" in cells]


def _grade_id(cell: Any) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


#: nbgrader's steps, and ours before the one that overwrites locked cells.
SANITIZE = [ClearOutput, DeduplicateIds, OverwriteKernelspec, RestoreCells, OverwriteCells, CheckCellMetadata]
