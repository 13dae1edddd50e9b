"""What the capstone says in words, measured; and its way from the seal to the class."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from scalinglab.exercises import Journal
from scalinglab.live import Panel, Table
from scalinglab.pruning import MEASURES, iterative_pruning
from scalinglab.tables import grid_of, table
from scalinglab.training import budget, digits, sweep
from tests.course.executed import execute
from tests.course.notebooks import CHAPTERS

(GRID,) = grid_of("digits_plans")


def test_all_plans_are_in_the_table_three_times(chapter):
    plans, keys = chapter["plans"](), chapter["KEYS"]
    count = math.prod(len(GRID[name]) for name in keys[:-1]) * GRID["pruning"]["rounds"]
    assert count == len(plans) == len({tuple(row[name] for name in keys) for row in plans}) == 1600
    assert {row["count"] for row in plans} == {3}
    assert 1 - GRID["pruning"]["fraction"] == 0.65


def test_the_cost_of_a_plan_is_that_of_its_trainings(chapter):
    """As ``budget`` counts the updates, and the gradient of the inputs, for which the first layer has no use."""
    choices = {"width": 32, "samples": 300, "batch_size": 16, "step_size": 0.1, "round": 2}
    row, weights = chapter["row_of"](choices), 64 * 32 + 32**2 + 10 * 32
    settings = {"width": 32, "depth": 2, "batch_size": 16, "evaluations": 2}
    counted = 0
    for start in (0, 40, 40):
        for steps in (400, 0):
            made = budget(digits(), steps=steps or 1 + start, start=start, **settings).multiply_adds
            counted += made if steps else -made
        counted += 16 * (3 * weights - 64 * 32)  # the one step of the shorter run
    first = 16 * 64 * 32 * (400 + 2 * 360)
    assert row["cost"] * 1e9 - 1e6 * row["samples"] == counted + first
    assert row["density"] == row["kept"] / weights


def test_a_plan_at_random_is_found_again():
    """As close as other seeds are: rounding differs between processors, and pruning multiplies it."""
    draw = random.randrange(2**32)
    choose = random.Random(draw)
    some = {"width": choose.choice([8, 16]), "samples": choose.choice(GRID["samples"]), "step_size": 0.03}
    some["batch_size"] = choose.choice(GRID["batch_size"])
    ours = sweep(GRID | some, measure=MEASURES["rounds"], progress=False).rows()
    theirs = [row for row in table("digits_plans") if all(row[name] == value for name, value in some.items())]
    assert len(ours) == len(theirs) == 3 * GRID["pruning"]["rounds"]
    for number in range(GRID["pruning"]["rounds"]):
        one, other = ([row for row in rows if row["round"] == number] for rows in (ours, theirs))
        assert {row["kept"] for row in one} == {row["kept"] for row in other}
        errors = [[row["test_error"] for row in rows] for rows in (one, other)]
        spread = max(np.std(errors[0], ddof=1), np.std(errors[1], ddof=1), 0.01)
        assert np.mean(errors[0]) == pytest.approx(np.mean(errors[1]), abs=4 * spread), (draw, some, number)


def test_the_regret_of_the_advice(chapter):
    found = {case: chapter["regret"](*case)["regret"] for case in chapter["CASES"]}
    assert len(found) == 12
    for most, limit in found:
        best = min(row["mean"] for row in chapter["plans"]() if row["cost"] <= most and row["kept"] <= limit)
        assert chapter["regret"](most, limit)["best"] == best
    largest = [max(value for (_, most), value in found.items() if most == limit) for limit in (200, 2000, 9000)]
    assert largest == [pytest.approx(0.125, abs=0.02), pytest.approx(0.25, abs=0.03), pytest.approx(0.63, abs=0.05)]
    dense = chapter["laws"]()[64][1].dense
    assert dense.points == 9
    assert len(dense.undetermined) == 5
    assert 0 <= chapter["regret"](chapter["BUDGET"], chapter["LIMIT"])["regret"] < 0.1
    assert (chapter["BUDGET"], chapter["LIMIT"]) == (1.0, 500)


def test_the_step_size_of_small_networks_is_not_that_of_large_ones(chapter):
    def best(**about):
        rows = [row for row in chapter["plans"]() if all(row[name] == value for name, value in about.items())]
        return min(rows, key=lambda row: row["mean"])["step_size"]

    assert {row["step_size"] for row in chapter["predicted"]()} == {0.1}
    for size in GRID["batch_size"]:
        assert best(width=64, samples=1200, batch_size=size, round=0) == 0.03
    # The best steps lie inside the grid, so the reference leaves none out.
    assert 0.01 < best() < 0.3


def test_the_cheap_runs_are_not_cheap_together(chapter):
    runs, used = chapter["runs"], chapter["used"]
    assert {(row["width"] <= 32, row["samples"] <= 300, row["round"]) for row in runs} == {(True, True, 9)}
    assert len(runs) == len(chapter["CHEAP"]) / 10
    assert {row["step_size"] for row in used} == {0.1}
    assert all(row["cost"] < 3 for row in runs)
    assert 3 < sum(row["cost"] for row in used) < sum(row["cost"] for row in runs)


PLAN = {"13-width": "32", "13-samples": "600", "13-batch": "16", "13-step": "0.1", "13-rounds": "5"}


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The chapter run anew, with a journal and a class of its own; its panels are not drawn."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.chdir(tmp_path)
    return lambda: execute(CHAPTERS[13], journal=tmp_path / "predictions.json")


def test_nothing_is_revealed_before_the_seal(own):
    names = own()
    closed = [one for one in names.of((Panel, Table)) if one.closed]
    assert [one.name if isinstance(one, Panel) else one.caption for one in closed] == [
        "every-plan",
        "the-class",
        "Tie-out of this chapter",
    ]
    assert names["own_entry"]() == []
    assert names["in_class"]("all")["caption"] == "Nobody has sealed a plan yet."
    # Without a plan there is nothing that an expected error could be compared with.
    assert names["expected"].seal(5.0) is None
    assert "before 13-width and 13-samples and" in names["expected"].state["message"]
    assert all(one.closed for one in closed)


def test_a_sealed_plan_is_trained_compared_and_shown_among_the_class(own, tmp_path):
    names = own()
    for question, value in zip(names["plan"].values(), PLAN.values(), strict=True):
        question.seal(value)
    names["expected"].seal(7.0)
    settings = {"width": 32, "samples": 600, "batch_size": 16, "step_size": 0.1, "steps": 400, "depth": 2}
    settings |= {"optimizer": "adamw", "weight_decay": 0.1, "schedule": "cosine", "resample": True}
    *_, last = iterative_pruning(
        digits(), densities=[0.65**n for n in range(6)], rewind=40, seed=[101, 102, 103], **settings
    )
    mine = [row["test_error"] for row in last.rows() if row["round"] == 5]
    assert names["verdict"]() == pytest.approx(100 * np.mean(mine))
    names = own()  # after a restart of the kernel
    assert names["sealed"]() == {"width": 32, "samples": 600, "batch_size": 16, "step_size": 0.1, "round": 5}
    shown = names["reference"](1.0, 500)
    within = [row for row in names["plans"]() if row["cost"] <= 1.0 and row["kept"] <= 500]
    assert len(shown["rows"]) == len(within)
    assert [row["who"] for row in shown["marks"]] == ["best of these", "the laws' advice", "your plan"]
    assert "your plan" in shown["caption"]
    for student, change in (("ada", {}), ("bob", {"13-width": "64"}), ("eve", {"13-rounds": None})):
        journal = Journal(tmp_path / "class" / f"{student}.json")
        journal.path.parent.mkdir(exist_ok=True)
        for key, value in (PLAN | {"13-error": 9.0} | change).items():
            if value is not None:
                journal.seal(key, value, question="?")
    found = names["in_class"]("all")
    assert [row["student"] for row in found["rows"]] == ["the laws", "ada", "bob", "you"]
    assert found["caption"] == "3 plans; 1 journals without a whole plan."
    assert [row["student"] for row in names["in_class"]("within the brief")["rows"]] == ["the laws", "ada", "you"]
    assert found["rows"][1]["expected"] == 0.09


def test_a_plan_outside_of_the_brief_is_told_so(own):
    names = own()
    for question, value in zip(names["plan"].values(), (PLAN | {"13-rounds": "0"}).values(), strict=True):
        question.seal(value)
    names["expected"].seal(5.0)
    assert names["expected"].answer == "Outside the brief: 3392 weights, 0.67 billion multiply-adds."
