"""The charts of a page compiled beforehand: from what was written, in Vega-Lite, to what the browser draws, in Vega.

The notebook's browser does both at once. A page is made once and opened often, so its first half is done here, by the
same compiler of the same version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def compiled_models(models: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The traits of models, with the charts of panels compiled."""
    return {
        name: {**traits, "charts": [compiled(chart) for chart in traits["charts"]]} if "charts" in traits else traits
        for name, traits in models.items()
    }


def compiled(chart: Mapping[str, Any]) -> dict[str, Any]:
    """A specification in Vega for one in Vega-Lite.

    Parameters
    ----------
    chart : mapping
        Over data sets that have names and no rows.

    Returns
    -------
    dict
        Its background is clear, as a panel has one of its own. ``usermeta`` lists its data sets under ``"sets"``, as
        Vega's own list also holds those that it derives. A chart that leaves its size to the browser stays in
        Vega-Lite, and so do all where there is no ``vl_convert``.
    """
    try:
        import vl_convert
    except ImportError:
        return dict(chart)
    if not all(isinstance(chart.get(side), int | float) for side in ("width", "height")):
        return dict(chart)
    clear = {**chart.get("config", {}), "background": "transparent"}
    vega = vl_convert.vegalite_to_vega({**chart, "config": clear})
    return vega | {"usermeta": {**chart.get("usermeta", {}), "sets": sorted(_sets(chart))}}


def _sets(part: Any) -> set[str]:
    """The names of the data sets that a specification, or a part of it, draws from."""
    if isinstance(part, list):
        return set().union(*map(_sets, part))
    if not isinstance(part, Mapping):
        return set()
    own = part.get("data")
    found = {own["name"]} if isinstance(own, Mapping) and "name" in own else set()
    return found.union(*map(_sets, part.values()))
