"""Which assignment of a class a file belongs to: told by its cells, by its name, or by elimination."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scalinglab.exercises.exercise import is_own_key
from scalinglab.exercises.journal import FILE_NAME, Journal, JournalError

#: What LMSs and browsers put before the suffix of a second upload or download: ``-1`` and `` (1)``.
_AGAIN = re.compile(r"(?:-(\d{1,3})|\s*\((\d{1,3})\))$")
_SUFFIX = re.compile(r"\.ipynb(?:\.(?:json|txt))?$|\.json(?:\.txt)?$|\.[A-Za-z0-9]{1,5}$", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """What a file is: a notebook or a journal, or the reason why it is neither, as the end of a sentence."""

    notebook: bool = False
    journal: bool = False
    #: Came with the assignment; grading takes the class's own copy.
    given: bool = False
    reason: str = ""
    #: Of a file that is called a journal: why it cannot be read.
    damaged: str = ""
    #: The ``grade_id`` of every cell of a notebook that can be read.
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Assignments:
    """The assignments of a class, each with the ids that nbgrader gave to its cells."""

    ids: Mapping[str, frozenset[str]]

    def by_cells(self, ids: Iterable[str]) -> str:
        """The assignment that has most of these ids; "" if none has any, or two have equally many."""
        counts = Counter({name: len(own.intersection(ids)) for name, own in self.ids.items()}).most_common(2)
        clear = counts and counts[0][1] > 0 and (len(counts) == 1 or counts[0][1] > counts[1][1])
        return counts[0][0] if clear else ""

    def by_name(self, text: str) -> str:
        """The assignment that a name contains, whatever its case and separators; the longest if several; "" if none."""
        words = f"_{_words(text)}_"
        found = sorted((name for name in self.ids if f"_{_words(name)}_" in words), key=len)
        return found[-1] if found else ""

    def is_name(self, text: str) -> bool:
        """Whether a text is the name of an assignment and nothing else."""
        return any(_words(text) == _words(name) for name in self.ids)

    @property
    def only(self) -> str:
        """The assignment, if there is but one; else ""."""
        return next(iter(self.ids)) if len(self.ids) == 1 else ""


def read_assignments(class_folder: Path) -> Assignments:
    """The assignments below ``source/``.

    Raises
    ------
    FileNotFoundError
        If the folder is no class.
    ValueError
        If a notebook of it cannot be read.
    """
    if not class_folder.is_dir():
        raise FileNotFoundError(
            f"class must be a folder that `scalinglab assign` made, and there is no folder {class_folder}"
        )
    found: dict[str, frozenset[str]] = {}
    for notebook in sorted(class_folder.glob("source/*/*.ipynb")):
        own = notebook.with_name(f"{notebook.parent.name}.ipynb")
        if notebook.parent.name.startswith(".") or (notebook != own and own.is_file()):  # a stray beside it
            continue
        try:
            ids = _ids(json.loads(notebook.read_bytes()))
        except (ValueError, RecursionError) as problem:
            raise ValueError(f"class must hold whole notebooks, and {notebook} is damaged") from problem
        found[notebook.parent.name] = found.get(notebook.parent.name, frozenset()) | ids
    if not found:
        raise FileNotFoundError(
            f"class must be a folder that `scalinglab assign` made, and {class_folder} has no source/"
        )
    return Assignments(found)


def kind_of(name: str, content: bytes | None) -> Kind:
    """Tell what a file is by its name and its content.

    What is called a notebook is one, whatever is in it: grading can say what is wrong with it. JSON of another name is
    a notebook if it has cells, and a journal if ``Journal.peek`` reads it, or if it is called ``predictions``.
    """
    lower = name.lower()
    if re.search(r"\.ipynb(\.json|\.txt)?$", lower):
        return Kind(notebook=True, ids=_ids(_parsed(content)))
    if not re.search(r"\.json(\.txt)?$", lower) or content is None:
        return Kind(reason="is no notebook")
    data = _parsed(content)
    if isinstance(data, dict) and isinstance(data.get("cells"), list):
        return Kind(notebook=True, ids=_ids(data))
    if isinstance(data, dict) and is_own_key(data.get("key")):
        return Kind(given=True)
    with TemporaryDirectory() as folder:
        copy = Path(folder) / FILE_NAME
        copy.write_bytes(content)
        try:
            Journal(copy).peek()
        except JournalError as problem:
            called = "predictions" in lower and "is not a journal" not in str(problem)
            reason = f"is neither a notebook nor a journal: {problem}".rstrip(".")
            return Kind(journal=called, damaged=reason) if called else Kind(reason=reason)
    return Kind(journal=True)


def number_of(name: str) -> int:
    """Which upload of a file it is: 2 for ``05_random_features-2.ipynb`` and ``05_random_features (2).ipynb``."""
    again = _AGAIN.search(_SUFFIX.sub("", name))
    return int(again[1] or again[2]) if again else 0


def plain_stem(name: str) -> str:
    """A file's name without suffix and without the number of a second upload."""
    return _AGAIN.sub("", _SUFFIX.sub("", name))


def _words(text: str) -> str:
    return re.sub(r"[\W_]+", "_", text.casefold()).strip("_")


def _parsed(content: bytes | None) -> Any:
    try:
        return json.loads(content or b"")
    except (ValueError, RecursionError):
        return None


def _ids(notebook: Any) -> frozenset[str]:
    """The ids of nbgrader's cells; nothing is taken for granted about their form."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    found = set()
    for cell in cells if isinstance(cells, list) else []:
        step: Any = cell
        for key in ("metadata", "nbgrader", "grade_id"):
            step = step.get(key) if isinstance(step, dict) else None
        if isinstance(step, str):
            found.add(step)
    return frozenset(found)
