"""The browser's half of a panel, as one widget: what it holds survives a page reload and serves any number of views."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import traitlets

from scalinglab.live.theme import DARK
from scalinglab.live.vega.runtime import Runtime, runtime

_STATIC = Path(__file__).parents[1] / "static"
_SCRIPTS = ("format.js", "legends.js", "charts.js", "controls.js", "sealed.js", "tasks.js", "panel.js")
_STYLES = ("panel.css", "sealed.css")


class Value(traitlets.Dict):
    """The values of a panel's controls by name, checked and completed by the panel before they are set."""

    def validate(self, obj: Any, value: Any) -> dict[str, Any]:
        """All values, of which these are some; raises ``ValueError`` if one does not fit."""
        return obj.completed(value)


class View(anywidget.AnyWidget, ipywidgets.ValueWidget):  # pyright: ignore[reportIncompatibleMethodOverride]
    """Controls, charts and status of one panel, as the browser sees them.

    Everything that the picture depends on is a synced trait, never a passing message; only clicks are messages.

    Parameters
    ----------
    act : callable
        Called as ``act(message)`` with the dict of each click, from whatever thread the message comes in.
    completed : callable
        Called as ``completed(values)`` with what ``value`` is to be; returns the values of all controls, or raises
        ``ValueError``.
    failed : callable
        Called as ``failed(error)`` with what a function that observes ``value`` has raised, before it is raised again.
    """

    _esm = "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    _css = "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in _STYLES)

    runtime = traitlets.Instance(Runtime).tag(sync=True, **ipywidgets.widget_serialization)
    name = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    controls = traitlets.List().tag(sync=True)
    presets = traitlets.List().tag(sync=True)
    charts = traitlets.List().tag(sync=True)
    streams = traitlets.Bool().tag(sync=True)
    #: The tasks of the panel, each with its text and whether it is done.
    tasks = traitlets.List().tag(sync=True)
    #: Why the panel is closed; empty once it is open.
    closed = traitlets.Unicode().tag(sync=True)
    #: Whether this is the first panel of the kernel, which tells how folded code is shown.
    first = traitlets.Bool().tag(sync=True)
    #: What takes the place of each colour on a dark page.
    dark = traitlets.Dict(DARK).tag(sync=True)
    #: The values in force, for other widgets: to be observed, set and linked as the value of any widget.
    value = Value().tag(sync=True)
    #: From the browser: the newest values that the learner asked for, with the view that asked and its count.
    request = traitlets.Dict().tag(sync=True)
    #: To the browser: the values in force, as an answer to which request.
    values = traitlets.Dict().tag(sync=True)
    #: To the browser: the data sets of the newest frame and the legends of its charts, numbered, and which frame it is
    #: to confirm once drawn.
    frame = traitlets.Dict().tag(sync=True)
    #: To the browser: state, progress, budget, caption and error.
    status = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        *,
        act: Callable[[dict[str, Any]], None],
        completed: Callable[[Any], dict[str, Any]],
        failed: Callable[[Exception], None],
        **traits: Any,
    ) -> None:
        self._act, self.completed, self._failed = act, completed, failed
        super().__init__(runtime=runtime(), **traits)
        self.observe(lambda change: act({"action": "set"} | change["new"]), "request")
        self.on_msg(lambda _widget, content, _buffers: act(content))

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser sends; a ``value`` (of a link in the page) is a click, so that it may be refused."""
        super().set_state({name: state for name, state in sync_data.items() if name != "value"})
        if "value" in sync_data:
            self._act({"action": "set", "values": sync_data["value"]})
            if self.value != sync_data["value"]:
                self.send_state("value")  # what became of it

    def notify_change(self, change: Any) -> None:
        """Tell the browser and those who observe; whatever one of these raises is told to the panel as well."""
        try:
            super().notify_change(change)
        except Exception as error:
            if change["name"] == "value":
                self._failed(error)
            raise
