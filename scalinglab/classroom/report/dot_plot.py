"""A class's predictions as a small picture: a dot for each answer on the question's range, the truth as a line.

The pictures are a few kilobytes of SVG that take their colours from the page, for the screen by day and by night and
for paper; a drawing engine would make them fifty times as large.
"""

from __future__ import annotations

import math
from collections import Counter

from markupsafe import Markup

from scalinglab.classroom.report.html_templates import rendered
from scalinglab.classroom.report.mistakes_and_predictions import PredictionFinding
from scalinglab.exercises.wording import amount, position

WIDTH, HEIGHT = 400, 136
#: The left and right end of the axis, where its line lies, and the top of the highest pile.
LEFT, RIGHT, BASE, TOP = 16, 384, 112, 38
#: The largest radius of a dot; dots that are nearer than two of them share a pile.
RADIUS = 4.0
#: The room that a number below the axis takes.
ROOM = 52
#: The width of a letter, and a little more.
LETTER = 7
#: No axis reaches beyond; answers that do are drawn at its end.
ABSURD = 1e15


def dot_plot(found: PredictionFinding) -> Markup:
    """Draw the numbers that a class predicted.

    Parameters
    ----------
    found
        Its answers to a question for a number.

    Returns
    -------
    Markup
        An ``<svg>`` element; empty if no range can be drawn.
    """
    ends = _ends(found)
    if ends is None or not found.numbers:
        return Markup()
    axis = _Axis(*ends, log=found.question.log)
    radius, dots = _dots(found, axis)
    sizes = {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": RIGHT, "base": BASE, "top": TOP}
    return rendered(
        "dot_plot.svg",
        **sizes,
        band=[axis.place(end) for end in found.close or ()],
        count=len(found.numbers),
        dots=dots,
        low=axis.low,
        high=axis.high,
        marks=_marks(found, axis),
        radius=radius,
        ticks=_ticks(found, axis),
    )


class _Axis:
    """The line on which answers lie."""

    def __init__(self, low: float, high: float, *, log: bool) -> None:
        self.low, self.high, self.log = low, high, log

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    def place(self, value: float) -> float:
        """The horizontal place of a value, at the end of the axis if it lies outside."""
        return LEFT + (RIGHT - LEFT) * position(value, self.low, self.high, log=self.log)

    def ticks(self) -> list[float]:
        """The ends of the axis, and round numbers between them that have room for their label."""
        inner = self._powers() if self.log else self._rounds()
        kept = [self.low]
        for value in inner:
            if min(self.place(value) - self.place(kept[-1]), RIGHT - self.place(value)) > ROOM:
                kept.append(value)
        return [*kept, self.high]

    def _rounds(self) -> list[float]:
        wide = (self.high - self.low) / 4
        unit = 10.0 ** math.floor(math.log10(wide))
        step = next(times * unit for times in (1, 2, 2.5, 5, 10) if times * unit >= 0.999 * wide)
        found = [step * times for times in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]
        return [value for value in found if self.low < value < self.high]

    def _powers(self) -> list[float]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        steps = (1, 2, 5) if last - first <= 2 else (1,)
        found = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        return [value for value in found if self.low < value < self.high]


def _ends(found: PredictionFinding) -> tuple[float, float] | None:
    """The range of the question; where it has none, that of the answers and the truth."""
    asked, truth = found.question, found.truth
    seen = [one for one in (*found.numbers, *([] if truth is None else [truth])) if abs(one) < ABSURD]
    seen = [one for one in seen if one > 0 or not asked.log]
    low = asked.low if asked.low is not None else min(seen, default=None)
    high = asked.high if asked.high is not None else max(seen, default=None)
    if low is None or high is None or (asked.log and low <= 0):
        return None
    return (low, high) if low < high else None


def _ticks(found: PredictionFinding, axis: _Axis) -> list[tuple[float, float, str, str]]:
    """``(place, place of the label, its anchor, label)``; the labels of both ends stay inside of the picture."""
    low, *inner, high = axis.ticks()
    return [
        (LEFT, 2, "start", amount(low)),
        *((axis.place(value), axis.place(value), "middle", amount(value)) for value in inner),
        (RIGHT, WIDTH - 2, "end", amount(high, found.question.unit)),
    ]


def _dots(found: PredictionFinding, axis: _Axis) -> tuple[float, list[tuple[float, float, bool]]]:
    """Their radius, and ``(x, y, outside)`` of dots piled up over the axis; those outside its range are at its ends."""
    wide = 2 * RADIUS
    placed = sorted((round((axis.place(one) - LEFT) / wide), not axis.holds(one)) for one in found.numbers)
    step = min(wide, (BASE - TOP) / max(Counter(pile for pile, _ in placed).values()))
    heights, dots = Counter[int](), []
    for pile, outside in placed:
        dots.append((LEFT + wide * pile, BASE - step * (heights[pile] + 0.5) - 1, outside))
        heights[pile] += 1
    return max(1.5, step / 2 - 0.3), dots


def _marks(found: PredictionFinding, axis: _Axis) -> list[dict[str, object]]:
    """The truth as a line and the median of the class as a dashed one, each with its number on its outer side."""
    unit, truth, middle = found.question.unit, found.truth, found.median
    marks = []
    if middle is not None:
        left = middle < truth if truth is not None else axis.place(middle) > WIDTH / 2
        marks.append(_mark("median", axis.place(middle), 32, f"median {amount(middle, unit)}", left=left))
    if truth is not None:
        left = middle is not None and truth < middle
        marks.append(_mark("truth", axis.place(truth), 14, f"measured {amount(truth, unit)}", left=left))
    return marks


def _mark(kind: str, at: float, y: int, text: str, *, left: bool) -> dict[str, object]:
    """A line, and its label on the side asked for if it has room there."""
    room = LETTER * len(text)
    left = at > room if left else at + room > WIDTH
    side, x = ("end", at - 5) if left else ("start", at + 5)
    return {"kind": kind, "at": at, "x": x, "y": y, "side": side, "text": text}
