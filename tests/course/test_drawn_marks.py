"""Charts tell the truth: marks stand where the rows say, the legend names what is drawn, and nothing hides a curve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from scalinglab.live.charts import Lines, Points, made_of
from scalinglab.live.drawn import Series, domain, drawn, outside
from scalinglab.live.legends import belongs, legends
from scalinglab.live.rows import Columns, length
from scalinglab.live.theme import LINES
from scalinglab.live.vega.picture import svg
from tests.course.executed import Chapter
from tests.course.marks import charts_of, marks_of, same

#: Rows of a data set that a picture holds.
DRAWN = 2_000


def views(chapter: Chapter) -> Iterator[tuple[str, dict[str, Any], dict[str, Columns]]]:
    """Every chart of every panel where a test looks: as it opens, with each preset, and at the ends of its controls."""
    for panel, values, data in chapter.probed:
        for spec in panel._specs:
            yield f"{panel.name}, {spec['title']}, {values}", spec, data


def within(place: tuple[float, float], spec: dict[str, Any]) -> bool:
    """Whether a place in pixels lies in the frame."""
    return all(-0.01 <= at <= spec[size] + 0.01 for at, size in zip(place, ("width", "height"), strict=True))


def check_places(where: str, spec: dict[str, Any], data: dict[str, Columns], picture: Any) -> None:
    """Each point and each vertex of a line is drawn where its row says, and only there."""
    layers, _, _ = made_of(spec)  # pyright: ignore[reportGeneralTypeIssues]
    found, listed = marks_of(picture), drawn(spec, data)
    for index, layer in enumerate(layers):
        if not isinstance(layer, Points | Lines) or length(data.get(layer.data, {})) > DRAWN:
            continue
        own = [series for series in listed if series.layer == layer]
        x, y = (np.concatenate([getattr(series, name) for series in own] or [np.zeros(0)]) for name in ("x", "y"))
        expected = np.column_stack([x * spec["width"], (1 - y) * spec["height"]])[np.isfinite(x) & np.isfinite(y)]
        if len(expected):
            assert found[index].clipped, where
            assert same(found[index].places, expected), (where, layer)


def test_marks_stand_where_the_rows_say(chapter):
    for panel, picture, data in chapter.pictures:
        for spec, chart in zip(panel._specs, charts_of(picture), strict=True):
            check_places(panel.name, spec, data, chart)


def test_what_lies_outside_the_frame_is_counted_and_not_drawn_on_it(chapter):
    """Vega draws those presets of which something lies outside; within the frame, it has nothing to move."""
    for panel, values, data in chapter.probed:
        for spec in panel._specs if values in panel._positions.presets.values() else ():
            caption = outside([spec["title"]], [drawn(spec, data)])
            if not caption:
                continue
            (chart,) = charts_of(svg([spec], data))
            check_places(f"{panel.name} at {values}", spec, data, chart)
            kinds = dict(enumerate(made_of(spec)[0]))  # pyright: ignore[reportOptionalSubscript]
            points = [marks.places for index, marks in marks_of(chart).items() if isinstance(kinds[index], Points)]
            number = sum(not within(place, spec) for places in points for place in places)
            assert (re.search(r"(\d+) point", caption) or ["", "0"])[1] == str(number), (panel.name, values)


def test_the_legend_has_the_colours_of_what_is_drawn(chapter):
    for panel, picture, data in chapter.pictures:
        for spec, chart in zip(panel._specs, charts_of(picture), strict=True):
            shown = [marks for marks in marks_of(chart).values() if any(within(place, spec) for place in marks.places)]
            inside = {colour for marks in shown for colour in marks.colours}
            entries = [entry for legend in legends(drawn(spec, data)) for entry in legend["entries"]]
            keys = {
                colour.lower()
                for entry in entries
                for colour in re.findall(r'(?:fill|stroke)="(#\w+|black)"', entry["key"])
            }
            assert inside - keys == set() if entries else len(inside) <= 1, (panel.name, spec["title"])


def test_every_mark_has_a_name_and_no_two_series_look_alike(chapter):
    for where, spec, data in views(chapter):
        listed = drawn(spec, data)
        layers = list(dict.fromkeys(series.layer for series in listed if series.seen))
        nameless = [layer for layer in layers if not layer.by and not belongs(layer, layers)]
        looks = {(layer.colour, layer.data) for layer in layers if not layer.by} | {
            (each.by, "") for each in layers if each.by
        }
        assert not nameless or len(looks) == 1, (where, nameless)
        for legend in legends(listed):
            keys = [entry["key"] for entry in legend["entries"]]
            assert len(set(keys)) == len(keys), (where, legend)


def curves(spec: dict[str, Any], data: dict[str, Columns]) -> list[tuple[Series, bool]]:
    """The curves of a chart as Vega lays them, from back to front, and whether each is dashed.

    Those of a layer come as their first rows do; few looks are a line without gaps.
    """
    found = []
    listed = [
        each for each in drawn(spec, data) if isinstance(each.layer, Lines) and not each.layer.detail and each.seen
    ]
    solid = {value for place, value in enumerate(domain(drawn(spec, data))) if not LINES[place % len(LINES)][1]}
    for layer in dict.fromkeys(each.layer for each in listed):
        rows = list(dict.fromkeys(data[layer.data][layer.by].tolist())) if layer.by else [None]
        own = sorted((each for each in listed if each.layer is layer), key=lambda each: rows.index(each.value))
        found += [(each, layer.dashed or (bool(layer.by) and each.value not in solid)) for each in own]
    return found


def hides(upper: Series, lower: Series) -> bool:
    """Whether one curve without gaps lies on another for half of its length, and is not the thinner one."""
    if (upper.layer.size or 2) < (lower.layer.size or 2) or upper.layer.opacity < 1:
        return False
    order = np.argsort(upper.x)
    shared = (lower.x >= upper.x.min()) & (lower.x <= upper.x.max()) & lower.within
    apart = np.abs(np.interp(lower.x[shared], upper.x[order], upper.y[order]) - lower.y[shared])
    return len(apart) > 1 and float(np.mean(apart < 0.004)) > 0.5


def test_no_curve_hides_another(chapter):
    for where, spec, data in views(chapter):
        lines = curves(spec, data)
        for index, (lower, _) in enumerate(lines):
            for upper, dashed in lines[index + 1 :]:
                names = [each.layer.label or each.value for each in (lower, upper)]
                assert dashed or not hides(upper, lower), (where, *names)
