"""The panel: controls -> a pure function -> rows -> a chart that was drawn once.

The function gets the values of the controls by name and returns rows; if it is a generator, each thing it yields is a
snapshot that replaces the one before, and the run happens in the background with *Stop*, *Resume* and progress.
"""

from __future__ import annotations

import inspect
import itertools
import re
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from scalinglab import _checks as checks
from scalinglab._errors import ConvergenceError, DivergenceError
from scalinglab.live.background import Background, Report
from scalinglab.live.charts import Chart
from scalinglab.live.controls import Control
from scalinglab.live.picture import show, svg
from scalinglab.live.rows import MAX_ROWS, Columns, caption_of, datasets_of, length, records_of, thin, to_wire
from scalinglab.live.specifications import check_fields, names_in, specification
from scalinglab.live.state import from_text, to_text
from scalinglab.live.view import View, being_graded

#: The data set in which a panel keeps the run before this one, for a chart that compares them.
PREVIOUS = "previous"

#: Seconds that the first run gets inside the cell, so that the first picture is more than a point.
_HEAD_START = 0.3
#: Seconds after which a frame that no browser has confirmed no longer holds up the next.
_UNSEEN = 1.0
#: Errors that are answers: their sentence is enough. Others are shown with their type.
_EXPECTED = (ValueError, ConvergenceError, DivergenceError)

_open: weakref.WeakSet[Panel] = weakref.WeakSet()


class Panel:
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
        Altair charts over named data (``"rows"`` where the function returns a single data set).
    title, note : str
        A heading and one sentence under it.
    presets : mapping of str to mapping, optional
        Values that a button sets at once, by the button's name; the other controls go back to where they started.
    budget : callable, optional
        Called as ``budget(**values)``; its text tells the cost before a run starts.
    name : str, optional
        How the panel calls itself in copied states and files; made from the title by default.

    Raises
    ------
    ValueError
        If two controls share a name, a preset does not fit, the chart asks for a column that the rows lack, or the
        function raises one at the starting values.
    """

    def __init__(
        self,
        rows: Callable[..., Any],
        *,
        controls: Sequence[Control] = (),
        charts: Chart | Sequence[Chart],
        title: str = "",
        note: str = "",
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        budget: Callable[..., Any] | None = None,
        name: str = "",
    ) -> None:
        self._rows = rows
        self._serial = itertools.count(1)  # makes each answer differ from the last, or it would not be sent
        self._controls = {control.name: control for control in controls}
        if len(self._controls) < len(controls):
            checks.fail("controls", "have different names", [control.name for control in controls])
        _check_arguments(rows, self._controls)
        self._start: dict[str, Any] = {control.name: control.check(control.value) for control in controls}
        self._presets = {key: self._start | self._checked(values) for key, values in (presets or {}).items()}
        self._budget = budget
        self.name = name or re.sub(r"\W+", "-", title.lower()).strip("-") or "panel"
        self.values = dict(self._start)
        self._specs = [specification(chart) for chart in ([charts] if not isinstance(charts, Sequence) else charts)]
        self._sent, self._drawn, self._sent_at = 0, 0, 0.0
        self._complaint: dict[str, str] = {}
        self._broken: RuntimeError | None = None
        self._previous: Columns = {}
        self._compares = any(PREVIOUS in names_in(spec) for spec in self._specs)
        self._background = Background(self._deliver, ready=self._browser_ready)
        self.data: dict[str, Columns] = {}
        self._view = View(
            act=self._act,
            name=self.name,
            title=title,
            note=note,
            controls=[control.describe() for control in controls],
            presets=list(self._presets),
            charts=self._specs,
            values=self._answer({}),
        )
        if not being_graded():
            self._first_frame()

    # ---- for notebooks and tests ------------------------------------------------------------------------------

    def set(self, **values: Any) -> None:
        """Move controls, as a learner would, and compute anew.

        Raises
        ------
        ValueError
            If there is no such control, or a value does not fit; nothing changes then.
        """
        self._apply(self._checked(values), {})

    def reset(self) -> None:
        """Move every control back to where it started."""
        self.set(**self._start)

    def stop(self) -> None:
        """Ask a run to stop at its next snapshot."""
        self._background.stop()

    def resume(self) -> None:
        """Go on with a run that was stopped, or that has only had its head start in the cell."""
        self._background.resume()

    def wait(self, timeout: float = 60.0) -> None:
        """Block until the run ends; raises what the run or the drawing raised, or ``TimeoutError``."""
        self._background.wait(timeout)
        if self._broken:
            raise self._broken

    @property
    def running(self) -> bool:
        """Whether a run is under way in the background."""
        return self._background.running

    @property
    def error(self) -> BaseException | None:
        """What the last run or the drawing raised, or None."""
        return self._broken or self._background.report.error

    @property
    def status(self) -> dict[str, Any]:
        """What the panel says under its controls: state, progress, budget, caption, error."""
        return dict(self._view.status)

    @property
    def state(self) -> str:
        """The values of all controls as a short text for ``restore``."""
        return to_text(self.name, self.values)

    def restore(self, text: str) -> None:
        """Move the controls to where a copied state says; raises ``ValueError`` if it is none of this panel's."""
        self.set(**from_text(text, self.name, list(self._controls.values())))

    def rows(self, name: str = "rows") -> list[dict[str, Any]]:
        """The rows of one data set as they are drawn now."""
        return records_of(self.data[checks.one_of("name", name, self.data)])

    def svg(self) -> str:
        """The charts as drawn now, as one SVG picture (made without a browser)."""
        return svg(self._specs, self.data)

    def probes(self) -> list[dict[str, Any]]:
        """Values worth a test: all presets, and for each control both ends and an odd value with the others at rest."""
        moved = ({name: value} for name, control in self._controls.items() for value in control.probes())
        return [self._start | values for values in (*moved, *self._presets.values())]

    def evaluate(self, snapshots: int = 3, **values: Any) -> dict[str, Columns]:
        """Compute the data sets for some values here and now, without touching the panel.

        Of a run only so many snapshots, or as many as it takes until there is something to draw.
        """
        result = self._rows(**(self.values | self._checked(values)))
        if not isinstance(result, Iterator):
            return self._accept(result)
        found: dict[str, Columns] = {}
        for number, snapshot in enumerate(result, start=1):
            found = self._accept(snapshot)
            if number >= snapshots and any(map(length, found.values())):
                break
        return found

    # ---- from values to rows ----------------------------------------------------------------------------------

    def _checked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        for name in values:
            checks.one_of("control", name, self._controls)
        return {name: self._controls[name].check(value) for name, value in values.items()}

    def _apply(self, values: dict[str, Any], question: Mapping[str, Any]) -> None:
        if self._background.report.state == "done":
            self._previous = self.data.get("rows", {})
        self.values = self.values | values
        self._complaint = {}
        self._view.values = self._answer(question)
        chosen = dict(self.values)
        if self._view.streams:  # Stop and the new budget are there before the first snapshot
            self._view.status = self._status(Report("running"), None, "")
        self._background.submit(lambda: self._rows(**chosen))

    def _answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        asked = {"view": question.get("view", ""), "count": question.get("count", 0)}
        return asked | {"number": next(self._serial), "values": self.values, "text": self.state}

    def _accept(self, result: Any) -> dict[str, Columns]:
        found = datasets_of(result) | ({PREVIOUS: self._previous} if self._compares else {})
        for spec in self._specs:
            check_fields(spec, found)
        return found

    def _first_frame(self) -> None:
        chosen = dict(self.values)
        result = self._background.first(lambda: self._rows(**chosen), _HEAD_START)
        self._view.streams = self._background.streams
        self._deliver(result, self._background.report)
        for other in _open:
            if other.name == self.name != "panel":  # its cell was run again: nobody watches the old one
                other.stop()
        _open.add(self)

    # ---- from rows to the browser -----------------------------------------------------------------------------

    def _deliver(self, result: Any, report: Report) -> None:
        """Show a result and where the run stands; both leave in one message."""
        found = self._accept(result) if result is not None else None
        with self._view.hold_sync():
            if found is not None:
                self.data = {name: thin(columns, MAX_ROWS) for name, columns in found.items()}
                self._sent += 1
                self._sent_at = time.monotonic()
                self._view.frame = {"number": self._sent, "sets": to_wire(self.data)}
            self._view.status = self._status(report, found, caption_of(result))

    def _status(self, report: Report, found: dict[str, Columns] | None, caption: str) -> dict[str, Any]:
        thinned = [name for name, columns in (found or {}).items() if length(columns) > MAX_ROWS]
        if thinned:
            caption = f"{caption} Showing {MAX_ROWS} rows of {' and '.join(thinned)}, evenly chosen.".strip()
        return {
            "state": report.state,
            "done": report.done,
            "total": report.total,
            "seconds_left": report.seconds_left,
            "number": next(self._serial),
            "budget": self._cost(),
            "caption": caption if found is not None else self._view.status.get("caption", ""),
            "error": _sentence(error) if (error := self._broken or report.error) else "",
        } | self._complaint

    def _cost(self) -> str:
        """What the budget function says; it may fail at values at which the run has its own sentence."""
        try:
            return str(self._budget(**self.values)) if self._budget else ""
        except Exception as error:
            return f"No budget: {_sentence(error)}"

    def _browser_ready(self) -> bool:
        return self._drawn >= self._sent or time.monotonic() - self._sent_at > _UNSEEN

    # ---- from the browser -------------------------------------------------------------------------------------

    def _act(self, message: Mapping[str, Any]) -> None:
        """Do what a click asks for; a value that does not fit becomes a sentence, never a traceback in a log."""
        try:
            self._do(message)
        except ValueError as error:
            # Kept until a value that fits comes, so that the frames of a run do not wipe it away.
            self._complaint = {"error": _sentence(error), "invalid": str(error).split(" ", 1)[0]}
            self._view.status = self._view.status | self._complaint | {"number": next(self._serial)}

    def _do(self, message: Mapping[str, Any]) -> None:
        match message.get("action"):
            case "set":
                self._apply(self._checked(message.get("values", {})), message)
            case "drawn":
                self._drawn = int(message.get("number", 0))
                self._background.wake()
            case "reset":
                self.reset()
            case "again":
                self.set()
            case "stop":
                self.stop()
                self._view.values = self._answer({})
            case "resume":
                self.resume()
                self._view.values = self._answer({})
            case "preset":
                self.set(**self._presets[checks.one_of("preset", str(message.get("name")), self._presets)])
            case "paste":
                self.restore(message.get("text", ""))
            case "broken":
                self._broken = RuntimeError(f"the chart could not be drawn: {message.get('message')}")
                self._view.status = self._view.status | {"error": _sentence(self._broken)}

    # ---- showing ----------------------------------------------------------------------------------------------

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget, whose run goes on now."""
        if being_graded():
            return {"text/plain": f"{self!r}: not drawn while the notebook is graded"}, {}
        data, metadata = self._view._repr_mimebundle_() or ({}, {})
        self.resume()
        return data | {"text/plain": repr(self)}, metadata

    def _ipython_display_(self) -> None:
        """The widget, then a picture for readers without a kernel (HTML and PDF exports)."""
        show(self._repr_mimebundle_(), self.svg)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"Panel({self.name}: {shown})"


def open_panels() -> list[Panel]:
    """The panels of this kernel that are still in use, for tests that wait for every run to end."""
    return list(_open)


def _check_arguments(rows: Callable[..., Any], controls: Mapping[str, Control]) -> None:
    """Make sure that the function takes the controls' names, before it fails with a riddle."""
    try:
        inspect.signature(rows).bind(**dict.fromkeys(controls))
    except TypeError as error:
        raise ValueError(
            f"rows must take the controls {', '.join(controls) or '(none)'} as arguments: {error}"
        ) from None


def _sentence(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    text = text if isinstance(error, _EXPECTED) else f"{type(error).__name__}: {text}"
    return text[:1].upper() + text[1:400]
