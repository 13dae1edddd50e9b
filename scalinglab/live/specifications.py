"""What a chart is to Vega: written out, checked once, and compared with the rows that it is to draw."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from scalinglab import _checks as checks
from scalinglab.live.charts import Chart
from scalinglab.live.rows import Columns
from scalinglab.live.theme import theme

if TYPE_CHECKING:
    import altair

#: What a panel draws.
Drawable: TypeAlias = "Chart | altair.TopLevelMixin"


def specification(chart: Drawable) -> dict[str, Any]:
    """Write out and check a chart, with the theme; done once for each chart.

    Parameters
    ----------
    chart : Chart or altair chart
        An altair chart over named data; Altair checks its grammar.

    Raises
    ------
    ValueError
        If it lacks a title, a description, or fixed ends of an axis that shows numbers.
    """
    if not isinstance(chart, Chart) and not _is_altair(chart):
        checks.fail("charts", "be made by chart(...) or Altair", chart)
    spec = chart.to_dict()
    for needed in ("title", "description"):
        if not spec.get(needed):
            raise ValueError(f"a chart must have a {needed}, for those who cannot see it")
    for part in _parts(spec):
        for channel in ("x", "y"):
            encoding = part.get("encoding", {}).get(channel, {})
            if encoding.get("type") == "quantitative" and "domain" not in (encoding.get("scale") or {}):
                raise ValueError(f"axis {channel} must have a fixed domain, so that it does not jump")
    return spec | {"config": spec.get("config", {}) | theme()}


def _is_altair(chart: Any) -> bool:
    """Whether Altair made a chart; who has one has loaded Altair."""
    altair = sys.modules.get("altair")
    return altair is not None and isinstance(chart, altair.TopLevelMixin)


def check_fields(spec: Mapping[str, Any], data: Mapping[str, Columns]) -> None:
    """Make sure that the rows hold every column that a chart draws; a missing one would draw nothing, silently.

    Raises
    ------
    ValueError
        Naming the column, the data set and what it does have.
    """
    for part in _parts(spec):
        name = part.get("data", {}).get("name", "")
        if not name or "encoding" not in part:
            continue
        if name not in data:
            raise ValueError(f"the chart draws the data set {name!r}, got {', '.join(data)}")
        made = {name for step in part.get("transform", ()) for name in _made(step)}
        wanted = {encoding["field"] for encoding in part["encoding"].values() if "field" in encoding}
        missing = wanted - made - set(data[name]) if data[name] else ()
        for field in sorted(missing):
            raise ValueError(f"the chart draws {field!r} of {name!r}, which has only {', '.join(data[name])}")


def names_in(spec: Mapping[str, Any]) -> set[str]:
    """The data sets that a specification draws."""
    return {part["data"]["name"] for part in _parts(spec) if "name" in part.get("data", {})}


def _parts(spec: Mapping[str, Any], above: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """The specification and all that it is made of; data and transforms come down from above."""
    here = dict(spec)
    for inherited in ("data", "transform"):
        if above and inherited in above:
            here.setdefault(inherited, above[inherited])
    yield here
    for composition in ("layer", "hconcat", "vconcat", "concat"):
        for part in spec.get(composition, ()):
            yield from _parts(part, here)


def _made(step: Mapping[str, Any]) -> Iterator[str]:
    """Names of the columns that a Vega-Lite transform makes."""
    for key, value in step.items():
        if key == "as":
            yield from [value] if isinstance(value, str) else value
        elif isinstance(value, list):
            yield from (name for inner in value if isinstance(inner, Mapping) for name in _made(inner))
