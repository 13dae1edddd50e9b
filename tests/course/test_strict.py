"""The kernels of the tests turn red where Jupyter stays silent; without the start-up file they stay green."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

#: The panel is the last: its failed run fails all cells after it.
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


@contextmanager
def kernel(folder: Path) -> Iterator[Callable[[str], object]]:
    """A kernel; yields what runs a cell in it, and raises what the cell raises."""
    client = NotebookClient(
        nbformat.v4.new_notebook(), timeout=120, kernel_name="python3", resources={"metadata": {"path": folder}}
    )

    def run(code: str) -> object:
        client.nb.cells.append(nbformat.v4.new_code_cell(code))
        return client.execute_cell(client.nb.cells[-1], len(client.nb.cells) - 1)

    with client.setup_kernel():
        yield run


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], object]]:
    """One kernel as the tests have them, for all cells."""
    with kernel(tmp_path_factory.mktemp("strict")) as run:
        yield run


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], object]]:
    """One kernel without the start-up file."""
    folder = tmp_path_factory.mktemp("silent")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(folder))
        with kernel(folder) as run:
            yield run


def test_a_good_cell_stays_green(strict: Callable[[str], object]):
    strict("import ipywidgets\nwith ipywidgets.Output():\n    print(1)\nipywidgets.interact(lambda x: x, x=1);")


@pytest.mark.parametrize("code", SILENT.values(), ids=SILENT)
def test_a_silent_error_fails_the_cell(code: str, strict: Callable[[str], object]):
    strict("print(1)")  # nothing is left of the cell before
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        strict(code)


@pytest.mark.parametrize("name", ["interact", "panel"])
def test_it_would_be_silent_without_the_start_up_file(name: str, silent: Callable[[str], object]):
    silent(SILENT[name])
