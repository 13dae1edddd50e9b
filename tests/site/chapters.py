"""Two small chapters that hold one of everything a page must show; they are built in seconds."""

from __future__ import annotations

import json
from pathlib import Path

#: A line of these stands between two cells; cells that begin with a heading are text.
_BETWEEN = "\n%%\n"
_IMPORTS = """
import math
from scalinglab.exercises import check, course_map, hint, predict, quiz
from scalinglab.live import Axis, Choice, Lines, Panel, Points, Prose, Slider, Switch, Table, chart, tie_out

axes = {"x": Axis("x", "x", 0, 1), "y": Axis("y", "y", 0, 1)}
%%
"""
_FIRST = """# 00 First chapter

**How does a page work?**

*Time: 1 minute.*

This is the first chapter | [Course map](#Course-map) | Next: [01 Second chapter](01_second.ipynb)
%%
"""
_FIRST += _IMPORTS
_FIRST += """## Course map

Where you are.
%%
course_map()
%%
## A curve

The curve is $y = x^{a} + c$, so that

$$ y(1) = 1 + c . $$

Move *a*. The [next chapter](01_second.ipynb) goes on, and [another](07_lottery_tickets.ipynb) is not here.
%%
def curve(a, c, kind):
    found = [{"x": x / 50, "y": (x / 50) ** a + c} for x in range(51)]
    return {"rows": found, "caption": f"At a = {a:g}, a {kind} curve."}

drawn = chart(Lines(label="the curve"), **axes, title="A curve", description="A curve that rises.")
controls = [
    Slider("a", 0.5, 4, 1, stops=36, note="the exponent"), Slider("c", 0, 0.5, 0, stops=26),
    Choice("kind", ["red", "blue"], "red"),
]
Panel(
    curve, controls=controls, charts=drawn, title="Curve", note="It follows the sliders.",
    presets={"steep": {"a": 3.0}}, tasks=[("Drag *a* to 4.", {"a": 4.0}), "Look at `c`."],
)
%%
## A prediction

One number.
%%
predict(
    "00-width", "How many percent of the images does one with `width = 4` misread?",
    unit="%", low=0, high=100, reveal=lambda: 18.5,
)
%%
def run(speed):
    rows = []
    for step in range(21):
        rows.append({"x": step / 20, "y": math.exp(-speed * step / 20)})
        yield {"rows": rows, "done": step, "total": 20, "caption": f"Step {step}."}

runs = chart(Lines(label="the loss"), **axes, title="The loss", description="A loss that falls.")
speed = Slider("speed", 1, 4, 2, stops=4)
Panel(run, controls=[speed], charts=runs, title="Run", budget=lambda speed: "20 steps", after="00-width")
%%
Prose('''
1. The error is $18.5$ %, as `width` is **small**.
2. More.
''', after="00-width", fold="What you should have seen")
%%
rows = [{"width": 4, "error": 18.5}, {"width": 32, "error": 2.25}]
Table(rows, caption="What was measured", after="00-width")
%%
## An exercise

Count.
%%
def parameter_count(inputs, width, depth, classes):
    raise NotImplementedError
%%
check("00-parameters", parameter_count)
%%
from scalinglab.cli import machine_report

machine_report()
%%
## Summary

That was all.
"""
_SECOND = """# 01 Second chapter

**What comes then?**

Previous: [00 First chapter](00_first.ipynb) | [Course map](00_first.ipynb#Course-map)
%%
"""
_SECOND += _IMPORTS
_SECOND += """predict("01-data", "What happens with more `data`?", choices=["It falls", "It rises"], reveal="It falls")
%%
predict("01-width", "And with more units?", low=1, high=1000, log=True, reveal=lambda: 10)
%%
Prose("Both *fall*: $N^{-b}$.", after=("01-data", "01-width"))
%%
tie_out([("one", 1.0, 1.0, "exact", "tests/site/chapters.py")])
%%
def halves(on):
    return [{"x": x / 4, "y": x / 8 + 0.5 * on} for x in range(5)]

dots = chart(Points(label="dots"), **axes, title="Dots", description="Dots that rise.")
Panel(halves, controls=[Switch("on", False)], charts=dots, title="Dots")
%%
quiz("01")
%%
print("Printed.")
3 + 4
"""


def write_course(folder: Path) -> list[Path]:
    """Write the two chapters; returns their paths."""
    folder.mkdir(parents=True)
    return [_write(folder / "00_first.ipynb", _FIRST), _write(folder / "01_second.ipynb", _SECOND)]


def _write(path: Path, text: str) -> Path:
    cells = []
    for number, source in enumerate(text.strip().split(_BETWEEN)):
        kind = "markdown" if source.startswith("#") else "code"
        metadata = {"jupyter": {"source_hidden": True}} if kind == "code" and "raise" not in source else {}
        cell = {"id": f"c{number:02}", "cell_type": kind, "metadata": metadata, "source": source.splitlines(True)}
        cells.append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    made = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(made), encoding="utf-8")
    return path
