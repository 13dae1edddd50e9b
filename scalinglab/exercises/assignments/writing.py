"""The files that an instructor takes from a graded course: the page, and a table for each LMS."""

from __future__ import annotations

from pathlib import Path

from scalinglab._files import write_atomically
from scalinglab.exercises.assignments.exporting import canvas_csv, moodle_csv
from scalinglab.exercises.assignments.report import report
from scalinglab.exercises.assignments.results import ClassResults

__all__ = ["write_grades"]

_FILES = {"report.html": report, "canvas.csv": canvas_csv, "moodle.csv": moodle_csv}


def write_grades(course: Path, results: ClassResults) -> list[Path]:
    """Write ``grades/report.html``, ``grades/canvas.csv`` and ``grades/moodle.csv``; returns their paths."""
    folder = course / "grades"
    folder.mkdir(exist_ok=True)
    for name, make in _FILES.items():
        write_atomically(folder / name, make(results).encode())
    return [folder / name for name in _FILES]
