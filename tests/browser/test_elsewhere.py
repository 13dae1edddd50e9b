"""The panel outside of JupyterLab: in Notebook 7, and in marimo. What is not installed is skipped.

For marimo, which nothing else here needs: ``.venv/bin/pip install marimo``, then
``.venv/bin/python -m pytest -n0 tests/browser/test_elsewhere.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.cells import CURVE, RUN, SETUP, stop, unfold, write
from tests.browser.conftest import page_of_its_own
from tests.browser.harness import Panel

pytestmark = pytest.mark.xdist_group("browser")

BOXED = f"from ipywidgets import VBox\nVBox([{CURVE.replace('Curve', 'Boxed')}.widget])"


def moves(panel: Panel) -> None:
    """The slider moves the chart, and the kernel knows of it."""
    before = panel.settle()
    panel.slider("slope").press("ArrowRight")
    panel.wait_for_change(before)
    assert panel.settle() != before
    assert panel.alert == ""


def test_in_notebook_7(course: Path, browser: Browser, address: str):
    pytest.importorskip("notebook", reason="needs Notebook 7: pip install notebook")
    write(course / "seven.ipynb", [SETUP, CURVE, RUN, BOXED], folded=True)
    with page_of_its_own(browser, address, "notebooks") as notebook:
        notebook.open("seven.ipynb")
        notebook.run_all()
        moves(notebook.panel("Boxed"))
        moves(notebook.panel("Curve"))
        stop(notebook.panel("Run"))
        unfold(notebook, notebook.panel("Curve"))
        assert (notebook.errors, notebook.cell_errors()) == ([], [])
        notebook.end_kernel()
