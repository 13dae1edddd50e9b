"""The files in ``grades/``: the page and the LMS tables, those of a term; and a page for whom nbgrader has none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from scalinglab._files import write_atomically
from scalinglab.classroom.report.html_templates import rendered
from scalinglab.classroom.report.lms_tables import canvas_csv, moodle_csv
from scalinglab.classroom.report.page import report
from scalinglab.classroom.report.term_page import term_page
from scalinglab.classroom.report.term_tables import mistakes_csv, points_csv, predictions_csv
from scalinglab.classroom.results import ClassResults

_FILES = {"report.html": report, "canvas.csv": canvas_csv, "moodle.csv": moodle_csv}
_OF_A_TERM = {
    "term.html": term_page,
    "term_points.csv": points_csv,
    "term_mistakes.csv": mistakes_csv,
    "term_predictions.csv": predictions_csv,
}


def write_grades(class_folder: Path, results: ClassResults) -> list[Path]:
    """Write ``grades/report.html``, ``grades/canvas.csv`` and ``grades/moodle.csv``; returns their paths."""
    return _write(class_folder, results, _FILES)


def write_term(class_folder: Path, results: ClassResults) -> list[Path]:
    """Write ``grades/term.html`` and the tables ``grades/term_*.csv``; returns their paths.

    The page of the term leads to that of the assignments, ``report.html``, which is written too if it is not there.
    """
    missing = {} if (class_folder / "grades" / "report.html").is_file() else {"report.html": report}
    return _write(class_folder, results, _OF_A_TERM | missing)


def _write(class_folder: Path, results: ClassResults, files: Mapping[str, Callable[[ClassResults], str]]) -> list[Path]:
    folder = class_folder / "grades"
    folder.mkdir(exist_ok=True)
    for name, make in files.items():
        write_atomically(folder / name, make(results).encode())
    return [folder / name for name in files]


def write_refusal(class_folder: Path, assignment: str, student: str, problem: str) -> None:
    """Tell a student whose submission could not be graded why, in the place of nbgrader's page of feedback.

    The page is ``feedback/<student>/<assignment>/<assignment>.html``.
    """
    page = class_folder / "feedback" / student / assignment / f"{assignment}.html"
    shutil.rmtree(page.parent, ignore_errors=True)
    page.parent.mkdir(parents=True)
    write_atomically(page, rendered("refusal.html", assignment=assignment, problem=problem).encode())
