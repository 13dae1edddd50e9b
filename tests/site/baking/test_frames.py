"""What a page reads out of a data file is what the panel's function returned, to the precision that is kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from scalinglab.live import Axis, Choice, Lines, Panel, Slider, Switch, chart
from scalinglab.site import baking
from scalinglab.site.baking.baked import Baked, bake
from scalinglab.site.baking.scales import STEPS
from scalinglab.site.baking.stops import Plan

AXES = {"x": Axis("n", "n", 1, 1000, log=True), "y": Axis("error", "error", 0, 1)}
CHART = chart(Lines(by="law", order=("one", "two")), **AXES, title="T", description="D")

#: Takes a data file apart, and answers with the columns of some frames, gaps and infinities as words; all as one text,
#: since playwright is slow with many values.
READ = """async ([text, frames]) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    const read = globalThis.read = new scalinglab.Frames(await new Response(stream).arrayBuffer());
    const plain = ({ bytes, labels }) => Array.from(bytes, (value) => labels ? labels[value] : String(value));
    return JSON.stringify(frames.map((frame) => Object.fromEntries(Object.entries(read.setsOf(frame)).map(
        ([name, { columns }]) =>
            [name, Object.fromEntries(Object.entries(columns).map(([field, column]) => [field, plain(column)]))]))));
}"""


def curves(a, b, kind, on):
    n = np.geomspace(1, 1000, 40)
    rows = [
        {"law": law, "n": float(each), "error": a * times * each**-b, "width": 4 * times, "big": each**9, "on": on}
        for law, times in (("one", 1), ("two", 2))
        for each in n[: 20 if kind == "short" else 40]
    ]
    rows[3]["error"] = float("nan")
    rows[4]["big"] = float("inf")
    return {"rows": rows, "points": [{"n": 1, "error": b}] if on else [], "caption": f"a = {a}, {kind}"}


def training(rate, seeds):
    noise = np.random.default_rng(int(100 * rate)).random((9, 60))
    for step in range(1, 60):
        rows = [
            {"law": "one", "n": at + 1, "error": float(noise[seed, at] * rate), "seed": seed}
            for seed in range(seeds)
            for at in range(step)
        ]
        yield {"rows": rows, "done": step, "total": 59, "caption": f"step {step}"}


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.evaluate("globalThis.scalinglab = {}")
    script = Path(baking.__file__).parents[1] / "static" / "frames.js"
    page.add_script_tag(content=script.read_text(encoding="utf-8"))
    yield page
    page.close()


@pytest.fixture(scope="module")
def functions() -> tuple[Panel, Baked]:
    controls = Slider("a", 0.05, 1, 0.5), Slider("b", 0, 1, 0.5), Choice("kind", ["long", "short"]), Switch("on")
    panel = Panel(curves, controls=controls, charts=CHART, title="Curves", presets={"flat": {"b": 0.0}})
    return panel, bake(panel, "99", Plan(stops=13, most=100))


@pytest.fixture(scope="module")
def runs() -> tuple[Panel, Baked]:
    controls = Slider("rate", 0.1, 1, 0.5, stops=10), Slider("seeds", 1, 4, 2, integer=True)
    panel = Panel(training, controls=controls, charts=CHART, title="Training")
    panel.wait(20)
    return panel, bake(panel, "99", Plan(most=10))


def read(page: Page, baked: Baked, frames: list[int]) -> list[dict]:
    return json.loads(page.evaluate(READ, [base64.b64encode(baked.data).decode(), frames]))


def close(found: list[str], expected: np.ndarray) -> bool:
    """Whether numbers agree on an axis from 0 to 1: to half a step on it, to a hundredth of a percent beyond it."""
    numbers = np.array([float(each) for each in found])
    inside = ~(expected > 1)
    half = 0.51 / STEPS
    return np.allclose(numbers[inside], expected[inside], rtol=0, atol=half, equal_nan=True) and np.allclose(
        numbers[~inside], expected[~inside], rtol=1e-4, atol=0
    )


def test_200_random_states_are_the_functions_own_rows(page: Page, functions: tuple[Panel, Baked]):
    panel, baked = functions
    read(page, baked, [])
    stops = [control.get("grid") or control.get("options") or (False, True) for control in baked.traits["controls"]]
    combinations = page.evaluate("read.combinations.map(({ stops }) => stops)")
    chosen = np.random.default_rng(1).choice(len(combinations), 200, replace=False).tolist()
    for frame, sets in zip(chosen, read(page, baked, chosen), strict=True):
        values = {
            control["name"]: stops[place][at]
            for place, (control, at) in enumerate(zip(baked.traits["controls"], combinations[frame], strict=True))
        }
        rows = panel.evaluate(**values)["rows"]
        found = sets["rows"]
        assert list(found) == list(rows)
        assert found["law"] == rows["law"].tolist()
        assert [float(each) for each in found["width"]] == rows["width"].tolist()  # whole numbers: exact
        assert [float(each) for each in found["n"]] == rows["n"].tolist()  # few different ones: exact
        assert found["on"] == [str(int(values["on"]))] * len(rows["law"])
        assert close(found["error"], rows["error"])
        assert [float(each.replace("Infinity", "inf")) for each in found["big"]] == rows["big"].tolist()
        assert ("points" in sets and bool(sets["points"])) == values["on"]


def test_a_run_comes_back_snapshot_by_snapshot(page: Page, runs: tuple[Panel, Baked]):
    _, baked = runs
    read(page, baked, [])
    found = page.evaluate("read.combinations")
    assert len(found) == 10 + 4 - 1  # each control by itself
    at = {tuple(each["stops"]): each for each in found}[4, 3]  # rate 0.5, 4 seeds
    frames = list(range(at["first"], at["first"] + at["count"]))
    index = page.evaluate("([first, count]) => [...read.index.slice(first, first + count)]", [at["first"], at["count"]])
    assert (index[0], index[-1]) == (0, 58)
    snapshots = list(training(0.5, 4))
    for step, sets in zip(index, read(page, baked, frames), strict=True):
        rows = snapshots[step]["rows"]
        assert [float(each) for each in sets["rows"]["seed"]] == [row["seed"] for row in rows]
        assert close(sets["rows"]["error"], np.array([row["error"] for row in rows]))
    assert page.evaluate("(at) => read.texts[read.captions[at]]", frames[-1]) == "step 59"


def test_rows_that_a_run_shows_again_are_kept_once(page: Page, runs: tuple[Panel, Baked]):
    """A run of 60 steps shows its rows 30 times; they take hardly more room than once."""
    once = sum(10 * 2 * 59 if seeds == 2 else seeds * 59 for seeds in range(1, 5))
    assert len(runs[1].data) < 3 * once


def test_the_same_frames_are_the_same_bytes(functions: tuple[Panel, Baked]):
    panel, baked = functions
    assert bake(panel, "99", Plan(stops=13, most=100)).data == baked.data


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_where_nothing_was_baked_the_nearest_is_found_that_follows_the_last_move(
    page: Page, functions: tuple[Panel, Baked], moved: int
):
    """Three controls are away from the start and from the preset; the picture follows the one that was just moved."""
    read(page, functions[1], [])
    find = "([stops, moved]) => read.nearest(stops, [13, 13, 0, 0], moved).stops"
    wanted = [2, 2, 1, 0]
    found = page.evaluate(find, [wanted, [place == moved for place in range(4)]])
    assert found[moved] == wanted[moved]
    assert sum(one != other for one, other in zip(found, wanted, strict=True)) == 1
    assert page.evaluate(find, [found, []]) == found
