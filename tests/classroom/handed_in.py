"""What thirty students of a made class hand in, and what each of them must get for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.classroom.made import ESSAY, SLOPE, SPREAD, TEST, code, place_of, write

#: What each part is worth; an untouched essay gets 0 without a person.
WORTH = {SLOPE: 10, SPREAD: 20, TEST: 3, ESSAY: 5}
FULL = WORTH | {ESSAY: 0}
NOTHING = FULL | {SLOPE: 0, SPREAD: 0}
HALF = FULL | {SLOPE: 0}

RIGHT_SLOPE = """import numpy as np


def exponent(sizes, errors):
    x, y = np.log(sizes), np.log(errors)
    return -((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()"""
RIGHT_SPREAD = """import statistics


def mean_and_error(errors):
    return statistics.fmean(errors), statistics.stdev(errors) / math.sqrt(len(errors))"""
WRONG_SLOPE = RIGHT_SLOPE.replace("return -", "return ")
INSIDE = "def exponent(sizes, errors):\n    {}"
#: The endless loops of this class leave the processor to others.
LOOPING = INSIDE.format("import time\n    while True: time.sleep(0.01)")
#: A gigabyte at once, and more until the cell's time is up.
PRINTING = """import time

for _ in range(100_000):
    print("x" * 10_000)
while True:
    print("x" * 10_000)
    time.sleep(0.001)"""


@dataclass(frozen=True)
class Made:
    """One submission: what is changed in the released notebook (or the bytes handed in), and what must come of it.

    ``points`` by exercise, or a part of the ``problem``; ``told`` is part of what the first exercise's score says.
    """

    work: Callable[[dict[str, Any]], None] | bytes
    points: dict[str, int] | None = None
    problem: str = ""
    told: str = ""


def both(slope: str = RIGHT_SLOPE, spread: str = RIGHT_SPREAD) -> Callable[[dict[str, Any]], None]:
    """Answers to the two exercises."""

    def work(notebook: dict[str, Any]) -> None:
        write(notebook, SLOPE, slope)
        write(notebook, SPREAD, spread)

    return work


def before(*sources: str) -> Callable[[dict[str, Any]], None]:
    """Right answers after cells of the student's own."""

    def work(notebook: dict[str, Any]) -> None:
        both()(notebook)
        for number, source in enumerate(sources):
            notebook["cells"].insert(place_of(notebook, SLOPE), code(source) | {"id": f"own{number}"})

    return work


def without(*ids: str, moved: bool = False) -> Callable[[dict[str, Any]], None]:
    """Right answers, but cells with these ids of nbgrader are deleted; their text may live on in a cell of its own."""

    def work(notebook: dict[str, Any]) -> None:
        both()(notebook)
        if moved:
            notebook["cells"].insert(2, code(RIGHT_SLOPE) | {"id": "own"})
        notebook["cells"] = [
            cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") not in ids
        ]

    return work


def no_first_cell(notebook: dict[str, Any]) -> None:
    both()(notebook)
    notebook["cells"] = [cell for cell in notebook["cells"] if "student =" not in cell["source"]]


def named(name: str, answers: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """Answers under a name in the first cell."""

    def work(notebook: dict[str, Any]) -> None:
        answers(notebook)
        (first,) = (cell for cell in notebook["cells"] if "student =" in cell["source"])
        first["source"] = first["source"].replace('student = ""', f"student = {name!r}")

    return work


def forged(notebook: dict[str, Any]) -> None:
    """The check's cell gives full marks to everybody, and is worth a thousand points."""
    place = place_of(notebook, f"{SLOPE}-check")
    notebook["cells"][place]["source"] = "1000.0"
    notebook["cells"][place]["metadata"]["nbgrader"]["points"] = 1000


def twice(notebook: dict[str, Any]) -> None:
    """The cell of the answer was copied before it was worked in, its id included."""
    both()(notebook)
    place = place_of(notebook, SLOPE)
    notebook["cells"].insert(place, notebook["cells"][place] | {"id": "copied", "source": WRONG_SLOPE})


def format_3(notebook: dict[str, Any]) -> None:
    """The notebook went through a program that knows no ids of cells."""
    both()(notebook)
    notebook["nbformat_minor"] = 4
    for cell in notebook["cells"]:
        del cell["id"]


def logging_inside(notebook: dict[str, Any]) -> None:
    """A log that was opened before the check writes to the stderr of then, which no check can catch."""
    slope = RIGHT_SLOPE.replace("    x,", "    logging.warning('here')\n    warnings.warn('there')\n    x,")
    both(slope=f"import logging\nimport warnings\n\nlogging.basicConfig()\n{slope}")(notebook)


def newlines_inside(notebook: dict[str, Any]) -> None:
    """Another thread closes its progress bar, and a handle that was saved before writes a blank line."""
    slope = RIGHT_SLOPE.replace("    x,", "    print(file=SAVED)\n    x,")
    both(slope=f"import sys\n\nSAVED = sys.stderr\n{slope}")(notebook)


def turned_merged_and_split(notebook: dict[str, Any]) -> None:
    """The first cell and a check became text, one answer was split in two, the other merged with its check."""
    both()(notebook)
    cells = notebook["cells"]
    (first,) = (cell for cell in cells if "student =" in cell["source"])
    first["source"] = first["source"].replace('student = ""', "student = 'Eve'")
    for cell in (first, cells[place_of(notebook, f"{SLOPE}-check")]):
        cell["cell_type"] = "markdown"
        del cell["outputs"], cell["execution_count"]
    place = place_of(notebook, SLOPE)
    upper, lower = RIGHT_SLOPE.split("\n\n\n")
    cells[place : place + 1] = [cells[place] | {"source": text, "id": f"half{len(text)}"} for text in (upper, lower)]
    check = cells[place_of(notebook, f"{SPREAD}-check")]
    check["source"] = f"import math\n{RIGHT_SPREAD}\n\n{check['source']}"
    gone = {SPREAD, TEST}
    notebook["cells"] = [one for one in cells if one["metadata"].get("nbgrader", {}).get("grade_id") not in gone]


CLASS: dict[str, Made] = {
    "blank": Made(lambda notebook: None, NOTHING, told="Easy"),
    "right": Made(both(), FULL, told="agree"),
    "wrong": Made(both(slope=WRONG_SLOPE), HALF, told="minus"),
    # What they are called has nothing to do with what is in their notebooks: raises, asks for input, has a magic.
    "José Núñez": Made(named("José Núñez", before("1 / 0")), FULL),
    "李 小龙": Made(named("李 小龙 🐉", before("input('your name?')")), FULL),
    "O'Brien, Zoë  (B)": Made(named('O\'Brien "Zoë" \\ ', before("%time 1 + 1\n!echo hello")), FULL),
    "12345": Made(format_3, FULL),
    "raises inside": Made(both(slope=INSIDE.format("return 1 / 0")), HALF, told="ZeroDivisionError"),
    "syntax error": Made(both(slope="def exponent(sizes, errors)\n    return 1"), HALF, told="Error"),
    "exits inside": Made(both(slope=INSIDE.format("raise SystemExit")), HALF, told="SystemExit"),
    "kills the kernel": Made(before("import os\n\nos._exit(1)"), problem="kernel died"),
    "quits": Made(before("import time\n\nexit()\ntime.sleep(1)"), FULL),
    "loops inside": Made(both(slope=LOOPING), HALF, told="5 seconds"),
    "loops at the top": Made(before("import time\n\nwhile True:\n    time.sleep(1)"), FULL),
    "loops and cannot be stopped": Made(
        before("import signal, time\n\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    time.sleep(1)"),
        problem="could not be stopped",
    ),
    "takes all memory": Made(
        # Four such cells: where many programs compute, a cell's time may be up before it has taken that much.
        before("kept = []", *["while True:\n    kept.append(bytearray(10**8))"] * 4),
        problem="more than 1.5 GB of memory",
    ),
    "no first cell": Made(no_first_cell, FULL),
    "no check": Made(without(f"{SLOPE}-check"), FULL),
    "no answer's cell": Made(without(SLOPE), HALF, told="NameError"),
    "answer elsewhere": Made(without(SLOPE, moved=True), FULL),
    "nothing of the exercise": Made(without(SLOPE, f"{SLOPE}-check"), HALF, told="NameError"),
    "renamed function": Made(
        both(slope=RIGHT_SLOPE.replace("def exponent", "def my_exponent")), HALF, told="NameError"
    ),
    "forged check": Made(forged, NOTHING),
    "turned, merged, split": Made(turned_merged_and_split, FULL),
    "copied cell": Made(twice, FULL),
    "check bound anew": Made(before('check = lambda *a, **k: type("x", (), {"mark": 10.0})'), FULL),
    "prints without end": Made(before(PRINTING), FULL),
    "prints much inside": Made(both(slope=RIGHT_SLOPE.replace("    x,", "    print('x' * 10**7)\n    x,")), FULL),
    "writes to stderr": Made(
        both(slope=RIGHT_SLOPE.replace("    x,", "    import os\n    os.write(2, b'direct')\n    x,")), FULL
    ),
    "logs inside": Made(logging_inside, FULL),
    "newlines inside": Made(newlines_inside, FULL, told="agree"),
    "shows no results": Made(
        before("get_ipython().ast_node_interactivity = 'none'"), NOTHING, told="the check showed nothing"
    ),
    "no notebook": Made(b"%PDF-1.7 not a notebook at all", problem="no notebook"),
    "empty file": Made(b"", problem="no notebook"),
    "other json": Made(b'{"cells": "none"}', problem="no notebook"),
}
