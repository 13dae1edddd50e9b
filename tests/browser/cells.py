"""Small notebooks with a closed-form panel and a run of twenty seconds, and what several tests do in them."""

from __future__ import annotations

from pathlib import Path

import nbformat
from playwright.sync_api import expect

from tests.browser.harness import Notebook, Panel

SETUP = """
import math, time
from scalinglab.live import Axis, Choice, Lines, Panel, Slider, Switch, chart

class Snapshot:
    def __init__(self, rows, done):
        self.listed, self.done, self.total, self.caption = rows, done, 2000, f"at {done}"
    def rows(self):
        return self.listed

def curve(slope):
    if slope == 0:
        raise ArithmeticError("slope zero has no curve")
    return [{"x": x / 50, "y": (x / 50) ** slope} for x in range(51)]

def run(slope):
    rows = []
    for step in range(2000):
        time.sleep(0.01)
        if step % 10 == 0:
            rows.append({"x": step / 2000, "y": math.exp(-slope * step / 500)})
        yield Snapshot(rows, step + 1)

axes = {"x": Axis("x", "x", 0, 1), "y": Axis("y", "y", 0, 1)}
drawn = chart(Lines(label="the curve"), **axes, title="t", description="A curve.")
"""
CURVE = 'Panel(curve, controls=[Slider("slope", 0, 4, 1)], charts=drawn, title="Curve")'
RUN = 'runs = Panel(run, controls=[Slider("slope", 0, 4, 1)], charts=drawn, title="Run")\nruns'


def write(path: Path, cells: list[str], folded: bool = False) -> None:
    """Make a notebook of these cells, their code folded or not."""
    hidden = {"jupyter": {"source_hidden": True}} if folded else {}
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip(), metadata=hidden) for cell in cells])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, path)


def stop(panel: Panel) -> None:
    """Stop a run, once it runs."""
    panel.wait_for_state("running")
    panel.button("Stop").click()
    panel.wait_for_state("stopped")


def unfold(notebook: Notebook, first: Panel) -> None:
    """Unfold all code, as the first panel of the notebook says."""
    folded = notebook.page.locator(".jp-InputPlaceholder")
    expect(folded).not_to_have_count(0)
    first.button("Where is the code?").click()
    expect(first.root.get_by_text("View → Expand All Code")).to_be_visible()
    notebook.choose("View", "Expand All Code")
    expect(folded).to_have_count(0)
