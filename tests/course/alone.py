"""A chapter where there are no threads: ``python -m tests.course.alone 06`` runs it and prints what came of it as JSON.

In a process of its own, as others need threads; what else is to be missing is taken out of its path.
"""

from __future__ import annotations

import json
import sys
import threading

import IPython.display

from tests.course.executed import execute
from tests.course.notebooks import CHAPTERS
from tests.course.test_solved import exercise_cells, load, solved


def no_thread(_: threading.Thread) -> None:
    """What a thread says where there are none."""
    raise RuntimeError("can't start new thread")


def report(number: str) -> dict[str, object]:
    """Run the cells of a chapter, show and move its panels, solve its exercises; what is shown and said."""
    (path,) = [path for path in CHAPTERS if path.stem.startswith(number)]
    chapter = execute(path)
    shown: list[list[str]] = []
    moved: list[bool] = []
    IPython.display.display = lambda data, **_: shown.append(sorted(data))
    for panel in chapter.panels:
        panel._ipython_display_()
        before, values = panel.data, panel.probes()[1]
        panel.set(**values)
        panel.wait()
        moved.append(panel.data is not before)
    said, cells = [], solved(path).cells
    for place in exercise_cells(load(path)).values():
        exec(cells[place].source, chapter.names)
        said.append(repr(eval(cells[place + 1].source, chapter.names)).partition("\n")[0])
    return {"shown": shown, "moved": moved, "said": said, "complaints": chapter.complaints.getvalue()}


if __name__ == "__main__":
    threading.Thread.start = no_thread
    print(json.dumps(report(sys.argv[1])))
