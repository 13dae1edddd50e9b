"""A panel seen from the outside: what it would show elsewhere, while it stays where it is."""

from __future__ import annotations

import numpy as np

from scalinglab.live import Axis, Lines, Panel, Recording, Slider, chart


def drawing(*layers):
    return chart(*layers, x=Axis("n", "n", 1, 100), y=Axis("error", "error", 0, 1), title="Error", description="Error.")


def curve(slope):
    if slope > 0.9:
        raise ValueError(f"slope must be below 0.9, got {slope}")
    n = np.arange(1, 101)
    return {"rows": {"n": n, "error": slope / n}, "caption": f"slope {slope}"}


def growing(slope):
    rows = []
    for done in range(1, 2001):
        rows.append({"n": done / 20, "error": slope})
        yield {"rows": rows, "done": done, "total": 2000}  # the same list, ever longer


def panel_of(rows, *layers, **more):
    return Panel(
        rows, controls=[Slider("slope", 0, 1, 0.5)], charts=drawing(*(layers or [Lines()])), title="One", **more
    )


def test_a_shot_is_what_the_panel_sends_once_it_is_moved_there():
    panel = panel_of(curve, budget=lambda slope: f"{slope:.0%} of a second")
    recording = Recording(panel)
    (shot,) = recording.shots({"slope": 0.25})
    assert panel.values == {"slope": 0.5}
    panel.set(slope=0.25)
    panel.wait(10)
    assert shot.caption == panel.status["caption"] == "slope 0.25"
    assert {name: values.tolist() for name, values in shot.data["rows"].items()} == {
        name: values.tolist() for name, values in panel.data["rows"].items()
    }
    assert shot.legends == panel.widget.frame["legends"]
    assert recording.budget({"slope": 0.25}) == panel.status["budget"]
    assert recording.text({"slope": 0.25}) == panel.state


def test_an_error_is_the_sentence_that_the_panel_would_show():
    panel = panel_of(curve)
    (shot,) = Recording(panel).shots({"slope": 1.0})
    panel.set(slope=1.0)
    try:
        panel.wait(10)
    except ValueError:
        assert shot.error == panel.status["error"] != ""
    assert shot.data == {}


def test_of_a_run_some_snapshots_are_kept_more_of_them_at_its_start_and_the_last():
    recording = Recording(panel_of(growing))
    shots = recording.shots({}, most=20)
    index = [shot.index for shot in shots]
    assert recording.runs
    assert (index[0], index[-1], index == sorted(set(index))) == (0, 1999, True)
    assert 15 <= len(shots) <= 20
    assert np.median(index) < 700
    assert all(len(shot.data["rows"]["n"]) == shot.index + 1 == shot.done for shot in shots)


def test_where_charts_compare_with_the_run_before_both_legends_are_known():
    layers = Lines(label="now"), Lines(data="previous", label="before")
    (shot,) = Recording(panel_of(curve, *layers)).shots({})
    texts = [
        [entry["text"] for legend in one[0] for entry in legend["entries"]] for one in (shot.legends, shot.compared)
    ]
    assert texts == [["now"], ["now", "before"]]
    assert "previous" not in shot.data


def test_a_column_knows_the_axes_that_it_is_drawn_on():
    def rows(slope):
        return {"rows": curve(slope)["rows"], "other": [{"n": 1, "loss": slope}]}

    recording = Recording(panel_of(rows, Lines(y="error"), Lines(data="other", y="loss")))
    assert [axis.high for axis in recording.axes("rows", "error")] == [1]
    assert [axis.high for axis in recording.axes("other", "loss")] == [1]
    assert recording.axes("rows", "loss") == []
    assert [axis.low for axis in recording.axes("other", "n")] == [1]
