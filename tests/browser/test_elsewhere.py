"""The panel outside of JupyterLab: in Notebook 7, and in marimo. What is not installed is skipped.

For marimo, which nothing else here needs: ``.venv/bin/pip install marimo``, then
``.venv/bin/python -m pytest -n0 tests/browser/test_elsewhere.py``.
"""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent, indent

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.cells import CURVE, RUN, SETUP, stop, unfold, write
from tests.browser.conftest import page_of_its_own
from tests.browser.harness import Panel, free_port

pytestmark = pytest.mark.xdist_group("browser")

BOXED = f"from ipywidgets import VBox\nVBox([{CURVE.replace('Curve', 'Boxed')}.widget])"
ASKED = """
from scalinglab.exercises import predict
predict("00-which", "Which?", choices=["a", "b"], reveal=lambda: "a")
"""


def moves(panel: Panel) -> None:
    """The arrow key moves the slider, and the slider the chart."""
    before = panel.settle()
    panel.slider("slope").press("ArrowRight")
    panel.wait_for_change(before)
    expect(panel.slider("slope")).to_have_attribute("aria-valuetext", "1.067")
    assert panel.alert == ""


def test_in_notebook_7(course: Path, browser: Browser, address: str):
    """It looks for its shortcuts before a slider hears of an arrow key, in the panel and in a question."""
    pytest.importorskip("notebook", reason="needs Notebook 7: pip install notebook")
    write(course / "seven.ipynb", [SETUP, CURVE, RUN, BOXED, ASKED], folded=True)
    with page_of_its_own(browser, address, "notebooks") as notebook:
        notebook.open("seven.ipynb")
        notebook.run_all()
        moves(notebook.panel("Boxed"))
        moves(notebook.panel("Curve"))
        stop(notebook.panel("Run"))
        notebook.show_cell(4)
        answers = notebook.page.locator(".slab-predict input[type=radio]")
        answers.first.press("ArrowDown")
        expect(answers.nth(1)).to_be_checked()
        notebook.show_cell(1)
        unfold(notebook, notebook.panel("Curve"))
        assert (notebook.errors, notebook.cell_errors()) == ([], [])
        notebook.end_kernel()


MARIMO = """
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
{setup}
    return Panel, Slider, curve, drawn, mo, run


@app.cell
def _(Panel, Slider, curve, drawn, mo):
    panel = {curve}
    moved, move = mo.state(panel.value)
    panel.observe(lambda change: move(change["new"]))
    mo.ui.anywidget(panel.widget)
    return moved, panel


@app.cell
def _(mo, moved):
    mo.md(f"It stands at {{moved()['slope']:.4g}}.")
    return


@app.cell
def _(Panel, Slider, drawn, run):
    {run}
    runs
    return
"""


@contextmanager
def marimo_app(folder: Path) -> Iterator[str]:
    """Serve the app; yields its address."""
    app, port = folder / "app.py", free_port()
    (run, _, _) = RUN.partition("\n")
    app.write_text(dedent(MARIMO).format(setup=indent(SETUP, "    "), curve=CURVE, run=run), encoding="utf-8")
    command = [sys.executable, "-m", "marimo", "run", app, "--headless", f"--port={port}", "--no-token"]
    server = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(15)


def test_in_marimo(browser: Browser, tmp_path: Path):
    """As an anywidget and by itself; a cell hears of each move, also of those that a button makes."""
    pytest.importorskip("marimo", reason="needs marimo: pip install marimo")
    context = browser.new_context(viewport={"width": 1300, "height": 1000}, color_scheme="dark")
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    with marimo_app(tmp_path) as address:
        page.goto(address)
        curve, run = (Panel(page.get_by_role("region", name=name, exact=True)) for name in ("Curve", "Run"))
        expect(page.locator(".sl-dark, .sl-unfold")).to_have_count(0)  # marimo's own theme is light
        moves(curve)
        expect(page.get_by_text("It stands at 1.067.")).to_be_visible()
        curve.button("Reset").click()
        expect(page.get_by_text("It stands at 1.", exact=True)).to_be_visible()
        run.wait_for_state("running")
        run.wait_for_change(run.pixels())
        stop(run)
        assert errors == []
    context.close()
