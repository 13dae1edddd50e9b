"""One frame of a panel: the data sets that its charts draw, their legends, and what is to be said of them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scalinglab.live.drawn import drawn, outside
from scalinglab.live.legends import Legend, legends
from scalinglab.live.rows import MAX_ROWS, Columns, length, thin, to_wire

#: Seconds after which a frame that no browser has confirmed no longer holds up the next.
_UNSEEN = 1.0
#: Seconds of a run from one frame that the browser is to confirm to the next. An answer costs more than a picture: with
#: each, JupyterLab shows on the toolbar, the tab and the status bar that the kernel is busy, and that it is idle again.
_ASKED_EVERY = 0.5


@dataclass(frozen=True)
class Frame:
    """What a panel shows at a time.

    Parameters
    ----------
    data : dict of str to dict of str to ndarray
        Columns by data set, thinned to what is sent.
    legends : list of list of dict
        The legends of each chart.
    remarks : str
        Sentences for the caption: what lies outside the frames of the charts, and which rows were left out.
    """

    data: dict[str, Columns]
    legends: list[list[Legend]]
    remarks: str

    @classmethod
    def of(cls, specs: Sequence[Mapping[str, Any]], found: Mapping[str, Columns]) -> Frame:
        """The frame in which charts draw these data sets."""
        marks = [drawn(spec, found) for spec in specs]
        titles = [str(spec["title"]) for spec in specs]
        thinned = [name for name, columns in found.items() if length(columns) > MAX_ROWS]
        left_out = f"Showing {MAX_ROWS} rows of {' and '.join(thinned)}, evenly chosen." if thinned else ""
        return cls(
            {name: thin(columns, MAX_ROWS) for name, columns in found.items()},
            [legends(listed) for listed in marks],
            " ".join(filter(None, [outside(titles, marks), left_out])),
        )

    def wire(self, number: int, asked: int) -> dict[str, Any]:
        """The frame as the browser reads it, with the number of that which it is to confirm."""
        return {"number": number, "asked": asked, "sets": to_wire(self.data), "legends": self.legends}

    def caption(self, words: str) -> str:
        """A caption, with the remarks after it."""
        words = words.strip()
        end = "." if words and self.remarks and words[-1] not in ".!?:" else ""
        return f"{words}{end} {self.remarks}".strip()


class Sent:
    """What a panel has sent to the browser, and what of it is drawn."""

    def __init__(self) -> None:
        self.data: dict[str, Columns] = {}
        self._sent, self._asked, self._drawn, self._asked_at = 0, 0, 0, 0.0  # numbers of frames; when one was asked for
        self._seen, self._seen_at = True, 0.0  # whether, and when last, the charts were in view

    def send(self, frame: Frame, *, last: bool) -> dict[str, Any]:
        """The next frame as the browser reads it, with its number; the last of a run is always to be confirmed."""
        self.data = frame.data
        self._sent += 1
        if last or time.monotonic() - self._asked_at > _ASKED_EVERY:
            self._asked, self._asked_at = self._sent, time.monotonic()
        return frame.wire(self._sent, self._asked)

    def confirm(self, number: int, *, seen: bool = True) -> None:
        """A browser has drawn the frame of this number, or will once it is in view; of several views one is enough."""
        self._drawn, now = number, time.monotonic()
        self._seen_at = now if seen else self._seen_at
        self._seen = now - self._seen_at < _UNSEEN

    def seen(self) -> bool:
        """Whether the charts were in view when last heard of."""
        return self._seen

    def browser_ready(self) -> bool:
        """Whether the frame that was asked for is drawn, or so old that nobody seems to look."""
        return self._drawn >= self._asked or time.monotonic() - self._asked_at > _UNSEEN
