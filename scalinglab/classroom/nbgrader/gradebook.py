"""nbgrader's gradebook, read and reviewed: the one place where points are. Only ``worker`` imports this.

A point that a person gave holds for the answer that the person saw. If a student hands in another one, nbgrader keeps
that point for good; ``review`` lets it give way to a check that gives more, and marks everything else for a person.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import select

from scalinglab.classroom.nbgrader.deadlines import seconds_late

State = dict[str, Any]
_name_of_assignment = cast("Any", Assignment).name


def trouble_with(address: str) -> str:
    """Why a gradebook cannot be read, before nbgrader makes a new one in its place; empty if it can.

    Parameters
    ----------
    address
        As nbgrader has it, ``"sqlite:////home/ada/class/gradebook.db"``; other databases than SQLite are not looked at.
    """
    kind, _, place = address.partition(":///")
    if kind != "sqlite":
        return ""
    if not Path(place).is_file():
        return f"there is no gradebook {place}: `scalinglab assign` and `scalinglab grade` make it"
    try:
        with contextlib.closing(sqlite3.connect(f"{Path(place).absolute().as_uri()}?mode=ro", uri=True)) as book:
            (sound,) = book.execute("PRAGMA quick_check(1)").fetchone()
            book.execute("SELECT count(*) FROM submitted_assignment").fetchone()
    except sqlite3.Error as problem:
        sound = str(problem)
    return "" if sound == "ok" else f"the gradebook {place} is damaged ({sound})"


def cells_of_assignments(gradebook: Any) -> dict[str, dict[str, float]]:
    """What each graded cell is worth, by assignment and name of the cell."""
    found: dict[str, dict[str, float]] = {one.name: {} for one in gradebook.assignments}
    kinds: tuple[Any, ...] = (GradeCell, TaskCell)
    for kind in kinds:
        asked = select(_name_of_assignment, kind.name, kind.max_score)
        asked = asked.join(Notebook, Notebook.assignment_id == Assignment.id).join(
            kind, kind.notebook_id == Notebook.id
        )
        for assignment, cell, worth in gradebook.db.execute(asked):
            found[assignment][cell] = float(worth)
    return found


def states(gradebook: Any, assignment: str = "", student: str = "") -> dict[str, dict[str, State]]:
    """What the gradebook holds of submissions, by assignment and student; of all, or only of some.

    Returns
    -------
    dict
        Of each submission: ``cells`` (by name: the points ``auto`` and by ``hand``, ``extra`` ones, and whether it
        ``needs`` a person), ``comments`` by cell, ``penalty`` for lateness, and ``late``, the seconds.
    """
    found: dict[str, dict[str, State]] = {}
    of_these = _chosen(assignment, student)
    for submission in gradebook.db.scalars(
        select(SubmittedAssignment)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .where(*of_these)
    ):
        state = {"cells": {}, "comments": {}, "penalty": 0.0, "late": seconds_late(submission)}
        found.setdefault(submission.assignment.name, {})[submission.student_id] = state

    def rows(*columns: Any, of: Any = None) -> Any:
        asked = select(_name_of_assignment, SubmittedAssignment.student_id, *columns)
        asked = asked.join(SubmittedAssignment, SubmittedAssignment.assignment_id == Assignment.id)
        asked = asked.join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        if of is not None:
            asked = asked.join(of, of.notebook_id == SubmittedNotebook.id).join(BaseCell, BaseCell.id == of.cell_id)
        return ((found[who[0]][who[1]], who[2:]) for who in gradebook.db.execute(asked.where(*of_these)))

    for state, (penalty,) in rows(SubmittedNotebook.late_submission_penalty):
        state["penalty"] += float(penalty or 0.0)
    points = (Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade)
    for state, (cell, auto, hand, extra, needs) in rows(BaseCell.name, *points, of=Grade):
        state["cells"][cell] = {"auto": auto, "hand": hand, "extra": extra, "needs": bool(needs)}
    for state, (cell, by_hand, automatic) in rows(
        BaseCell.name, Comment.manual_comment, Comment.auto_comment, of=Comment
    ):
        if by_hand or automatic:
            state["comments"][cell] = by_hand or automatic
    return found


def _chosen(assignment: str, student: str) -> list[Any]:
    chosen = [_name_of_assignment == assignment] if assignment else []
    return [*chosen, SubmittedAssignment.student_id == student] if student else chosen


def review(
    gradebook: Any,
    assignment: str,
    student: str,
    *,
    earlier: State,
    seen: Mapping[str, Any],
    answers: Mapping[str, str],
) -> dict[str, float]:
    """Decide, after a submission was graded anew, which points that a person gave still hold.

    Parameters
    ----------
    gradebook, assignment, student
    earlier
        What the gradebook held of it before; empty if nothing.
    seen
        Of each cell, the answer and the points of its check when it was graded the last time: ``[answer, points]``.
    answers
        The answers now.

    Returns
    -------
    dict
        The points by hand that gave way to a check that gives more, by cell. Those cells, and the cells of which a
        point by hand was kept although the answer changed, are marked in the gradebook as in need of a person.
    """
    gone = {}
    flagged = {name for name, cell in earlier.get("cells", {}).items() if cell["needs"] and cell["auto"] is not None}
    for grade in _grades(gradebook, assignment, student):
        by_hand, auto = grade.manual_score, grade.auto_score
        same = list(seen.get(grade.name, [])) == [answers.get(grade.name, ""), auto]
        if by_hand is not None and not same and auto is not None and auto > by_hand:
            gone[grade.name] = by_hand
            grade.manual_score = None
        open_question = auto is None if by_hand is None else not same
        grade.needs_manual_grade = open_question or grade.name in flagged
    gradebook.db.commit()
    return gone


def ungrade(gradebook: Any, submissions: Sequence[tuple[str, str]]) -> None:
    """Take the points of checks back from submissions whose newest version cannot be graded: a person must look."""
    for assignment, student in submissions:
        for grade in _grades(gradebook, assignment, student):
            if grade.auto_score is not None:
                grade.auto_score, grade.needs_manual_grade = None, True
                grade.notebook.late_submission_penalty = None
    gradebook.db.commit()


def _grades(gradebook: Any, assignment: str, student: str) -> list[Any]:
    asked = select(Grade).join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
    asked = asked.join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
    asked = asked.join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
    return list(gradebook.db.scalars(asked.where(*_chosen(assignment, student))))
