"""Staged hints: each call shows one more, and the journal remembers how many were seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from scalinglab.exercises.bank import find
from scalinglab.exercises.journal import Journal, JournalError
from scalinglab.exercises.wording import to_html, to_plain

_STATIC = Path(__file__).parent / "static"
#: Counts of this session, for a folder in which no journal can be written.
_seen_here: dict[str, int] = {}


@dataclass(frozen=True)
class Hints:
    """The hints of an exercise that were seen so far, the newest last."""

    key: str
    texts: tuple[str, ...]
    total: int
    notes: tuple[str, ...] = ()

    @property
    def _lines(self) -> list[str]:
        lines = [f"**Hint {number} of {self.total}.** {text}" for number, text in enumerate(self.texts, 1)]
        return [*lines, *self.notes]

    def __repr__(self) -> str:
        return "\n".join(to_plain(line) for line in self._lines)

    def _repr_html_(self) -> str:
        box = "border-left: 5px solid #0072b2; padding: 0.2em 0.9em"
        return f'<div style="{box}">' + "".join(f"<p>{to_html(line)}</p>" for line in self._lines) + "</div>"


def hint(key: str) -> Hints:
    """Show the next of an exercise's hints below those seen before: one further at most for each call.

    Raises
    ------
    ValueError
        If no exercise has this key.
    """
    exercise = find(key)
    total = len(exercise.hints)
    journal = Journal()
    try:
        seen = journal.next_hint(key, last=total)
        notes = tuple(journal.notices)
    except JournalError as problem:
        seen = _seen_here[key] = min(_seen_here.get(key, 0) + 1, total)
        notes = (str(problem),)
    return Hints(key, exercise.hints[:seen], total, notes)


def waiting(key: str, seen: int) -> str:
    """The line of a check's box that says which hint comes next, once so many were seen."""
    total = len(find(key).hints)
    left = f"Hint {seen + 1} of {total} is waiting" if seen < total else "You have seen all hints; read them again"
    return f'{left}: press **Hint**, or run `hint("{key}")` in a cell of its own.'


class HintButton(anywidget.AnyWidget):
    """The box of a check with a button below it: each click shows one more hint, as ``hint`` does.

    Parameters
    ----------
    key : str
        The exercise.
    box : str
        The box as HTML.
    """

    _esm = _STATIC / "hints.js"
    box = traitlets.Unicode().tag(sync=True)
    hints = traitlets.Unicode().tag(sync=True)
    left = traitlets.Int().tag(sync=True)

    def __init__(self, key: str, box: str) -> None:
        super().__init__(box=box, left=len(find(key).hints))
        self.on_msg(lambda _widget, _content, _buffers: self.show(key))

    def show(self, key: str) -> None:
        """Show the next hint below those seen before."""
        found = hint(key)
        seen = len(found.texts)
        for before in range(seen):  # as many as were seen when the box was made
            self.box = self.box.replace(to_html(waiting(key, before)), to_html(waiting(key, seen)))
        self.hints, self.left = found._repr_html_(), found.total - seen


def with_button(key: str, box: str) -> dict[str, Any]:
    """The box of a check with its button, as the display of a notebook takes it."""
    data, _ = HintButton(key, box)._repr_mimebundle_() or ({}, {})
    return data
