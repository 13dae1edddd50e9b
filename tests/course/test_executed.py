"""Chapters executed in this process fail where a strict kernel fails, and once for all who ask."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tests.course.executed import Chapter, execute, executed

PANEL = """
from scalinglab.live import Axis, Lines, Panel, chart
def run():
    yield {"x": [0, 1]}
    import time; time.sleep(0.5)
    yield {"x": [0, 2], "caption": "two"}
    HERE
line = chart(Lines(), x=Axis("x", "x", 0, 2), y=Axis("x", "x", 0, 2), title="t", description="d")
Panel(run, charts=line, title="A run")
"""
BROKEN = {
    "cell": "x = 1\n1 / 0",
    "last line": "1 / 0",
    "panel": PANEL.replace("HERE", "1 / 0"),
    "thread": "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()",
}


def notebook(folder: Path, *cells: str) -> Path:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(made, folder / "chapter.ipynb")
    return folder / "chapter.ipynb"


@pytest.mark.parametrize("code", BROKEN.values(), ids=BROKEN)
def test_an_error_fails_the_chapter(code: str, tmp_path: Path):
    with pytest.raises(ZeroDivisionError):
        execute(notebook(tmp_path, "y = 2", code))


def test_a_warning_fails_it_too(tmp_path: Path):
    with pytest.raises(UserWarning, match="careful"):
        execute(notebook(tmp_path, "import warnings\nwarnings.warn('careful')"))


def test_it_is_run_once_and_its_error_reaches_all_who_ask(tmp_path: Path):
    count = f"with open({str(tmp_path / 'runs')!r}, 'a') as runs:\n    runs.write('x')"
    path = notebook(tmp_path, count, "1 / 0")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            executed(path)
    assert (tmp_path / "runs").read_text() == "x"


@pytest.fixture
def whole(tmp_path: Path) -> Chapter:
    cells = (
        "import sys\na = 1",
        "print('said')\na + 1",
        "print('oh', file=sys.stderr)",
        "b = a",
        PANEL.replace("HERE", ""),
    )
    return execute(notebook(tmp_path, *cells))


def test_cells_share_names_and_show_what_their_last_line_is_worth(whole: Chapter):
    assert (whole["a"], whole["b"]) == (1, 1)
    assert [one.text for one in whole.shown] == ["2", "Panel(a-run: )"]
    assert (whole.printed.getvalue(), whole.complaints.getvalue()) == ("said\n", "oh\n")


def test_a_panel_is_at_the_end_of_its_run(whole: Chapter):
    assert whole.drawn("a-run") == [{"x": 0}, {"x": 2}]
    assert whole.captions == {"a-run": "two"}
    assert whole.panels[0].status["state"] == "done"
