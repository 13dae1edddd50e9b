"""A panel among other widgets of ipywidgets: it stands in boxes and tabs, and its value is set, observed and linked."""

from __future__ import annotations

import re
from pathlib import Path

import ipywidgets
import numpy as np
import pytest

from scalinglab.live import Axis, Choice, Lines, Panel, Slider, background, chart
from scalinglab.live import panel as panel_module

CHART = chart(Lines(), x=Axis("x", "x", 0, 1), y=Axis("y", "y", 0, 1), title="t", description="d")
SENTENCE = "slope must be from 0 to 1, got 7"


def rows(slope, kind="a"):
    return {"x": np.array([0.0, 1.0]), "y": np.array([0.0, slope])}


@pytest.fixture(autouse=True)
def no_browser_is_waited_for(monkeypatch):
    """The last rows of each run wait half a second for a browser to draw those before; here is none."""
    monkeypatch.setattr(background, "_PATIENCE", 0.01)


def make(function=rows, **more):
    controls = [Slider("slope", 0, 1, 0.5), Choice("kind", ["a", "b"])]
    return Panel(function, controls=controls, charts=CHART, title="One", presets={"flat": {"slope": 0}}, **more)


@pytest.fixture
def panel():
    return make()


def heard(panel):
    changes = []
    panel.observe(changes.append)
    return changes


def click(panel, action, **rest):
    """What the browser sends for a click."""
    panel.widget._handle_custom_msg({"action": action} | rest, [])


def drag(panel, **values):
    """What the browser sends for a move of a slider."""
    panel.widget.set_state({"request": {"view": "v", "count": 1, "values": values}})


def test_it_stands_in_boxes_and_tabs(panel):
    box, tab = ipywidgets.VBox([panel.widget]), ipywidgets.Tab([panel.widget, ipywidgets.IntSlider()])
    assert box.children[0] is tab.children[0] is panel.widget


def test_a_value_that_is_set_moves_the_panel(panel):
    for moved in (panel, panel.widget):
        moved.value = {"slope": 0.25}
        panel.wait()
        assert panel.value == panel.values == panel.widget.value == {"slope": 0.25, "kind": "a"}
        assert panel.rows()[1]["y"] == 0.25
        panel.reset()
        panel.wait()
    panel.value["slope"] = 1  # a copy
    assert panel.value["slope"] == panel.widget.value["slope"] == 0.5


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"slope": 7}, SENTENCE),
        ({"kind": "b", "slope": 7}, SENTENCE),
        ({"slop": 1}, "control must be one of slope, kind, got 'slop'"),
        (0.5, "value must be a dict of controls and values, got 0.5"),
        (None, "value must be a dict of controls and values, got None"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_changes_nothing(panel, value, sentence):
    changes, before = heard(panel), panel.values
    for moved in (panel, panel.widget):
        with pytest.raises(ValueError, match="must") as caught:
            moved.value = value
        assert str(caught.value) == sentence
    with pytest.raises(ValueError, match="must"), panel.widget.hold_trait_notifications():
        panel.widget.value = value
    assert panel.value == panel.values == before
    assert changes == []
    assert panel.status["error"] == ""


@pytest.mark.parametrize(
    ("act", "new"),
    [
        (lambda one: one.set(slope=0.25), {"slope": 0.25}),
        (lambda one: setattr(one, "value", {"kind": "b"}), {"kind": "b"}),
        (lambda one: setattr(one.widget, "value", {"kind": "b"}), {"kind": "b"}),
        (lambda one: one.restore("one?slope=0.125"), {"slope": 0.125}),
        (lambda one: drag(one, slope=1), {"slope": 1.0}),
        (lambda one: click(one, "preset", name="flat"), {"slope": 0.0}),
        (lambda one: click(one, "paste", text="one?kind=b"), {"kind": "b"}),
        (lambda one: one.widget.set_state({"value": {"kind": "b"}}), {"kind": "b"}),
    ],
    ids=["set", "value", "widget", "restore", "slider", "preset", "paste", "page"],
)
def test_whoever_moves_it_a_change_is_heard_once_and_the_way_back_too(panel, act, new):
    start, changes = panel.value, heard(panel)
    act(panel)
    (change,) = changes
    assert dict(change) == {
        "name": "value", "old": start, "new": start | new, "owner": panel.widget, "type": "change",
    }  # fmt: skip
    act(panel)  # it is there already
    assert len(changes) == 1
    click(panel, "reset")
    assert changes[1]["new"] == start
    panel.unobserve(changes.append)
    act(panel)
    panel.wait()
    assert len(changes) == 2


def test_what_does_not_change_the_value_is_not_heard(panel):
    changes = heard(panel)
    for action in ("again", "stop", "resume", "reset"):
        click(panel, action)
    drag(panel, slope=7)
    panel.wait()
    assert changes == []


def failing(change):
    raise (ZeroDivisionError if change["new"]["slope"] < 0.5 else ValueError)("no use")


SAID = "A function that observes this panel failed. "


@pytest.mark.parametrize(
    ("new", "error", "said"), [(0.25, ZeroDivisionError, "ZeroDivisionError: no use"), (0.75, ValueError, "No use")]
)
def test_an_observer_that_fails_is_raised_and_said_and_the_panel_goes_on(panel, new, error, said):
    panel.observe(failing)
    with pytest.raises(error, match="no use"):
        panel.set(slope=new)
    panel.wait()
    assert panel.rows()[1]["y"] == new
    assert panel.status["error"] == SAID + said
    assert "invalid" not in panel.status
    panel.unobserve(failing)
    panel.reset()
    panel.wait()
    assert panel.status["error"] == ""


@pytest.mark.parametrize("new", [0.25, 0.75])
def test_an_observer_that_fails_at_a_move_in_the_browser_is_a_sentence(panel, new):
    panel.observe(failing)
    with pytest.raises((ZeroDivisionError, ValueError), match="no use"):  # in the log of the kernel
        drag(panel, slope=new)
    panel.wait()
    assert panel.rows()[1]["y"] == new
    assert panel.widget.values["values"]["slope"] == new
    assert panel.status["error"].startswith(SAID)
    assert "invalid" not in panel.status
    panel.unobserve(failing)
    drag(panel, slope=7)
    assert panel.status["error"] == "Slope must be from 0 to 1, got 7"
    assert panel.status["invalid"] == "slope"
    drag(panel, slope=0.5)
    panel.wait()
    assert panel.status["error"] == ""


def test_what_fails_in_another_observed_trait_is_not_laid_on_the_value(panel):
    def fails(change):
        raise KeyError("another")

    panel.observe(fails, names="tasks")
    with pytest.raises(KeyError):
        panel.widget.tasks = [1]
    assert panel.status["error"] == ""


def test_two_panels_are_linked_and_one_that_cannot_follow_says_so(panel):
    other = Panel(rows, controls=[Slider("slope", 0, 0.75, 0), Choice("kind", ["a", "b"])], charts=CHART, title="Two")
    ipywidgets.link((panel.widget, "value"), (other.widget, "value"))
    assert other.value == panel.value
    other.set(kind="b")
    assert panel.value == {"slope": 0.5, "kind": "b"}
    with pytest.raises(ValueError, match=r"^slope must be from 0 to 0.75, got 1.0$"):
        panel.value = {"slope": 1}
    assert (panel.value["slope"], other.value["slope"]) == (1, 0.5)
    assert panel.status["error"] == SAID + "Slope must be from 0 to 0.75, got 1.0"
    panel.value = {"slope": 0.25}
    panel.wait()
    other.wait()
    assert panel.rows() == other.rows()
    assert panel.status["error"] == ""


def test_a_widget_of_ipywidgets_follows_and_leads(panel):
    slider = ipywidgets.FloatSlider(min=0, max=1, step=0.01)
    panel.observe(lambda change: setattr(slider, "value", change["new"]["slope"]))
    slider.observe(lambda change: setattr(panel, "value", {"slope": change["new"]}), "value")
    panel.set(slope=0.25)
    assert slider.value == 0.25
    slider.value = 0.75
    panel.wait()
    assert panel.rows()[1]["y"] == 0.75


def test_the_readme_shows_how():
    """With the function and the controls of chapter 00, or their like."""
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```\n(from ipywidgets import .*?)```", text, re.DOTALL)
    names = {"Panel": Panel, "power_law": lambda exponent, offset: rows(exponent), "law_chart": CHART}
    names |= {name: Slider(name, 0, 1, 0.5) for name in ("exponent", "offset")}
    exec(code, names)
    assert names["told"].value == "The slope is -0.8."
    assert names["VBox"]([names["panel"].widget]).children[0].value["exponent"] == 0.8


def test_it_is_an_argument_of_interact(panel):
    shown = []

    def show(values):
        shown.append(values)

    made = ipywidgets.interactive(show, values=panel.widget)
    assert panel.widget in made.children
    panel.set(slope=0.25)
    assert [values["slope"] for values in shown] == [0.5, 0.25]


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ({"slope": 1}, {"slope": 1.0, "kind": "a"}),  # completed
        ({"slope": 7}, {"slope": 0.5, "kind": "a"}),  # refused
        ({"slope": 1, "kind": "b"}, {"slope": 1, "kind": "b"}),
        (None, {"slope": 0.5, "kind": "a"}),
    ],
)
def test_a_link_in_the_page_moves_it_and_learns_what_became_of_it(panel, sent, answered, monkeypatch):
    states = []
    monkeypatch.setattr(panel.widget, "_send", lambda message, **_: states.append(message["state"]))
    panel.widget.set_state({"value": sent})
    panel.wait()
    assert [state["value"] for state in states if "value" in state][-1] == answered
    assert panel.value == panel.values == answered
    assert bool(panel.status["error"]) == (panel.value["slope"] == 0.5)


def test_a_frame_stays_one_message_and_a_move_tells_the_value_once(panel, monkeypatch):
    messages = []
    monkeypatch.setattr(panel.widget, "_send", lambda message, **_: messages.append(set(message["state"])))
    for change in ({"slope": 0.25}, {}):
        messages.clear()
        panel.set(**change)
        panel.wait()
        assert sorted(messages, key=sorted) == [{"frame", "status"}, *([{"value"}] if change else []), {"values"}]


def test_the_value_comes_back_with_a_reload(panel):
    panel.set(slope=1)
    panel.wait()
    assert panel.widget.get_state()["value"] == {"slope": 1.0, "kind": "a"}


def slow(slope, kind):
    for done in range(1, 400):
        yield {"rows": rows(slope) if done > 1 else [], "done": done, "total": 399}


def test_a_run_goes_on_when_a_browser_shows_the_widget(monkeypatch):
    monkeypatch.setattr(panel_module, "_HEAD_START", 0.0)
    panel = make(slow)
    assert (panel.status["state"], panel.running) == ("ready", False)
    panel.widget._repr_mimebundle_()
    assert not panel.running  # nobody may ever look
    click(panel, "drawn", number=1)
    assert panel.running
    panel.wait()
    assert panel.status["done"] == 399
    click(panel, "drawn", number=2)
    assert not panel.running


def test_a_run_that_was_stopped_stays_so_when_it_is_shown_again(monkeypatch):
    monkeypatch.setattr(panel_module, "_HEAD_START", 0.0)
    panel = make(slow)
    panel.resume()
    panel.stop()
    panel.wait()
    state = panel.status["state"]
    click(panel, "drawn", number=1)
    assert (panel.status["state"], panel.running) == (state, False)


def test_a_closed_panel_stays_closed_wherever_it_stands(monkeypatch, tmp_path):
    from scalinglab.exercises import predict

    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(tmp_path / "predictions.json"))
    called = []

    def told(slope, kind):
        called.append(slope)
        return rows(0.321 * slope)

    panel = make(told, after="00-width")
    box, changes = ipywidgets.VBox([panel.widget]), heard(panel)
    click(panel, "drawn", number=0)
    panel.value = {"slope": 1}
    panel.set(kind="b")
    panel.wait()
    assert (called, len(changes), panel.data, panel.widget.frame) == ([], 2, {}, {})
    assert "0.321" not in repr(box.children[0].get_state())
    predict("00-width", "How many?", low=0, high=9, reveal=3.0).seal(2)
    panel.wait()
    assert called == [1.0]
    assert panel.rows()[1]["y"] == 0.321


def test_it_is_harmless_while_a_notebook_is_graded(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    called = []
    panel = make(lambda slope, kind: called.append(slope) or rows(slope))
    ipywidgets.VBox([panel.widget])._repr_mimebundle_()
    assert panel.value == {"slope": 0.5, "kind": "a"}
    assert (called, panel.running) == ([], False)
