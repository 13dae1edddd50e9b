"""A network that diverges is found out, recorded and frozen; the others do not notice."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scalinglab.training import digits, finish, teacher_student, train
from scalinglab.training.loop import BOUND

#: A step size at which every network of the width below blows up, for each optimizer.
HUGE = {"sgd": 1e4, "momentum": 1e4, "adam": 1e4, "adamw": 1e4}
SMALL = {"sgd": 0.1, "momentum": 0.02, "adam": 0.003, "adamw": 0.003}


def run(optimizer, step_size, **changes):
    settings = {"width": 12, "depth": 2, "steps": 60, "evaluations": 20, "seed": range(3), "weight_decay": 0.01}
    return finish(train(digits(200), optimizer=optimizer, step_size=step_size, **(settings | changes)))


@pytest.mark.parametrize("optimizer", HUGE)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_others_compute_the_same_bits_as_without_a_divergence(optimizer, dtype):
    small, huge = SMALL[optimizer], HUGE[optimizer]
    # The peaceful stack holds other step sizes too, so that both take the path of mixed step sizes.
    broken = run(optimizer, (small, huge, small), dtype=dtype)
    peaceful = run(optimizer, (small, small / 2, small), dtype=dtype)
    assert broken.diverged_at[1] >= 0
    assert broken.diverged_at[[0, 2]].tolist() == [-1, -1]
    for network in (0, 2):
        np.testing.assert_array_equal(broken.test_loss[network], peaceful.test_loss[network])
        for ours, theirs in zip(broken.arrays(network), peaceful.arrays(network), strict=True):
            np.testing.assert_array_equal(ours[0], theirs[0])
            np.testing.assert_array_equal(ours[1], theirs[1])


@pytest.mark.parametrize("optimizer", HUGE)
def test_rows_stop_at_the_divergence_and_hold_no_nan(optimizer):
    last = run(optimizer, (SMALL[optimizer], HUGE[optimizer], SMALL[optimizer]))
    rows = last.rows()
    assert all(math.isfinite(row[name]) for row in rows for name in ("train_loss", "test_loss", "test_error"))
    assert all(row["step"] <= last.diverged_at[1] for row in rows if row["network"] == 1)
    assert {row["network"]: row["status"] for row in rows} == {0: "alive", 1: "diverged", 2: "alive"}
    assert np.isnan(last.test_loss[1, last.evaluated > last.diverged_at[1]]).all()
    assert np.isfinite(last.test_loss[[0, 2]]).all()


def test_the_caption_tells_the_error_of_those_that_are_alive_and_counts_the_others():
    last = run("sgd", (SMALL["sgd"], HUGE["sgd"], SMALL["sgd"]))
    error = 100 * (last.test_error[0, -1] + last.test_error[2, -1]) / 2
    told = f"Test error at step 60: {error:.1f} %, the mean of 2 networks."
    assert last.caption == f"{told} 1 of 3 networks diverged."
    assert run("sgd", 1e6).caption == "3 of 3 networks diverged."
    assert finish(train(digits(200), width=2, steps=1)).caption.startswith("Test error at step 1: ")
    assert finish(train(teacher_student(8), width=2, steps=1, step_size=1e-3)).caption == ""


def test_all_networks_may_diverge_and_the_run_still_ends():
    last = run("sgd", 1e6)
    assert (last.diverged_at >= 0).all()
    assert last.step == 60
    assert {row["step"] for row in last.rows()} <= set(range(int(last.diverged_at.max()) + 1))


def test_a_divergence_is_found_at_the_first_evaluation_or_batch_that_shows_it():
    *_, before, last = train(digits(200), width=12, step_size=1e6, steps=1)
    assert before.diverged_at.tolist() == [-1]
    # The only update blew it up; no batch follows, so the last evaluation must tell.
    assert last.diverged_at.tolist() == [1]
    assert [row["step"] for row in last.rows()] == [0]


def test_parameters_are_kept_as_they_were_when_the_network_was_found_out():
    seen = None
    for state in train(digits(200), width=12, step_size=(0.1, 1e6), steps=30, evaluations=2, dtype="float64"):
        if state.diverged_at[1] < 0:
            seen = state.step, state.arrays(1)
    assert seen is not None
    at, arrays = seen
    assert state.diverged_at[1] == at
    for kept, live in zip(state.arrays(1), arrays, strict=True):
        np.testing.assert_array_equal(kept[0], live[0])
    # The slot itself is empty now.
    assert all(not weight[1].any() and not bias[1].any() for weight, bias in state._record.stack.layers)


def test_earlier_snapshots_do_not_learn_of_a_later_divergence():
    states = list(train(digits(200), width=12, step_size=1e6, steps=5, evaluations=2))
    assert states[0].diverged_at.tolist() == [-1]
    assert [row["status"] for row in states[0].rows()] == ["alive"]
    assert states[-1].diverged_at[0] >= 0


def test_no_network_that_learns_comes_near_the_bound():
    last = run("sgd", 0.5, evaluations=61)
    assert np.nanmax(last.test_loss) < BOUND / 100
    assert (last.diverged_at == -1).all()
