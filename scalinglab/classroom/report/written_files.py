"""The files that grading leaves: the page and a table for each LMS, and a page for whom nbgrader has none."""

from __future__ import annotations

import shutil
from pathlib import Path

from scalinglab._files import write_atomically
from scalinglab.classroom.report.html_templates import rendered
from scalinglab.classroom.report.lms_tables import canvas_csv, moodle_csv
from scalinglab.classroom.report.page import report
from scalinglab.classroom.results import ClassResults

_FILES = {"report.html": report, "canvas.csv": canvas_csv, "moodle.csv": moodle_csv}


def write_grades(class_folder: Path, results: ClassResults) -> list[Path]:
    """Write ``grades/report.html``, ``grades/canvas.csv`` and ``grades/moodle.csv``; returns their paths."""
    folder = class_folder / "grades"
    folder.mkdir(exist_ok=True)
    for name, make in _FILES.items():
        write_atomically(folder / name, make(results).encode())
    return [folder / name for name in _FILES]


def write_refusal(class_folder: Path, assignment: str, student: str, problem: str) -> None:
    """Tell a student whose submission could not be graded why, in the place of nbgrader's page of feedback.

    The page is ``feedback/<student>/<assignment>/<assignment>.html``.
    """
    page = class_folder / "feedback" / student / assignment / f"{assignment}.html"
    shutil.rmtree(page.parent, ignore_errors=True)
    page.parent.mkdir(parents=True)
    write_atomically(page, rendered("refusal.html", assignment=assignment, problem=problem).encode())
