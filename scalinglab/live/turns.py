"""Runs of one kernel take turns: side by side they would share one interpreter, and each would take the others' time.

The run whose panel was touched last goes first; those that were only shown follow from top to bottom. The first never
waits; the others give way between two snapshots.
"""

from __future__ import annotations

import threading
from typing import Any


class Turns:
    """The line of those that run; ``changed`` guards it, and is told when anything about a run changes."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._line: list[Any] = []

    def enter(self, run: object, *, first: bool) -> None:
        """Join the line at its end, or go to its head from wherever one stands."""
        with self.changed:
            if first and run in self._line:
                self._line.remove(run)
            if run not in self._line:
                self._line.insert(0 if first else len(self._line), run)
            self.changed.notify_all()

    def leave(self, run: object) -> None:
        """Let the next one go."""
        with self.changed:
            self._line.remove(run)
            self.changed.notify_all()

    def has(self, run: object) -> bool:
        """Whether it is this one's turn."""
        return self._line[0] is run


#: The line of this kernel.
TURNS = Turns()
