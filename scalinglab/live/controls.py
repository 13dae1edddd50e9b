"""What a learner can move: sliders with a number box, choices and switches.

A control is a frozen description. It checks a value (``check``), reads one from text (``parse``), tells the browser
what to draw (``describe``) and names the values that a test should try (``probes``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from scalinglab import _checks as checks


@dataclass(frozen=True)
class Slider:
    """A number between two ends, on a slider with a number box beside it.

    The slider stops at round values, evenly spaced (or evenly spaced in the logarithm), so that each press of an
    arrow key changes the value; the number box takes any value between the ends.

    Parameters
    ----------
    name : str
        The argument of the panel's function.
    low, high : float
        The ends, both included.
    value : float
        Where the slider starts, and where *Reset* brings it back.
    log : bool
        Space the stops evenly in the logarithm; needs ``low > 0``.
    integer : bool
        Whole numbers only.
    stops : int
        How many stops, both ends included; fewer where rounding makes neighbours equal.
    label, unit, note : str
        What stands beside the slider (the name with spaces by default), behind the box, and below it.

    Raises
    ------
    ValueError
        If the ends are not in order, the value is not between them, or a log slider does not start above zero.
    """

    name: str
    low: float
    high: float
    value: float
    log: bool = False
    integer: bool = False
    stops: int = 61
    label: str = ""
    unit: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        _check_name(self.name)
        checks.number("low", self.low)
        if checks.number("high", self.high) <= self.low:
            checks.fail("high", f"be above low = {self.low:g}", self.high)
        if self.log:
            checks.positive("low", self.low)
        if checks.positive_integer("stops", self.stops) < 2:
            checks.fail("stops", "be at least 2", self.stops)
        self.check(self.value)

    def check(self, value: Any) -> float | int:
        """The value as ``int`` or ``float``; a ``ValueError`` names the control if it does not fit."""
        if self.integer and isinstance(value, float) and value.is_integer():
            value = int(value)  # the browser has one kind of number
        if self.integer:
            checks.integer(self.name, value)
        checks.in_range(self.name, value, self.low, self.high)
        return int(value) if self.integer else float(value)

    def parse(self, text: str) -> float | int:
        """The value that a text such as ``"0.1"`` stands for."""
        try:
            return self.check(int(text) if self.integer else float(text))
        except ValueError as error:
            if " must " in str(error):
                raise
            raise ValueError(f"{self.name} must be a number, got {text!r}") from None

    @property
    def grid(self) -> tuple[float | int, ...]:
        """The stops, ascending, ends and start value included."""
        space = np.geomspace if self.log else np.linspace
        inner = space(float(self.low), float(self.high), self.stops)[1:-1]
        digits = 3 if self.log else 2 + math.ceil(math.log10(self.stops))
        rounded = (round(stop) if self.integer else _significant(stop, digits, self.high) for stop in inner)
        fixed = {self.check(stop) for stop in (self.low, self.value, self.high)}
        return tuple(sorted(fixed | {stop for stop in rounded if self.low < stop < self.high}))

    def probes(self) -> tuple[float | int, ...]:
        """Both ends and an odd value that lies between two stops."""
        middle = math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2
        odd = int(middle) | 1 if self.integer else middle * (1 + 1 / 137)
        return (self.check(self.low), self.check(min(max(odd, self.low), self.high)), self.check(self.high))

    def describe(self) -> dict[str, Any]:
        """What the browser needs to draw it."""
        return _common(self) | {"kind": "slider", "grid": self.grid, "integer": self.integer, "unit": self.unit}


@dataclass(frozen=True)
class Choice:
    """One of a few named options, in a list.

    Parameters
    ----------
    name : str
        The argument of the panel's function.
    options : sequence of str
        What can be chosen.
    value : str, optional
        Where it starts; the first option by default.
    label, note : str
        What stands beside the list (the name with spaces by default), and below it.
    """

    name: str
    options: Sequence[str]
    value: str = ""
    label: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        _check_name(self.name)
        if not self.options or not all(isinstance(option, str) for option in self.options):
            checks.fail("options", "be a few words", self.options)
        object.__setattr__(self, "options", tuple(self.options))
        object.__setattr__(self, "value", self.check(self.value or self.options[0]))

    def check(self, value: Any) -> str:
        """The value, if it is one of the options."""
        return checks.one_of(self.name, value, self.options)

    def parse(self, text: str) -> str:
        """The option that a text stands for."""
        return self.check(text)

    def probes(self) -> tuple[str, ...]:
        """Every option."""
        return tuple(self.options)

    def describe(self) -> dict[str, Any]:
        """What the browser needs to draw it."""
        return _common(self) | {"kind": "choice", "options": self.options}


@dataclass(frozen=True)
class Switch:
    """Something that is on or off, in a check box."""

    name: str
    value: bool = False
    label: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        _check_name(self.name)
        self.check(self.value)

    def check(self, value: Any) -> bool:
        """The value, if it is true or false."""
        if not isinstance(value, bool):
            checks.fail(self.name, "be true or false", value)
        return value

    def parse(self, text: str) -> bool:
        """The value that ``"true"`` or ``"false"`` stands for."""
        return checks.one_of(self.name, text.lower(), ("true", "false")) == "true"

    def probes(self) -> tuple[bool, ...]:
        """Off and on."""
        return (False, True)

    def describe(self) -> dict[str, Any]:
        """What the browser needs to draw it."""
        return _common(self) | {"kind": "switch"}


Control: TypeAlias = Slider | Choice | Switch


def _check_name(name: Any) -> None:
    if not isinstance(name, str) or not name.isidentifier():
        checks.fail("name", "be the name of an argument", name)


def _common(control: Control) -> dict[str, Any]:
    label = control.label or control.name.replace("_", " ")
    return {"name": control.name, "label": label, "note": control.note}


def _significant(value: float, digits: int, scale: float) -> float:
    """Round to so many significant digits of the value, or of the scale where the value is near zero."""
    size = abs(value) if abs(value) > abs(scale) * 1e-9 else abs(scale)
    return float(round(value, digits - 1 - math.floor(math.log10(size)))) + 0.0
