"""What the panels of a built site hold, as its pages read it, beside what their functions return in Python."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import threadpoolctl
import torch

from scalinglab.live import Panel, Recording
from scalinglab.site.baking.stops import plan_of
from scalinglab.site.executing import execute

#: A share of an axis that is nothing but rounding: what is so close to an end stands on it.
_HAIR = 1e-9
_MODELS = re.compile(r"^<script>Object\.assign\(scalinglab\.models, (.*)\);</script>$", re.MULTILINE)
#: A panel answers without being drawn: where it stands after a move, and some of its pictures.
_ANSWER = """async ([id, values, place]) => {
    const kernels = (globalThis.asked ??= {});
    if (!kernels[id]) {
        const traits = scalinglab.models[id];
        scalinglab.gates.show(traits.baked.after);
        const kernel = scalinglab.kernels.panel(traits);
        const model = new scalinglab.PageModel(traits, kernel);
        await kernel.start(model);
        kernels[id] = { kernel, model };
    }
    const { kernel, model } = kernels[id];
    kernel.act({ action: "set", values });
    clearTimeout(kernel.timer);
    const { first, count, stops } = kernel.here;
    const moved = [...kernel.moved];
    const plain = ({ bytes, labels }) => Array.from(bytes, (value) => (labels ? labels[value] : String(value)));
    const column = ([field, one]) => [field, plain(one)];
    const shots = [...new Set([0, Math.floor(place * count), count - 1])].map((at) => {
        kernel.show(at, "done");
        const { sets, legends } = model.get("frame");
        const { caption, error, budget } = model.get("status");
        const columns = Object.entries(sets).map(([name, set]) => [name, Object.fromEntries(Object.entries(set.columns).map(column))]);
        const compared = kernel.baked.compares && kernel.previous.rows > 0;
        return { index: kernel.frames.index[first + at], sets: Object.fromEntries(columns), legends, caption, error, budget, compared };
    });
    const all = kernel.frames.combinations.map((each) => each.stops);
    return JSON.stringify({ stops, note: kernel.note, moved, shots, all, complaint: kernel.complaint.error ?? "" });
}"""  # noqa: E501


@dataclass(frozen=True)
class OnPage:
    """A panel of a built site: the stem of its chapter, the name of its model, and the traits of that."""

    stem: str
    model: str
    traits: dict[str, Any]

    @property
    def name(self) -> str:
        """Chapter and panel: ``"05/eigenmodes"``."""
        return self.traits["baked"]["file"]

    @property
    def runs(self) -> bool:
        """Whether it computes runs."""
        return self.traits["streams"]

    @property
    def controls(self) -> list[dict[str, Any]]:
        """What its controls are."""
        return self.traits["controls"]

    @property
    def stops(self) -> list[list[Any]]:
        """Where each of its controls can stand."""
        return [one.get("grid") or one.get("options") or [False, True] for one in self.controls]

    def values(self, places: Sequence[int]) -> dict[str, Any]:
        """The values of its controls at a combination of stops."""
        stops = zip(self.controls, self.stops, places, strict=True)
        return {control["name"]: own[place] for control, own, place in stops}

    def head(self, site: Path) -> dict[str, Any]:
        """How its data file is to be read."""
        (text,) = re.findall(r', "([^"]*)"\);\n$', (site / "data" / f"{self.name}.js").read_text(encoding="utf-8"))
        held = zlib.decompress(base64.b64decode(text))
        return json.loads(held[4 : 4 + int.from_bytes(held[:4], "little")])


def panels_of(site: Path) -> list[OnPage]:
    """All panels of a site, in order."""
    found = []
    for path in sorted(site.glob("[0-9]*.html")):
        (models,) = _MODELS.findall(path.read_text(encoding="utf-8"))
        held = json.loads(models).items()
        found += [OnPage(path.stem, model, traits) for model, traits in held if "baked" in traits]
    return found


def answered(page: Any, one: OnPage, values: Mapping[str, Any], place: float = 0.5) -> dict[str, Any]:
    """What its page shows at these values: the first picture, the last, and one that ``place`` chooses of a run."""
    return json.loads(page.evaluate(_ANSWER, [one.model, dict(values), place]))


def recordings(path: Path, folder: Path) -> dict[str, Recording]:
    """The panels of a chapter that was run, by the names that the site has for them."""
    chapter = execute(path, folder)
    shown = (output.value for cell in chapter.cells for output in cell.outputs)
    return {f"{chapter.number}/{each.name}": Recording(each) for each in shown if isinstance(each, Panel)}


@contextmanager
def one_thread() -> Iterator[None]:
    """A build computes in processes of one thread; more of them add in another order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpoolctl.threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)


def snapshots(one: OnPage) -> int:
    """How many snapshots of its runs a build keeps, about."""
    chapter, name = one.name.split("/", 1)
    return plan_of(chapter, name).snapshots


def far(one: OnPage, wanted: Sequence[int], other: Sequence[int], moved: Sequence[bool]) -> float:
    """How far a combination is from what was asked for; what was just moved counts most."""
    total = 0.0
    for control, stops, here, there, own in zip(one.controls, one.stops, wanted, other, moved, strict=True):
        apart = abs(here - there)
        total += ((apart / len(stops)) ** 2 if control["kind"] == "slider" else apart > 0) * (1000 if own else 1)
    return total


def place_in_codes(reading: Mapping[str, Any], values: np.ndarray) -> np.ndarray:
    """Where numbers stand among the codes of a column, in codes; of what is no number the number of its kind."""
    low, high, constant = (float(reading[name]) for name in ("low", "high", "constant"))

    def position(value: np.ndarray) -> np.ndarray:
        return np.sign(value) * np.log1p(np.abs(value) / constant) if constant else value

    first, last = position(np.array(low)), position(np.array(high))
    with np.errstate(over="ignore", invalid="ignore"):
        share = (position(values) - first) / (last - first)
        share = np.where(np.abs(np.round(share) - share) < _HAIR, np.round(share), share)
        below = np.log1p(np.maximum(-share, 0)) / (reading["most"][0] or 1) * (reading["beyond"] - 1)
        above = np.log1p(np.maximum(share - 1, 0)) / (reading["most"][1] or 1) * (reading["room"] - 1)
    found = share * reading["steps"]
    found = np.where(share < 0, -1 - below, np.where(share > 1, reading["steps"] + 1 + above, found))
    return np.select([np.isnan(values), np.isposinf(values), np.isneginf(values)], [1e9, 2e9, 3e9], found)


def trouble(reading: Mapping[str, Any], found: Sequence[str], expected: np.ndarray) -> str:
    """Where a column of a page is not the function's own: exactly, or to half of what its axis is divided into."""
    if expected.dtype.kind in "UO":
        return "" if list(found) == expected.astype(str).tolist() else "other words"
    numbers = np.array([float(each.replace("Infinity", "inf")) for each in found])
    exact = expected.astype(float)
    if numbers.shape != exact.shape:
        return f"{len(numbers)} values instead of {len(exact)}"
    if reading["kind"] != "axis":
        return "" if np.array_equal(numbers, exact, equal_nan=True) else "not exact"
    off = np.abs(place_in_codes(reading, numbers) - place_in_codes(reading, exact))
    return "" if off.max(initial=0) <= 0.501 else f"{off.max():.3g} codes off at {exact[off.argmax()]}"
