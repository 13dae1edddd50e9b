"""The README's table of chapters, written by ``python -m tests.chapter_table``: counts are counted, memory is measured.

Each chapter runs in a kernel as a student meets it: solved, all cells at once, every prediction sealed, every panel's
run to its end, then every preset. With numbers (``python -m tests.chapter_table 07 12``) only these chapters are
measured; the others keep their figure. All of them take about a quarter of an hour. Needs Linux, which tells the peak
memory of a process.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from scalinglab.cli.lab import ALLOCATOR
from scalinglab.exercises import all_exercises, build_solved
from tests.course.notebooks import CHAPTERS, COURSE, prose

README = COURSE.parent / "README.md"
HEAD = ("chapter", "question it answers", "minutes", "memory", "exercises", "points", "source")
ALIGNED = "|:--|:--|--:|--:|--:|--:|:--|"
LINE = re.compile(r"^\| \[(\d\d) .*\|$", re.MULTILINE)
#: What no chapter may need, in MB, so that two fit into the 2 GB of Binder beside the server.
LIMIT = 500
#: A cell that prints the most memory that its kernel has ever had, in MB.
PEAK = """
from pathlib import Path
(_kilobytes,) = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
print("peak memory in MB:", int(_kilobytes) * 1024 / 1e6)
"""
#: A cell that seals every prediction (a capstone's plan with the network and the rounds that need the most memory),
#: lets the runs of all panels go on to their end, side by side as in the browser, and then every preset.
RUN_ALL = """
from scalinglab import _gates
from scalinglab.exercises import Prediction
for _asked in [_one for _one in Out.values() if isinstance(_one, Prediction)]:
    _question = _asked.question
    _choices, _ends = _question.choices, (_question.low, _question.high, 1.0)
    _asked.seal(_choices[-(_question.key in ("13-network", "13-rounds"))] if _choices else next(filter(None, _ends)))
from scalinglab.live import open_panels
for _gate in list(_gates._waiting):
    _gate.show()
for _panel in open_panels():
    _panel.resume()
for _panel in open_panels():
    _panel.wait(900)
for _panel in open_panels():
    for _values in _panel._positions.presets.values():
        _panel.set(**_values)
        _panel.wait(900)
"""


def minutes(chapter: Path) -> tuple[int, int]:
    """What a chapter says it takes: to read, and to solve its exercises."""
    told = re.search(r"Time: (\d+) minutes(?:, and (\d+) for the exercises)?", prose(chapter))
    assert told, chapter
    return int(told[1]), int(told[2] or 0)


def counts(chapter: Path) -> tuple[int, int]:
    """Exercises and points of a chapter."""
    points = [one.points for one in all_exercises() if one.key[:2] == chapter.stem[:2]]
    return len(points), sum(points)


def cells(text: str) -> dict[str, dict[str, str]]:
    """The table of a README by the chapters' numbers; a row by the head of its columns."""
    head, *_ = re.findall(r"^\| (chapter \|.*) \|$", text, re.MULTILINE)
    names = head.split(" | ")
    rows = {found[1]: found[0].strip("| ").split(" | ") for found in LINE.finditer(text)}
    return {number: dict(zip(names, row, strict=True)) for number, row in rows.items()}


def written(text: str, measured: Mapping[str, int]) -> str:
    """A README with its table written anew: what is measured now, and the memory that it states of the others."""
    old = cells(text)
    rows, total = [], [0, 0, 0, 0]
    for chapter in CHAPTERS:
        number = chapter.stem[:2]
        reading, solving = minutes(chapter)
        exercises, points = counts(chapter)
        total = [sum(pair) for pair in zip(total, (reading, solving, exercises, points), strict=True)]
        memory = f"{measured[number]} MB" if number in measured else old[number].get("memory", "-")
        rows.append([*list(old[number].values())[:2], *_shown(reading, solving, memory, exercises, points)])
        rows[-1].append(old[number]["source"])
    rows.append(["all", "", *_shown(*total[:2], "", *total[2:]), ""])
    head, *lines = ["| " + " | ".join(row) + " |" for row in (HEAD, *rows)]
    table = "\n".join([head, ALIGNED, *lines])
    return re.sub(r"^\| chapter \|.*?(?=\n\n)", lambda _: table, text, count=1, flags=re.MULTILINE | re.DOTALL)


def _shown(reading: int, solving: int, memory: str, exercises: int, points: int) -> list[str]:
    time = f"{reading} + {solving}" if solving else str(reading)
    return [time, memory, str(exercises or "-"), str(points or "-")]


def solved(chapter: Path) -> nbformat.NotebookNode:
    """A chapter with its exercises solved; the capstone has none."""
    solutions = COURSE / "solutions" / f"chapter_{chapter.stem[:2]}.py"
    if not solutions.is_file():
        return nbformat.read(chapter, as_version=4)
    return nbformat.reads(json.dumps(build_solved(chapter, solutions)), as_version=4)


def peak_of(notebook: nbformat.NotebookNode) -> float:
    """What ``PEAK``, the last cell of a notebook that has been run, has printed."""
    return float(notebook.cells[-1].outputs[0].text.rpartition(": ")[2])


def measure(chapter: Path, folder: Path) -> float:
    """Peak memory of a chapter's kernel in MB, with one thread and the allocator as ``scalinglab lab`` sets it."""
    notebook = solved(chapter)
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in (RUN_ALL, PEAK)]
    own = {"OMP_NUM_THREADS": "1", "SCALINGLAB_JOURNAL": str(folder / "predictions.json"), "IPYTHONDIR": str(folder)}
    client = NotebookClient(notebook, timeout=1800, kernel_name="python3", resources={"metadata": {"path": folder}})
    client.execute(env=os.environ | ALLOCATOR | own)
    return peak_of(notebook)


def _measured(numbers: list[str]) -> Iterator[tuple[str, int]]:
    for chapter in CHAPTERS:
        if not numbers or chapter.stem[:2] in numbers:
            with tempfile.TemporaryDirectory() as folder:
                peak = measure(chapter, Path(folder))
            print(f"{chapter.stem} {peak:.0f} MB", flush=True)
            yield chapter.stem[:2], 10 * -int(-peak // 10)  # rounded up


if __name__ == "__main__":
    found = dict(_measured(sys.argv[1:]))
    README.write_text(written(README.read_text(encoding="utf-8"), found), encoding="utf-8")
