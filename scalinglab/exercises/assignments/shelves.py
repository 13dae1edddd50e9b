"""The versions of what was handed in: the current one in ``submitted/``, those that it replaced in ``replaced/``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from scalinglab._files import write_atomically

__all__ = ["Shelves"]


@dataclass
class _Shelf:
    """One file of a submission, as it will be after ``write``."""

    current: bytes | None = None
    #: Where each version that was replaced is kept, by its hash.
    older: dict[str, Path] = field(default_factory=dict)


class Shelves:
    """The files of all submissions of a course, read when asked for; only ``write`` changes anything on disk.

    Parameters
    ----------
    course : Path
    """

    def __init__(self, course: Path) -> None:
        self._course = course
        self._shelves: dict[tuple[str, str, str], _Shelf] = {}
        self._older: dict[Path, bytes] = {}
        self._current: dict[Path, bytes] = {}

    def put(self, student: str, assignment: str, name: str, versions: Sequence[bytes]) -> str | None:
        """Put the last version in its place, and keep the earlier ones and the one that was there aside.

        What was replaced once does not come back, so that an older download changes nothing; unless the versions
        themselves show that it was handed in again after the current one.

        Returns
        -------
        str or None
            The folder below the course that keeps the version that was there, "" if there was none; None if the last
            version was there already, or is one that was replaced.
        """
        key = (student, assignment, name)
        shelf, last = self._shelf(*key), versions[-1]
        same = shelf.current == last
        earlier = [one for one in versions if one != last]
        outdated = not same and shelf.current not in (None, *earlier) and _hash(last) in shelf.older
        news = not same and not outdated
        kept = self._set_aside(*key, shelf.current) if news and shelf.current is not None else ""
        if news:
            shelf.current = last
            self._current[self._course / "submitted" / student / assignment / name] = last
        for one in earlier:
            if one != shelf.current:
                self._set_aside(*key, one)
        return kept if news else None

    def assignments_of(self, student: str) -> set[str]:
        """The folders in which a student has a notebook, or will have one."""
        there = {path.parent.name for path in (self._course / "submitted" / student).glob("*/*.ipynb")}
        return there | {assignment for who, assignment, _ in self._shelves if who == student}

    def write(self) -> None:
        """Write the older versions, then the current ones; each file is whole or as it was."""
        for path, content in (self._older | self._current).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)

    def _shelf(self, student: str, assignment: str, name: str) -> _Shelf:
        key = (student, assignment, name)
        if key not in self._shelves:
            path = self._course / "submitted" / student / assignment / name
            older = {_hash(one.read_bytes()): one for one in self._root(student, assignment).glob(f"*/{name}")}
            self._shelves[key] = _Shelf(path.read_bytes() if path.is_file() else None, older)
        return self._shelves[key]

    def _root(self, student: str, assignment: str) -> Path:
        return self._course / "replaced" / student / assignment

    def _set_aside(self, student: str, assignment: str, name: str, content: bytes) -> str:
        """Keep an older version, once, in the first numbered folder that has room; return that folder."""
        shelf, digest = self._shelf(student, assignment, name), _hash(content)
        if digest not in shelf.older:
            numbered = (self._root(student, assignment) / str(number) / name for number in count(1))
            place = next(path for path in numbered if path not in self._older and not path.exists())
            self._older[place] = content
            shelf.older[digest] = place
        return shelf.older[digest].parent.relative_to(self._course).as_posix()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
