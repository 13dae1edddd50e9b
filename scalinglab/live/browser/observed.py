"""What a panel has in common with other widgets: it can be put anywhere; its value can be set, observed and linked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scalinglab.live.browser.view import View


class Observed:
    """A panel as one widget among others.

    ``ipywidgets.VBox([panel.widget, other])`` shows it in a dashboard, and
    ``ipywidgets.link((panel.widget, "value"), (other.widget, "value"))`` lets two panels move together.
    """

    _view: View

    @property
    def widget(self) -> View:
        """The panel as a widget of ipywidgets (an anywidget), for ``VBox``, ``Tab`` and the like.

        Its trait ``value`` holds the values of the controls by name; everything that is shown goes on being the
        panel's. A run that has had its head start goes on once a browser shows the widget.
        """
        return self._view

    @property
    def value(self) -> dict[str, Any]:
        """The values of the controls by name, as the widget has them.

        Set it to move some controls or all of them, ``panel.value = {"width": 64}``; where they stand already,
        nothing happens.

        Raises
        ------
        ValueError
            If there is no such control, or a value does not fit; nothing changes then.
        """
        return dict(self._view.value)

    @value.setter
    def value(self, values: Mapping[str, Any]) -> None:
        self._view.set_trait("value", values)

    def observe(self, handler: Callable[[Any], Any], names: Any = "value", type: str = "change") -> None:
        """Call a function whenever the values of the controls change, whoever moved them.

        Parameters
        ----------
        handler : callable
            Called as ``handler(change)`` after the run with the new values was started, in the thread from which the
            change came. ``change`` is that of ipywidgets: ``name`` (``"value"``), ``old``, ``new`` (dicts of all
            values), ``owner`` (the widget) and ``type`` (``"change"``). What it raises is shown as a sentence under
            the controls, and raised where Python has set the values.
        names : str or sequence of str
            The traits of the widget to be observed.
        type : str
            The type of change, as in ipywidgets.
        """
        self._view.observe(handler, names, type)

    def unobserve(self, handler: Callable[[Any], Any], names: Any = "value", type: str = "change") -> None:
        """Call a function that ``observe`` was given no more.

        Parameters
        ----------
        handler, names, type
            What ``observe`` was given.

        Raises
        ------
        ValueError
            If it was not given that.
        """
        self._view.unobserve(handler, names, type)
