"""What the graded notebooks of a class say, each read once: the marks of its checks, and the forms of its answers.

A term has thousands of notebooks and journals, so what was read is kept in ``grades/notebooks.json``, beside the size
and the time of the file that it was read from. Without it everything is read again.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any

from scalinglab._files import write_atomically
from scalinglab.classroom.alike.answers import Assignment
from scalinglab.classroom.alike.groups import Compared, compare
from scalinglab.classroom.alike.normal_form import Form
from scalinglab.classroom.grading.already_graded import HandedIn
from scalinglab.classroom.grading.graded_notebooks import json_cells, marks_in
from scalinglab.classroom.results import Part
from scalinglab.exercises.bank import find

#: What is read, and how; one more when that changes, and all is read again.
_VERSION = 1
KEPT = "notebooks.json"


class ReadNotebooks:
    """The graded notebooks of a class.

    Parameters
    ----------
    class_folder : Path
    sources : mapping of str to dict
        The source of each assignment, as nbformat 4 has it.
    parts : mapping of str to mapping of str to Part
        What each graded cell of an assignment stands for.
    """

    def __init__(
        self, class_folder: Path, sources: Mapping[str, Mapping[str, Any]], parts: Mapping[str, Mapping[str, Part]]
    ) -> None:
        self._class_folder, self._parts = class_folder, parts
        self._given = {
            name: Assignment(one["cells"], _functions(parts[name], class_folder / "source" / name))
            for name, one in sources.items()
        }
        self._file = class_folder / "grades" / KEPT
        self._kept = self._load()
        self._is_new = False
        self._forms: dict[tuple[str, str], dict[str, Form]] = defaultdict(dict)

    def marks(self, work: HandedIn) -> dict[str, dict[str, Any]]:
        """What the checks of a graded submission show, by the names of their cells; nothing if it has no notebook.

        Raises
        ------
        ValueError
            If the notebook is damaged.
        """
        file = work.notebook(self._class_folder, "autograded")
        if not file.is_file():
            return {}
        kept = self._kept[work.assignment]["submissions"]
        known = _stamp(file)
        if kept.get(work.student, {}).get("file") != known:
            kept[work.student] = {"file": known, **self._read(file, work.assignment)}
            self._is_new = True
        for name, form in kept[work.student]["answers"].items():
            self._forms[work.assignment, name][work.student] = Form(*form)
        return kept[work.student]["marks"]

    def journal(self, work: HandedIn, file: Path, told: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
        """What a journal tells of a submission, read by ``told`` if it is new: plain data, as JSON has it.

        One that tells nothing, such as a stray file, is read each time and leaves no trace.
        """
        kept = self._kept[work.assignment].setdefault("journals", {})
        if kept.get(work.student, {}).get("file") == _stamp(file):
            return kept[work.student]["told"]
        new = told(file)
        self._is_new |= kept.pop(work.student, None) is not None
        if any(new.values()):
            kept[work.student] = {"file": _stamp(file), "told": new}
            self._is_new = True
        return new

    def _read(self, file: Path, assignment: str) -> dict[str, Any]:
        try:
            cells = json_cells(file)
        except (ValueError, KeyError, TypeError) as problem:
            raise ValueError(f"{file} is damaged: remove it, and `scalinglab grade` grades it anew") from problem
        forms = self._given[assignment].answers_in(cells)
        return {"marks": marks_in(cells), "answers": {name: list(astuple(form)) for name, form in forms.items()}}

    def compared(self) -> tuple[Compared, ...]:
        """The answers to each part, compared with one another."""
        found = []
        for assignment, given in self._given.items():
            words = given.in_words
            for cell, part in self._parts[assignment].items():
                forms = self._forms.get((assignment, cell), {})
                if forms:
                    published = given.published.get(cell)
                    found.append(compare(assignment, part.key, forms, published=published, text=cell in words))
        return tuple(found)

    def keep(self) -> None:
        """Write what was read, if anything of it is new."""
        if self._is_new:
            self._file.parent.mkdir(exist_ok=True)
            text = json.dumps(self._kept, ensure_ascii=False, sort_keys=True)
            write_atomically(self._file, f"{text}\n".encode("utf-8", "backslashreplace"))
            self._is_new = False

    def _load(self) -> dict[str, dict[str, Any]]:
        """What was read before, of the assignments whose sources are still the same."""
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = None
        found = {}
        for name, given in self._given.items():
            text = json.dumps([_VERSION, [dict(cell) for cell in given.cells], dict(given.names)], sort_keys=True)
            empty = {"source": hashlib.sha256(text.encode()).hexdigest()[:16], "submissions": {}}
            old = kept.get(name) if isinstance(kept, dict) else None
            found[name] = old if isinstance(old, dict) and old.get("source") == empty["source"] else empty
        return found


def _stamp(file: Path) -> list[int]:
    """What changes when a file does: its size, and the time of the change."""
    known = file.stat()
    return [known.st_size, known.st_mtime_ns]


def _functions(parts: Mapping[str, Part], home: Path) -> dict[str, str]:
    """The function that an exercise asks for, by the cell of its check; a cell that checks none of them has none."""
    return {cell: find(part.key, beside=home).name for cell, part in parts.items() if part.key != cell}
