"""A chapter runs in this process as in a kernel: its cells, what they show, and a sentence for one that fails."""

from __future__ import annotations

import json
import os

import pytest

from scalinglab.exercises import Prediction
from scalinglab.live import Panel
from scalinglab.site.executing import CellError, execute
from tests.course.notebooks import CHAPTERS


def notebook(folder, *cells):
    """A notebook of these cells: code, or a text that begins with ``#``."""
    written = [
        {
            "cell_type": "markdown" if source.startswith("#") else "code",
            "id": f"c{number}",
            "source": source,
            "metadata": {"jupyter": {"source_hidden": number == 2}},
        }
        for number, source in enumerate(cells)
    ]
    path = folder / "07_short.ipynb"
    path.write_text(json.dumps({"cells": written}), encoding="utf-8")
    return path


def test_cells_share_names_and_show_their_last_line_what_they_print_and_what_they_display(tmp_path):
    path = notebook(
        tmp_path, "# 07 Short\n\nText.", "a = 2\na + 1", "print('said')\ndisplay(a)\na;", "def f(): return a"
    )
    chapter = execute(path, tmp_path)
    assert (chapter.title, chapter.number, [cell.kind for cell in chapter.cells][:2]) == (
        "07 Short",
        "07",
        ["markdown", "code"],
    )
    assert [cell.folded for cell in chapter.cells] == [False, False, True, False]
    assert [[(o.value, o.bundle["text/plain"]) for o in cell.outputs] for cell in chapter.cells] == [
        [],
        [(3, "3")],
        [(None, "said\n"), (2, "2")],
        [],
    ]
    assert chapter.names["f"]() == 2


def test_values_keep_their_richer_forms(tmp_path):
    path = notebook(tmp_path, "from scalinglab.live import Table\nTable([{'a': 1}])")
    ((table,),) = (cell.outputs for cell in execute(path, tmp_path).cells)
    assert table.bundle["text/html"].startswith("<table>")


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [("1 / 0", "ZeroDivisionError: division by zero"), ("raise ValueError('no such width')", "No such width")],
)
def test_a_cell_that_fails_is_named_in_one_sentence(tmp_path, cell, sentence):
    with pytest.raises(CellError, match=rf"07_short.ipynb: cell 2 \(c1\) failed: {sentence}$"):
        execute(notebook(tmp_path, "a = 1", cell), tmp_path)


def test_an_error_in_a_thread_fails_its_cell(tmp_path):
    code = "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()"
    with pytest.raises(CellError, match="division by zero"):
        execute(notebook(tmp_path, code), tmp_path)


def test_nothing_of_the_users_is_touched(tmp_path, monkeypatch):
    monkeypatch.setenv("SCALINGLAB_JOURNAL", "mine.json")
    here = os.getcwd()
    path = notebook(tmp_path, "import os\nos.getcwd(), os.environ['SCALINGLAB_JOURNAL']")
    ((place,),) = (cell.outputs for cell in execute(path, tmp_path / "elsewhere").cells)
    assert place.value == (str(tmp_path), str(tmp_path / "elsewhere" / "predictions.json"))
    assert (os.getcwd(), os.environ["SCALINGLAB_JOURNAL"]) == (here, "mine.json")


def test_a_real_chapter_shows_its_panels_closed_where_nothing_is_predicted(tmp_path):
    shown = [output.value for cell in execute(CHAPTERS[0], tmp_path).cells for output in cell.outputs]
    panels = [value for value in shown if isinstance(value, Panel)]
    assert [panel.name for panel in panels] == ["power-law", "live-training"]
    assert [panel.closed for panel in panels] == [False, True]
    assert any(isinstance(value, Prediction) for value in shown)
