"""What was handed in, and what of it was graded already or could not be: a second run changes nothing of that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalinglab._files import write_atomically
from scalinglab.classroom.nbgrader.class_folder import assignments_in, notebook_of, submitted_in

#: How version 0.2.0 and before told that a kernel died, without a second try.
_TRIED_ONCE = "the kernel died while the notebook ran: its code ended it, or memory ran out"


@dataclass(frozen=True)
class HandedIn:
    """One submission: whose, of what, and the hash of its files and of the source that they belong to."""

    assignment: str
    student: str
    digest: str

    def notebook(self, class_folder: Path, step: str) -> Path:
        """Where its notebook lies after a step of nbgrader's: ``submitted``, ``autograded``."""
        return notebook_of(class_folder, step, self.assignment, self.student)


def handed_in(class_folder: Path) -> list[HandedIn]:
    """All submissions of a class, by assignment and student."""
    return [
        HandedIn(assignment, student, digest(class_folder / "submitted" / student / assignment, source))
        for assignment in assignments_in(class_folder)
        for source in [digest(class_folder / "source" / assignment)]
        for student in submitted_in(class_folder, assignment)
    ]


class Records:
    """The file ``grades/graded.json`` of a class; every change is written at once.

    Parameters
    ----------
    class_folder : Path
    """

    def __init__(self, class_folder: Path) -> None:
        self._class_folder = class_folder
        self.path = class_folder / "grades" / "graded.json"
        self.data: dict[str, Any] = {"references": {}, "submissions": {}}
        if self.path.is_file():
            self.data |= json.loads(self.path.read_text(encoding="utf-8"))

    def problem(self, work: HandedIn) -> str | None:
        """Why this very submission could not be graded; empty if it was graded, None if it is still to be graded."""
        known = self.data["submissions"].get(work.assignment, {}).get(work.student, {})
        problem = known.get("problem") if known.get("digest") == work.digest else None
        lost = problem == "" and not work.notebook(self._class_folder, "autograded").is_file()  # a run was cut off
        return None if lost or problem == _TRIED_ONCE else problem

    def keep(self, work: HandedIn, problem: str) -> None:
        """Note how grading a submission ended."""
        known = {"digest": work.digest, "problem": problem}
        self.data["submissions"].setdefault(work.assignment, {})[work.student] = known
        self._write()

    def forget(self, works: Iterable[HandedIn]) -> None:
        """Let submissions be graded again."""
        for work in works:
            self.data["submissions"].get(work.assignment, {}).pop(work.student, None)
        self._write()

    def knows_solution(self, assignment: str, digest: str) -> bool:
        """Whether the solution got full marks with this source in this environment."""
        return self.data["references"].get(assignment, {}).get("digest") == digest

    def keep_solution(self, assignment: str, digest: str, questions: Any) -> None:
        """Note that the solution got full marks, and what it answers to the questions of its chapter, by key."""
        self.data["references"][assignment] = {"digest": digest, "questions": questions}
        self._write()

    def questions(self, assignment: str) -> dict[str, Any]:
        """What the solution answered to the questions of its chapter, by key; empty if it was not run."""
        return self.data["references"].get(assignment, {}).get("questions") or {}

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
