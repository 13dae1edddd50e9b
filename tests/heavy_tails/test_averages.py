"""Averages of iterates from a loss on: by hand, as a measure, and a row of their table."""

from __future__ import annotations

import random

import numpy as np
import pytest

from scalinglab import tables
from scalinglab.heavy_tails import MEASURES, pruned_accuracy
from scalinglab.heavy_tails.averages import Averages
from scalinglab.tables import read_order, table
from scalinglab.training import digits, sweep, train
from scalinglab.training.sweeps.grids import runs_of

TASK = digits(200)
SETTINGS = {"width": 8, "depth": 2, "batch_size": 20, "steps": 600}
BOTH = SETTINGS | {"step_size": [0.5, 1e-4], "seed": [0, 0]}


@pytest.fixture(scope="module")
def by_hand():
    """From the first step at which the loss is seen to be below .05: the mean of every tenth of a hundred steps."""
    begin, kept = None, []
    for run in train(TASK, evaluations=24, **SETTINGS, step_size=0.5):
        if begin is None and run.evaluated[-1] == run.step and run.train_loss[0, -1] < 0.05:
            begin = run.step
        elif begin is not None and run.step in range(begin + 10, begin + 101, 10):
            kept.append(run.arrays(0))
    assert len(kept) == 10
    return [tuple(np.mean(parts, axis=0) for parts in zip(*layer, strict=True)) for layer in zip(*kept, strict=True)]


def test_an_average_is_that_of_the_iterates_after_the_loss_was_reached(by_hand):
    averages = Averages(train(TASK, evaluations=24, **BOTH), until=0.05, last=100)
    assert [run.step for run in averages][-1] == 600  # the second network never gets there
    assert list(averages.found) == [0]
    for ours, theirs in zip(averages.found[0], by_hand, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)  # a stack of two rounds in another order


def test_a_training_ends_when_all_networks_are_averaged_or_lost():
    settings = SETTINGS | {"step_size": [0.5, 1e6], "seed": [0, 0]}
    averages = Averages(train(TASK, evaluations=24, **settings), until=0.05, last=100)
    assert [run.step for run in averages][-1] < 600
    assert list(averages.found) == [0]


def test_the_measure_says_what_became_of_each_network(by_hand):
    grid = {"task": {"name": "digits", "samples": 200}} | SETTINGS | {"step_size": [0.5, 1e-4, 1e6]}
    rows = sweep(grid | {"until": 0.05, "last": 100}, measure=MEASURES["averages"], progress=False).rows()
    assert [row["outcome"] for row in rows] == ["unfinished", "unfinished", "diverged"]  # .05 is not "fitted"
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [row["test_error"] is None for row in rows] == [False, True, True]
    right = pruned_accuracy(by_hand, TASK.test_inputs, TASK.test_labels, density=0.2, method="node")
    assert rows[0]["node_at_0.2"] == pytest.approx(right, abs=3 / 597)
    assert rows[0]["test_error"] == pytest.approx(
        1 - pruned_accuracy(by_hand, TASK.test_inputs, TASK.test_labels), abs=3 / 597
    )


@pytest.mark.parametrize("wrong", [{"until": 0}, {"last": 0}, {"steps": 0}])
def test_a_measure_that_makes_no_sense_is_one_sentence_before_any_run(wrong):
    grid = {"task": "digits"} | SETTINGS | wrong
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be positive, got 0"):
        sweep(grid, measure=MEASURES["averages"], progress=False)


def test_a_row_of_the_table_at_random_is_found_again():
    """One at a moderate step and the largest batch: rounding is not multiplied there, and the loss is reached soon."""
    order = read_order(tables.FOLDER / "digits_averages.toml")
    options = {name: order.grid[0][name] for name in ("until", "last")}
    runs = runs_of([{name: value for name, value in order.grid[0].items() if name not in options}])
    draw = random.randrange(2**32)
    places = [n for n, run in enumerate(runs) if run.settings["batch_size"] == 50 and run.settings["step_size"] == 1.0]
    place = random.Random(draw).choice(places)
    row, run = table("digits_averages")[place], runs[place]
    (again,) = sweep({"task": run.recipe} | run.settings | options, measure=MEASURES["averages"], progress=False).rows()
    where = f"row {place}, drawn with {draw}"
    assert again["outcome"] == row["outcome"] == "fitted", where
    for name in ("prunable_1", "magnitude_2", "node_1", "node_2", "node_at_0.2", "magnitude_at_0.1", "test_error"):
        assert row[name] == pytest.approx(again[name], rel=0.02, abs=0.02), f"{name} of {where}"
