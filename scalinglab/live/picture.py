"""The charts of a panel as one still picture, made without a browser: for exports, and for readers without a kernel."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from scalinglab.live import vega
from scalinglab.live.rows import Columns, records_of, thin

#: Rows of a data set in a picture; more would be finer than its lines.
_ROWS = 2_000


def svg(specs: Sequence[dict[str, Any]], data: Mapping[str, Columns]) -> str:
    """Draw Vega-Lite specifications side by side.

    Parameters
    ----------
    specs : sequence of dict
        Specifications over named data.
    data : mapping
        Columns by data set.

    Returns
    -------
    str
        An SVG document.

    Raises
    ------
    VegaMissingError
        If there is no ``vl_convert``.
    """
    sets = {name: [_plain(record) for record in records_of(thin(columns, _ROWS))] for name, columns in data.items()}
    inner = [{key: value for key, value in spec.items() if key not in _TOP} for spec in specs]
    top = {key: specs[0][key] for key in _TOP if key in specs[0]}
    one = inner[0] if len(inner) == 1 else {"hconcat": inner, "resolve": _APART}
    return vega.ask("svg", top | one | {"datasets": sets})


def show(widget: tuple[dict[str, Any], dict[str, Any]], picture: Callable[[], str]) -> None:
    """Show a widget at once, then its picture in an output of its own, which takes a moment to draw.

    A page that has widgets shows nothing there. Without ``vl_convert`` there is no picture.

    Parameters
    ----------
    widget : (dict, dict)
        Its data and metadata by their types, as a notebook keeps them.
    picture : callable
        Returns an SVG document, or raises ``VegaMissingError``.
    """
    from IPython.display import display

    data, metadata = widget
    display(data, metadata=metadata, raw=True)
    if _WIDGET in data:
        with suppress(vega.VegaMissingError):
            display({_WIDGET: _NO_WIDGET, "image/svg+xml": picture(), "text/plain": ""}, raw=True)


_WIDGET = "application/vnd.jupyter.widget-view+json"
#: The view of a widget that is gone, which is nothing; a page without widgets takes the next best, the picture.
_NO_WIDGET = {"version_major": 2, "version_minor": 0, "model_id": ""}

_TOP = ("$schema", "config")
#: Charts side by side have nothing in common: each has its own colours, dashes and shapes.
_APART = {"scale": dict.fromkeys(("color", "strokeDash", "shape"), "independent")}


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON can carry it: no nan, no infinity."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in record.items()
    }
