"""What was graded already: a file that makes a second run change nothing, and that keeps why a submission failed."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from scalinglab._files import write_atomically

__all__ = ["Records", "digest", "environment"]


class Records:
    """The file ``grades/graded.json`` of a course; every change is written at once.

    Parameters
    ----------
    course : Path
    """

    def __init__(self, course: Path) -> None:
        self.path = course / "grades" / "graded.json"
        self.data: dict[str, Any] = {"references": {}, "submissions": {}}
        if self.path.is_file():
            self.data |= json.loads(self.path.read_text(encoding="utf-8"))

    def problem(self, assignment: str, student: str, digest: str) -> str | None:
        """Why this very submission could not be graded; empty if it was graded, None if it was not looked at yet."""
        known = self.data["submissions"].get(assignment, {}).get(student, {})
        return known.get("problem") if known.get("digest") == digest else None

    def keep(self, assignment: str, student: str, digest: str, problem: str) -> None:
        """Note how grading a submission ended."""
        self.data["submissions"].setdefault(assignment, {})[student] = {"digest": digest, "problem": problem}
        self._write()

    def questions(self, assignment: str, digest: str) -> dict[str, Any] | None:
        """The answers of a reference that got full marks with this source in this environment; None if none did."""
        known = self.data["references"].get(assignment, {})
        return known.get("questions") if known.get("digest") == digest else None

    def keep_reference(self, assignment: str, digest: str, questions: Any) -> None:
        """Note that the reference got full marks."""
        self.data["references"][assignment] = {"digest": digest, "questions": questions}
        self._write()

    def _write(self) -> None:
        self.path.parent.mkdir(exist_ok=True)
        text = json.dumps(self.data, indent=1, ensure_ascii=False, sort_keys=True)
        write_atomically(self.path, f"{text}\n".encode())


def digest(folder: Path, *also: str) -> str:
    """A hash of all files of a folder, their names included, and of some texts."""
    found = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        found.update(f"{file.relative_to(folder).as_posix()}\0{content}\n".encode())
    for text in also:
        found.update(text.encode())
    return found.hexdigest()


def environment() -> str:
    """The packages of this environment and their versions."""
    return "\n".join(sorted(f"{each.name}=={each.version}" for each in distributions()))
