"""The charts of a panel as one still picture, made without a browser: for exports, and for readers without a kernel."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from scalinglab.live.drawn import drawn
from scalinglab.live.legends import legends, written
from scalinglab.live.rows import Columns, records_of, thin

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
    """
    sets = {name: [_plain(record) for record in records_of(thin(columns, _ROWS))] for name, columns in data.items()}
    parts, left, bottom = [], 0.0, 0.0
    for number, spec in enumerate(specs):
        picture = re.sub(r"\bclip(\d+)", rf"clip{number}-\1", _draw(spec, sets))  # each counts its clips from zero
        width, height = map(float, _SIZE.match(picture).groups())  # pyright: ignore[reportOptionalMemberAccess]
        legend, more = written(legends(drawn(spec, data)), _MARGIN, width)
        below = f'<g transform="translate(0,{height:g})">{legend}</g>'
        parts.append(f'<g transform="translate({left:g},0)">{picture}{below}</g>')
        left, bottom = left + width, max(bottom, height + more)
    size = f'width="{left:g}" height="{bottom:g}" viewBox="0 0 {left:g} {bottom:g}"'
    paper = f'<rect width="{left:g}" height="{bottom:g}" fill="white"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1" {size}>{paper}{"".join(parts)}</svg>'


def _draw(spec: dict[str, Any], sets: Mapping[str, Any]) -> str:
    """One chart as SVG."""
    import vl_convert  # loads a JavaScript engine: only when a picture is asked for

    return vl_convert.vegalite_to_svg(spec | {"datasets": sets}, allowed_base_urls=[])


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON can carry it: no nan, no infinity."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in record.items()
    }
