"""Where the points of a class are: in nbgrader's gradebook, on the report, in an LMS's table, on pages of feedback."""

from __future__ import annotations

import contextlib
import csv
import re
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scalinglab.classroom.report.lms_tables import canvas_csv
from scalinglab.classroom.report.page import report
from scalinglab.classroom.results import ClassResults


@contextlib.contextmanager
def gradebook(class_folder: Path) -> Iterator[Any]:
    """The gradebook, as formgrader opens it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SQLAlchemy's, about nbgrader's queries
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{class_folder / 'gradebook.db'}") as book:
            yield book


def feedback_of(class_folder: Path, assignment: str, student: str) -> str:
    return (class_folder / "feedback" / student / assignment / f"{assignment}.html").read_text(encoding="utf-8")


def four_places(
    class_folder: Path, assignment: str, results: ClassResults, students: Iterable[str]
) -> dict[str, tuple[float, ...]]:
    """The points of students in the gradebook, on the report, in Canvas's table and on their page of feedback.

    The assignment is the only one of its class.
    """
    told = {row[2]: row[5] for row in csv.reader(canvas_csv(results).splitlines()[2:])}
    (table,) = re.findall(r'aria-label="Points in.*?</table>', report(results), re.DOTALL)
    rows = {
        row[0]: row[1]
        for row in re.findall(r'feedback/([^/]+)/.*?class="total" data-value="([^"]*)"', table, re.DOTALL)
    }
    found, worth = {}, results.max_points(assignment)
    with gradebook(class_folder) as book:
        for who in students:
            held = book.find_submission(assignment, who)
            score = held.score - sum(one.late_submission_penalty or 0 for one in held.notebooks)
            page = re.search(rf"\(Score: ([\d.]+) / {worth:.1f}\)", feedback_of(class_folder, assignment, who))
            assert page
            found[who] = (score, float(rows[quote(who)]), float(told[who]), float(page[1]))
    return found
