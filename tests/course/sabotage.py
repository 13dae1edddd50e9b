"""``python -m tests.course.sabotage``: does a wrong function of a chapter turn a test of that chapter red?

One function of each chapter is made wrong by a factor, a sign or an off-by-one, in a copy of the course, and the tests
of that chapter are run on the copy. With numbers (``python -m tests.course.sabotage 03 07``) only on these chapters.
All of them take some minutes, so this is no part of the test command.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import nbformat

from tests.course.notebooks import CHAPTERS, COURSE


class Change(NamedTuple):
    """In a function of a chapter, this text becomes that."""

    chapter: str
    function: str
    old: str
    new: str


CHANGES = [
    Change("00", "power_law", "n**-exponent + offset", "2 * n**-exponent + offset"),
    Change("01", "fitted", "slice(first - 1, first - 1 + points)", "slice(first, first + points)"),
    Change("01", "redrawn", "[draw, seeds]).integers(20, size=seeds)", "[draw, seeds]).integers(20, size=seeds + 9)"),
    Change("02", "small", "for row in means(task)) / factor", "for row in means(task)) / (2 * factor)"),
    Change("02", "off", '.predict(row["samples"], row["width"])', '.predict(row["width"], row["samples"])'),
    Change("03", "crossing", "rows[last : last + 2]", "rows[last - 1 : last + 1]"),
    Change("03", "spread", "** psi", "** -psi"),
    Change("04", "powers_fallen", "[20, 21]", "[19, 20]"),
    Change("05", "furthest_off", "100 * float", "10 * float"),
    Change("05", "descended", "STEPS * step_size / (1 - momentum)", "STEPS * step_size * (1 - momentum)"),
    Change("06", "differences", "- endless", "+ endless"),
    Change("06", "width_theory", "-min(a - 1, b * k)", "-max(a - 1, b * k)"),
    Change("07", "rank", "rank_correlation", "-rank_correlation"),
    Change("07", "accuracy", "1 - float(", "float("),
    Change("08", "halves", '"same": right["iterative", s]', '"same": -right["iterative", s]'),
    Change("09", "tail_of", "end ** (-1 / chains.alpha)", "end ** (1 / chains.alpha)"),
    Change("10", "vectors", "1 / alpha - 0.5", "1 / alpha + 0.5"),
    Change("10", "rank", "rank_correlation", "-rank_correlation"),
    Change("11", "fall", "errors[0] / errors[1]", "errors[1] / errors[0]"),
    Change(
        "12", "straightness", "(np.sqrt(found.kept), np.log(found.kept))", "(np.log(found.kept), np.sqrt(found.kept))"
    ),
    Change("13", "cost", "400 + 360 * rounds", "400 + 400 * rounds"),
]


def sabotaged(chapter: Path, change: Change) -> nbformat.NotebookNode:
    """The chapter with the change, which must be possible in exactly one cell."""
    notebook = nbformat.read(chapter, as_version=4)
    (cell,) = [cell for cell in notebook.cells if re.search(rf"^def {change.function}\(", cell.source, re.MULTILINE)]
    before, define, after = cell.source.partition(f"def {change.function}(")
    if change.old not in after:
        raise ValueError(f"{change.function} of chapter {change.chapter} must hold {change.old!r}, got {cell.source!r}")
    cell.source = before + define + after.replace(change.old, change.new, 1)
    return notebook


def red(change: Change) -> str:
    """The first test of the chapter that fails on a sabotaged copy of the course; empty if all pass."""
    chapter = next(path for path in CHAPTERS if path.stem.startswith(change.chapter))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("tests", "course"):
            shutil.copytree(COURSE.parent / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        shutil.copy(COURSE.parent / "pyproject.toml", copy)
        nbformat.write(sabotaged(chapter, change), copy / "course" / chapter.name)
        test = f"tests/course/test_chapter_{change.chapter}.py"
        command = [sys.executable, "-m", "pytest", "-n0", "-x", "-q", "-p", "no:cacheprovider", test]
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout + done.stderr)
    found = re.search(r"^(?:FAILED|ERROR) \S+?::(\w+)", done.stdout, re.MULTILINE)
    return found[1] if found else ""


def main(numbers: list[str]) -> int:
    """Print a line for each change, and say how many no test has noticed."""
    missed = 0
    for change in CHANGES:
        if not numbers or change.chapter in numbers:
            test = red(change)
            missed += not test
            print(
                f"{change.chapter} {change.function}: {change.old} -> {change.new}: {test or 'NOT NOTICED'}", flush=True
            )
    return missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
