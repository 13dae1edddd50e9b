"""Where controls can stand on a page, and which combinations are baked."""

from __future__ import annotations

import pytest

from scalinglab.live import Axis, Choice, Lines, Panel, Recording, Slider, Switch, chart
from scalinglab.site.baking.stops import Plan, combinations, plan_of, stops_of

CHART = chart(Lines(), x=Axis("n", "n", 0, 1), y=Axis("y", "y", 0, 1), title="T", description="D")


def recorded(*controls, run=False, presets=None, tasks=()):
    def rows(**_):
        return [{"n": 0, "y": 0}, {"n": 1, "y": 1}]

    def snapshots(**_):
        yield rows()

    panel = Panel(snapshots if run else rows, controls=controls, charts=CHART, presets=presets, tasks=tasks)
    recording = Recording(panel)
    recording.shots({})
    return recording


def test_the_ends_the_start_the_presets_and_the_goals_are_among_the_stops():
    goals = [("Go up.", {"a": 0.61}), ("Go to the middle.", {"a": (0.301, 0.333)})]
    slider = Slider("a", 0, 1, 0.123, stops=101)  # and 0.123: 102 in all
    stops = stops_of(recorded(slider, presets={"p": {"a": 0.777}}, tasks=goals), Plan(stops=5))["a"]
    assert stops == (0, 0.123, 0.24, 0.31, 0.49, 0.61, 0.75, 0.777, 1)


def test_choices_and_switches_and_short_sliders_keep_all_they_have():
    controls = Choice("c", ["x", "y"]), Switch("s"), Slider("k", 1, 4, 2, integer=True)
    assert stops_of(recorded(*controls), Plan()) == {"c": ("x", "y"), "s": (False, True), "k": (1, 2, 3, 4)}


@pytest.mark.parametrize(("sliders", "least", "most"), [(1, 40, 41), (2, 25, 26), (3, 15, 16)])
def test_one_slider_has_40_stops_two_25_and_more_15(sliders, least, most):
    controls = [Slider(name, 0, 1, 0.5) for name in "abc"[:sliders]]
    assert all(least <= len(stops) <= most for stops in stops_of(recorded(*controls), Plan()).values())


def test_few_combinations_are_baked_all():
    recording = recorded(Choice("c", ["x", "y"]), Slider("k", 1, 4, 2, integer=True))
    assert len(combinations(recording, stops_of(recording, Plan()), Plan())) == 8


def test_of_many_any_two_controls_may_move_away_from_the_start_and_from_each_preset():
    controls = [Slider(name, 0, 1, 0.5, stops=9) for name in "abc"]
    recording = recorded(*controls, presets={"p": {"a": 0.0, "b": 1.0}})
    stops, plan = stops_of(recording, Plan()), Plan(most=100)
    found = combinations(recording, stops, plan)
    assert found == sorted(set(found))
    bases = [(4, 4, 4), (0, 8, 4)]
    expected = {
        (a, b, c)
        for a in range(9)
        for b in range(9)
        for c in range(9)
        if any(sum(x != y for x, y in zip((a, b, c), base, strict=True)) <= 2 for base in bases)
    }
    assert set(found) == expected


def test_of_a_run_each_control_moves_by_itself():
    recording = recorded(*[Slider(name, 0, 1, 0.5, stops=9) for name in "abc"], run=True)
    assert len(combinations(recording, stops_of(recording, Plan()), Plan())) == 1 + 3 * 8


def test_the_course_s_own_plans_are_read():
    assert plan_of("12", "width-laws").stops > 0
    assert plan_of("99", "none-such") == Plan()
