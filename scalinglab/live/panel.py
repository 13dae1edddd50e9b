"""The panel: controls -> a pure function -> rows -> a chart that was drawn once.

The function gets the values of the controls by name and returns rows; if it is a generator, each thing it yields is a
snapshot that replaces the one before, and the run happens in the background with *Stop*, *Resume* and progress.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from scalinglab import _checks as checks
from scalinglab._gates import Gate
from scalinglab._grading import being_graded
from scalinglab.live.background import Background, Report
from scalinglab.live.browser.frame import Frame, Sent
from scalinglab.live.browser.observed import Observed
from scalinglab.live.browser.status import Status
from scalinglab.live.browser.view import View
from scalinglab.live.controls import Control
from scalinglab.live.lesson.tasks import Tasks
from scalinglab.live.opened import enter, is_first
from scalinglab.live.positions import Positions, check_arguments
from scalinglab.live.rows import Columns, caption_of, datasets_of, length, records_of
from scalinglab.live.specifications import Drawable, check_fields, names_in, specification
from scalinglab.live.vega.picture import show, svg

#: The data set in which a panel keeps the run before this one, for a chart that compares them.
PREVIOUS = "previous"

#: Seconds that the first run gets inside the cell, so that the first picture is more than a point.
_HEAD_START = 0.3


class Panel(Observed):
    """Controls beside live charts, in a notebook.

    The first frame is computed when the panel is made, so that a broken panel fails its cell; a run that takes longer
    goes on in the background once the panel is shown.

    Parameters
    ----------
    rows : callable
        Called as ``rows(**values)``. Returns a list of flat dicts, a dict of columns, an object with ``rows()``, or a
        dict of these by data set, in which ``"caption"`` is a sentence to be shown under the controls. A generator
        yields snapshots of the same kinds; ``done`` and ``total`` of a snapshot (entries, or attributes) drive the
        progress bar, and its ``caption`` is shown. A chart may draw the data set ``"previous"``: the ``"rows"`` of
        the last run that ended, for comparison.
    controls : sequence of Control
        Sliders, choices and switches, in the order shown.
    charts : Chart or sequence of Chart
        Made by ``chart``, or by Altair over named data (``"rows"`` where the function returns a single data set).
    title, note : str
        A heading and one sentence under it.
    presets : mapping of str to mapping, optional
        Values that a button sets at once, by the button's name; the other controls go back to where they started.
    budget : callable, optional
        Called as ``budget(**values)``; its text tells the cost before a run starts.
    tasks : sequence, optional
        What the learner is to do, in short sentences: ticked off by hand, or by goals (see ``Tasks``).
    after : str or sequence of str, optional
        Keys of predictions, ``"01-width"``. Until they are sealed the panel is closed and computes nothing.
    name : str, optional
        The name of the panel in copied states and files; made from the title by default.

    Raises
    ------
    ValueError
        If two controls share a name, a preset or a task does not fit, the chart asks for a column that the rows lack,
        or the function raises one at the starting values.
    """

    def __init__(
        self,
        rows: Callable[..., Any],
        *,
        controls: Sequence[Control] = (),
        charts: Drawable | Sequence[Drawable],
        title: str = "",
        note: str = "",
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        budget: Callable[..., Any] | None = None,
        tasks: Sequence[str | tuple[Any, ...]] = (),
        after: str | Sequence[str] = (),
        name: str = "",
    ) -> None:
        self._rows = rows
        self._serial = itertools.count(1)  # makes each answer differ from the last, or it would not be sent
        self.name = name or re.sub(r"\W+", "-", title.lower()).strip("-") or "panel"
        self._positions = Positions(self.name, controls, presets or {})
        check_arguments(rows, self._positions.controls)
        self._status, self.tasks = Status(budget), Tasks(tasks, self._positions.controls)
        self._specs = [specification(chart) for chart in ([charts] if not isinstance(charts, Sequence) else charts)]
        self._previous: Columns = {}
        self._compares = any(PREVIOUS in names_in(spec) for spec in self._specs)
        self._frames = Sent()
        self._background = Background(self._deliver, ready=self._frames.browser_ready, seen=self._frames.seen)
        self._gate = Gate(after, self._opened)
        self._view = View(
            act=self._act,
            completed=self._positions.completed,
            failed=self._failed,
            value=self.values,
            name=self.name,
            title=title,
            note=note,
            controls=[control.describe() for control in controls],
            presets=list(self._positions.presets),
            charts=self._specs,
            values=self._answer({}),
            tasks=self.tasks.describe(),
            closed="" if self._gate.open else self._gate.sentence("panel"),
            first=is_first(self.name),
        )
        self._view.observe(self._moved, "value")
        if self._gate.open and not being_graded():
            self._first_frame()

    # ---- for notebooks and tests ------------------------------------------------------------------------------

    def set(self, **values: Any) -> None:
        """Move controls, as a learner would, and compute anew.

        Raises
        ------
        ValueError
            If there is no such control, or a value does not fit; nothing changes then.
        """
        self._apply(self._positions.checked(values), {})

    def reset(self) -> None:
        """Move every control back to where it started."""
        self.set(**self._positions.start)

    def stop(self) -> None:
        """Ask a run to stop at its next snapshot."""
        self._background.stop()

    def resume(self) -> None:
        """Go on with a run that was stopped, or that has only had its head start in the cell."""
        self._background.resume()

    def wait(self, timeout: float = 60.0) -> None:
        """Block until the run ends; raises what the run or the drawing raised, or ``TimeoutError``."""
        self._background.wait(timeout)
        if self._status.broken:
            raise self._status.broken

    @property
    def values(self) -> dict[str, Any]:
        """Where the controls stand."""
        return dict(self._positions.now)

    @property
    def data(self) -> dict[str, Columns]:
        """The data sets as they are drawn now, in columns."""
        return self._frames.data

    @property
    def running(self) -> bool:
        """Whether a run is under way in the background."""
        return self._background.running

    @property
    def error(self) -> BaseException | None:
        """What the last run or the drawing raised, or None."""
        return self._status.broken or self._background.report.error

    @property
    def status(self) -> dict[str, Any]:
        """What the panel says under its controls: state, progress, budget, caption, error."""
        return dict(self._view.status)

    @property
    def state(self) -> str:
        """The values of all controls as a short text for ``restore``."""
        return self._positions.text

    def restore(self, text: str) -> None:
        """Move the controls to where a copied state says; raises ``ValueError`` if it is none of this panel's."""
        self.set(**self._positions.read(text))

    def rows(self, name: str = "rows") -> list[dict[str, Any]]:
        """The rows of one data set as they are drawn now."""
        return records_of(self.data[checks.one_of("name", name, self.data)])

    def svg(self) -> str:
        """The charts as drawn now, as one SVG picture (made without a browser)."""
        return svg(self._specs, self.data)

    def probes(self) -> list[dict[str, Any]]:
        """Values worth a test: all presets, and for each control both ends and an odd value with the others at rest."""
        return self._positions.probes()

    def evaluate(self, snapshots: int = 3, **values: Any) -> dict[str, Columns]:
        """Compute the data sets for some values here and now, without touching the panel.

        Of a run only so many snapshots, or as many as it takes until there is something to draw.
        """
        result = self._rows(**(self.values | self._positions.checked(values)))
        if not isinstance(result, Iterator):
            return self._accept(result)
        found: dict[str, Columns] = {}
        for number, snapshot in enumerate(result, start=1):
            found = self._accept(snapshot)
            if number >= snapshots and any(map(length, found.values())):
                break
        return found

    @property
    def closed(self) -> bool:
        """Whether the panel waits for a prediction to be sealed."""
        return not self._gate.open

    def show(self) -> None:
        """Open a closed panel without the prediction; the learner's file records that. Raises ``ValueError`` if not."""
        self._gate.show()

    # ---- from values to rows ----------------------------------------------------------------------------------

    def _apply(self, values: dict[str, Any], question: Mapping[str, Any]) -> None:
        if self._background.report.state == "done":
            self._previous = self.data.get("rows", {})
        self._positions.now = self.values | values
        self._status.forgive()
        self._view.values = self._answer(question)
        if not self.closed:
            self._compute()
        self._view.value = self.values  # last, as those who observe it may take their time, or fail

    def _compute(self) -> None:
        self.tasks.look(self.values)
        chosen = self.values
        if self._view.streams:  # Stop and the new budget are there before the first snapshot
            self._deliver(None, Report("running"))
        self._background.submit(lambda: self._rows(**chosen))

    def _moved(self, change: Mapping[str, Any]) -> None:
        """The widget's value was set; by a link, say."""
        if change["new"] != self.values:
            self._apply(change["new"], {})

    def _answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        asked = {"view": question.get("view", ""), "count": question.get("count", 0)}
        return asked | {"number": next(self._serial), "values": self.values, "text": self.state}

    def _accept(self, result: Any) -> dict[str, Columns]:
        found = datasets_of(result) | ({PREVIOUS: self._previous} if self._compares else {})
        for spec in self._specs:
            check_fields(spec, found)
        return found

    def _first_frame(self) -> None:
        result = self._background.first(lambda: self._rows(**self.values), _HEAD_START)
        self._view.streams = self._background.streams
        self._deliver(result, self._background.report)
        enter(self)

    def _opened(self) -> None:
        """The predictions that this panel waited for are sealed: what its cell could not show yet comes now."""
        try:
            self._first_frame()
        except Exception as error:  # there is no cell any more that could fail
            self._background.report = Report("failed", error=error)
            self._view.status = self._status.of(self._background.report, "", self.values)
        self._view.closed = ""
        self.resume()

    # ---- from rows to the browser -----------------------------------------------------------------------------

    def _deliver(self, result: Any, report: Report) -> None:
        """Show where a run stands and, in one message, its result; one that failed without any clears the charts."""
        if result is None and report.error is None:
            self._view.status = self._status.of(report, self._view.status.get("caption", ""), self.values)
            return
        frame = Frame.of(self._specs, self._accept(result) if result is not None else {})
        with self._view.hold_sync():
            self._view.frame = self._frames.send(frame, last=report.state != "running")
            self._view.status = self._status.of(report, frame.caption(caption_of(result)), self.values)
            self._view.tasks = self.tasks.describe()  # ticked off with the picture, not before there is one to look at

    # ---- from the browser -------------------------------------------------------------------------------------

    def _act(self, message: Mapping[str, Any]) -> None:
        """Do what a click asks for; a value that does not fit becomes a sentence, never a traceback in a log."""
        try:
            self._do(message)
        except ValueError as error:
            if error is self._status.unheard:
                raise
            self._status.refuse(error)
            self._view.status = self._status.again(self._view.status)

    def _failed(self, error: Exception) -> None:
        self._status.blame(error)
        self._view.status = self._status.again(self._view.status)

    def _do(self, message: Mapping[str, Any]) -> None:
        match message.get("action"):
            case "set":
                self._apply(self._positions.completed(message.get("values", {})), message)
            case "drawn":
                self._frames.confirm(int(message.get("number", 0)), seen=bool(message.get("seen", True)))
                self._background.wake()
                if self._background.report.state == "ready":  # the widget is shown, in whatever there is around it
                    self.resume()
            case "reset":
                self.reset()
            case "again":
                self.set()
            case "stop":
                self.stop()
                self._view.values = self._answer({})
            case "resume":
                self._background.resume(first=True)
                self._view.values = self._answer({})
            case "preset":
                self.set(**self._positions.preset(str(message.get("name"))))
            case "paste":
                self.restore(message.get("text", ""))
            case "tick":
                self.tasks.tick(message.get("task", -1), bool(message.get("done")))
                self._view.tasks = self.tasks.describe()
            case "show":
                self.show()
            case "broken":
                self._status.broken = RuntimeError(f"the chart could not be drawn: {message.get('message')}")
                self._view.status = self._status.again(self._view.status)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget, whose run goes on now."""
        if being_graded():
            return {"text/plain": f"{self!r}: not drawn while the notebook is graded"}, {}
        data, metadata = self._view._repr_mimebundle_() or ({}, {})
        if not self.closed:
            self.resume()
        return data | {"text/plain": repr(self)}, metadata

    def _ipython_display_(self) -> None:
        """The widget, then a picture for readers without a kernel (HTML and PDF exports)."""
        show(self._repr_mimebundle_(), None if self.closed else self.svg)

    def __repr__(self) -> str:
        if self.closed:
            return f"Panel({self.name}): {self._view.closed}"
        shown = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"Panel({self.name}: {shown})"
