"""The legend of a chart: the marks that are drawn, as they are drawn, and what each stands for.

It is written here and not by Vega, whose legend shows one kind of mark for all layers, and also what is not drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from scalinglab.live.charts import DASHED, Bars, Layer, Lines, Points
from scalinglab.live.drawn import Series, domain
from scalinglab.live.theme import COLOURS, LINES, MARKS, SHAPES
from scalinglab.live.wording import on_paper

#: The size of a key in pixels: wide enough for two periods of a dash, or for a point.
_WIDE, _NARROW, HEIGHT = 34, 16, 14
#: The colour of a layer's own entry where its marks have the colours of series.
_INK = "#000000"

Legend: TypeAlias = dict[str, Any]
#: A colour, a dash and a shape.
Look: TypeAlias = tuple[str, tuple[int, ...], str]


def legends(listed: list[Series]) -> list[Legend]:
    """The legends of a chart: one of its labelled layers, and one for each column that gives colours.

    Parameters
    ----------
    listed : list of Series
        What the chart draws.

    Returns
    -------
    list of dict
        For each its ``title`` and its ``entries``, each a ``text``, a ``key`` (marks in SVG, without the element
        about them) and the ``width`` of the key in pixels. A chart with nothing to tell apart has none.
    """
    seen = [series for series in listed if series.seen]
    entries = [_of_label(label, seen) for label in dict.fromkeys(each.layer.label for each in seen) if label]
    found: list[Legend] = [{"title": "", "entries": entries}] if entries else []
    values = domain(listed)
    for by in dict.fromkeys(each.layer.by for each in seen if each.layer.by):
        of_series = [each for each in seen if each.layer.by == by]
        shown = [value for value in values if any(each.value == value for each in of_series)]
        keys = [_of_value(value, values.index(value), of_series) for value in shown]
        title = next((each.layer.by_title for each in of_series if each.layer.by_title), by)
        found.append({"title": title, "entries": keys})
    return found


def belongs(layer: Layer, layers: Sequence[Layer]) -> str:
    """Under which label a layer stands in the legend: its own, or that of the next one of its colour and data.

    Where none follows, it is that of the one before; a layer whose series have their own colours needs none.
    """
    if layer.label or layer.by:
        return layer.label
    place = layers.index(layer)
    others = (*layers[place:], *layers[:place][::-1])
    alike = (each for each in others if each.label and not each.by)
    return next((each.label for each in alike if (each.colour, each.data) == (layer.colour, layer.data)), "")


def _of_label(label: str, seen: list[Series]) -> dict[str, Any]:
    layers = list(dict.fromkeys(each.layer for each in seen))
    own = [layer for layer in layers if belongs(layer, layers) == label]
    looks: list[Look] = [(_INK if each.by else each.colour, DASHED if each.dashed else (), SHAPES[0]) for each in own]
    return _entry(label, own, looks)


def _of_value(value: Any, index: int, seen: list[Series]) -> dict[str, Any]:
    index %= len(COLOURS)
    colour, dash, shape = COLOURS[index], LINES[index], MARKS[index]
    own = list(dict.fromkeys(each.layer for each in seen if each.value == value))
    looks: list[Look] = [(colour, DASHED if layer.dashed else dash, shape) for layer in own]
    return _entry(on_paper(f"{value:g}") if isinstance(value, float) else str(value), own, looks)


def _entry(text: str, layers: list[Layer], looks: list[Look]) -> dict[str, Any]:
    width = _NARROW if all(isinstance(layer, Points | Bars) for layer in layers) else _WIDE
    marks = (_mark(layer, width, *look) for layer, look in zip(layers, looks, strict=True))
    return {"text": text, "key": "".join(marks), "width": width}


def _mark(layer: Layer, room: int, colour: str, dash: tuple[int, ...], shape: str) -> str:
    """One mark of a layer as SVG."""
    ink, strong, middle = quoteattr(colour), f"{max(layer.opacity, 0.25):g}", HEIGHT / 2
    if isinstance(layer, Points):
        radius = min(math.sqrt(layer.size or 45) / 2, middle - 1)
        place = f"translate({room / 2:g},{middle:g}) scale({radius:.3g})"
        return f'<path transform="{place}" d="{shape}" fill={ink} fill-opacity="{strong}"/>'
    width = layer.size or 2
    dashes = f' stroke-dasharray="{",".join(f"{step:g}" for step in dash)}"' if dash and dash[1] else ""
    pen = f'fill="none" stroke={ink} stroke-width="{width:g}" stroke-opacity="{strong}"{dashes}'
    if isinstance(layer, Lines):
        return f'<path d="M0,{middle:g}H{room}" {pen}/>'
    if isinstance(layer, Bars):
        return f'<path d="M{room / 2:g},0V{HEIGHT}" {pen}/>'
    return f'<rect x="4" y="1" width="{room - 8}" height="{HEIGHT - 2}" fill={ink} fill-opacity="{strong}"/>'


def written(found: list[Legend], left: float, width: float) -> tuple[str, float]:
    """Legends as SVG lines that are no wider than a picture, and their height in pixels."""
    parts, y = [], 0.0
    for legend in found:
        x = left
        for entry in ({"text": legend["title"], "key": "", "width": -6}, *legend["entries"]):
            room = entry["width"] + 6 + _LETTER * len(entry["text"]) + 14
            if x > left and x + room > width:
                x, y = left, y + _LINE
            parts.append(f'<g transform="translate({x:g},{y:g})">{entry["key"]}{_text(entry)}</g>')
            x += room if entry["text"] else 0
        y += _LINE
    return "".join(parts), y


#: The height of a line and the width of a letter, on average, in pixels.
_LINE, _LETTER = 20, 6.2


def _text(entry: Mapping[str, Any]) -> str:
    font = "font-family='system-ui, DejaVu Sans, Arial, sans-serif' font-size='11' fill='#333333'"
    return f'<text x="{entry["width"] + 6:g}" y="11" {font}>{escape(entry["text"])}</text>' if entry["text"] else ""
