"""Grading a class of 30: the seconds of ``scalinglab grade --jobs 2`` by the clock.

Beside it, in the same run and in turn, another version of the course: a folder that ``SCALINGLAB_BEFORE`` names, such
as one that ``git worktree add --detach FOLDER COMMIT`` makes. Each grades a class of its own, made by its own
``assign``: every third student hands in right answers, the next one the stubs, the third one right answer alone.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.compare import versions
from tests.classroom.made import hand_in, released
from tests.course.notebooks import source

CHAPTER = "05_random_features"
STUDENTS = 30
ROUNDS = 2


def run() -> None:
    """Print the table."""
    times: dict[str, list[float]] = {}
    for index in range(ROUNDS):
        for name in sorted(versions(), reverse=index % 2 == 1):
            with tempfile.TemporaryDirectory(prefix="grading-") as folder:
                times.setdefault(name, []).append(_graded(versions()[name], Path(folder) / "class"))
            print(f"{name:>6}: {times[name][-1]:6.1f} s  ({STUDENTS} students, 2 jobs)", flush=True)
    if "before" in times:
        ratios = [now / before for now, before in zip(times["now"], times["before"], strict=True)]
        print(f" ratio: {statistics.median(ratios):.2f}  ({min(ratios):.2f} to {max(ratios):.2f})")


def _graded(root: Path, place: Path) -> float:
    """Seconds that grading takes in this version; the class is graded whole."""
    _command(root, "assign", CHAPTER[:2], "--class", str(place))
    for number, work in enumerate(_handed_in(place)):
        hand_in(place, f"s{number:02}", CHAPTER, work)
    began = time.perf_counter()
    said = _command(root, "grade", str(place), "--jobs", "2")
    taken = time.perf_counter() - began
    if f"{STUDENTS}" not in said:
        raise RuntimeError(f"Not every submission was graded:\n{said}")
    return taken


def _handed_in(place: Path) -> Iterator[dict[str, Any]]:
    """What the students hand in: all right, the stubs, the first exercise alone; and so on."""
    built = json.loads((place / "source" / CHAPTER / f"{CHAPTER}.ipynb").read_text(encoding="utf-8"))
    right = {
        cell["metadata"]["nbgrader"]["grade_id"]: source(cell)
        for cell in built["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }
    for number in range(STUDENTS):
        work, answers = released(place, CHAPTER), list(right.items())
        chosen = dict((answers, [], answers[:1])[number % 3])
        for cell in work["cells"]:
            cell["source"] = chosen.get(cell["metadata"].get("nbgrader", {}).get("grade_id"), cell["source"])
        yield work


def _command(root: Path, *arguments: str) -> str:
    """Run a version's command and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "scalinglab.cli", *arguments], cwd=root, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(root)},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(
            f"scalinglab {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
    return done.stdout
