"""A compiled chart is the chart that was written."""

from __future__ import annotations

import re
from typing import Any

import altair as alt
import numpy as np
import pytest
import vl_convert

from scalinglab.live import Axis, Band, Bars, Lines, Points, chart
from scalinglab.live.specifications import specification
from scalinglab.site.compiling import compiled, compiled_models

X = Axis("n", "samples", 10, 1e4, log=True)
Y = Axis("error", "error", 0, 1, format="%")
N = np.geomspace(10, 1e4, 20)
ROWS = [{"n": n, "error": n**-0.5, "seed": place % 2} for place, n in enumerate(N.tolist())]
SPREAD = [{"n": n, "low": 0.5 * n**-0.5, "high": 1.5 * n**-0.5} for n in N.tolist()]


def written(*layers: Any) -> dict[str, Any]:
    return specification(chart(*layers, x=X, y=Y, title="Error", description="Error falls with samples."))


@pytest.mark.parametrize(
    "layers",
    [
        (Lines(),),
        (Lines(by="seed", by_title="seed", detail="seed"), Lines(mean=True, dashed=True)),
        (Points(by="seed", area="seed", opacity=0.5), Bars(y="low", top="high", data="spread")),
        (Band(y="low", top="high", data="spread"), Points(only="datum.error > 0.1")),
    ],
)
def test_a_compiled_chart_is_drawn_like_the_one_that_was_written(layers):
    """To the last letter of both pictures."""
    spec = written(*layers)
    spec["config"]["background"] = "transparent"
    sets = {"rows": ROWS, "spread": SPREAD}
    expected = vl_convert.vegalite_to_svg(spec | {"datasets": sets})
    made = compiled(written(*layers))
    names = made["usermeta"]["sets"]
    made["data"] = [one | ({"values": sets[one["name"]]} if one["name"] in names else {}) for one in made["data"]]
    assert "path" in expected
    assert _counted(vl_convert.vega_to_svg(made)) == _counted(expected)


def _counted(picture: str) -> str:
    """With clips that are counted from zero."""
    seen: dict[str, int] = {}
    return re.sub(r"\b(clip|gradient_)\d+", lambda found: str(seen.setdefault(found[0], len(seen))), picture)


def test_it_lists_what_it_draws_from_and_nothing_that_it_derives():
    made = compiled(written(Lines(), Band(y="low", top="high", data="spread")))
    assert made["usermeta"]["sets"] == ["rows", "spread"]
    assert {"rows", "spread"} < {one["name"] for one in made["data"]}
    assert made["$schema"].startswith("https://vega.github.io/schema/vega/")


def test_a_chart_that_leaves_its_size_to_the_browser_stays_as_it_was():
    spec = alt.Chart(alt.NamedData("rows")).mark_point().encode(x="n:Q", y="error:Q").to_dict()
    assert "width" not in spec
    assert compiled(spec) == spec


def test_models_without_charts_stay_as_they_were():
    models = {"one": {"charts": [written(Lines())], "title": "One"}, "two": {"question": "?"}}
    made = compiled_models(models)
    assert made["two"] == models["two"]
    assert made["one"]["title"] == "One"
    assert made["one"]["charts"] == [compiled(written(Lines()))]
