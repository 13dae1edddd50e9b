"""One look for every chart: colours that colour-blind readers can tell apart, quiet axes, a readable size."""

from __future__ import annotations

from typing import Any

#: The palette of [Okabe2008] without its yellow, which vanishes on white; the strongest contrasts come first.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
#: What did not survive (a diverged run), guides and notes.
GREY = "#8A8A8A"

_FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif"


def theme() -> dict[str, Any]:
    """The Vega-Lite configuration that all charts share."""
    return {
        "font": _FONT,
        "background": "white",
        "padding": 8,
        "view": {"stroke": "#D0D0D0"},
        "range": {"category": list(PALETTE)},
        "title": {"anchor": "start", "fontSize": 14, "fontWeight": 600, "offset": 10, "color": "#1A1A1A"},
        "axis": {
            "labelFontSize": 11,
            "titleFontSize": 12,
            "titleFontWeight": 500,
            "titlePadding": 8,
            "gridColor": "#ECECEC",
            "domainColor": "#8A8A8A",
            "tickColor": "#8A8A8A",
            "labelColor": "#333333",
            "titleColor": "#1A1A1A",
            "labelOverlap": "greedy",
        },
        "legend": {
            "orient": "bottom",
            "symbolOpacity": 1,
            "labelFontSize": 11,
            "titleFontSize": 11,
            "titleFontWeight": 500,
            "symbolStrokeWidth": 2,
        },
        "line": {"strokeWidth": 2},
        "point": {"filled": True, "size": 45},
    }
