"""Charts over named data sets: axes that stay put, and layers of lines, points and bands.

A chart is written once, in the words of Vega-Lite, and then only its rows change. It does without Altair, whose import
takes longer than everything else that a first panel waits for; ``altair.Chart.from_dict(chart(...).to_dict())`` is the
same chart as Altair's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from scalinglab import _checks as checks
from scalinglab.live.axes import Axis
from scalinglab.live.conditions import parsed
from scalinglab.live.theme import COLOURS, GREY, LINES, MARKS, PALETTE

#: The language of a specification, in the edition that JupyterLab's and Altair's sixth both draw.
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
#: Drag moves, Ctrl + wheel zooms, a double click goes back.
_MOVE = {"name": "view", "bind": "scales", "select": {"type": "interval", "zoom": "wheel![event.ctrlKey]"}}
#: The name of the layer that is moved; the others follow.
_MOVED = "moved"
#: Where a specification keeps the layers and axes that it was made of.
_META = "scalinglab"
#: The dash of a line of fixed colour, if it is asked for.
DASHED = (6, 4)


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
        Up to twenty values of ``by``, in the order of their looks: a series then keeps its colour, dash and shape when
        others are absent, and in every chart with the same order.
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
        What the legend calls this layer; where there is ``by``, beside the legend of its values. A layer that is not
        called anything belongs to one of the same colour and data that is.
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

    def __post_init__(self) -> None:
        for name in ("y", "by", "by_title", "detail", "data", "colour", "label", "only"):
            checks.text(name, getattr(self, name))
        checks.fraction("opacity", self.opacity)
        checks.non_negative("size", self.size)
        if self.only:
            parsed(self.only)
        if len(self.order) > len(COLOURS):
            checks.fail("order", f"name at most {len(COLOURS)} series, so that each has its own look", self.order)

    def mark(self) -> dict[str, Any]:
        """The Vega-Lite mark."""
        raise TypeError("use Lines, Points or Band")

    def channels(self, x: Axis, y: Axis) -> dict[str, Any]:
        """The encodings of this layer: position, then what tells its series apart."""
        place = y.encoding(self.y) | ({"aggregate": "mean"} if self.mean else {})
        return {"x": x.encoding(), "y": place} | self.series()

    def series(self) -> dict[str, Any]:
        """The colour, and the column that separates lines."""
        colour = {"color": self.told_apart(COLOURS)} if self.by else {}
        return colour | ({"detail": {"field": self.detail, "type": "nominal"}} if self.detail else {})

    def told_apart(self, looks: Sequence[Any]) -> dict[str, Any]:
        """A channel that gives each value of ``by`` a colour, a dash or a shape; the panel draws the legend."""
        scale: dict[str, Any] = {"range": [list(look) if isinstance(look, tuple) else look for look in looks]}
        if self.order:
            scale["domain"] = list(self.order)
        return {"field": self.by, "type": "nominal", "scale": scale, "legend": None}

    def build(self, x: Axis, y: Axis) -> dict[str, Any]:
        """The layer in Vega-Lite."""
        colour = {} if self.by else {"color": self.colour}
        mark = self.mark() | colour | {"opacity": self.opacity, "clip": True}
        made = {"data": {"name": self.data}, "mark": mark, "encoding": self.channels(x, y)}
        return made | ({"transform": [{"filter": self.only}]} if self.only else {})


@dataclass(frozen=True)
class Lines(Layer):
    """Lines through the rows in the order of x; each value of ``by`` has its own colour and dash."""

    def mark(self) -> dict[str, Any]:
        """A line, dashed if asked."""
        dash = {"strokeDash": list(DASHED)} if self.dashed else {}
        return {"type": "line", "strokeWidth": self.size or 2} | dash

    def series(self) -> dict[str, Any]:
        """Colour and dash."""
        dashes = bool(self.by) and not self.dashed
        return super().series() | ({"strokeDash": self.told_apart(LINES)} if dashes else {})


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
        areas = {"size": {"field": self.area, "type": "quantitative", "scale": None}} if self.area else {}
        return super().series() | ({"shape": self.told_apart(MARKS)} if self.by else {}) | areas


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
        return super().channels(x, y) | {"y2": {"field": self.top}}


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


@dataclass(frozen=True)
class Chart:
    """Layers over one pair of axes; made by ``chart``, which says what each field is."""

    layers: tuple[Layer, ...]
    x: Axis
    y: Axis
    title: str
    description: str
    width: int
    height: int

    def to_dict(self) -> dict[str, Any]:
        """Its Vega-Lite specification."""
        layers = [layer.build(self.x, self.y) for layer in self.layers]
        layers[0]["name"] = _MOVED
        parts = [{"kind": type(layer).__name__} | asdict(layer) for layer in self.layers]
        return {
            "$schema": SCHEMA,
            "title": self.title,
            "description": self.description,
            "width": self.width,
            "height": self.height,
            "layer": layers,
            "params": [_MOVE | {"views": [_MOVED]}],
            "usermeta": {_META: {"layers": parts, "x": asdict(self.x), "y": asdict(self.y)}},
        }


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
    Chart

    Raises
    ------
    ValueError
        If there is no layer, or a part is not what it must be.
    """
    if not layers:
        checks.fail("layers", "not be empty", layers)
    for layer in layers:
        if not isinstance(layer, Layer):
            checks.fail("layers", "be " + ", ".join(_KINDS), layer)
    for name, axis in (("x", x), ("y", y)):
        if not isinstance(axis, Axis):
            checks.fail(name, "be an Axis", axis)
    size = checks.positive_integer("width", width), checks.positive_integer("height", height)
    return Chart(layers, x, y, checks.text("title", title), checks.text("description", description), *size)


def made_of(spec: Mapping[str, Any]) -> tuple[list[Layer], Axis, Axis] | None:
    """The layers and the axes of a specification, or None if it was not made by ``chart``."""
    written = (spec.get("usermeta") or {}).get(_META)
    if written is None:
        return None
    layers = [_KINDS[each["kind"]](**_settings(each)) for each in written["layers"]]
    return layers, Axis(**written["x"]), Axis(**written["y"])


_KINDS: dict[str, type[Layer]] = {kind.__name__: kind for kind in (Lines, Points, Band, Bars)}


def _settings(written: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if key == "order" else value for key, value in written.items() if key != "kind"}
