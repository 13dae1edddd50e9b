"""The charts of a panel as one still picture, made without a browser: for exports, and for readers without a kernel."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

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
    """
    import vl_convert  # loads a JavaScript engine: only when a picture is asked for

    sets = {name: [_plain(record) for record in records_of(thin(columns, _ROWS))] for name, columns in data.items()}
    inner = [{key: value for key, value in spec.items() if key not in _TOP} for spec in specs]
    top = {key: specs[0][key] for key in _TOP if key in specs[0]}
    one = inner[0] if len(inner) == 1 else {"hconcat": inner, "resolve": _APART}
    return vl_convert.vegalite_to_svg(top | one | {"datasets": sets}, allowed_base_urls=[])


_TOP = ("$schema", "config")
#: Charts side by side have nothing in common: each has its own colours, dashes and shapes.
_APART = {"scale": dict.fromkeys(("color", "strokeDash", "shape"), "independent")}


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON can carry it: no nan, no infinity."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in record.items()
    }
