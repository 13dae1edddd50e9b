"""What the cell of a check shows, changed where nbgrader would read other points from it than the check meant.

nbgrader gives 0 to a cell with anything on stderr, be it the newline of a progress bar in another thread, and full
points to one that shows nothing, a negative number or nan. A check of the bank knows its own points; where a source
gives other ones, the same part of those counts.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable
from typing import Any

from scalinglab.exercises.check_result import MARK, of_points

#: The cell of a check of the bank, as ``building.build_source`` writes it.
_OURS = re.compile(r"^check\(.+\)\.mark\s*\Z", re.MULTILINE)
_SILENT = "the check showed nothing: something in this notebook keeps cells from showing what they return"


def is_check(cell: Any) -> bool:
    """Whether nbgrader reads points from what a cell shows; a cell of the student's that a person grades is none."""
    told = cell["metadata"].get("nbgrader", {})
    return cell["cell_type"] == "code" and bool(told.get("grade")) and not told.get("solution")


def settle(cell: Any) -> bool:
    """Change the outputs of a check's cell so that nbgrader reads the points that are meant; whether any changed.

    Parameters
    ----------
    cell
        A cell that was run, as nbformat 4 has it, with nbgrader's metadata. All others stay as they are.
    """
    if not is_check(cell):
        return False
    kept = [one for one in cell.outputs if not (one.output_type == "stream" and one.name == "stderr")]
    changed = len(kept) < len(cell.outputs)
    cell.outputs = kept
    if any(one.output_type == "error" for one in kept):
        return changed
    results = [one for one in kept if one.output_type == "execute_result"]
    if not _OURS.search(cell.source):
        return any([_at_least_nothing(one) for one in results[:1]]) or changed
    marks = [one for one in results if MARK in one.data]
    if not marks:
        cell.outputs = [*(one for one in kept if one not in results), _error("no result", _SILENT)]
        return True
    others = [one for one in results if one is not marks[-1]]
    cell.outputs = [one for one in kept if not any(one is other for other in others)]
    return _scale(marks[-1], float(cell.metadata["nbgrader"]["points"])) or bool(others) or changed


def answers_in(cells: Iterable[Any]) -> dict[str, str]:
    """What each graded cell judges, as a hash by the cell's name.

    A check judges the code between the graded cell before and itself, a cell that a person grades its own text, and a
    task the whole notebook.
    """
    cells = list(cells)
    found, since = {}, []
    for cell in cells:
        told = cell.metadata.get("nbgrader", {})
        own = bool(told.get("solution"))
        if told.get("task"):
            found[told["grade_id"]] = _hash(one.source for one in cells)
        elif told.get("grade"):
            found[told["grade_id"]] = _hash([*since, cell.source] if own else since)
            since = []
        elif cell.cell_type == "code" and cell.source.strip():
            since.append(cell.source.strip())
    return found


def _hash(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _at_least_nothing(output: Any) -> bool:
    """Show 0 in the place of a number below it, and of nan."""
    try:
        number = float("".join(output.data.get("text/plain", "")))
    except ValueError:
        return False
    wrong = number < 0 or math.isnan(number)
    if wrong:
        output.data["text/plain"] = "0.0"
    return wrong


def _scale(output: Any, worth: float) -> bool:
    """Show the points of a mark as a part of what its cell is worth."""
    mark = output.data[MARK]
    points, most = float(mark["points"]), float(mark["max_points"])
    own = worth * points / most
    wanted = {"text/plain": repr(own), MARK: mark | {"points": own, "max_points": worth}}
    if worth == most and output.data["text/plain"] == wanted["text/plain"]:
        return False
    box = "".join(output.data.get("text/html", ""))
    wanted["text/html"] = box.replace(of_points(points, most), of_points(own, worth))
    output.data.update(wanted)
    return True


def _error(name: str, words: str) -> Any:
    from nbformat.v4 import new_output

    return new_output("error", ename=name, evalue=words, traceback=[f"{name}: {words}"])
