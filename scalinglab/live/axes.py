"""An axis: what it shows, ends that do not move, and marks at round values."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from scalinglab import _checks as checks
from scalinglab._powers import power_of_ten

#: Round values within a decade, and how many of them it takes to read between, and at most; an axis takes the first
#: that suit it.
_STEPS = (
    ((1.0,), 4, 9),
    ((1.0, 2.0, 5.0), 3, 7),
    ((1.0, 3.0), 3, 7),
    ((1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0), 3, 9),
)
#: The format of labels that nobody chose: digits only, as many as it takes.
_PLAIN = ",~r"
#: Below the lower end of a logarithmic axis by this factor the scale turns linear, so that zero has a place: six
#: decades below the frame, where nothing is drawn. Within the frame it differs from the logarithm by a millionth.
_FAR = 1e-6


@dataclass(frozen=True)
class Axis:
    """One axis with ends that do not move.

    Parameters
    ----------
    field : str
        The column that it shows.
    title : str
        What the reader sees, with its unit.
    low, high : float
        The ends; what lies outside is not drawn, and the panel's caption counts it.
    log : bool
        A logarithmic axis; needs ``low > 0``, or ``low = 0`` and a value for ``linear_to``.
    format : str
        A d3 number format for the labels, such as ``"%"``. With ``"~e"`` a logarithmic axis has powers of ten.
    linear_to : float
        Of a logarithmic axis that shows zero, too: up to this value it is linear.
    names : tuple of str
        What is written at 1, 2, 3 and so on, in the place of numbers: of an axis with a place for each method, say.
    """

    field: str
    title: str
    low: float
    high: float
    log: bool = False
    format: str = ""
    linear_to: float = 0.0
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("field", "title", "format"):
            checks.text(name, getattr(self, name))
        checks.number("low", self.low)
        if checks.number("high", self.high) <= self.low:
            checks.fail("high", f"be above low = {self.low:g}", self.high)
        if self.log and not (self.low == 0 and checks.number("linear_to", self.linear_to) > 0):
            checks.positive("low", self.low)

    @property
    def constant(self) -> float:
        """The value at which the scale of a logarithmic axis turns from linear to logarithmic."""
        return self.linear_to or self.low * _FAR

    def encoding(self, field: str = "") -> dict[str, Any]:
        """The Vega-Lite channel of this axis, of another column if one is named."""
        kept = {"field": field or self.field, "type": "quantitative", "title": self.title}
        return kept | {"scale": self.scale(), "axis": self.labels()}

    def scale(self) -> dict[str, Any]:
        """The Vega-Lite scale; nothing is clamped, as a mark on the frame would be a value that is not there."""
        kind = {"type": "symlog", "constant": self.constant} if self.log else {"type": "linear"}
        return kind | {"domain": [self.low, self.high], "nice": False, "zero": False}

    def labels(self) -> dict[str, Any]:
        """The Vega-Lite axis."""
        if self.names:  # aslant, as no name may be left out
            text = f"{json.dumps(list(self.names))}[datum.value - 1]"
            places = [*range(1, len(self.names) + 1)]
            return {"values": places, "labelExpr": text, "labelAngle": -40, "labelOverlap": False}
        if self.log:  # written out, as Vega would round every label as coarsely as the largest needs
            ticks, text = self.ticks(), f"format(datum.value, '{self.format or _PLAIN}')"
            if self.format == "~e":  # of which d3 makes 1e+0 and 1e-1
                powers = json.dumps([power_of_ten(tick) for tick in ticks], ensure_ascii=False)
                text = f"{powers}[indexof({json.dumps(ticks)}, datum.value)]"
            return {"values": ticks, "labelExpr": text, "labelOverlap": "greedy"}
        return {"format": self.format} if self.format else {}

    def ticks(self) -> list[float]:
        """The labelled values of a logarithmic axis: powers of ten, and round numbers between where there is room."""
        zero = [0.0] if self.linear_to else []
        for steps, least, most in _STEPS:
            found = [mark for mark in self._round(steps) if self.low * 0.999 <= mark <= self.high * 1.001]
            if steps == (1.0,) or len(found) <= most:
                found = found[:: math.ceil(len(found) / most)] if found else found
                if len(found) >= least:
                    return zero + found
        return zero + self._even()

    def _round(self, steps: tuple[float, ...]) -> Iterator[float]:
        first = math.floor(math.log10(self.linear_to or self.low))
        for decade in range(first, math.ceil(math.log10(self.high)) + 1):
            yield from (float(f"{step}e{decade}") for step in steps if float(f"{step}e{decade}") >= self.linear_to)

    def _even(self) -> list[float]:
        """Evenly spaced round values, for an axis of less than half a decade."""
        rough = (self.high - self.low) / 5
        size = 10.0 ** math.floor(math.log10(rough))
        step = next(step * size for step in (1, 2, 5, 10) if step * size >= rough)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [float(f"{number * step:.12g}") for number in range(first, last + 1)]

    def place(self, values: np.ndarray) -> np.ndarray:
        """Where values stand between the ends, as a share of the axis: 0 at ``low``, 1 at ``high``."""
        low, high, where = (self._position(np.asarray(each, dtype=float)) for each in (self.low, self.high, values))
        return (where - low) / (high - low)

    def _position(self, values: np.ndarray) -> np.ndarray:
        if not self.log:
            return values
        # As log(1 + |v| / c), whose quotient is too large for a float where a fit has run away.
        return np.sign(values) * (np.log(np.abs(values) + self.constant) - math.log(self.constant))
