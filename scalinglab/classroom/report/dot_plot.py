"""A class's predictions as a small picture: a dot for each answer on the question's range, the truth as a line.

The pictures are a few kilobytes of SVG that take their colours from the page, for the screen by day and by night and
for paper; a drawing engine would make them fifty times as large.
"""

from __future__ import annotations

import math
from collections import Counter

from scalinglab.classroom.report.html_pieces import plain
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


def dot_plot(found: PredictionFinding) -> str:
    """Draw the numbers that a class predicted.

    Parameters
    ----------
    found
        Its answers to a question for a number.

    Returns
    -------
    str
        An ``<svg>`` element; empty if no range can be drawn.
    """
    ends = _ends(found)
    if ends is None or not found.numbers:
        return ""
    axis = _Axis(*ends, log=found.question.log)
    parts = [_band(found, axis), _ticks(found, axis), _dots(found, axis), _marks(found, axis)]
    label = plain(f"One dot for each of {len(found.numbers)} answers, from {amount(ends[0])} to {amount(ends[1])}")
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


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


def _band(found: PredictionFinding, axis: _Axis) -> str:
    """What counts as close to the truth."""
    if found.close is None:
        return ""
    left, right = (axis.place(end) for end in found.close)
    return f'<rect class="near" x="{left:.1f}" y="{TOP - 6}" width="{right - left:.1f}" height="{BASE - TOP + 6}"/>'


def _ticks(found: PredictionFinding, axis: _Axis) -> str:
    ticks = axis.ticks()
    parts = [f'<path class="axis" d="M{LEFT} {BASE}H{RIGHT}"/>']
    for value in ticks:
        place = axis.place(value)
        side = "start" if value == ticks[0] else "end" if value == ticks[-1] else "middle"
        text = plain(amount(value, found.question.unit if value == ticks[-1] else ""))
        shift = {"start": -LEFT + 2, "end": WIDTH - 2 - RIGHT, "middle": 0}[side]
        parts.append(f'<path class="axis" d="M{place:.1f} {BASE}v4"/>')
        parts.append(f'<text x="{place + shift:.1f}" y="{BASE + 18}" text-anchor="{side}">{text}</text>')
    return "".join(parts)


def _dots(found: PredictionFinding, axis: _Axis) -> str:
    """Dots piled up over the axis; those outside the range are hollow and stand at its ends."""
    piles = Counter((_pile(axis.place(value)), not axis.holds(value)) for value in found.numbers)
    highest = max(Counter(_pile(axis.place(value)) for value in found.numbers).values())
    step = min(2 * RADIUS, (BASE - TOP) / highest)
    radius = max(1.5, step / 2 - 0.3)
    parts, heights = [], Counter()
    for (pile, outside), count in sorted(piles.items()):
        kind = ' class="outside"' if outside else ""
        for _ in range(count):
            middle = BASE - step * (heights[pile] + 0.5) - 1
            parts.append(f'<circle{kind} cx="{LEFT + 2 * RADIUS * pile:.1f}" cy="{middle:.1f}" r="{radius:.1f}"/>')
            heights[pile] += 1
    return f'<g class="dots">{"".join(parts)}</g>'


def _pile(place: float) -> int:
    return round((place - LEFT) / (2 * RADIUS))


def _marks(found: PredictionFinding, axis: _Axis) -> str:
    """The truth as a line and the median of the class as a dashed one, each with its number on its outer side."""
    unit, truth, middle = found.question.unit, found.truth, found.median
    marks = []
    if middle is not None:
        left = middle < truth if truth is not None else axis.place(middle) > WIDTH / 2
        marks.append(_mark("median", axis.place(middle), 32, f"median {amount(middle, unit)}", left=left))
    if truth is not None:
        left = middle is not None and truth < middle
        marks.append(_mark("truth", axis.place(truth), 14, f"measured {amount(truth, unit)}", left=left))
    return "".join(part for parts in zip(*marks, strict=True) for part in parts)


def _mark(kind: str, place: float, height: int, text: str, *, left: bool) -> tuple[str, str]:
    """A line, and its label on the side asked for if it has room there; labels are drawn over all lines."""
    room = LETTER * len(text)
    left = place > room if left else place + room > WIDTH
    side, shift = ("end", -5) if left else ("start", 5)
    line = f'<path class="{kind}" d="M{place:.1f} {height - 10}V{BASE}"/>'
    label = f'<text class="{kind}" x="{place + shift:.1f}" y="{height}" text-anchor="{side}">{plain(text)}</text>'
    return line, label
