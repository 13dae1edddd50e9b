"""Snapshots: what they show, that they never change, and that they are closed without trouble."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.training import digits, finish, train
from scalinglab.training.plans import evaluation_steps

SHORT = {"width": 6, "seed": (0, 1), "steps": 12, "evaluations": 5}


def test_there_is_a_snapshot_before_the_first_step_and_after_each():
    states = list(train(digits(60), **SHORT))
    assert [state.step for state in states] == [state.done for state in states] == list(range(13))
    assert {(state.steps, state.total, state.networks) for state in states} == {(12, 12, 2)}
    assert states[0].evaluated.tolist() == [0]
    assert states[-1].evaluated[-1] == 12


def test_histories_grow_with_the_schedule():
    for state in train(digits(60), **SHORT):
        expected = [step for step in evaluation_steps(12, 5) if step <= state.step]
        assert state.evaluated.tolist() == expected
        for history in (state.train_loss, state.test_loss, state.test_error):
            assert history.shape == (2, len(expected))
            assert history.dtype == np.float64
            assert np.isfinite(history).all()


def test_an_early_snapshot_is_not_changed_by_later_steps():
    run = train(digits(60), **SHORT)
    first = next(run)
    rows, loss = first.rows(), first.test_loss.copy()
    finish(run)
    assert first.step == 0
    assert first.rows() == rows
    np.testing.assert_array_equal(first.test_loss, loss)


def test_snapshots_and_their_arrays_are_read_only():
    state = finish(train(digits(60), **SHORT))
    arrays = [state.train_loss, state.test_loss, state.test_error, state.evaluated, state.diverged_at]
    for array in (*arrays, *(part for layer in state.arrays(0) for part in layer)):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(AttributeError):
        state.step = 3


def test_rows_are_one_flat_record_for_each_network_and_evaluation():
    state = finish(train(digits(60), width=(6, 9), step_size=(0.1, 0.2), seed=5, samples=(60, 30), steps=3))
    rows = state.rows()
    assert len(rows) == 2 * len(state.evaluated)
    assert rows[-1] == {
        "network": 1,
        "seed": 5,
        "width": 9,
        "step_size": 0.2,
        "samples": 30,
        "status": "alive",
        "step": 3,
        "train_loss": state.train_loss[1, -1],
        "test_loss": state.test_loss[1, -1],
        "test_error": state.test_error[1, -1],
    }
    assert all(type(value) in {int, float, str} for row in rows for value in row.values())


def test_parameters_come_without_padding_and_as_copies():
    run = train(digits(60), width=(6, 9), depth=2, steps=3)
    state = next(run)
    narrow = state.arrays(0)
    assert [(w.shape, b.shape) for w, b in narrow] == [((6, 64), (6,)), ((6, 6), (6,)), ((10, 6), (10,))]
    before = [weight.copy() for weight, _ in narrow]
    last = finish(run)
    assert all(np.array_equal(weight, copy) for (weight, _), copy in zip(narrow, before, strict=True))
    assert not np.array_equal(last.arrays(0)[0][0], before[0])


def test_parameters_of_a_step_that_is_over_are_refused():
    run = train(digits(60), **SHORT)
    first = next(run)
    next(run)
    with pytest.raises(RuntimeError, match="the parameters of step 0 are gone, as training went on to step 1"):
        first.arrays(0)


def test_a_run_may_be_closed_early_and_its_last_snapshot_stays_whole():
    run = train(digits(60), **SHORT)
    for state in run:
        if state.step == 4:
            break
    run.close()
    assert next(run, None) is None
    assert state.test_error.shape == (2, len(state.evaluated))
    assert state.arrays(1)[0][0].shape == (6, 64)


def test_two_runs_side_by_side_do_not_touch_each_other():
    one, two = train(digits(60), **SHORT), train(digits(60), **SHORT)
    alone = finish(train(digits(60), **SHORT))
    for _ in zip(one, two, strict=True):
        pass
    pairs = list(zip(train(digits(60), **SHORT), train(digits(60), **(SHORT | {"step_size": 0.5})), strict=True))
    assert pairs[-1][0].rows() == alone.rows() != pairs[-1][1].rows()


def test_training_learns_and_the_train_loss_is_that_of_the_first_samples():
    task = digits(400)
    state = finish(train(task, width=16, steps=200, dtype="float64", seed=range(3)))
    assert (state.test_error[:, -1] < 0.12).all()
    assert (state.test_error[:, 0] > 0.6).all()
    (first, bias), (second, offset) = state.arrays(0)
    outputs = np.maximum(task.train_inputs[:256] @ first.T + bias, 0) @ second.T + offset
    chosen = outputs[np.arange(256), task.train_labels[:256]]
    expected = np.mean(np.log(np.exp(outputs).sum(axis=1)) - chosen)
    assert state.train_loss[0, -1] == pytest.approx(expected, abs=1e-12)  # a mean of 256 float64 numbers of order one


@pytest.mark.parametrize(("steps", "evaluations"), [(1, 1), (1, 100), (7, 2), (400, 1), (400, 100), (10**6, 50)])
def test_the_schedule_has_both_ends_and_no_more_than_asked(steps, evaluations):
    schedule = evaluation_steps(steps, evaluations)
    assert schedule[0] == 0
    assert schedule[-1] == steps
    assert (np.diff(schedule) > 0).all()
    assert len(schedule) <= max(evaluations, 2)


def test_the_schedule_is_dense_early_and_even_late():
    schedule = evaluation_steps(400, 100)
    assert {0, 1, 2, 3, 4, 5}.issubset(schedule.tolist())
    assert np.diff(schedule).max() <= 9  # the even half alone leaves gaps of 400 / 49
