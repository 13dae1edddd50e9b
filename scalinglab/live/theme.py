"""One look for every chart: colours that colour-blind readers can tell apart, quiet axes, a readable size.

Series differ in colour and in dash or shape, so that ten of them stay apart in grey, too. In a second round through the
colours, dashes and shapes are those of three places further on: twenty series have a look of their own.
"""

from __future__ import annotations

from typing import Any

#: The palette of [Okabe2008] without its yellow, which vanishes on white, and three darker colours more.
PALETTE = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#882255", "#8A7500", "#6A51A3",
)  # fmt: skip
#: The dashes of ten lines, in pixels of ink and of gap.
DASHES = (
    (1, 0), (7, 3), (2, 2), (9, 2, 2, 2), (4, 4), (12, 3), (6, 2, 1, 2, 1, 2), (1, 3), (12, 3, 3, 3), (4, 1),
)  # fmt: skip
#: The shapes of ten kinds of points, as SVG paths about the origin that reach from -1 to 1.
SHAPES = (
    "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0",
    "M-.85,-.85H.85V.85H-.85Z",
    "M0,-1L1,.8H-1Z",
    "M0,-1.15L1.15,0L0,1.15L-1.15,0Z",
    "M-.35,-1H.35V-.35H1V.35H.35V1H-.35V.35H-1V-.35H-.35Z",
    "M0,1L1,-.8H-1Z",
    "M1,0L-.8,1V-1Z",
    "M-1,0L.8,1V-1Z",
    "M-.55,-1L0,-.45L.55,-1L1,-.55L.45,0L1,.55L.55,1L0,.45L-.55,1L-1,.55L-.45,0L-1,-.55Z",
    "M-1,-.4H1V.4H-1Z",
)
#: The looks of twenty series.
COLOURS = 2 * PALETTE
LINES = DASHES + DASHES[3:] + DASHES[:3]
MARKS = SHAPES + SHAPES[3:] + SHAPES[:3]
#: What did not survive (a diverged run), guides and notes.
GREY = "#8A8A8A"
#: What takes the place of each colour on a dark page; none of the second is one of the first.
DARK = {
    "#0072B2": "#3D9BE0", "#D55E00": "#F58A4B", "#009E73": "#2DC79C", "#CC79A7": "#E8A2C8", "#E69F00": "#F5C04A",
    "#56B4E9": "#A6DCF8", "#000000": "#F4F4F4", "black": "#F4F4F4", "#882255": "#D9699F", "#8A7500": "#BFAE4D",
    "#6A51A3": "#AA97DE", GREY: "#9C9C9C", "#999999": "#858585",
    "#1A1A1A": "#F0F0F0", "#333333": "#D2D2D2", "#ECECEC": "#383838", "#D0D0D0": "#555555",
}  # fmt: skip

_FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif"
#: Room for the labels of the vertical axis, so that charts above one another begin at the same place.
_LABELS = 42


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
            "domainColor": GREY,
            "tickColor": GREY,
            "labelColor": "#333333",
            "titleColor": "#1A1A1A",
            "labelOverlap": "parity",
            "labelSeparation": 5,
        },
        "axisX": {"labelFlush": False},
        "axisY": {"minExtent": _LABELS},
        "legend": {
            "orient": "bottom",
            "symbolOpacity": 1,
            "labelFontSize": 11,
            "titleFontSize": 11,
            "titleFontWeight": 500,
            "symbolStrokeWidth": 2,
            "labelColor": "#333333",
            "titleColor": "#1A1A1A",
        },
        "line": {"strokeWidth": 2},
        "point": {"filled": True, "size": 45},
    }
