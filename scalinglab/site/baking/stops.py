"""Where the controls of a panel can stand on a page: every option, and some of the stops of each slider."""

from __future__ import annotations

import functools
import itertools
import math
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from scalinglab.live import Recording, Slider

#: A combination: for each control the number of its stop.
Combination = tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """How finely a panel is baked.

    Parameters
    ----------
    stops : int
        Stops of each slider, about; those that presets and tasks ask for are added. 0 for 40 of one slider, 25 of each
        of two, 15 of each of more.
    together : int
        How many controls are moved together away from the start and from each preset, if not all combinations fit.
        0 for one of a run, two of all others.
    most : int
        Up to so many combinations all of them are baked.
    snapshots : int
        Snapshots of a run, about.
    steps : int
        How finely an axis is divided; a pixel is about a 400th of it.
    """

    stops: int = 0
    together: int = 0
    most: int = 0
    snapshots: int = 30
    steps: int = 49_152


def plan_of(chapter: str, panel: str) -> Plan:
    """The plan of a panel: what ``stops.toml`` says of it, else the defaults."""
    return Plan(**_written().get(f"{chapter}/{panel}", {}))


def plans_of(chapter: str) -> dict[str, dict[str, int]]:
    """What ``stops.toml`` says of the panels of a chapter, by their names."""
    return {name: plan for name, plan in sorted(_written().items()) if name.startswith(f"{chapter}/")}


def slowest_first(chapter: str) -> tuple[int, str]:
    """What chapters, by their stems, are sorted by: those that take longest come first, so that none is waited for."""
    slowest = _written()["slowest"]
    number = chapter[:2]
    return (slowest.index(number) if number in slowest else len(slowest), chapter)


@functools.cache
def _written() -> dict[str, Any]:
    return tomllib.loads(resources.files("scalinglab.site.baking").joinpath("stops.toml").read_text(encoding="utf-8"))


def stops_of(recording: Recording, plan: Plan) -> dict[str, tuple[Any, ...]]:
    """The values at which each control can stand, ascending for sliders.

    Of a slider they are spaced as its own stops are, with both ends, its start, its value in each preset and one stop
    for each goal of a task.
    """
    sliders = sum(isinstance(control, Slider) for control in recording.controls)
    count = plan.stops or {1: 40, 2: 25}.get(sliders, 15)
    found: dict[str, tuple[Any, ...]] = {}
    for control in recording.controls:
        if not isinstance(control, Slider):
            found[control.name] = control.probes()
            continue
        grid = control.grid
        places = {round(place * (len(grid) - 1) / (count - 1)) for place in range(count)}
        kept = {grid[place] for place in places} if len(grid) > count else set(grid)
        kept |= {values[control.name] for values in (recording.start, *recording.presets.values())}
        for goal in itertools.chain.from_iterable(recording.goals):
            wanted = goal.get(control.name)
            if isinstance(wanted, tuple):
                if not any(wanted[0] <= stop <= wanted[1] for stop in kept):
                    kept |= set([stop for stop in grid if wanted[0] <= stop <= wanted[1]][:1])
            elif wanted is not None:
                kept.add(control.check(wanted))
        found[control.name] = tuple(sorted(kept))
    return found


def combinations(recording: Recording, stops: dict[str, tuple[Any, ...]], plan: Plan) -> list[Combination]:
    """The combinations of stops that are baked, in order.

    All of them where these are few; else those in which no more than ``together`` controls are away from the start or
    from a preset.
    """
    sizes = [len(stops[control.name]) for control in recording.controls]
    bases = [
        tuple(stops[control.name].index(control.check(values[control.name])) for control in recording.controls)
        for values in (recording.start, *recording.presets.values())
    ]
    if math.prod(sizes) <= (plan.most or (60 if recording.runs else 1_000)):
        return list(itertools.product(*map(range, sizes)))
    together = min(plan.together or (1 if recording.runs else 2), len(sizes))
    return sorted({each for base in bases for each in _around(base, sizes, together)})


def _around(base: Combination, sizes: Sequence[int], together: int) -> Iterator[Combination]:
    """The combinations in which so many controls have moved away from a base."""
    for moved in itertools.combinations(range(len(sizes)), together):
        yield from itertools.product(
            *(range(size) if place in moved else (base[place],) for place, size in enumerate(sizes))
        )
