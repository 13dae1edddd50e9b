"""The versions of what was handed in: the current one in ``submitted/``, those that it replaced in ``replaced/``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from scalinglab._files import write_atomically

#: The file in which nbgrader looks for the time of a submission.
TIME_NAME = "timestamp.txt"


@dataclass
class _File:
    """One file of a submission, as it will be after ``write``."""

    current: bytes | None = None
    #: Where each version that was replaced is kept, by its hash.
    older: dict[str, Path] = field(default_factory=dict)


class Versions:
    """The files of all submissions of a class, read when asked for; only ``write`` changes anything on disk.

    Parameters
    ----------
    class_folder : Path
    """

    def __init__(self, class_folder: Path) -> None:
        self._class_folder = class_folder
        self._files: dict[tuple[str, str, str], _File] = {}
        self._older: dict[Path, bytes] = {}
        self._current: dict[Path, bytes] = {}
        self._times: dict[Path, bytes | None] = {}

    def put(self, student: str, assignment: str, name: str, versions: Sequence[bytes]) -> str | None:
        """Put the last version in its place, and keep the earlier ones and the one that was there aside.

        What was replaced once does not come back, so that an older download changes nothing; unless the versions
        themselves show that it was handed in again after the current one.

        Returns
        -------
        str or None
            The folder that keeps the version that was there, as a path from the class's folder; "" if there was none.
            None if the last version was there already, or is one that was replaced.
        """
        key = (student, assignment, name)
        file, last = self._file(*key), versions[-1]
        same = file.current == last
        earlier = [one for one in versions if one != last]
        outdated = not same and file.current not in (None, *earlier) and _hash(last) in file.older
        news = not same and not outdated
        kept = self._set_aside(*key, file.current) if news and file.current is not None else ""
        if news:
            file.current = last
            self._current[self._class_folder / "submitted" / student / assignment / name] = last
        for one in earlier:
            if one != file.current:
                self._set_aside(*key, one)
        return kept if news else None

    def set_time(self, student: str, assignment: str, time: bytes | None) -> None:
        """Say when the current notebook came, in the file where nbgrader looks for it; None if nobody knows.

        The time of a version before would make it late, or not.
        """
        path = self._class_folder / "submitted" / student / assignment / TIME_NAME
        if time is not None or path.is_file():
            self._times[path] = time

    def assignments_of(self, student: str) -> set[str]:
        """The folders in which a student has a notebook, or will have one."""
        there = {path.parent.name for path in (self._class_folder / "submitted" / student).glob("*/*.ipynb")}
        return there | {assignment for who, assignment, _ in self._files if who == student}

    def write(self) -> None:
        """Write the older versions, their times, then the current ones; each file is whole or as it was."""
        for path, content in {**self._older, **self._times, **self._current}.items():
            if content is None:
                path.unlink(missing_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)

    def _file(self, student: str, assignment: str, name: str) -> _File:
        key = (student, assignment, name)
        if key not in self._files:
            path = self._class_folder / "submitted" / student / assignment / name
            older = {_hash(one.read_bytes()): one for one in self._root(student, assignment).glob(f"*/{name}")}
            self._files[key] = _File(path.read_bytes() if path.is_file() else None, older)
        return self._files[key]

    def _root(self, student: str, assignment: str) -> Path:
        return self._class_folder / "replaced" / student / assignment

    def _set_aside(self, student: str, assignment: str, name: str, content: bytes) -> str:
        """Keep an older version, once, in the first numbered folder that has room; return that folder."""
        file, digest = self._file(student, assignment, name), _hash(content)
        if digest not in file.older:
            numbered = (self._root(student, assignment) / str(number) / name for number in count(1))
            place = next(path for path in numbered if path not in self._older and not path.exists())
            self._older[place] = content
            file.older[digest] = place
        return file.older[digest].parent.relative_to(self._class_folder).as_posix()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
