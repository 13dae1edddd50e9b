"""Charts that cannot jump, cannot be silent about a missing column, and that Vega accepts."""

from __future__ import annotations

import html
import json
import math
import re

import altair as alt
import jsonschema
import numpy as np
import pytest
import vl_convert

from scalinglab.live import PALETTE, Axis, Band, Bars, Lines, Points, chart
from scalinglab.live.charts import made_of
from scalinglab.live.specifications import check_fields, specification
from scalinglab.live.vega.picture import svg

X = Axis("n", "samples", 10, 1e4, log=True)
Y = Axis("error", "error", 0, 1, format="%")
ROWS = {"n": np.array([10.0, 100.0]), "error": np.array([0.5, 0.2]), "seed": np.array([0, 0])}


def made(*layers):
    return chart(*layers, x=X, y=Y, title="Error", description="Error falls with samples.")


def test_altair_reads_a_chart_and_writes_the_same():
    """The grammar is Vega-Lite's, by Altair's schema of it, which refuses a word that is not known."""
    layers = (
        Band(y="low", top="high", data="spread"),
        Bars(mean=True, colour="#111111"),
        Bars(y="low", top="high"),
        Lines(by="seed", by_title="seed", order=("a", "b"), detail="seed", mean=True),
        Points(by="seed", area="seed", only="datum.error > 0.5", opacity=0.5),
        Lines(dashed=True, size=3, label="theory"),
    )
    spec = made(*layers).to_dict()
    theirs = alt.Chart.from_dict(spec).to_dict()
    del theirs["config"]  # their theme
    assert theirs == json.loads(json.dumps(spec))
    with pytest.raises(jsonschema.ValidationError):
        alt.Chart.from_dict(spec | {"params": [{"name": "view", "bind": "scale", "select": "interval"}]})


def test_axes_stay_where_they_are():
    encoding = specification(made(Lines()))["layer"][0]["encoding"]
    assert encoding["x"]["scale"]["domain"] == [10, 1e4]
    assert encoding["x"]["scale"]["type"] == "symlog"
    assert encoding["y"]["scale"]["domain"] == [0, 1]


@pytest.mark.parametrize(
    ("axis", "ticks"),
    [
        (Axis("n", "n", 10, 1e4, log=True), [10, 100, 1000, 10000]),
        (Axis("n", "n", 0.01, 1, log=True), [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]),
        (Axis("n", "n", 0.5, 150, log=True), [1, 3, 10, 30, 100]),
        (Axis("n", "n", 0.02, 1, log=True), [0.02, 0.05, 0.1, 0.2, 0.5, 1]),
        (Axis("n", "n", 2, 7, log=True), [2, 2.5, 3, 4, 5, 7]),
        (Axis("n", "n", 2, 12, log=True), [2, 5, 10]),
        (Axis("n", "n", 1500, 5e5, log=True), [3e3, 1e4, 3e4, 1e5, 3e5]),
        (Axis("n", "n", 0.6, 0.9, log=True), [0.6, 0.7, 0.8, 0.9]),
        (Axis("n", "n", 1e-32, 10, log=True), [1e-32, 1e-28, 1e-24, 1e-20, 1e-16, 1e-12, 1e-8, 1e-4, 1.0]),
        (Axis("n", "n", 0, 1000, log=True, linear_to=1), [0, 1, 10, 100, 1000]),
    ],
)
def test_log_axes_label_round_numbers(axis, ticks):
    assert axis.ticks() == ticks


def test_powers_of_ten_are_written_as_on_paper():
    x = Axis("n", "n", 1e-12, 10, log=True, format="~e")
    y = Axis("error", "error", 3e-4, 0.2, log=True, format="~e")
    layers = chart(Points(), x=x, y=y, title="Error", description="Error.", width=600)
    picture = vl_convert.vegalite_to_svg(specification(layers) | {"datasets": {"rows": [{"n": 0.5, "error": 0.01}]}})
    assert re.findall(r">([\d·]*10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|1|10)<", picture) == [
        *("10⁻¹²", "10⁻¹⁰", "10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "1"),
        *("3·10⁻⁴", "10⁻³", "3·10⁻³", "10⁻²", "3·10⁻²", "10⁻¹"),
    ]
    assert "e-" not in "".join(re.findall(">([^<>]*)</text>", picture))


def test_an_axis_may_have_names_in_the_place_of_numbers():
    names = ("one threshold", 'Erdős-Rényi "kernel"', *(f"one of many methods, {number}" for number in range(8)))
    x = Axis("n", "method", 0.5, 10.5, names=names)
    layers = chart(Points(), x=x, y=Y, title="Error", description="Error.", width=150)
    picture = vl_convert.vegalite_to_svg(
        specification(layers) | {"datasets": {"rows": [{"n": 1.0, "error": 0.5}, {"n": 2.1, "error": 0.2}]}}
    )
    assert all(f">{html.escape(name, quote=False)}<" in picture for name in names)
    assert made_of(json.loads(json.dumps(layers.to_dict())))[1].encoding() == layers.x.encoding()


def test_colour_is_never_the_only_difference():
    lines, points = (
        specification(made(layer))["layer"][0]["encoding"] for layer in (Lines(by="seed"), Points(by="seed"))
    )
    assert lines["strokeDash"]["field"] == lines["color"]["field"] == "seed"
    assert points["shape"]["field"] == points["color"]["field"] == "seed"
    assert specification(made(Lines()))["config"]["range"]["category"] == list(PALETTE)


def test_a_column_may_hold_the_areas_of_points_as_they_are():
    spec = specification(made(Points(area="seed")))
    assert spec["layer"][0]["encoding"]["size"] == {"field": "seed", "scale": None, "type": "quantitative"}
    rows = [{"n": 100.0, "error": 0.5, "seed": 16.0 * 3.0}, {"n": 200.0, "error": 0.5, "seed": 4.0 * 16.0 * 3.0}]
    picture = vl_convert.vegalite_to_svg(spec | {"datasets": {"rows": rows}})
    radii = re.findall(r"A([\d.]+),", picture)
    assert max(map(float, radii)) == pytest.approx(2 * min(map(float, radii)), rel=1e-3)


def test_vega_draws_every_layer():
    rows = [
        {"n": 10.0, "error": 0.5, "seed": 0, "low": 0.4, "high": 0.6},
        {"n": 100.0, "error": 0.2, "seed": 0, "low": 0.1, "high": 0.3},
    ]
    layers = (
        Band(y="low", top="high", opacity=0.2),
        Lines(detail="seed", dashed=True),
        Points(by="seed"),
        Lines(mean=True),
    )
    picture = vl_convert.vegalite_to_svg(specification(made(*layers)) | {"datasets": {"rows": rows}})
    assert picture.count('aria-roledescription="line mark container"') == 2
    for word in ("area mark", "symbol mark", "samples", ">Error<"):
        assert word in picture


def heights(spec, rows):
    """Where a line stands in its SVG picture, in pixels from the top."""
    picture = vl_convert.vegalite_to_svg(spec | {"datasets": {"rows": rows}})
    (path,) = re.findall(r'mark-line.*? d="M([^"]+)"', picture, re.DOTALL)
    return [float(place.split(",")[1]) for place in path.split("L")]


def test_what_lies_outside_is_not_drawn_on_the_frame():
    """A value below the axis and a zero, which has no logarithm, are drawn where they belong: below the frame."""
    axis = Axis("error", "error", 0.01, 1, log=True)
    spec = specification(chart(Lines(), x=X, y=axis, title="t", description="d", height=300))
    rows = [{"n": 10.0 ** (1 + i), "error": error} for i, error in enumerate((0.5, 0.001, 0.0, 1.0))]
    inside, below, zero, top = heights(spec, rows)
    assert (inside, below, top) == pytest.approx((300 * math.log(2) / math.log(100), 450, 0), abs=1e-3)
    assert zero > 1000
    assert 'clip-path="url(#' in vl_convert.vegalite_to_svg(spec | {"datasets": {"rows": rows}})


def test_an_axis_that_shows_zero_has_a_place_for_it():
    axis = Axis("error", "error", 0, 100, log=True, linear_to=1)
    spec = specification(chart(Lines(), x=X, y=axis, title="t", description="d", height=300))
    rows = [{"n": 10.0 ** (1 + i), "error": error} for i, error in enumerate((0.0, 1.0, 100.0))]
    assert heights(spec, rows) == pytest.approx([300, 300 * (1 - math.log(2) / math.log(101)), 0], abs=1e-3)


def test_a_value_far_beyond_a_log_axis_has_a_place_too():
    axis = Axis("error", "error", 1e-32, 1, log=True)
    assert axis.place(np.array([0.0, 1e-32, 1.0])) == pytest.approx([axis.place(np.array(0.0)), 0, 1])
    assert axis.place(np.array(1e300)) == pytest.approx((300 + 32) / 32, rel=0.01)
    assert axis.place(np.array(-1e300)) < 0


@pytest.mark.parametrize(("format", "label"), [("~%", ">0.5%<"), ("~s", ">5m<"), ("", ">0.005<")])
def test_the_labels_of_a_log_axis_keep_their_digits(format, label):
    axis = Axis("error", "error", 0.001, 0.02, log=True, format=format)
    spec = specification(chart(Lines(), x=X, y=axis, title="t", description="d"))
    picture = vl_convert.vegalite_to_svg(spec | {"datasets": {"rows": [{"n": 10.0, "error": 0.005}]}})
    assert label in picture


def test_series_keep_their_colours_beside_a_labelled_layer():
    layers = Lines(by="seed"), Lines(mean=True, label="mean", colour="#000000")
    rows = [{"n": n, "error": 0.5, "seed": seed} for n in (10.0, 100.0) for seed in (0, 1)]
    picture = vl_convert.vegalite_to_svg(specification(made(*layers)) | {"datasets": {"rows": rows}})
    assert {PALETTE[0].lower(), PALETTE[1].lower(), "#000000"} <= {
        c.lower() for c in re.findall(r'stroke="(#\w+)"', picture)
    }


def test_a_series_keeps_its_colour_when_another_is_absent():
    def picture(seeds, **order):
        rows = [{"n": n, "error": 0.5, "seed": seed} for n in (10.0, 100.0) for seed in seeds]
        spec = specification(made(Lines(by="seed", **order)))
        found = vl_convert.vegalite_to_svg(spec | {"datasets": {"rows": rows}})
        return set(re.findall(r'mark-line.*? stroke="(#\w+)"', found, re.DOTALL))

    assert picture("b") == picture("a") == {PALETTE[0]}
    assert picture("b", order=("a", "b")) == {PALETTE[1]}


def test_error_bars_are_one_standard_error_about_the_mean():
    rows = [{"n": 10.0, "error": error} for error in (0.2, 0.4, 0.9)]
    mean, error = 0.5, np.std([0.2, 0.4, 0.9], ddof=1) / np.sqrt(3)
    given = [{"n": 10.0, "error": 0.0, "low": mean - error, "high": mean + error}]
    axis = Axis("error", "error", 0, 1)
    ends = []
    for layer, data in ((Bars(mean=True), rows), (Bars(y="low", top="high"), given)):
        spec = specification(chart(layer, x=X, y=axis, title="t", description="d", height=300))
        picture = vl_convert.vegalite_to_svg(spec | {"datasets": {"rows": data}})
        found = re.search(
            r'mark-rule role-mark.*?translate\(([\d.]+),([\d.]+)\)" x2="0" y2="(-?[\d.]+)"', picture, re.DOTALL
        )
        assert found
        _, top, length = map(float, found.groups())
        ends.append(sorted((top, top + length)))
    # Pixels from the top of 300, in which SVG keeps three digits.
    np.testing.assert_allclose(ends[0], ends[1], atol=0.01)
    np.testing.assert_allclose(ends[0], [300 * (1 - mean - error), 300 * (1 - mean + error)], atol=0.01)


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match=r"^the chart draws 'loss' of 'rows', which has only n, error, seed$"):
        check_fields(specification(made(Lines(y="loss"))), {"rows": ROWS})
    with pytest.raises(ValueError, match=r"^the chart draws the data set 'theory', got rows$"):
        check_fields(specification(made(Lines(), Lines(data="theory"))), {"rows": ROWS})


def test_an_empty_second_data_set_is_no_mistake():
    check_fields(specification(made(Lines(), Lines(data="theory"))), {"rows": ROWS, "theory": {}})


def test_columns_made_by_the_chart_itself_are_not_missed():
    spec = specification(made(Lines(y="half")))
    spec["layer"][0]["transform"] = [{"calculate": "datum.error / 2", "as": "half"}]
    check_fields(spec, {"rows": ROWS})


def bare(**properties):
    x = alt.X("n:Q", scale=alt.Scale(domain=[0, 1]))
    return alt.Chart(alt.NamedData(name="rows")).mark_line().encode(x=x, y="error:Q").properties(**properties)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: specification(bare(description="d")), "a chart must have a title, for those who cannot see it"),
        (lambda: specification(bare(title="t")), "a chart must have a description, for those who cannot see it"),
        (
            lambda: specification(bare(title="t", description="d")),
            "axis y must have a fixed domain, so that it does not jump",
        ),
        (lambda: specification("chart"), "charts must be made by chart(...) or Altair, got 'chart'"),
        (lambda: chart(x=X, y=Y, title="t", description="d"), "layers must not be empty, got ()"),
        (lambda: made("line"), "layers must be Lines, Points, Band, Bars, got 'line'"),
        (lambda: chart(Lines(), x=X, y="error", title="t", description="d"), "y must be an Axis, got 'error'"),
        (lambda: chart(Lines(), x=X, y=Y, title=3, description="d"), "title must be text, got 3"),
        (lambda: Lines(opacity=2), "opacity must be from 0 to 1, got 2"),
        (lambda: Lines(size=-1), "size must not be negative, got -1"),
        (lambda: Points(by=["seed"]), "by must be text, got ['seed']"),
        (lambda: Axis("n", None, 0, 1), "title must be text, got None"),
        (lambda: made(Lines()) and Axis("n", "n", 1, 1), "high must be above low = 1, got 1"),
        (lambda: Axis("n", "n", 0, 1, log=True), "low must be positive, got 0"),
    ],
)
def test_a_chart_that_breaks_the_contract_is_refused(build, sentence):
    with pytest.raises(ValueError, match="must") as caught:
        build()
    assert str(caught.value) == sentence


def test_charts_side_by_side_keep_their_own_colours():
    # Shared colours would be those of the labels alone: the lines of the other chart had none, and were not drawn.
    labelled, told_apart = (specification(made(layer)) for layer in (Lines(label="all"), Lines(by="seed")))
    both = svg([labelled, told_apart], {"rows": ROWS})
    # The palette's first colour: a line and its legend in each of the two.
    assert both.lower().count(f'stroke="{PALETTE[0].lower()}"') == 4
