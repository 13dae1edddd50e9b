"""What a chart draws of its rows: the series of each layer, where they stand, and what lies outside the frame.

The browser draws with Vega; this is the same in numbers, for the legend, for the caption and for tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from scalinglab.live.axes import Axis
from scalinglab.live.charts import Band, Bars, Layer, Lines, Points, made_of
from scalinglab.live.conditions import chosen
from scalinglab.live.rows import Columns, length

#: How a caption calls one and several marks of a kind.
_WORDS = {Lines: "line", Points: "point", Bars: "error bar", Band: "band"}
#: A share of an axis that is no difference.
_HAIR = 1e-6


@dataclass(frozen=True, eq=False)
class Series:
    """The marks of one layer that share a look.

    Parameters
    ----------
    layer : Layer
        The layer.
    value : object
        The value of ``by``, or None.
    across, up : Axis
        The axes.
    rows : tuple of ndarray of shape (rows,)
        The values of its rows on the two axes, those at the second end of a band or bar, and the line that each row is
        part of; without gaps.
    """

    layer: Layer
    value: Any
    across: Axis
    up: Axis
    rows: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]

    @cached_property
    def marks(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """The same for what is drawn of the rows: they themselves, or their means."""
        return _means(self.rows[0], self.rows[1], self.rows[3]) if self.layer.mean else self.rows

    @cached_property
    def x(self) -> np.ndarray:
        """Where the marks stand from left to right: 0 to 1 in the frame."""
        return self.across.place(self.marks[0])

    @cached_property
    def y(self) -> np.ndarray:
        """Where the marks stand from the bottom to the top: 0 to 1 in the frame."""
        return self.up.place(self.marks[1])

    @cached_property
    def top(self) -> np.ndarray:
        """The second end of a band or a bar; ``y`` for others."""
        return self.up.place(self.marks[2])

    @cached_property
    def whole(self) -> bool:
        """Whether all of it is in the frame; so are the means of rows that are."""
        places = ((self.across, self.rows[0]), (self.up, self.rows[1]), (self.up, self.rows[2]))
        return all(axis.low <= values.min() and values.max() <= axis.high for axis, values in places)

    @property
    def within(self) -> np.ndarray:
        """Which of its marks stand in the frame, with both ends."""
        return np.all([(place >= -_HAIR) & (place <= 1 + _HAIR) for place in (self.x, self.y, self.top)], axis=0)

    @property
    def seen(self) -> bool:
        """Whether something of it is in the frame."""
        if isinstance(self.layer, Points):
            return self.whole or bool(self.within.any())
        if isinstance(self.layer, Lines):
            # More rows than lines, and more than one x: some line has two marks.
            names = len(set(self.rows[3].tolist())) if self.layer.detail else 1
            if self.whole and len(self.rows[0]) > names and self.rows[0].min() < self.rows[0].max():
                return True
            return any(_crosses(self.x[own], self.y[own], self.y[own]) for own in self.lines())
        return self.whole or _crosses(self.x, np.minimum(self.y, self.top), np.maximum(self.y, self.top))

    def lines(self) -> Iterator[np.ndarray]:
        """The marks of each line that has two of them."""
        line = self.marks[3]
        for name in dict.fromkeys(line.tolist()):
            own = np.flatnonzero(line == name)
            if len(own) > 1:
                yield own

    def outside(self) -> int:
        """How many points, lines or bars of it are not wholly in the frame."""
        if self.whole:
            return 0
        if isinstance(self.layer, Points | Bars):
            return int(np.count_nonzero(~self.within))
        return len(set(self.marks[3][~self.within].tolist()))


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
    sentences = []
    for title, listed in zip(titles, charts, strict=True):
        if kinds := list(_counts(listed)):
            where = "outside the frame" if len(charts) == 1 else f"outside the frame of “{title}”"
            one = len(kinds) == 1 and not kinds[0].endswith("s")
            what = " and ".join(kinds)
            verb, them = ("lies", "it") if one else ("lie", "them")
            sentences.append(f"{what[0].upper()}{what[1:]} {verb} {where}; drag the chart to see {them}.")
    return " ".join(sentences)


def domain(listed: list[Series]) -> list[Any]:
    """The values that have a colour, in the order of the colours, as Vega finds them."""
    orders = [value for series in listed for value in series.layer.order if series.layer.by]
    values = {series.value for series in listed if series.value is not None} - set(orders)
    return [*dict.fromkeys(orders), *sorted(values)]


def _counts(listed: list[Series]) -> Iterator[str]:
    for kind, word in _WORDS.items():
        number = sum(series.outside() for series in listed if type(series.layer) is kind)
        if number and kind in (Points, Bars):
            yield f"{number} {word}{'s' if number > 1 else ''}"
        elif number:
            yield f"parts of {number} {word}s" if number > 1 else f"part of a {word}"


def _crosses(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> bool:
    """Whether the box about some marks meets the frame."""
    return bool(len(x) and x.min() <= 1 and x.max() >= 0 and low.min() <= 1 and high.max() >= 0)


def _of_layer(layer: Layer, x: Axis, y: Axis, columns: Columns) -> Iterator[Series]:
    if not length(columns):
        return
    across, low = (np.asarray(columns[name], dtype=float) for name in (x.field, layer.y or y.field))
    high = np.asarray(columns[layer.top], dtype=float) if isinstance(layer, Band) and not layer.mean else low
    line = columns[layer.detail] if layer.detail else np.zeros(len(low))
    kept = chosen(layer.only, columns, len(low)) & ~(np.isnan(across) | np.isnan(low) | np.isnan(high))
    for value in _values(layer, columns, kept):
        own = kept & (columns[layer.by] == value) if layer.by else kept
        if own.any():
            yield Series(layer, value, x, y, (across[own], low[own], high[own], line[own]))


def _values(layer: Layer, columns: Columns, kept: np.ndarray) -> list[Any]:
    """The values of ``by`` that are there, in the order of their colours."""
    if not layer.by:
        return [None]
    present = dict.fromkeys(columns[layer.by][kept].tolist())
    return [value for value in dict.fromkeys((*layer.order, *sorted(present))) if value in present]


def _means(x: np.ndarray, y: np.ndarray, line: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The mean of y over the rows of a line with equal x; twice, as it has one end."""
    places, at = np.unique(x, return_inverse=True)
    names, of = np.unique(line, return_inverse=True)
    groups, group = np.unique(of * len(places) + at, return_inverse=True)
    mean = np.bincount(group, weights=y) / np.bincount(group)
    return places[groups % len(places)], mean, mean, names[groups // len(places)]
