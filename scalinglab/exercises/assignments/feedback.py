"""What a student gets back whose submission could not be graded; all others get nbgrader's page."""

from __future__ import annotations

import html
import shutil
from pathlib import Path

from scalinglab._files import write_atomically

__all__ = ["refuse"]

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{assignment}: not graded</title></head>
<body style="font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem">
<h1>{assignment}</h1>
<p>What you handed in could not be graded: {problem}.</p>
<p>Restart the kernel, run all cells from top to bottom, save the notebook, and hand it in again.</p>
</body>
</html>
"""


def refuse(course: Path, assignment: str, student: str, problem: str) -> None:
    """Write the reason in the place of nbgrader's page, ``feedback/<student>/<assignment>/<assignment>.html``."""
    page = course / "feedback" / student / assignment / f"{assignment}.html"
    shutil.rmtree(page.parent, ignore_errors=True)
    page.parent.mkdir(parents=True)
    words = {"assignment": html.escape(assignment), "problem": html.escape(problem)}
    write_atomically(page, _PAGE.format(**words).encode())
