"""What nbgrader's gradebook holds of a class: what each cell is worth, and the points of every submission."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scalinglab.classroom.grading.already_graded import HandedIn, Records, handed_in
from scalinglab.classroom.nbgrader.class_folder import assignments_in, notebook_of, worth_in
from scalinglab.classroom.nbgrader.client import Team


@dataclass(frozen=True)
class Gradebook:
    """The gradebook as plain data.

    Parameters
    ----------
    worth
        What each graded cell of an assignment is worth, by its name.
    states
        What it holds of each submission, by assignment and student; see ``nbgrader.gradebook.states``.
    due
        When each assignment is due, in UTC as ISO 8601 has it; None if nobody says.
    changed
        A sentence for each penalty for lateness that is another one than when its submission was graded.
    """

    worth: Mapping[str, Mapping[str, float]]
    states: Mapping[str, Mapping[str, Mapping[str, Any]]]
    due: Mapping[str, str | None] = field(default_factory=dict)
    changed: tuple[str, ...] = ()

    @classmethod
    def read(cls, team: Team, class_folder: Path, records: Records) -> Gradebook:
        """Read it, after points of submissions that cannot be graded any more were taken back.

        Penalties for lateness are worked out anew, too: a due date may have been moved since.
        """
        failed = [(work.assignment, work.student) for work in handed_in(class_folder) if records.problem(work)]
        outcome = team.run("scores", class_folder, failed, True)
        if outcome.problem:
            raise RuntimeError(f"nbgrader's gradebook could not be read: {outcome.problem}\n{outcome.log}")
        found = outcome.value
        changed = tuple(
            f"{assignment}, {student}: lateness costs {now:g} points now, and cost {before:g} before"
            for assignment, student, before, now in found["changed"]
        )
        return cls(found["cells"], found["states"], found["due"], changed)

    def state(self, assignment: str, student: str) -> Mapping[str, Any]:
        """What it holds of one submission; empty if nothing."""
        return self.states.get(assignment, {}).get(student, {})


def release_changed(team: Team, class_folder: Path, works: Iterable[HandedIn]) -> Iterator[str]:
    """Let nbgrader release a source anew whose graded cells or points are not those of the gradebook.

    Yields
    ------
    str
        A sentence for each.

    Raises
    ------
    ValueError
        If nbgrader refuses: cells were added or taken away although there are graded submissions.
    """
    handed = {work.assignment for work in works}
    sources = {name: worth_in(source_of(class_folder, name)) for name in assignments_in(class_folder) if name in handed}
    if not sources:
        return
    outcome = team.run("scores", class_folder, [])
    known = outcome.value["cells"] if outcome.value else {}
    for name, worth in sources.items():
        if worth != known.get(name):
            released = team.run("release", class_folder, name)
            if released.problem:
                raise ValueError(
                    f"nothing was graded: the source of {name} gives points for other cells than those that were "
                    f"released, and nbgrader cannot release it anew ({released.problem})"
                )
            yield f"{name}: its source has changed, so nbgrader released it anew"


def source_of(class_folder: Path, assignment: str) -> dict[str, Any]:
    """The source of an assignment, as nbformat 4 has it."""
    return json.loads(notebook_of(class_folder, "source", assignment).read_text(encoding="utf-8"))
