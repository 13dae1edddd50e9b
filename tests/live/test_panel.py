"""The panel without a browser: values in, rows out, sentences for what does not fit, and a state that comes back."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from scalinglab._errors import DivergenceError
from scalinglab.live import Axis, Choice, Lines, Panel, Points, Slider, Switch, background, chart, open_panels
from scalinglab.live import panel as panel_module
from scalinglab.live.browser import frame as frame_module
from scalinglab.live.rows import MAX_ROWS

CHART = chart(
    Lines(),
    x=Axis("n", "samples", 1, 100),
    y=Axis("error", "error", 0, 1),
    title="Error",
    description="Error against samples.",
)
SLOPE = Slider("slope", 0, 1, 0.5)


def curve(slope):
    n = np.arange(1, 101)
    return {"n": n, "error": slope / n}


@dataclass
class Snapshot:
    done: int
    total: int = 10
    caption: str = ""

    def rows(self):
        return [{"n": n, "error": 1 / n} for n in range(1, self.done + 1)]


def run(slope):
    for done in range(1, 11):
        yield Snapshot(done, caption="1 of 3 runs diverged" if done > 5 else "")


def slow_run(slope):
    for done in range(1, 1001):
        time.sleep(0.002)
        yield Snapshot(done, 1000)


@pytest.fixture(autouse=True)
def no_browser_is_waited_for(monkeypatch):
    """The last rows of each run wait half a second for a browser to draw those before; here is none."""
    monkeypatch.setattr(background, "_PATIENCE", 0.01)


@pytest.fixture
def panel():
    return Panel(curve, controls=[SLOPE], charts=CHART, title="A curve", presets={"flat": {"slope": 0.0}})


def click(panel, action, **rest):
    """What the browser sends for a click."""
    panel._view._handle_custom_msg({"action": action} | rest, [])


def test_the_first_frame_is_there_at_once(panel):
    assert panel.rows()[0] == {"n": 1, "error": 0.5}
    assert panel.status["state"] == "done"


def test_a_slider_moves_the_rows(panel):
    panel.set(slope=0.25)
    panel.wait()
    assert panel.rows()[0]["error"] == 0.25
    panel.reset()
    panel.wait()
    assert panel.rows()[0]["error"] == 0.5


def test_the_browser_asks_through_one_trait(panel):
    panel._view.request = {"view": "v", "count": 3, "values": {"slope": 1}}
    panel.wait()
    assert panel.values == {"slope": 1.0}
    answer = {"view": "v", "count": 3, "values": {"slope": 1.0}, "text": "a-curve?slope=1.0"}
    assert panel._view.values == answer | {"number": panel._view.values["number"]}


def test_clicks_do_what_they_say(panel):
    click(panel, "preset", name="flat")
    assert panel.values == {"slope": 0.0}
    click(panel, "paste", text="a-curve?slope=0.75")
    assert panel.values == {"slope": 0.75}
    click(panel, "reset")
    assert panel.values == {"slope": 0.5}
    panel.wait()


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ({"action": "set", "values": {"slope": 7}}, "Slope must be from 0 to 1, got 7"),
        ({"action": "set", "values": {"slop": 1}}, "Control must be one of slope, got 'slop'"),
        ({"action": "paste", "text": "b?slope=1"}, "State must belong to the panel 'a-curve', got one of 'b'"),
        ({"action": "preset", "name": "steep"}, "Preset must be one of flat, got 'steep'"),
    ],
)
def test_a_click_that_does_not_fit_becomes_a_sentence_and_changes_nothing(panel, message, sentence):
    before = panel.rows()
    click(panel, **message)
    assert panel.status["error"] == sentence
    assert panel.values == {"slope": 0.5}
    assert panel.rows() == before
    panel.set(slope=0.5)
    panel.wait()
    assert panel.status["error"] == ""


def test_a_sentence_about_a_value_outlives_the_frames_of_a_run():
    panel = Panel(slow_run, controls=[SLOPE], charts=CHART, title="A slow run")
    panel.resume()
    click(panel, "set", values={"slope": 2})
    sent = panel._view.frame["number"]
    while panel._view.frame["number"] == sent:
        panel._frames.confirm(panel._view.frame["number"])
        time.sleep(0.01)
    assert panel.status["error"] == "Slope must be from 0 to 1, got 2"
    assert panel.status["invalid"] == "slope"
    panel.stop()
    panel.wait()


def test_a_panel_is_unseen_once_no_view_has_been_in_sight_for_a_while(monkeypatch):
    sent, now = frame_module.Sent(), [100.0]
    monkeypatch.setattr(frame_module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    assert sent.seen()  # nobody has said anything
    for later, in_sight, seen in ((0.0, True, True), (0.5, False, True), (1.0, False, False), (0.0, True, True)):
        now[0] += later
        sent.confirm(1, seen=in_sight)
        assert sent.seen() == seen


def test_frames_of_a_run_are_confirmed_now_and_then_and_only_those_asked_for_hold_up_the_next(monkeypatch):
    monkeypatch.setattr(panel_module, "_HEAD_START", 0.0)
    monkeypatch.setattr(frame_module, "_UNSEEN", 1e9)
    monkeypatch.setattr(frame_module, "_ASKED_EVERY", 1e9)
    panel = Panel(slow_run, controls=[SLOPE], charts=CHART, title="A slow run")
    frames = [panel._view.frame]
    panel._view.observe(lambda change: frames.append(change["new"]), "frame")
    panel.resume()
    time.sleep(0.1)
    assert [frame["number"] for frame in frames] == [1]  # nobody has seen it
    click(panel, "drawn", number=1)
    while len(frames) < 4:
        time.sleep(0.01)
    panel.stop()
    panel.wait()
    numbers, asked = zip(*((frame["number"], frame["asked"]) for frame in frames), strict=True)
    assert numbers == tuple(range(1, len(frames) + 1))
    assert asked == (*[1] * (len(frames) - 1), len(frames))


def test_an_exception_in_the_function_is_a_sentence_and_is_raised_by_wait():
    def breaks(slope):
        return {"n": [1.0], "error": [1 / slope]}

    panel = Panel(breaks, controls=[SLOPE], charts=CHART, title="Breaks")
    panel.set(slope=0)
    with pytest.raises(ZeroDivisionError):
        panel.wait()
    assert panel.status["error"] == "ZeroDivisionError: float division by zero"
    assert panel.status["state"] == "failed"
    assert isinstance(panel.error, ZeroDivisionError)
    panel.set(slope=1)
    panel.wait()
    assert panel.status["error"] == ""
    assert panel.error is None


def test_nothing_of_the_values_before_stays_where_a_function_fails():
    def picky(slope):
        if slope > 0.9:
            raise ValueError("no plan is within the budget")
        return {"rows": curve(slope), "caption": f"slope {slope:g}"}

    panel = Panel(picky, controls=[SLOPE], charts=CHART, title="Picky")
    panel.set(slope=1)
    with pytest.raises(ValueError, match="no plan"):
        panel.wait()
    assert (panel.status["error"], panel.status["caption"]) == ("No plan is within the budget", "")
    assert panel._view.frame["sets"] == panel.data == {}
    assert panel._view.frame["legends"] == [[]]
    panel.set(slope=0.25)
    panel.wait()
    assert (panel.status["error"], panel.status["caption"]) == ("", "slope 0.25")
    assert len(panel.rows()) == 100


def test_a_function_says_itself_why_there_is_nothing_to_draw():
    def empty(slope):
        rows = curve(slope) if slope < 0.9 else []
        return {"rows": rows, "caption": "" if rows else "No plan is within the budget."}

    panel = Panel(empty, controls=[SLOPE], charts=CHART, title="Empty")
    panel.set(slope=1)
    panel.wait()
    assert (panel.status["error"], panel.status["caption"]) == ("", "No plan is within the budget.")
    assert panel.rows() == []


def test_a_run_that_fails_keeps_what_it_had_and_nothing_of_the_run_before():
    def breaking(slope):
        yield Snapshot(3 if slope else 10)
        if not slope:
            raise DivergenceError("it diverged")

    panel = Panel(breaking, controls=[Slider("slope", 0, 1, 1)], charts=CHART, title="Breaking")
    panel.set(slope=0)
    with pytest.raises(DivergenceError):
        panel.wait()
    assert (len(panel.rows()), panel.status["error"]) == (10, "It diverged")


def test_the_caption_counts_what_lies_outside_the_frame():
    def scattered(slope):
        return {"n": [-1.0, 50.0, 50.0, 50.0, 50.0], "error": [0.5, 0.5, 1.5, np.nan, np.inf]}

    layers = Lines(), Points()
    axes = {"x": Axis("n", "n", 0, 100), "y": Axis("error", "error", 0, 1), "description": "d"}
    one, other = (chart(*layers, title=title, **axes) for title in ("One", "Other"))
    count, end = "Part of a line and 3 points lie outside the frame", "; drag the chart to see them."
    assert Panel(scattered, controls=[SLOPE], charts=one).status["caption"] == f"{count}{end}"
    both = Panel(scattered, controls=[SLOPE], charts=[one, other]).status["caption"]
    assert both == f"{count} of “One”{end} {count} of “Other”{end}"
    said = Panel(lambda slope: {"rows": scattered(slope), "caption": "So it is "}, controls=[SLOPE], charts=one)
    assert said.status["caption"] == f"So it is. {count}{end}"
    rounded = Panel(
        lambda slope: {"rows": curve(slope), "caption": "It is 9.6e+10, or 1e-04."}, controls=[SLOPE], charts=CHART
    )
    assert rounded.status["caption"] == "It is 9.6·10¹⁰, or 10⁻⁴."
    away = Panel(
        lambda slope: {"n": [50.0], "error": [1.5]}, controls=[SLOPE], charts=chart(Points(), title="One", **axes)
    )
    assert away.status["caption"] == "1 point lies outside the frame; drag the chart to see it."


def test_a_broken_panel_fails_its_cell():
    with pytest.raises(ValueError, match=r"^the chart draws 'error' of 'rows', which has only n$"):
        Panel(lambda: {"n": [1.0]}, charts=CHART)
    with pytest.raises(ZeroDivisionError):
        Panel(lambda: 1 / 0, charts=CHART)
    with pytest.raises(ValueError, match="there is nothing to draw"):
        Panel(lambda: (snapshot for snapshot in [[]]), charts=CHART)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: Panel(curve, controls=[SLOPE, SLOPE], charts=CHART), "controls must have different names"),
        (
            lambda: Panel(curve, controls=[], charts=CHART),
            r"rows must take the controls \(none\) as arguments: missing a",
        ),
        (lambda: Panel(curve, controls=[Switch("on")], charts=CHART), "rows must take the controls on as arguments"),
        (
            lambda: Panel(curve, controls=[SLOPE], charts=CHART, presets={"x": {"slope": 2}}),
            "slope must be from 0 to 1",
        ),
        (lambda: Panel(curve, controls=[SLOPE], charts=CHART, presets={"x": {"y": 2}}), "control must be one of slope"),
        (lambda: Panel(curve, controls=[SLOPE], charts="chart"), "charts must be made by chart"),
    ],
)
def test_what_does_not_fit_together_is_named(build, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}"):
        build()


def test_a_run_has_a_head_start_in_the_cell_and_goes_on_once_shown():
    panel = Panel(slow_run, controls=[SLOPE], charts=CHART, title="Run", budget=lambda slope: f"slope {slope}")
    assert 10 < len(panel.rows()) < 1000  # 0.3 seconds of 2 ms steps, on a machine of any speed
    assert panel.status["state"] == "ready"
    assert panel.status["budget"] == "slope 0.5"
    assert not panel.running
    panel._repr_mimebundle_()
    assert panel.running
    panel.stop()
    panel.wait()
    assert panel.status["state"] == "stopped"


def test_a_run_ends_with_its_last_snapshot_and_its_caption():
    panel = Panel(run, controls=[SLOPE], charts=CHART, title="Run")
    assert panel.status["state"] == "done"
    assert panel.status["caption"] == "1 of 3 runs diverged"
    assert len(panel.rows()) == 10
    panel.set(slope=0.1)
    panel.wait()
    assert (panel.status["done"], panel.status["total"]) == (10, 10)


def test_running_a_cell_again_stops_the_run_of_the_old_panel():
    old = Panel(slow_run, controls=[SLOPE], charts=CHART, title="Again")
    old.resume()
    Panel(run, controls=[SLOPE], charts=CHART, title="Again")
    old.wait(10)
    assert old.status["state"] == "stopped"


def test_a_long_data_set_is_thinned_and_the_panel_says_so():
    def long():
        n = np.linspace(1, 100, 3 * MAX_ROWS)
        return {"n": n, "error": 1 / n}

    panel = Panel(long, charts=CHART)
    assert len(panel.rows()) == MAX_ROWS
    assert panel.status["caption"] == "Showing 20000 rows of rows, evenly chosen."


def test_a_message_to_the_browser_is_bounded():
    def wide():
        return {"n": np.arange(10**6), "error": np.ones(10**6)}

    columns = Panel(wide, charts=CHART)._view.frame["sets"]["rows"]["columns"]
    assert sum(len(column["bytes"]) for column in columns.values()) == 2 * 8 * MAX_ROWS


@pytest.mark.parametrize("message", [{"action": "reset"}, {"action": "stop"}, {"action": "paste", "text": "x"}])
def test_every_click_is_answered_even_if_nothing_changes(panel, message):
    # Traitlets sends nothing where the new value equals the old one; the browser would take the kernel for dead.
    for _ in range(2):
        before = panel._view.values, panel._view.status
        click(panel, **message)
        panel.wait()
        assert (panel._view.values, panel._view.status) != before


def test_a_budget_that_fails_is_a_sentence_and_the_panel_lives():
    panel = Panel(curve, controls=[SLOPE], charts=CHART, title="Cost", budget=lambda slope: f"{1 / slope:g}")
    panel.set(slope=0)
    panel.wait(10)
    assert panel.status["budget"] == "No budget: ZeroDivisionError: float division by zero"
    panel.set(slope=0.5)
    panel.wait(10)
    assert panel.status["budget"] == "2"


def test_stop_and_the_new_budget_are_there_before_the_first_snapshot():
    def late(slope):
        if slope == 1:
            time.sleep(0.5)
        yield Snapshot(10)

    panel = Panel(late, controls=[SLOPE], charts=CHART, title="Late", budget=lambda slope: f"costs {slope}")
    panel.set(slope=1)
    assert panel.status["state"] == "running"
    assert panel.status["budget"] == "costs 1.0"
    panel.wait()


def test_a_run_that_yields_nothing_says_so():
    def empty(slope):
        yield from (Snapshot(10) for _ in range(round(slope * 10)))

    panel = Panel(empty, controls=[SLOPE], charts=CHART, title="Empty")
    panel.set(slope=0)
    with pytest.raises(ValueError, match="the run yielded nothing"):
        panel.wait()


def test_a_function_that_returns_a_generator_is_a_run_too():
    def wrapped(slope):
        return slow_run(slope)

    panel = Panel(wrapped, controls=[SLOPE], charts=CHART, title="Wrapped")
    assert panel._view.streams
    assert not Panel(curve, controls=[SLOPE], charts=CHART)._view.streams


def test_values_and_frames_leave_together_and_survive_a_reload(panel):
    panel.set(slope=1)
    panel.wait()
    state = panel._view.get_state()
    assert state["values"]["values"] == {"slope": 1.0}
    error = state["frame"]["sets"]["rows"]["columns"]["error"]["bytes"]
    assert np.frombuffer(error)[0] == 1.0
    assert state["status"]["state"] == "done"


def test_a_copied_state_gets_the_same_picture(panel):
    panel.set(slope=1 / 3)
    panel.wait()
    rows, text = panel.rows(), panel.state
    panel.reset()
    panel.restore(text)
    panel.wait()
    assert panel.rows() == rows


def test_probes_reach_both_ends_odd_values_options_and_presets():
    controls = [SLOPE, Choice("kind", ["a", "b"])]
    panel = Panel(lambda slope, kind: curve(slope), controls=controls, charts=CHART, presets={"p": {"slope": 1}})
    slopes = [probe["slope"] for probe in panel.probes()]
    assert slopes[0] == 0
    assert slopes[2] == slopes[-1] == 1
    assert {probe["kind"] for probe in panel.probes()} == {"a", "b"}


def test_evaluate_leaves_the_panel_alone():
    panel = Panel(run, controls=[SLOPE], charts=CHART)
    assert len(panel.evaluate(snapshots=2, slope=1)["rows"]["n"]) == 2
    assert len(panel.rows()) == 10


def test_a_broken_chart_in_the_browser_is_visible_to_tests(panel):
    click(panel, "broken", message="Duplicate signal name")
    with pytest.raises(RuntimeError, match="Duplicate signal name"):
        panel.wait()


def test_a_frame_that_no_browser_draws_holds_up_no_run():
    panel = Panel(slow_run, controls=[SLOPE], charts=CHART, title="Unseen")
    panel.resume()
    panel.wait(60)
    assert len(panel.rows()) == 1000


def test_open_panels_are_known_to_tests(panel):
    gc.collect()
    assert panel in open_panels()
