"""The frames of a panel on their way to the browser: numbered, thinned, and confirmed once they are drawn."""

from __future__ import annotations

import time
from collections.abc import Mapping

from scalinglab.live.rows import MAX_ROWS, Columns, thin, to_wire
from scalinglab.live.view import View

#: Seconds after which a frame that no browser has confirmed no longer holds up the next.
_UNSEEN = 1.0


class Frames:
    """What one view was sent, and what of it is drawn."""

    def __init__(self) -> None:
        self.data: dict[str, Columns] = {}
        self._sent, self._drawn, self._sent_at = 0, 0, 0.0

    def send(self, view: View, found: Mapping[str, Columns]) -> None:
        """Send data sets, each of ``MAX_ROWS`` rows at most."""
        self.data = {name: thin(columns, MAX_ROWS) for name, columns in found.items()}
        self._sent += 1
        self._sent_at = time.monotonic()
        view.frame = {"number": self._sent, "sets": to_wire(self.data)}

    def confirm(self, number: int) -> None:
        """A browser has drawn the frame of this number."""
        self._drawn = number

    def browser_ready(self) -> bool:
        """Whether the last frame is drawn, or is so old that nobody seems to look."""
        return self._drawn >= self._sent or time.monotonic() - self._sent_at > _UNSEEN
