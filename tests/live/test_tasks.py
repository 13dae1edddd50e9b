"""Tasks of a panel: ticked off where the controls reach their goals, or by hand."""

from __future__ import annotations

import threading

import pytest

from scalinglab.live import Axis, Choice, Lines, Panel, Slider, Switch, chart

LINE = chart(Lines(), x=Axis("x", "x", 0, 1), y=Axis("y", "y", 0, 1), title="t", description="d")
CONTROLS = [Slider("width", 2, 512, 32, log=True, integer=True), Choice("kind", ["a", "b"]), Switch("noise")]


def panel(*tasks) -> Panel:
    return Panel(lambda width, kind, noise: [{"x": 0, "y": 1}], controls=CONTROLS, charts=LINE, tasks=tasks)


def done(made: Panel) -> list[bool]:
    made.wait()
    return [task["done"] for task in made._view.tasks]


def test_a_goal_is_reached_where_the_controls_stand():
    made = panel(("To 512.", {"width": 512}), ("Both.", {"kind": "b", "noise": True}), "Look.")
    assert done(made) == [False, False, False]
    made.set(width=512)
    made.set(kind="b")
    assert done(made) == [True, False, False]
    made.reset()
    made.set(kind="b", noise=True)
    assert done(made) == [True, True, False]


def test_several_goals_are_reached_in_any_order_and_a_range_by_any_stop_in_it():
    made = panel(("Down, then up.", {"width": (2, 4)}, {"width": (400, 512)}))
    made.set(width=450)
    assert done(made) == [False]
    made.set(width=3)
    assert done(made) == [True]


def test_a_click_ticks_a_task_and_takes_the_tick_back():
    made = panel("Look.", "Look again.")
    for tick in (True, False):
        made._view._handle_custom_msg({"action": "tick", "task": 1, "done": tick}, [])
        assert done(made) == [False, tick]
    made._view._handle_custom_msg({"action": "tick", "task": 2, "done": True}, [])
    assert made.status["error"].startswith("Task must be from 0 to 1")


def test_the_ways_of_a_panel_tick_its_tasks_off():
    made = panel(("To 512.", {"width": (300, 512), "kind": "b"}), "Look.")
    for ways in made.tasks.ways():
        for way in ways:
            made.set(**way)
    assert done(made) == [True, False]


def test_a_task_is_ticked_off_when_its_picture_has_come():
    """A tick beside the picture of the values before would tell the learner to look at the wrong one."""
    may_answer = threading.Event()
    may_answer.set()

    def rows(width, kind, noise):
        assert may_answer.wait(10)
        return [{"x": 0, "y": 1 / width}]

    made = Panel(rows, controls=CONTROLS, charts=LINE, tasks=[("To 512.", {"width": 512})])
    may_answer.clear()
    made.set(width=512)
    assert not made._view.tasks[0]["done"]
    may_answer.set()
    assert done(made) == [True]
    assert made.rows() == [{"x": 0, "y": 1 / 512}]


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        ("", "a task must be a sentence"),
        (("To 9.", {"depth": 9}), "control must be one of width, kind, noise, got 'depth'"),
        (("To 900.", {"width": 900}), "width must be from 2 to 512, got 900"),
        (("Between.", {"width": (480, 490)}), "the goal of width must hold one of the slider's stops"),
        (("To c.", {"kind": "c"}), "kind must be one of a, b, got 'c'"),
        (("Stay.", {"kind": "a"}), "tasks must ask for something that is not so from the start"),
        (("To.", 512), "the goal of a task must be a dict"),
    ],
)
def test_a_task_that_cannot_be_done_is_refused(task, sentence):
    with pytest.raises(ValueError, match=sentence):
        panel(task)
