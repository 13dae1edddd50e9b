"""Bake a panel: compute what it shows at its stops, and write the traits and the files of its page."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any

from scalinglab.live import Panel, Recording
from scalinglab.site.baking import packing
from scalinglab.site.baking.stops import Plan, combinations, stops_of


@dataclass(frozen=True)
class Report:
    """What a build says of a baked panel.

    Parameters
    ----------
    name : str
        The panel's, behind its chapter's number.
    runs : bool
        Whether it computes runs.
    stops : tuple of int
        The stops of each control.
    combinations, all_combinations, frames : int
        How many were baked, of how many, and the pictures of them all.
    pairs : bool
        Whether any two controls may be moved away from the start, and from each preset.
    size : int
        Bytes of its data, deflated.
    seconds : float
        How long all of it took.
    """

    name: str
    runs: bool
    stops: tuple[int, ...]
    combinations: int
    all_combinations: int
    frames: int
    pairs: bool
    size: int
    seconds: float

    def __str__(self) -> str:
        share = 100 * self.combinations / self.all_combinations
        kind = f"{self.frames} snapshots of runs" if self.runs else "pictures"
        pairs = "every pair of controls" if self.pairs else "not every pair of controls"
        return (
            f"{self.name}: {self.combinations} of {self.all_combinations} combinations exact ({share:.0f} %, {pairs}), "
            f"{kind}, {self.size / 1000:.0f} kB, {self.seconds:.0f} s"
        )


@dataclass(frozen=True)
class Baked:
    """A panel as its page needs it.

    Parameters
    ----------
    traits : dict of str to object
        The traits of its model, for JSON.
    data : bytes
        Its frames, deflated.
    picture, caption : str
        What it shows at its start, of a run at its end, in SVG and in words; the picture may be empty.
    report : Report
        What it took.
    """

    traits: dict[str, Any]
    data: bytes
    picture: str
    caption: str
    report: Report


def bake(panel: Panel, chapter: str, plan: Plan) -> Baked:
    """Compute what a panel shows at its stops; the panel stays as it is.

    Parameters
    ----------
    panel : Panel
        It may be closed.
    chapter : str
        The number of its chapter.
    plan : Plan
        How finely.
    """
    began, recording = time.perf_counter(), Recording(panel)
    start = recording.shots({}, plan.snapshots)
    stops = stops_of(recording, plan)
    chosen = combinations(recording, stops, plan)
    pairs = set(combinations(recording, stops, replace(plan, together=2, most=1))) <= set(chosen)
    names = [control.name for control in recording.controls]
    values = [{name: stops[name][place] for name, place in zip(names, each, strict=True)} for each in chosen]
    runs = [start if each == recording.start else recording.shots(each, plan.snapshots) for each in values]
    budgets = [recording.budget(each) for each in values]
    data = packing.packed(chosen, runs, budgets, recording.axes, plan.steps)
    sizes = tuple(len(stops[name]) for name in names)
    name = f"{chapter}/{recording.name}"
    took = time.perf_counter() - began
    frames = sum(map(len, runs))
    report = Report(name, recording.runs, sizes, len(chosen), math.prod(sizes), frames, pairs, len(data), took)
    traits = _traits(recording, stops, name, [_rounded(run[-1].seconds) for run in runs])
    return Baked(traits, data, recording.picture(start[-1]), start[-1].caption, report)


def _rounded(seconds: float) -> float:
    """A time to two digits, as no more of it is ever the same again."""
    return float(f"{seconds:.1e}")


def _traits(recording: Recording, stops: dict[str, tuple[Any, ...]], name: str, seconds: list[float]) -> dict[str, Any]:
    """The traits of the panel's model, with what its kernel on the page has to know."""
    traits = recording.traits()
    controls = [
        control | ({"grid": stops[control["name"]]} if control["kind"] == "slider" else {})
        for control in traits["controls"]
    ]
    baked = {
        "file": name,
        "path": f"../data/{name}.js",
        "start": recording.start,
        "presets": recording.presets,
        "goals": recording.goals,
        "after": recording.after,
        "compares": recording.compares,
        "seconds": seconds if recording.runs else [],
    }
    return traits | {
        "controls": controls,
        "runtime": "IPY_MODEL_runtime",
        "frame": {},
        "status": {},
        "digits": 4,
        "baked": baked,
    }
