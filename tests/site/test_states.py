"""The panels of a site at 200 random states: the kernel's own rows, or the nearest that there are, and it is said.

They hold for any site: for that of two small chapters, and for that of the course if ``SCALINGLAB_SITE`` names one.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scalinglab.live import Axis, Recording
from scalinglab.site.baking.scales import code
from tests.course.notebooks import COURSE
from tests.site.conftest import Visit
from tests.site.states import OnPage, answered, far, one_thread, panels_of, recordings, snapshots, trouble

pytestmark = pytest.mark.xdist_group("browser")

STATES = 200
#: A run takes seconds, a function milliseconds: how often a run is drawn for each function.
RUNS = 0.15
NOTE = "This page has no picture for exactly these values. The nearest one is shown: "


@pytest.fixture(scope="module")
def kernels(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recording]:
    """All panels of the chapters of the site, from chapters that were run here."""
    course = COURSE if "SCALINGLAB_SITE" in os.environ else site.parent / "course"
    found: dict[str, Recording] = {}
    for path in sorted(site.glob("[0-9]*.html")):
        with one_thread():
            found |= recordings(course / f"{path.stem}.ipynb", tmp_path_factory.mktemp("journal"))
    return found


def states(panels: list[OnPage]) -> Iterator[tuple[OnPage, int, float]]:
    """Panels at random, chapter by chapter, each with a seed and a part of a run."""
    draw = random.Random(22)
    chosen = draw.choices(panels, [RUNS if one.runs else 1 for one in panels], k=STATES)
    for one in sorted(chosen, key=lambda each: each.stem):
        yield one, draw.randrange(2**30), draw.random()


def test_200_random_states_are_what_the_kernel_shows_or_the_nearest_is(visit: Visit, kernels: dict[str, Recording]):
    exact, here = 0, ""
    heads: dict[str, dict[str, Any]] = {}
    for one, seed, place in states(panels_of(visit.folder)):
        if here != one.stem:
            here = visit.go(f"{one.stem}.html") and one.stem
        draw = random.Random(seed)
        places = [draw.randrange(len(stops)) for stops in one.stops]
        if seed % 2:  # half of them where something was baked
            places = draw.choice(answered(visit.page, one, {})["all"])
        told = answered(visit.page, one, one.values(places), place)
        assert told["complaint"] == "", one.name
        check_place(one, places, told)
        exact += told["stops"] == places
        head = heads.setdefault(one.name, one.head(visit.folder))
        check_shots(one, kernels[one.name], head, told)
    assert exact > STATES / 2
    visit.page.evaluate("localStorage.clear()")


def check_place(one: OnPage, places: list[int], told: dict[str, Any]) -> None:
    """Where its values were baked they are shown; else the nearest are, and each that differs is named."""
    if places in told["all"]:
        assert told["stops"] == places
    least = min(far(one, places, each, told["moved"]) for each in told["all"])
    assert far(one, places, told["stops"], told["moved"]) == pytest.approx(least), (one.name, places, told["stops"])
    differ = [control["label"] for control, a, b in zip(one.controls, places, told["stops"], strict=True) if a != b]
    assert told["note"].startswith(NOTE if differ else "")
    assert bool(told["note"]) == bool(differ)
    words = told["note"].removeprefix(NOTE).split(". For any other value")[0]
    assert words.count(" = ") == len(differ), (one.name, words)
    assert all(f"{label} = " in words for label in differ)


def check_shots(one: OnPage, kernel: Recording, head: dict[str, Any], told: dict[str, Any]) -> None:
    """Some pictures at what is shown are those of the kernel: rows to the stored precision, words exactly."""
    values = one.values(told["stops"])
    with one_thread():
        shots = {shot.index: shot for shot in kernel.shots(values, snapshots(one))}
    assert set(shots) >= {each["index"] for each in told["shots"]}, one.name
    for seen in told["shots"]:
        shot = shots[seen["index"]]
        said = (seen["error"], seen["caption"].removeprefix(told["note"]).strip(), seen["legends"])
        legends = shot.compared if seen["compared"] else shot.legends
        assert said == (shot.error, shot.caption.strip(), json.loads(json.dumps(legends))), (one.name, values)
        assert seen["budget"].startswith(kernel.budget(values).strip()), one.name
        assert list(filled(seen["sets"])) == list(filled(shot.data)), (one.name, values)
        for name, columns in filled(shot.data).items():
            assert list(seen["sets"][name]) == list(columns)
            for field, expected in columns.items():
                reading = reading_of(head, name, field, np.asarray(expected))
                wrong = trouble(reading, seen["sets"][name][field], np.asarray(expected))
                assert wrong == "", f"{one.name} at {values}, snapshot {seen['index']}, {name}.{field}: {wrong}"
                check_axis(kernel, name, field, reading)


def filled(sets: dict[str, Any]) -> dict[str, Any]:
    """The data sets that have columns, without that of the run before."""
    return {name: columns for name, columns in sets.items() if columns and name != "previous"}


def reading_of(head: dict[str, Any], name: str, field: str, expected: np.ndarray) -> dict[str, Any]:
    """How a column is to be read: that of words, if it holds words now."""
    (columns,) = (each["columns"] for each in head["sets"] if each["name"] == name)
    words = expected.dtype.kind in "UO"
    return next(each for each in columns if each["field"] == field and (each["kind"] == "words") == words)


def check_axis(kernel: Recording, name: str, field: str, reading: dict[str, Any]) -> None:
    """What is not exact is kept on the chart's own axis, in steps that nobody sees: a pixel is a 400th of it."""
    if reading["kind"] != "axis":
        return
    assert reading["steps"] >= 20 * 400
    axes = kernel.axes(name, field)
    if axes:
        ends = min(axis.low for axis in axes), max(axis.high for axis in axes)
        assert (reading["low"], reading["high"]) == ends


def test_one_step_of_an_axis_is_told():
    """The comparison itself: what is equal passes, a step off does not, nor does a gap in the place of a number."""
    numbers = np.random.default_rng(0).uniform(-0.5, 2, 1000)
    reading = code(numbers, [Axis("y", "y", 0, 1)]).reading
    step = 1 / reading["steps"]

    def told(off: float) -> str:
        return trouble(reading, [repr(float(each)) for each in numbers + off], numbers)

    assert told(0.0) == ""
    assert "codes off" in told(1.1 * step)
    edge = np.append(numbers, -2e-10)  # nothing but rounding, which stands on the end of the axis
    reading = code(edge, [Axis("y", "y", 0, 1)]).reading
    assert trouble(reading, [*map(repr, numbers.tolist()), "0.0"], edge) == ""
    assert "codes off" in trouble(reading, [*map(repr, numbers.tolist()), "0.0"], np.append(numbers, -2e-9))
    assert trouble(reading, ["NaN", *map(repr, numbers[1:].tolist())], numbers) != ""
    assert trouble({"kind": "few"}, ["0.1"], np.array([0.1 + 1e-15])) == "not exact"
    assert trouble({"kind": "words"}, ["a"], np.array(["b"])) == "other words"


# ---- what a page cannot show exactly ----------------------------------------------------------------------------


def test_two_controls_may_move_away_from_the_start_and_from_presets_on_most_panels(visit: Visit):
    """Eight in ten panels that are no runs show all combinations of any two controls; the table says which do not."""
    here, whole, panels = "", 0, [one for one in panels_of(visit.folder)]
    print()
    for one in panels:
        if here != one.stem:
            here = visit.go(f"{one.stem}.html") and one.stem
        all_ = {tuple(each) for each in answered(visit.page, one, {})["all"]}
        wanted = pairs(one)
        kind = "run" if one.runs else "all pairs" if wanted <= all_ else "NOT all pairs"
        whole += kind == "all pairs"
        sizes = " x ".join(str(len(stops)) for stops in one.stops)
        print(f"{one.name:40} {kind:14} {len(wanted & all_):6} of {len(wanted):6} pairs, {len(all_):6} in all: {sizes}")
    functions = sum(not one.runs for one in panels)
    print(f"All combinations of two controls are exact on {whole} of {functions} panels that are no runs.")
    assert whole >= 0.8 * functions
    visit.page.evaluate("localStorage.clear()")


def pairs(one: OnPage) -> set[tuple[int, ...]]:
    """All combinations in which at most two controls are away from the start, or from a preset."""
    sizes, found = [len(stops) for stops in one.stops], set()
    for values in (one.traits["baked"]["start"], *one.traits["baked"]["presets"].values()):
        named = zip(one.controls, one.stops, strict=True)
        base = tuple(stops.index(values[control["name"]]) for control, stops in named)
        for moved in itertools.combinations(range(len(sizes)), min(2, len(sizes))):
            choices = [range(size) if place in moved else [base[place]] for place, size in enumerate(sizes)]
            found |= set(itertools.product(*choices))
    return found
