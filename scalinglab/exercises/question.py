"""The question of a prediction: its text, and which answers are taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scalinglab._checks import fail, in_range, number, one_of, positive
from scalinglab.exercises.exercise import valid_key
from scalinglab.exercises.wording import amount, compare, position


@dataclass(frozen=True)
class Question:
    """What is asked, and which answers are taken."""

    key: str
    text: str
    unit: str
    choices: tuple[str, ...] | None
    low: float | None
    high: float | None
    log: bool

    def __post_init__(self) -> None:
        valid_key(self.key)
        if not isinstance(self.text, str) or not self.text.strip():
            fail("question", "be a text", self.text)
        if self.choices is not None:
            self._check_choices(self.choices)
        for name, end in self._ends().items():
            positive(name, end) if self.log else number(name, end)
        if self.low is not None and self.high is not None and not self.low < self.high:
            fail("low", "be below high", (self.low, self.high))

    def _check_choices(self, choices: tuple[str, ...]) -> None:
        if len(choices) < 2 or len(set(choices)) < len(choices) or not all(isinstance(c, str) and c for c in choices):
            fail("choices", "be two or more different texts", choices)
        if self.low is not None or self.high is not None or self.log:
            fail("low, high and log", "be left out when there are choices", (self.low, self.high, self.log))

    def _ends(self) -> dict[str, float]:
        return {name: end for name, end in (("low", self.low), ("high", self.high)) if end is not None}

    def accept(self, value: Any) -> float | str:
        """The value as it is recorded: one of the choices, or a number in the range."""
        name = "your prediction"
        if self.choices:
            return one_of(name, value, self.choices)
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                fail(name, "be a number", value)
        value = positive(name, value) if self.log else number(name, value)
        if self.low is not None and self.high is not None:
            return in_range(name, value, self.low, self.high)
        if self.low is not None and value < self.low:
            fail(name, f"be at least {self.low:g}", value)
        if self.high is not None and value > self.high:
            fail(name, f"be at most {self.high:g}", value)
        return value

    @property
    def range(self) -> str:
        """The range in words, or an empty text."""
        if self.low is not None and self.high is not None:
            return f"from {amount(self.low)} to {amount(self.high, self._sign)}"
        words = {"low": "from", "high": "to"}
        return " ".join(f"{words[name]} {amount(end, self._sign)}" for name, end in self._ends().items())

    @property
    def _sign(self) -> str:
        """The unit if it is a sign, such as %; a word stands beside the box already."""
        return "" if self.unit[:1].isalpha() else self.unit

    def compare(self, said: float | str, answer: float | str) -> str:
        """The answer in words, beside what was said where the two can be compared."""
        if isinstance(answer, str) and answer in (self.choices or ()):
            return f'You said "{said}": right.' if answer == said else f'You said "{said}"; the answer is "{answer}".'
        if isinstance(answer, str):
            return answer
        return f"Measured: {amount(answer, self.unit)}." if isinstance(said, str) else compare(said, answer, self.unit)

    def comparable(self, said: float | str, answer: float | str) -> bool:
        """Whether an answer says how close a prediction came: a choice beside a choice, a number beside a number."""
        if isinstance(answer, str):
            return answer in (self.choices or ())
        return not isinstance(said, str)

    def positions(self, said: Any, measured: Any) -> list[float]:
        """Where both numbers lie between the ends of the range; nothing if there is no range or no number."""
        if self.low is None or self.high is None or isinstance(said, str) or isinstance(measured, str):
            return []
        return [position(value, self.low, self.high, log=self.log) for value in (said, measured)]
