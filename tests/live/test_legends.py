"""The legend: what is drawn, as it is drawn, and nothing else."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import vl_convert

from scalinglab.live import GREY, PALETTE, Axis, Band, Bars, Lines, Points, chart
from scalinglab.live.conditions import chosen
from scalinglab.live.drawn import drawn
from scalinglab.live.legends import legends
from scalinglab.live.specifications import specification
from scalinglab.live.theme import DARK, DASHES, SHAPES

X, Y = Axis("n", "n", 0, 10), Axis("error", "error", 0, 1)


def entries(layers: list[Any], **sets: Any) -> list[dict[str, str]]:
    """The entries of all legends: texts and keys."""
    spec = specification(chart(*layers, x=X, y=Y, title="t", description="d"))
    columns = {name: {field: np.array(values) for field, values in data.items()} for name, data in sets.items()}
    return [entry for legend in legends(drawn(spec, columns)) for entry in legend["entries"]]


def kinds(key: str) -> str:
    """Which marks a key shows: a line, a bar, a point, a band."""
    signs = (('H34" ', "line"), ('V14" ', "bar"), ("scale(", "point"), ("<rect", "band"))
    return " ".join(name for sign, name in signs if sign in key)


def looks(picture: str) -> set[str]:
    """The colours and the dashes in a picture or in a key."""
    return {match.lower() for match in re.findall(r'(?:#[0-9A-Fa-f]{6}|dasharray="[\d,]+)"', picture)}


def test_a_key_shows_the_marks_of_its_series():
    rows = {
        "n": [1, 2, 1, 2],
        "error": [0.1, 0.2, 0.3, 0.4],
        "kind": ["b", "b", "a", "a"],
        "low": [0.0] * 4,
        "high": [0.5] * 4,
    }
    layers = [Band(y="low", label="spread"), Bars(y="low", by="kind"), Lines(by="kind"), Points(by="kind")]
    found = entries(layers, rows=rows)
    assert [(each["text"], kinds(each["key"])) for each in found] == [
        ("spread", "band"), ("a", "line bar point"), ("b", "line bar point")
    ]  # fmt: skip
    assert [set(re.findall("#[0-9A-Fa-f]{6}", each["key"])) for each in found] == [{GREY}, {PALETTE[0]}, {PALETTE[1]}]


def test_a_series_of_a_large_number_is_named_as_on_paper():
    rows = {"n": [1, 2, 3, 4], "error": [0.1, 0.2, 0.3, 0.4], "budget": [1e22, 1e22, 1.5, 1.5]}
    assert [each["text"] for each in entries([Lines(by="budget")], rows=rows)] == ["1.5", "10²²"]


def test_what_is_not_drawn_has_no_entry():
    rows = {"n": [1, 2, 20, 30], "error": [0.1, 0.2, 0.3, 0.4], "kind": ["a", "a", "b", "b"]}
    found = entries(
        [Lines(by="kind", order=("c", "b", "a")), Lines(data="previous", label="run before")], rows=rows, previous={}
    )
    assert [each["text"] for each in found] == ["a"]
    assert PALETTE[2] in found[0]["key"]


def test_a_curve_that_crosses_the_frame_between_two_far_points_is_drawn():
    assert entries([Lines(label="steep")], rows={"n": [4, 5], "error": [-3.0, 3.0]})
    assert not entries([Lines(label="far")], rows={"n": [4, 5], "error": [2.0, 3.0]})
    assert not entries([Points(label="points")], rows={"n": [4, 5], "error": [-3.0, 3.0]})


def test_a_layer_without_a_name_stands_with_its_like():
    rows = {"n": [1, 2], "error": [0.1, 0.2]}
    found = entries(
        [Lines(mean=True), Points(label="measured"), Lines(data="law", label="law", colour=GREY)], rows=rows, law=rows
    )
    assert [(each["text"], kinds(each["key"])) for each in found] == [("measured", "line point"), ("law", "line")]


def test_ten_series_differ_in_colour_and_in_dash_or_shape():
    assert len(set(PALETTE)) == len(set(DASHES)) == len(set(SHAPES)) == 10
    assert set(PALETTE) <= set(DARK)
    assert not set(DARK.values()) & set(DARK)
    rows = {"n": list(range(10)) * 2, "error": [0.5] * 20, "kind": [f"{kind}" for kind in range(10)] * 2}
    for kind in (Lines, Points):
        keys = [each["key"] for each in entries([kind(by="kind")], rows=rows)]
        assert len({key.replace(colour, "") for key, colour in zip(keys, PALETTE, strict=True)}) == 10


def test_twenty_series_have_a_look_of_their_own_and_keep_it_alone():
    order = tuple("abcdefghijklmnopqrst")
    rows = {"n": list(range(1, 11)) * 20, "error": [0.5] * 200, "kind": [kind for kind in order for _ in range(10)]}
    for kind in (Lines, Points):
        layer = kind(by="kind", order=order)
        keys = {each["text"]: each["key"] for each in entries([layer], rows=rows)}
        assert len(set(keys.values())) == 20
        only = [place for place, name in enumerate(rows["kind"]) if name in "cn"]
        alone = {name: [values[place] for place in only] for name, values in rows.items()}
        assert {each["text"]: each["key"] for each in entries([layer], rows=alone)} == {n: keys[n] for n in "cn"}
        # Vega draws what the legend shows.
        spec = specification(chart(layer, x=X, y=Y, title="t", description="d"))
        marks = [dict(zip(alone, each, strict=True)) for each in zip(*alone.values(), strict=True)]
        drawn_by_vega = vl_convert.vegalite_to_svg(spec | {"datasets": {"rows": marks}})
        for name in "cn":
            assert looks(keys[name]) <= looks(drawn_by_vega), name
    with pytest.raises(ValueError, match="order must name at most 20 series"):
        Lines(by="kind", order=(*order, "u"))


@pytest.mark.parametrize(
    ("only", "rows"),
    [
        ("", [0, 1, 2]),
        ("datum.kind === 'a'", [0, 2]),
        ("datum.kind !== 'a'", [1]),
        ("datum.size === 2 && datum.used", [1]),
        ("datum.size >= 2 && !datum.used", [2]),
        ("datum.size < 2 || datum.kind == \"b && c\"", [0, 1]),
        ("datum.used === false", [2]),
        ("datum.size > -1", [0, 1, 2]),
    ],
)  # fmt: skip
def test_rows_are_chosen_as_the_browser_chooses_them(only, rows):
    columns = {
        "kind": np.array(["a", "b && c", "a"]),
        "size": np.array([1, 2, 3]),
        "used": np.array([True, True, False]),
    }
    assert np.flatnonzero(chosen(only, columns, 3)).tolist() == rows


@pytest.mark.parametrize("only", ["datum.kind = 'a'", "datum.size + 1 > 2", "now()"])
def test_an_expression_that_is_not_understood_is_refused(only):
    with pytest.raises(ValueError, match=r"^only must be"):
        Lines(only=only)
