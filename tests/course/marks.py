"""The marks in a picture that Vega drew, layer by layer, in pixels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

import numpy as np
from scipy.spatial import cKDTree

SVG = "{http://www.w3.org/2000/svg}"
#: The name that Vega gives to the marks of a layer, and of the parts of an error bar; the first layer has another one.
NAME = re.compile(r"role-mark (?:layer_(\d+)|moved)(?:_layer_\d+)?_marks")


@dataclass
class Marks:
    """The marks of one layer: their corners in pixels from the upper left of the frame, and their colours."""

    places: list[tuple[float, float]] = field(default_factory=list)
    colours: set[str] = field(default_factory=set)
    clipped: bool = True


def charts_of(picture: str) -> list[ElementTree.Element]:
    """The charts of a panel's picture, from left to right."""
    return ElementTree.fromstring(picture).findall(f"{SVG}g/{SVG}svg")


def marks_of(chart: ElementTree.Element) -> dict[int, Marks]:
    """The marks of each layer."""
    found: dict[int, Marks] = {}
    above = {child: parent for parent in chart.iter() for child in parent}
    for group in chart.iter(f"{SVG}g"):
        if name := NAME.search(group.get("class", "")):
            marks = found.setdefault(int(name[1] or 0), Marks())
            for mark in group:
                marks.places += corners(mark)
                marks.colours |= {str(mark.get(name)).lower() for name in ("stroke", "fill")} - {"none"}
            marks.clipped &= any(each.get("clip-path") for each in _about(chart, group, above))
    return found


def _about(
    chart: ElementTree.Element, group: ElementTree.Element, above: dict[ElementTree.Element, ElementTree.Element]
) -> Iterator[ElementTree.Element]:
    """An element, and the elements about it, of which ``above`` knows what each lies in."""
    while group is not chart:
        yield group
        group = above[group]


def corners(mark: ElementTree.Element) -> list[tuple[float, float]]:
    """The centre of a symbol, the vertices of a line or of an area, both ends of a bar."""
    shift = [float(number) for number in re.findall(r"[-\d.e+]+", (mark.get("transform") or "(0,0)").partition("(")[2])]
    if mark.tag == f"{SVG}line":
        return [(shift[0], shift[1]), (shift[0] + float(mark.get("x2", 0)), shift[1] + float(mark.get("y2", 0)))]
    if mark.get("transform"):
        return [(shift[0], shift[1])]
    numbers = re.findall(r"[ML]([-\d.e+]+),([-\d.e+]+)", mark.get("d") or "")
    return [(float(x), float(y)) for x, y in numbers]


def same(drawn: list[tuple[float, float]], expected: np.ndarray) -> bool:
    """Whether two lists of places are the same up to their order; a picture has three digits after the point."""
    if len(drawn) != len(expected) or not len(expected):
        return len(drawn) == len(expected)
    one, other = cKDTree(drawn), cKDTree(expected)
    far = np.abs(expected).max() * 1e-6
    return bool(max(one.query(expected)[0].max(), other.query(drawn)[0].max()) < 0.01 + far)
