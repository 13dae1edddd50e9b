"""What a chart draws of its rows: the series of each layer, where they stand, and what lies outside the frame.

The browser draws with Vega; this is the same in numbers, for the legend, for the caption and for tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scalinglab.live.axes import Axis
from scalinglab.live.charts import Band, Bars, Layer, Lines, Points, made_of
from scalinglab.live.conditions import chosen
from scalinglab.live.rows import Columns, length

#: How a caption calls one and several marks of a kind.
_WORDS = {Lines: "line", Points: "point", Bars: "error bar", Band: "band"}


@dataclass(frozen=True)
class Series:
    """The marks of one layer that share a look.

    Parameters
    ----------
    layer : Layer
        The layer.
    value : object
        The value of ``by``, or None.
    x, y, top : ndarray of shape (rows,)
        Where they stand as shares of the axes, 0 to 1 within the frame; ``top`` is ``y`` where there is no second end.
    line : ndarray of shape (rows,)
        Which line each row is part of.
    """

    layer: Layer
    value: Any
    x: np.ndarray
    y: np.ndarray
    top: np.ndarray
    line: np.ndarray

    @property
    def within(self) -> np.ndarray:
        """Which of its rows stand in the frame, both ends."""
        inside = (self.y >= -_HAIR) & (self.y <= 1 + _HAIR) & (self.top >= -_HAIR) & (self.top <= 1 + _HAIR)
        return inside & (self.x >= -_HAIR) & (self.x <= 1 + _HAIR)

    @property
    def seen(self) -> bool:
        """Whether something of it is in the frame."""
        if isinstance(self.layer, Points):
            return bool(self.within.any())
        if isinstance(self.layer, Lines):
            return any(_crosses(self.x[own], self.y[own], self.y[own]) for own in self.lines())
        return _crosses(self.x, np.minimum(self.y, self.top), np.maximum(self.y, self.top))

    def lines(self) -> Iterator[np.ndarray]:
        """The rows of each line that has two of them."""
        for name in dict.fromkeys(self.line.tolist()):
            own = np.flatnonzero(self.line == name)
            if len(own) > 1:
                yield own

    def outside(self) -> int:
        """How many points, lines or bars of it are not wholly in the frame."""
        if isinstance(self.layer, Points | Bars):
            return int(np.count_nonzero(~self.within))
        return len(set(self.line[~self.within].tolist()))


#: A share of an axis that is no difference.
_HAIR = 1e-6


def drawn(spec: Mapping[str, Any], data: Mapping[str, Columns]) -> list[Series]:
    """The series of a chart, layer by layer from back to front; those of a layer in the order of their colours.

    Parameters
    ----------
    spec : mapping
        A specification made by ``chart``; of others, nothing is known.
    data : mapping
        Columns by data set.
    """
    if (parts := made_of(spec)) is None:
        return []
    layers, x, y = parts
    return [series for layer in layers for series in _of_layer(layer, x, y, data.get(layer.data, {}))]


def outside(titles: Sequence[str], charts: Sequence[list[Series]]) -> str:
    """A sentence that counts what lies outside the frames of charts; empty if nothing does."""
    found = {title: ", ".join(_counts(listed)) for title, listed in zip(titles, charts, strict=True)}
    where = "Outside the frame" if len(charts) == 1 else "Outside the frame of “{}”"
    return " ".join(f"{where.format(title)}: {text}." for title, text in found.items() if text)


def domain(listed: list[Series]) -> list[Any]:
    """The values that have a colour, in the order of the colours, as Vega finds them."""
    orders = [value for series in listed for value in series.layer.order if series.layer.by]
    values = {series.value for series in listed if series.value is not None} - set(orders)
    return [*dict.fromkeys(orders), *sorted(values)]


def _counts(listed: list[Series]) -> Iterator[str]:
    for kind, word in _WORDS.items():
        number = sum(series.outside() for series in listed if type(series.layer) is kind)
        if number:
            part = "" if kind in (Points, Bars) else "part of "
            yield f"{part}{number} {word}{'s' if number > 1 else ''}"


def _crosses(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> bool:
    """Whether the box about some marks meets the frame."""
    return bool(len(x) and x.min() <= 1 and x.max() >= 0 and low.min() <= 1 and high.max() >= 0)


def _of_layer(layer: Layer, x: Axis, y: Axis, columns: Columns) -> list[Series]:
    rows = length(columns)
    if not rows:
        return []
    kept = chosen(layer.only, columns, rows)
    by = columns[layer.by][kept] if layer.by else np.zeros(int(kept.sum()))
    line = columns[layer.detail][kept] if layer.detail else np.zeros(len(by))
    low = np.asarray(columns[layer.y or y.field][kept], dtype=float)
    across = np.asarray(columns[x.field][kept], dtype=float)
    high = np.asarray(columns[layer.top][kept], dtype=float) if isinstance(layer, Band) and not layer.mean else low
    found = []
    for value in _values(layer, by):
        own = by == value if layer.by else slice(None)
        given = across[own], low[own], high[own], line[own]
        places = _means(across[own], low[own], line[own]) if layer.mean else given
        known = ~(np.isnan(places[0]) | np.isnan(places[1]) | np.isnan(places[2]))
        at, bottom, top, name = (each[known] for each in places)
        if len(at):
            found.append(Series(layer, value, x.place(at), y.place(bottom), y.place(top), name))
    return found


def _values(layer: Layer, by: np.ndarray) -> list[Any]:
    if not layer.by:
        return [None]
    present = dict.fromkeys(by.tolist())
    return [value for value in dict.fromkeys((*layer.order, *sorted(present))) if value in present]


def _means(x: np.ndarray, y: np.ndarray, line: np.ndarray) -> tuple[np.ndarray, ...]:
    """The mean of y over the rows of a line with equal x, without the gaps among them; twice, as it has one end."""
    known = ~(np.isnan(x) | np.isnan(y))
    if not known.any():
        return x[:0], y[:0], y[:0], line[:0]
    places, at = np.unique(x[known], return_inverse=True)
    names, of = np.unique(line[known], return_inverse=True)
    groups, group = np.unique(of * len(places) + at, return_inverse=True)
    mean = np.bincount(group, weights=y[known]) / np.bincount(group)
    return places[groups % len(places)], mean, mean, names[groups // len(places)]
