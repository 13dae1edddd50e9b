"""Charts over named data sets: axes that stay put, and layers of lines, points and bands.

A chart is written once with Altair, checked once, and then only its rows change.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from scalinglab import _checks as checks
from scalinglab.live.quick_altair import alt
from scalinglab.live.theme import GREY, PALETTE

Chart: TypeAlias = alt.TopLevelMixin


@dataclass(frozen=True)
class Axis:
    """One axis with ends that do not move.

    Parameters
    ----------
    field : str
        The column that it shows.
    title : str
        What the reader sees, with its unit.
    low, high : float
        The ends; what lies outside is clipped, or on a logarithmic axis drawn at the edge.
    log : bool
        A logarithmic axis; needs ``low > 0``.
    format : str
        A d3 number format for the labels, such as ``"%"``.
    """

    field: str
    title: str
    low: float
    high: float
    log: bool = False
    format: str = ""

    def __post_init__(self) -> None:
        checks.number("low", self.low)
        if checks.number("high", self.high) <= self.low:
            checks.fail("high", f"be above low = {self.low:g}", self.high)
        if self.log:
            checks.positive("low", self.low)

    def scale(self) -> dict[str, Any]:
        """The Vega-Lite scale."""
        # Clamped, as a zero has no logarithm: Vega would draw an error of 0 at the top of the chart.
        kind = {"type": "log", "clamp": True} if self.log else {"type": "linear", "zero": False}
        return kind | {"domain": [self.low, self.high], "nice": False}

    def labels(self) -> dict[str, Any]:
        """The Vega-Lite axis."""
        found: dict[str, Any] = {"format": self.format} if self.format else {}
        return found | {"values": self.ticks()} if self.log and len(self.ticks()) > 1 else found

    def ticks(self) -> list[float]:
        """The labelled values of a logarithmic axis: powers of ten, and round numbers between where there is room."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        span = math.log10(self.high / self.low)
        steps = (1, 1.5, 2, 2.5, 3, 4, 5, 7) if span < 0.6 else (1, 2, 5) if span < 2.5 else (1,)
        marks = (float(f"{step}e{decade}") for decade in decades for step in steps)
        return [mark for mark in marks if self.low * 0.999 <= mark <= self.high * 1.001]


@dataclass(frozen=True)
class Layer:
    """One layer of marks.

    Parameters
    ----------
    y : str
        Its column on the vertical axis; that of the axis by default.
    by : str
        A column that gives each of its values a colour, and a dash or a shape as well.
    by_title : str
        How the legend calls it.
    order : tuple of str
        All values of ``by``, in the order of their colours: a series then keeps its colour when others are absent.
    detail : str
        A column that separates lines without a colour of their own (a seed).
    data : str
        The name of its data set.
    mean : bool
        Draw the mean over rows with equal x (and equal ``by``).
    opacity, size : float
        How strong; size is a line's width or a point's area.
    colour : str
        A fixed colour where there is no ``by``.
    label : str
        What the legend calls a layer of fixed colour; it is not in the legend by default.
    dashed : bool
        Dashed lines.
    only : str
        A Vega expression such as ``"datum.status === 'diverged'"`` that says which rows are drawn.
    """

    y: str = ""
    by: str = ""
    by_title: str = ""
    order: tuple[str, ...] = ()
    detail: str = ""
    data: str = "rows"
    mean: bool = False
    opacity: float = 1.0
    size: float = 0.0
    colour: str = PALETTE[0]
    label: str = ""
    dashed: bool = False
    only: str = ""

    def mark(self) -> dict[str, Any]:
        """The Vega-Lite mark."""
        raise TypeError("use Lines, Points or Band")

    def channels(self, x: Axis, y: Axis) -> dict[str, Any]:
        """The encodings of this layer: position, then what tells its series apart."""
        place = alt.Y(field=self.y or y.field, type="quantitative", title=y.title, scale=y.scale(), axis=y.labels())
        if self.mean:
            place = place.aggregate("mean")
        across = alt.X(field=x.field, type="quantitative", title=x.title, scale=x.scale(), axis=x.labels())
        return {"x": across, "y": place} | self.series()

    def series(self) -> dict[str, Any]:
        """The colour, and the column that separates lines."""
        found: dict[str, Any] = {}
        if self.by:
            found["color"] = self.told_apart(alt.Color)
        if self.detail:
            found["detail"] = alt.Detail(field=self.detail, type="nominal")
        return found

    def told_apart(self, channel: Any) -> Any:
        """A channel that gives each value of ``by`` a colour, a dash or a shape."""
        scale = {"scale": alt.Scale(domain=list(self.order))} if self.order else {}
        return channel(field=self.by, type="nominal", title=self.by_title or self.by, **scale)

    def build(self, x: Axis, y: Axis, legend: Mapping[str, Layer], *, mixed: bool) -> alt.Chart:
        """The layer as an Altair chart; the legend names all labelled layers of its chart.

        Where series are drawn as lines and as points, Vega would show a legend for each of colour, dash and shape.
        """
        colour = {} if self.by or self.label else {"color": self.colour}
        mark: dict[str, Any] = self.mark() | colour | {"opacity": self.opacity, "clip": True}
        channels = self.channels(x, y) | (self.named(legend) if self.label and not self.by else {})
        if mixed and self.by:
            # The legend is named, as Vega takes one that is not for the same as those that are switched off.
            channels["color"] = channels["color"].legend(alt.Legend(symbolType="circle", symbolStrokeWidth=0))
            for name in {"strokeDash", "shape"} & set(channels):
                channels[name] = channels[name].legend(None)
        kind = alt.ErrorBarDef if mark["type"] == "errorbar" else alt.MarkDef
        made = alt.Chart(alt.NamedData(name=self.data), mark=kind(**mark)).encode(**channels)
        made = made.transform_filter(self.only) if self.only else made
        return made.transform_calculate(series_label=json.dumps(self.label)) if self.label else made

    def named(self, legend: Mapping[str, Layer]) -> dict[str, Any]:
        """Colour and dash as a scale over the labels, so that they stand in one legend; dots where there are points."""
        labels = list(legend)
        colours = alt.Scale(domain=labels, range=[layer.colour for layer in legend.values()])
        dashes = alt.Scale(domain=labels, range=[[6, 4] if layer.dashed else [1, 0] for layer in legend.values()])
        colour = alt.Color(field="series_label", type="nominal", title=None, scale=colours)
        dash = alt.StrokeDash(field="series_label", type="nominal", title=None, scale=dashes)
        if all(isinstance(layer, Lines) for layer in legend.values()):
            return {"color": colour, "strokeDash": dash}
        dots = alt.Legend(symbolType="circle", symbolStrokeWidth=0, symbolDash=[1, 0])
        channels: dict[str, Any] = {"color": colour.legend(dots)}
        if isinstance(self, Lines):
            channels["strokeDash"] = dash.legend(None)
        return channels


@dataclass(frozen=True)
class Lines(Layer):
    """Lines through the rows in the order of x; each value of ``by`` has its own colour and dash."""

    def mark(self) -> dict[str, Any]:
        """A line, dashed if asked."""
        dash = {"strokeDash": [6, 4]} if self.dashed and not self.label else {}
        return {"type": "line", "strokeWidth": self.size or 2} | dash

    def series(self) -> dict[str, Any]:
        """Colour and dash."""
        dashes = bool(self.by) and not self.dashed
        return super().series() | ({"strokeDash": self.told_apart(alt.StrokeDash)} if dashes else {})


@dataclass(frozen=True)
class Points(Layer):
    """Points, with the row in a tooltip; each value of ``by`` has its own colour and shape.

    Parameters
    ----------
    area : str
        A column that holds the area of each point in square pixels, such as a weight in suitable units.
    """

    area: str = ""

    def mark(self) -> dict[str, Any]:
        """A filled point."""
        return {"type": "point", "size": self.size or 45, "filled": True, "tooltip": {"content": "data"}}

    def series(self) -> dict[str, Any]:
        """Colour, shape and area."""
        areas = {"size": alt.Size(field=self.area, type="quantitative", scale=None)} if self.area else {}
        return super().series() | ({"shape": self.told_apart(alt.Shape)} if self.by else {}) | areas


@dataclass(frozen=True)
class Band(Layer):
    """An area between the columns ``y`` and ``top``: a spread, an interval."""

    top: str = "high"
    colour: str = GREY

    def mark(self) -> dict[str, Any]:
        """An area without a border."""
        return {"type": "area"}

    def channels(self, x: Axis, y: Axis) -> dict[str, Any]:
        """Position with a second vertical column."""
        return super().channels(x, y) | {"y2": alt.Y2(field=self.top)}


@dataclass(frozen=True)
class Bars(Band):
    """Upright error bars: between the columns ``y`` and ``top``, or with ``mean`` one standard error about the mean."""

    colour: str = PALETTE[0]

    def mark(self) -> dict[str, Any]:
        """A line of two pixels."""
        if self.mean:
            return {"type": "errorbar", "extent": "stderr", "thickness": self.size or 2}
        return {"type": "rule", "strokeWidth": self.size or 2}

    def channels(self, x: Axis, y: Axis) -> dict[str, Any]:
        """Vega finds the standard error of rows with equal x by itself, and takes them as they are."""
        return Layer.channels(replace(self, mean=False), x, y) if self.mean else super().channels(x, y)


def chart(*layers: Layer, x: Axis, y: Axis, title: str, description: str, width: int = 440, height: int = 300) -> Chart:
    """Lay layers over one pair of axes; drag moves, Ctrl + wheel zooms, a double click goes back.

    Parameters
    ----------
    *layers : Layer
        From back to front.
    x, y : Axis
        The axes that all layers share.
    title, description : str
        A heading, and what a reader who cannot see the chart is told.
    width, height : int
        The plot's size in pixels.

    Returns
    -------
    altair chart
    """
    if not layers:
        checks.fail("layers", "not be empty", layers)
    move = alt.selection_interval(bind="scales", zoom="wheel![event.ctrlKey]", name="view")
    legend = {layer.label: layer for layer in layers if layer.label and not layer.by}
    mixed = len({type(layer) for layer in layers if layer.by}) > 1
    built = [layer.build(x, y, legend, mixed=mixed) for layer in layers]
    built[0] = built[0].add_params(move)
    size = {"width": checks.positive_integer("width", width), "height": checks.positive_integer("height", height)}
    made = alt.layer(*built).properties(title=title, description=description, **size)
    if legend and any(layer.by for layer in layers):  # two legends: of the series, and of the labelled layers
        made = made.resolve_scale(color="independent", strokeDash="independent", shape="independent")
    return made
