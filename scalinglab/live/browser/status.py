"""What a panel says under its controls: where its run stands, what it costs, and what went wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from scalinglab._errors import sentence
from scalinglab.live.background import Report


class Status:
    """The sentences of one panel.

    Parameters
    ----------
    budget : callable, optional
        Called as ``budget(**values)``; what it returns is shown as the cost of a run.
    """

    def __init__(self, budget: Callable[..., Any] | None) -> None:
        self._budget = budget
        self._serial = itertools.count(1)  # makes each status differ from the last, or it would not be sent
        self._complaint: dict[str, str] = {}
        #: Why the browser could not draw the charts, and the last error of a function that observes the panel.
        self.broken: RuntimeError | None = None
        self.unheard: Exception | None = None

    def of(self, report: Report, caption: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """All that is said at this point of a run with these values of the controls."""
        now = {
            "state": report.state,
            "done": report.done,
            "total": report.total,
            "seconds_left": report.seconds_left,
            "budget": self._cost(values),
            "caption": caption,
            "error": sentence(error) if (error := self.broken or report.error) else "",
        }
        return self.again(now)

    def again(self, status: Mapping[str, Any]) -> dict[str, Any]:
        """The same, with what has become known since: a complaint, or that the charts are broken."""
        broken = {"error": sentence(self.broken)} if self.broken else {}
        return {**status, **broken, **self._complaint, "number": next(self._serial)}

    def refuse(self, error: ValueError) -> None:
        """A value does not fit: say so until one comes that fits, so that the frames of a run do not wipe it away."""
        self._complaint = {"error": sentence(error), "invalid": str(error).split(" ", 1)[0]}

    def blame(self, error: Exception) -> None:
        """A function that observes the panel has failed: say so until the next value comes."""
        self.unheard = error
        self._complaint = {"error": f"A function that observes this panel failed. {sentence(error)}"}

    def forgive(self) -> None:
        """A value has come that fits."""
        self._complaint, self.unheard = {}, None

    def _cost(self, values: Mapping[str, Any]) -> str:
        """What the budget function says; it may fail at values at which the run has its own sentence."""
        try:
            return str(self._budget(**values)) if self._budget else ""
        except Exception as error:
            return f"No budget: {sentence(error)}"
