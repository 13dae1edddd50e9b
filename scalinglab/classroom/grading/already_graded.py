"""What was handed in, and what of it was graded already or could not be: a second run changes nothing of that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from scalinglab._files import write_atomically
from scalinglab.classroom.nbgrader.class_folder import assignments_in, notebook_of, submitted_in

#: How version 0.1.0 told that a kernel died, without a second try.
_TRIED_ONCE = "the kernel died while the notebook ran: its code ended it, or memory ran out"


#: What operating systems and editors leave in a folder.
_CLUTTER = {"__pycache__", "__MACOSX", "Thumbs.db", "desktop.ini", "Icon\r"}
_LEFTOVERS = ("~", ".bak", ".swp", ".tmp", ".pyc", ".orig")
#: How pages of feedback are made; one more when that changes, and all are written again.
_PAGES = 1


@dataclass(frozen=True)
class HandedIn:
    """One submission: whose, of what, and the hash of its files and of the source that they belong to.

    ``digest_of_all`` is the hash by which version 0.1.0 knew it.
    """

    assignment: str
    student: str
    digest: str
    digest_of_all: str = ""

    def notebook(self, class_folder: Path, step: str) -> Path:
        """Where its notebook lies after a step of nbgrader's: ``submitted``, ``autograded``."""
        return notebook_of(class_folder, step, self.assignment, self.student)


def handed_in(class_folder: Path) -> list[HandedIn]:
    """All submissions of a class, by assignment and student."""
    found = []
    for assignment in assignments_in(class_folder):
        sources = digests(class_folder / "source" / assignment)
        for student in submitted_in(class_folder, assignment):
            folder = class_folder / "submitted" / student / assignment
            found.append(HandedIn(assignment, student, *digests(folder, *sources)))
    return found


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
        self._results: dict[str, list[str]] = {}
        if self.path.is_file():
            self.data |= _parsed(self.path)

    def problem(self, work: HandedIn) -> str | None:
        """Why this very submission could not be graded; empty if it was graded, None if it is still to be graded."""
        known = self._known(work)
        problem = known.get("problem") if known.get("digest") in (work.digest, work.digest_of_all) else None
        lost = problem == "" and not work.notebook(self._class_folder, "autograded").is_file()  # a run was cut off
        return None if lost or problem == _TRIED_ONCE else problem

    def keep(self, work: HandedIn, problem: str, found: Mapping[str, Any]) -> None:
        """Note how grading a submission ended.

        Parameters
        ----------
        work
        problem
            Why it could not be graded; empty if it was.
        found
            What the step ``grade`` of nbgrader's worker answered.
        """
        known = self._known(work)
        if not problem:
            state, answers = found["state"], found["answers"]
            known["seen"] = {name: [answers.get(name, ""), cell["auto"]] for name, cell in state["cells"].items()}
            known["gone"] = known.get("gone", {}) | found["gone"]
            known["told"] = "" if found["problem"] else fingerprint(state)
        self._set(work, known | {"digest": work.digest, "problem": problem})
        self._write()

    def reopen(self, works: Iterable[HandedIn]) -> None:
        """Let submissions be graded again; what is known about their answers and points by hand stays."""
        known = [work for work in works if self._known(work)]
        for work in known:
            self._set(work, self._known(work) | {"digest": ""})
        if known:
            self._write()

    def seen(self, work: HandedIn) -> dict[str, Any]:
        """Of each graded cell, the answer (as a hash) and the points of its check, when it was graded the last time."""
        return self._known(work).get("seen", {})

    def gone(self, work: HandedIn) -> dict[str, float]:
        """Points by hand that gave way to a check that gives more for a later answer, by cell."""
        return self._known(work).get("gone", {})

    def has_told(self, work: HandedIn, state: Mapping[str, Any]) -> bool:
        """Whether the feedback that lies there tells what the gradebook holds."""
        return self._known(work).get("told") == fingerprint(state)

    def keep_told(self, work: HandedIn, state: Mapping[str, Any]) -> None:
        """Note that the feedback tells what the gradebook holds."""
        self._set(work, self._known(work) | {"told": fingerprint(state)})
        self._write()

    def _known(self, work: HandedIn) -> dict[str, Any]:
        return dict(self.data["submissions"].get(work.assignment, {}).get(work.student, {}))

    def _set(self, work: HandedIn, known: Mapping[str, Any]) -> None:
        self.data["submissions"].setdefault(work.assignment, {})[work.student] = dict(known)

    def knows_solution(self, assignment: str, digest: str) -> bool:
        """Whether the solution got full marks with this source in this environment."""
        known = self.data["references"].get(assignment, {})
        return known.get("digest") == digest and "modules" in known

    def keep_solution(self, assignment: str, digest: str, questions: Any, modules: Sequence[str]) -> None:
        """Note that the solution got full marks, what it answers to the questions by key, and what it imports."""
        self.data["references"][assignment] = {"digest": digest, "questions": questions, "modules": list(modules)}
        self._write()

    def keep_results(self, assignment: str, file: Path) -> None:
        """Note where the results lie that the solution computed in this run, if any: see ``scalinglab._prepared``."""
        if file.is_file():
            self._results[assignment] = [str(file), hashlib.sha256(file.read_bytes()).hexdigest()]
            self.data["references"][assignment]["results"] = True
            self._write()

    def lacks_results(self, assignment: str) -> bool:
        """Whether a solution that was run has results that this run has not got."""
        return self.data["references"].get(assignment, {}).get("results", False) and assignment not in self._results

    def start(self, assignment: str) -> dict[str, list[str]]:
        """What kernels start with: ``modules`` that the solution imports, and ``results``, a file and its SHA-256."""
        modules = self.data["references"].get(assignment, {}).get("modules") or []
        return {"modules": modules, "results": self._results.get(assignment, [])}

    def questions(self, assignment: str) -> dict[str, Any]:
        """What the solution answered to the questions of its chapter, by key; empty if it was not run."""
        return self.data["references"].get(assignment, {}).get("questions") or {}

    def _write(self) -> None:
        self.path.parent.mkdir(exist_ok=True)
        text = json.dumps(self.data, indent=1, ensure_ascii=False, sort_keys=True)
        write_atomically(self.path, f"{text}\n".encode())


def _parsed(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise ValueError(f"{path} is damaged ({problem}): without it, `scalinglab grade` grades all anew") from problem
    return found


def fingerprint(state: Mapping[str, Any]) -> str:
    """A hash of all that a page of feedback tells of the gradebook."""
    points = {name: [cell["auto"], cell["hand"], cell["extra"]] for name, cell in state["cells"].items()}
    told = [_PAGES, points, state["comments"], state["penalty"]]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def digest(folder: Path, *also: str) -> str:
    """A hash of the files of a folder that may change what its notebook computes, and of some texts."""
    return digests(folder, "".join(also))[0]


def digests(folder: Path, also: str = "", also_of_all: str = "") -> tuple[str, str]:
    """A hash of the files of a folder that may change what its notebook computes, and of a text; and one of all files.

    The second one is that of version 0.1.0, with a text of its own.
    """
    found, of_all = hashlib.sha256(), hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        inside = file.relative_to(folder)
        line = f"{inside.as_posix()}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode()
        of_all.update(line)
        if not _is_stray(inside, folder.name):
            found.update(line)
    found.update(also.encode())
    of_all.update(also_of_all.encode())
    return found.hexdigest(), of_all.hexdigest()


def _is_stray(file: PurePath, assignment: str) -> bool:
    """Whether a file changes nothing: what systems and editors leave behind, journals, and notebooks beside the one."""
    name = file.name.lower()
    return (
        any(part.startswith((".", "~$")) or part in _CLUTTER for part in file.parts)
        or name.endswith(_LEFTOVERS)
        or (name.startswith("predictions") and name.endswith(".json"))
        or (name.endswith(".ipynb") and file.as_posix() != f"{assignment}.ipynb")
    )
