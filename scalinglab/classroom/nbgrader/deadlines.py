"""Due dates and lateness inside of nbgrader: its plugin for penalties, and a line for students in every release.

``nbgrader_config.py`` imports this, and so does the one program that loads nbgrader. What lateness costs is worked out
in ``late_rules``, without nbgrader; points taken off are nbgrader's own late penalties.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import chdir
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from nbformat.v4 import new_markdown_cell
from nbgrader.api import Assignment, Gradebook, MissingEntry, SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import GenerateAssignment
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor
from sqlalchemy import or_, select

from scalinglab.classroom.late_rules import deadline_sentences, in_release, read_rules
from scalinglab.classroom.nbgrader.class_folder import DEADLINE, worth_in


class LateRules(LateSubmissionPlugin):
    """Takes off what the rule of an assignment says; without a rule, what the settings of nbgrader's own plugin say."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """The points to take off one notebook; nbgrader itself lets them be at most its score."""
        step: Any = self.parent
        rule = read_rules(Path.cwd()).get(step.assignment_id)
        if rule is None:
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        notebook = step.gradebook.find_submission_notebook(step.notebook_id, step.assignment_id, student_id)
        return rule.penalty(total_seconds_late, notebook.max_score)


class TellDeadline(NbGraderPreprocessor):
    """Writes below the title of a release when it is due, by nbgrader's gradebook, and what lateness costs."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Change one notebook."""
        told = resources["nbgrader"]
        with Gradebook(told["db_url"]) as gradebook:
            due = _due(gradebook, told["assignment"])
        rule = read_rules(Path.cwd()).get(told["assignment"])
        words = in_release(deadline_sentences(due, rule, sum(worth_in(nb).values())))
        if words:
            cell = new_markdown_cell(words, id=DEADLINE)
            if nb.nbformat_minor < 5:  # which knows no ids of cells
                del cell["id"]
            nb.cells.insert(1, cell)
        return nb, resources


def _due(gradebook: Any, assignment: str) -> datetime | None:
    try:
        return gradebook.find_assignment(assignment).duedate
    except MissingEntry:
        return None


#: nbgrader's steps from a source to its release, and ours before them.
RELEASE = [TellDeadline, *(cast("Any", GenerateAssignment.class_traits()["preprocessors"]).default() or [])]


def due_dates(gradebook: Any) -> dict[str, str | None]:
    """When each assignment of the gradebook is due, in UTC as ISO 8601 has it; None if nobody says."""
    return {one.name: one.duedate.isoformat() if one.duedate else None for one in gradebook.assignments}


def set_due_date(gradebook: Any, assignment: str, due: str) -> None:
    """Enter when an assignment is due, with an offset; the assignment is made if it is not there."""
    wanted = datetime.fromisoformat(due).astimezone(UTC).replace(tzinfo=None)
    if _due(gradebook, assignment) != wanted:
        gradebook.update_or_create_assignment(assignment, duedate=wanted)


def seconds_late(submission: Any) -> float:
    """How late a submission came, extensions counted; 0 without a due date, where nbgrader fails at an extension."""
    known = submission.timestamp is not None and submission.assignment.duedate is not None
    return float(submission.total_seconds_late) if known else 0.0


def penalize(
    nbgrader: Any, gradebook: Any, *, only: tuple[str, str] | None = None, without: Collection[tuple[str, str]] = ()
) -> list[tuple[str, str, float, float]]:
    """Work out the penalties for lateness anew, by the plugin of the class's settings: no notebook is run.

    A due date that was moved, an extension and points by hand change what nbgrader worked out when it graded.

    Parameters
    ----------
    nbgrader, gradebook
    only
        An assignment and a student; everybody if left out.
    without
        Pairs of assignment and student whose penalties stay.

    Returns
    -------
    list
        Assignment, student, penalty before and now, of those that changed. Nothing is written if there are none.
    """
    tables: tuple[Any, ...] = (SubmittedNotebook, SubmittedAssignment, Assignment)
    notebooks, submissions, assignments = tables
    asked = select(notebooks).join(submissions, notebooks.assignment_id == submissions.id)
    asked = asked.join(assignments, submissions.assignment_id == assignments.id)
    asked = asked.where(or_(notebooks.late_submission_penalty > 0, submissions.timestamp > assignments.duedate))
    if only:
        asked = asked.where(assignments.name == only[0], submissions.student_id == only[1])
    step: Any = AssignLatePenalties(config=nbgrader.config)
    step.init_plugin()
    step.gradebook = gradebook
    changed = []
    with chdir(nbgrader.coursedir.root):
        for notebook in gradebook.db.scalars(asked).all():
            whose = (notebook.assignment.name, notebook.student.id)
            if whose in without:
                continue
            step.assignment_id, step.student_id, step.notebook_id = *whose, notebook.name
            before, now = float(notebook.late_submission_penalty or 0.0), _penalty(step, notebook)
            if now != before:
                notebook.late_submission_penalty = now
                changed.append((*whose, before, now))
    if changed:
        gradebook.db.commit()
    return changed


def _penalty(step: Any, notebook: Any) -> float:
    """What the plugin says, held between nothing and the score as nbgrader does it."""
    late, score = seconds_late(notebook.assignment), float(notebook.score)
    said = step.plugin_inst.late_submission_penalty(step.student_id, score, late) if late > 0 else None
    return min(max(float(said or 0.0), 0.0), score)


def forget_time(gradebook: Any, assignment: str, student: str) -> None:
    """Take the time of an earlier upload away: nbgrader keeps it for a later one of which nobody knows the time."""
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return
    if submission.timestamp is not None:
        submission.timestamp = None
        gradebook.db.commit()
