"""The kernels of the tests turn red where Jupyter stays silent; without the start-up file they stay green."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

SILENT = {
    "interact": "import ipywidgets\nipywidgets.interact(lambda x: 1 / 0, x=1);",
    "interactive_output": (
        "import ipywidgets\nipywidgets.interactive_output(lambda x: 1 / 0, {'x': ipywidgets.IntSlider()})"
    ),
    "Output": "import ipywidgets\nwith ipywidgets.Output():\n    1 / 0",
    "thread": "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()",
    "panel": """
from scalinglab.live import Axis, Lines, Panel, chart
def run():
    yield {"x": [0, 1]}
    import time; time.sleep(0.5)
    yield {"x": [0, 1]}
    1 / 0
Panel(run, charts=chart(Lines(), x=Axis("x", "x", 0, 1), y=Axis("x", "x", 0, 1), title="t", description="d"))
""",
}


def run(code: str, folder: Path) -> None:
    """Run one cell in a kernel of its own."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()


@pytest.mark.parametrize("code", SILENT.values(), ids=SILENT)
def test_a_silent_error_fails_the_cell(code: str, tmp_path: Path):
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        run(code, tmp_path)


@pytest.mark.parametrize("name", ["interact", "panel"])
def test_it_would_be_silent_without_the_start_up_file(name: str, tmp_path: Path, monkeypatch):
    monkeypatch.setitem(os.environ, "IPYTHONDIR", str(tmp_path))
    run(SILENT[name], tmp_path)


def test_a_good_cell_stays_green(tmp_path: Path):
    run("import ipywidgets\nwith ipywidgets.Output():\n    print(1)\nipywidgets.interact(lambda x: x, x=1);", tmp_path)
