"""What a check found: the box that a student sees, and its mark as nbgrader reads it."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

from scalinglab._grading import being_graded
from scalinglab.exercises.hints import with_button
from scalinglab.exercises.wording import to_html, to_plain

#: The part of a cell's output that tells a grader all that the check found, as JSON.
MARK = "application/vnd.scalinglab.mark+json"
#: Sign, word and colour of a result; the colour never stands alone. Vermilion and green are those of Okabe and Ito.
_LOOK = {
    "right": ("✓", "Right", "#009e73"),
    "wrong": ("✗", "Not yet", "#d55e00"),
    "open": ("○", "Not attempted yet", "#767676"),
}


def of_points(points: float, max_points: float) -> str:
    """``7.5 of 10 points``, as the box of a check tells them."""
    return f"{round(points, 2):g} of {round(max_points, 2):g} points"


@dataclass(frozen=True)
class CheckResult:
    """What a check found.

    Parameters
    ----------
    key
        The exercise.
    points, max_points
        Earned, and to be earned.
    attempted
        False for the untouched stub: nothing is counted then.
    message
        The sentence for the student.
    diagnosis
        The name of the recognised mistake, or of what went wrong in the call (``"raised an error"``); else None.
    notes
        Further sentences: a hint that waits, a journal that could not be written.
    printed
        The beginning of what the student's code printed.
    student
        The name that drew the numbers.
    """

    key: str
    points: float
    max_points: float
    attempted: bool
    message: str
    diagnosis: str | None = None
    notes: tuple[str, ...] = ()
    printed: str = ""
    student: str = ""

    @property
    def mark(self) -> Mark:
        """The points as the last line of a graded cell shows them, beside the same box."""
        return Mark(self)

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.attempted and self.points == self.max_points

    @property
    def _look(self) -> tuple[str, str, str]:
        return _LOOK["right" if self.passed else "wrong" if self.attempted else "open"]

    def __repr__(self) -> str:
        sign, word, _ = self._look
        lines = [f"{sign} {word} ({self.key}, {of_points(self.points, self.max_points)})"]
        lines += [to_plain(text) for text in (self.message, *self.notes)]
        return "\n".join(lines + (["It printed:", self.printed] if self.printed else []))

    def _repr_html_(self) -> str:
        sign, word, colour = self._look
        box = f"border-left: 5px solid {colour}; padding: 0.4em 0.9em; margin: 0.3em 0"
        head = (
            f'<strong><span aria-hidden="true" style="color: {colour}">{sign}</span> {word}</strong> '
            f"<span>({html.escape(self.key)}, {of_points(self.points, self.max_points)})</span>"
        )
        texts = "".join(f'<p style="margin: 0.3em 0">{to_html(text)}</p>' for text in (self.message, *self.notes))
        printed = f"<details><summary>It printed</summary><pre>{html.escape(self.printed)}</pre></details>"
        return f'<div style="{box}">{head}{texts}{printed if self.printed else ""}</div>'

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The box, with a button for hints unless the answer is right; without it where nobody can click."""
        box = {"text/plain": repr(self), "text/html": self._repr_html_()}
        return box if self.passed or being_graded() else with_button(self.key, self._repr_html_()) | box


class Mark(float):
    """The points of a check, ``check(...).mark``: what the last line of a graded cell shows.

    nbgrader reads the text of a cell's result: a bare number is taken for points. Anything else would be full marks,
    so a check that failed could not be told from one that passed. The number comes with the box of the check, and with
    all that it found under the type ``MARK``.
    """

    result: CheckResult

    def __new__(cls, result: CheckResult) -> Mark:
        """The points as a number; the rest goes along."""
        mark = super().__new__(cls, result.points)
        mark.result = result
        return mark

    def __repr__(self) -> str:
        return float.__repr__(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        found = self.result
        told = {
            "key": found.key,
            "points": found.points,
            "max_points": found.max_points,
            "attempted": found.attempted,
            "diagnosis": found.diagnosis,
            "message": found.message,
            "student": found.student,
        }
        return found._repr_mimebundle_() | {"text/plain": repr(self), MARK: told}
