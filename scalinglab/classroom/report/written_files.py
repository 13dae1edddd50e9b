"""The files that grading leaves: the page and a table for each LMS, and a page for whom nbgrader has none."""

from __future__ import annotations

import html
import shutil
from pathlib import Path

from scalinglab._files import write_atomically
from scalinglab.classroom.report.lms_tables import canvas_csv, moodle_csv
from scalinglab.classroom.report.page import report
from scalinglab.classroom.results import ClassResults

_FILES = {"report.html": report, "canvas.csv": canvas_csv, "moodle.csv": moodle_csv}
_REFUSAL = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{assignment}: not graded</title></head>
<body style="font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem">
<h1>{assignment}</h1>
<p>What you handed in could not be graded: {problem}.</p>
<p>Restart the kernel, run all cells from top to bottom, save the notebook, and hand it in again.</p>
</body>
</html>
"""


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
    words = {"assignment": html.escape(assignment), "problem": html.escape(problem)}
    write_atomically(page, _REFUSAL.format(**words).encode())
