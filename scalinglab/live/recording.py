"""What a panel would show at other values, without being moved, opened or drawn: for pages without Python.

``Recording(panel).shots({"width": 64})`` is what the panel would send to the browser, one after the other.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scalinglab._errors import sentence
from scalinglab.live.axes import Axis
from scalinglab.live.browser.frame import Frame
from scalinglab.live.charts import made_of
from scalinglab.live.controls import Control
from scalinglab.live.legends import Legend
from scalinglab.live.panel import PREVIOUS, Panel
from scalinglab.live.positions import to_text
from scalinglab.live.rows import Columns, about, caption_of, datasets_of
from scalinglab.live.vega.engine import VegaMissingError
from scalinglab.live.vega.picture import svg

#: Traits of a panel's widget that do not depend on anything that is computed.
_TRAITS = ("name", "title", "note", "controls", "presets", "charts", "tasks", "closed", "dark", "value", "values")


@dataclass(frozen=True)
class Shot:
    """One picture of a panel, and what is said with it.

    Parameters
    ----------
    index : int
        Which snapshot of its run this is, from 0; of a panel without a run 0.
    data : dict of str to dict of str to ndarray
        Columns by data set, as they are sent.
    legends, compared : list of list of dict
        The legends of each chart; the second where the charts also draw a run before this one.
    caption, error : str
        The sentences under the controls.
    done, total : int
        Progress of the run.
    seconds : float
        How long it took to get here.
    """

    index: int
    data: dict[str, Columns]
    legends: list[list[Legend]]
    compared: list[list[Legend]]
    caption: str
    error: str = ""
    done: int = 0
    total: int = 0
    seconds: float = 0.0


class Recording:
    """A panel seen from the outside.

    Parameters
    ----------
    panel : Panel
        It stays as it is; while it is closed, it computes for this alone.
    """

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        positions = panel._positions
        self.name, self.controls = panel.name, tuple[Control, ...](positions.controls.values())
        #: Where the controls start, and all their values in each preset.
        self.start: dict[str, Any] = dict(positions.start)
        self.presets: dict[str, dict[str, Any]] = dict(positions.presets)
        #: For each task its goals, in the words of ``Tasks``: values and ranges by control.
        self.goals: list[list[dict[str, Any]]] = panel.tasks.goals()
        #: Keys of the predictions that it waits for.
        self.after: tuple[str, ...] = panel._gate.keys
        #: Whether its charts draw the run before.
        self.compares: bool = panel._compares
        self.charts: list[dict[str, Any]] = panel._specs
        #: Whether what it computes is a run; known once something was computed.
        self.runs: bool = panel._view.streams

    def traits(self) -> dict[str, Any]:
        """What its widget holds before anything is computed, as plain values."""
        state = self._panel.widget.get_state()
        return {name: state[name] for name in _TRAITS} | {"streams": self.runs}

    def axes(self, name: str, field: str) -> list[Axis]:
        """The axes on which a column of a data set is drawn, of all charts that were made by ``chart``."""
        found: list[Axis] = []
        for layers, x, y in filter(None, map(made_of, self.charts)):
            own = [layer for layer in layers if layer.data == name]
            up = {each for layer in own for each in (layer.y or y.field, getattr(layer, "top", ""))}
            found += [axis for axis, fields in ((x, {x.field} if own else set()), (y, up)) if field in fields]
        return list(dict.fromkeys(found))

    def picture(self, shot: Shot) -> str:
        """A shot as one SVG picture; empty where there is no ``vl_convert`` to draw it."""
        try:
            return svg(self.charts, shot.data)
        except VegaMissingError:
            return ""

    def text(self, values: Mapping[str, Any]) -> str:
        """The values of its controls as the text that ``restore`` reads."""
        return to_text(self.name, self.start | dict(values))

    def budget(self, values: Mapping[str, Any]) -> str:
        """What it says of the cost at these values."""
        return self._panel._status._cost(self.start | dict(values))

    def shots(self, values: Mapping[str, Any], most: int = 40) -> list[Shot]:
        """What it shows at these values, one after the other; an error is the last of them.

        Parameters
        ----------
        values : mapping
            Some of its controls; the others stand where they start.
        most : int
            About how many snapshots of a run are kept, more of them at its start; the first and the last always.
        """
        kept, error = _Kept(most), ""
        try:
            for snapshot in self._snapshots(self.start | dict(values)):
                kept.take(*snapshot)
            if kept.latest is None:
                raise ValueError("there is nothing to draw: the run yielded nothing")
        except Exception as problem:
            error = sentence(problem)
        shots = [self._shot(*each) for each in kept.chosen()]
        if error:
            nothing = Frame.of(self.charts, {}).legends
            last = shots.pop() if shots else Shot(0, {}, nothing, nothing, "")
            shots.append(replace(last, error=error))
        return shots

    def _snapshots(self, values: Mapping[str, Any]) -> Iterator[tuple[int, float, Any]]:
        """The number, the seconds and the result of each snapshot."""
        began = time.perf_counter()
        result = self._panel._rows(**values)
        self.runs = isinstance(result, Iterator)
        for index, each in enumerate(result if isinstance(result, Iterator) else [result]):
            yield index, time.perf_counter() - began, each

    def _shot(self, index: int, seconds: float, said: Mapping[str, Any], found: dict[str, Columns]) -> Shot:
        before = {PREVIOUS: {}} if self.compares else {}
        frame = Frame.of(self.charts, found | before)
        compared = frame.legends
        if self.compares:
            compared = Frame.of(self.charts, found | {PREVIOUS: found.get("rows", {})}).legends
        data = {name: columns for name, columns in frame.data.items() if name not in before}
        caption = frame.caption(said["caption"])
        return Shot(index, data, frame.legends, compared, caption, "", said["done"], said["total"], seconds)


class _Kept:
    """Some of the snapshots of a run, chosen while it goes on: the first ones all, then ever fewer."""

    def __init__(self, most: int) -> None:
        self._most, self._stride = max(most, 2), 1
        self._kept: list[tuple[int, float, dict[str, Any], dict[str, Columns]]] = []
        self.latest: tuple[int, float, Any] | None = None

    def take(self, index: int, seconds: float, result: Any) -> None:
        """Look at the next snapshot; what is kept of it is a copy, as a run may change what it has yielded."""
        self.latest = (index, seconds, result)
        if index > self._early and index % self._stride:
            return
        self._kept.append(_copied(index, seconds, result))
        if len(self._kept) > 2 * self._most:
            self._stride *= 2
            self._kept = [each for each in self._kept if each[0] <= self._early or each[0] % self._stride == 0]

    def chosen(self) -> list[tuple[int, float, dict[str, Any], dict[str, Columns]]]:
        """At most so many of them, more at the start, with the last that was there."""
        kept = self._kept
        if self.latest and kept[-1][0] != self.latest[0]:
            kept = [*kept, _copied(*self.latest)]
        if len(kept) <= self._most:
            return kept
        share = np.linspace(0, 1, self._most)
        places = np.round((len(kept) - 1) * (0.5 * share + 0.5 * share**2)).astype(int)
        return [kept[place] for place in np.unique(places)]

    @property
    def _early(self) -> int:
        """The last of the first snapshots, which are all kept."""
        return self._most // 4


def _copied(index: int, seconds: float, result: Any) -> tuple[int, float, dict[str, Any], dict[str, Columns]]:
    found = {
        name: {field: values.copy() for field, values in columns.items()}
        for name, columns in datasets_of(result).items()
    }
    said = {
        "caption": caption_of(result),
        "done": int(about(result, "done", 0)),
        "total": int(about(result, "total", 0)),
    }
    return index, seconds, said, found
