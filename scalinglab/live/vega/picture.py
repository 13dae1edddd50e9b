"""The charts of a panel as one still picture, made without a browser: for exports, and for readers without a kernel."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from scalinglab.live.drawn import drawn
from scalinglab.live.legends import legends, written
from scalinglab.live.rows import Columns, records_of, thin
from scalinglab.live.vega import engine

#: Rows of a data set in a picture; more would be finer than its lines.
_ROWS = 2_000
#: Pixels at the left of a legend.
_MARGIN = 8
_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')


def svg(specs: Sequence[dict[str, Any]], data: Mapping[str, Columns]) -> str:
    """Draw Vega-Lite specifications side by side, each with its legends under it.

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
    parts, left, bottom = [], 0.0, 0.0
    for number, spec in enumerate(specs):
        picture = _renamed(engine.ask("svg", spec | {"datasets": sets}), number)
        width, height = map(float, _SIZE.match(picture).groups())  # pyright: ignore[reportOptionalMemberAccess]
        legend, more = written(legends(drawn(spec, data)), _MARGIN, width)
        below = f'<g transform="translate(0,{height:g})">{legend}</g>'
        parts.append(f'<g transform="translate({left:g},0)">{picture}{below}</g>')
        left, bottom = left + width, max(bottom, height + more)
    size = f'width="{left:g}" height="{bottom:g}" viewBox="0 0 {left:g} {bottom:g}"'
    paper = f'<rect width="{left:g}" height="{bottom:g}" fill="white"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1" {size}>{paper}{"".join(parts)}</svg>'


def _renamed(picture: str, number: int) -> str:
    """The same picture with clips that are told from those of its neighbours, and counted from zero.

    Vega counts them on from picture to picture, so that one chart would never be the same text again.
    """
    seen: dict[str, int] = {}
    return re.sub(r"\bclip(\d+)", lambda found: f"clip{number}-{seen.setdefault(found[1], len(seen))}", picture)


def show(widget: tuple[dict[str, Any], dict[str, Any]], picture: Callable[[], str] | None) -> None:
    """Show a widget at once, then its picture in an output of its own, which takes a moment to draw.

    A page that has widgets shows nothing there. Without ``vl_convert`` there is no picture.

    Parameters
    ----------
    widget : (dict, dict)
        Its data and metadata by their types, as a notebook keeps them.
    picture : callable or None
        Returns an SVG document, or raises ``VegaMissingError``; None for none.
    """
    from IPython.display import display

    data, metadata = widget
    display(data, metadata=metadata, raw=True)
    if picture is not None and _WIDGET in data:
        with suppress(engine.VegaMissingError):
            display({_WIDGET: _NO_WIDGET, "image/svg+xml": picture(), "text/plain": ""}, raw=True)


_WIDGET = "application/vnd.jupyter.widget-view+json"
#: The view of a widget that is gone, which is nothing; a page without widgets takes the next best, the picture.
_NO_WIDGET = {"version_major": 2, "version_minor": 0, "model_id": ""}


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON can carry it: no nan, no infinity."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in record.items()
    }
