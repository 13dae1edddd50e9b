"""A sweep is ``train`` over a grid: the same numbers, in the order of the grid, kept and found again."""

from __future__ import annotations

import math
import statistics
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from scalinglab.training import budget, digits, finish, train
from scalinglab.training.sweeps import computing
from scalinglab.training.sweeps import sweep as sweeps
from scalinglab.training.sweeps.chunks import chunks_of
from scalinglab.training.sweeps.computing import RESULTS, VALIDATED, _record, _result
from scalinglab.training.sweeps.grids import runs_of
from scalinglab.training.sweeps.results import Sweep, summarize
from scalinglab.training.sweeps.store import Store, StoreError
from scalinglab.training.sweeps.sweep import sweep, sweeping

#: Two widths, so two chunks of four runs, one of which diverges at once.
GRID = {
    "task": {"name": "digits", "samples": 100},
    "width": [3, 5],
    "step_size": [0.1, 1e9],
    "seed": [0, 1],
    "steps": 6,
    "evaluations": 4,
}


def quiet(grid=GRID, **options):
    return sweep(grid, progress=False, **options)


@pytest.fixture
def no_training(monkeypatch):
    def trained(*_):
        raise AssertionError("a run is made again")

    monkeypatch.setattr(sweeps, "computing", trained)


def test_rows_are_what_train_finds_in_the_order_of_the_grid():
    rows = quiet().rows()
    assert [(row["width"], row["step_size"], row["seed"]) for row in rows] == [
        (width, step_size, seed) for width in (3, 5) for step_size in (0.1, 1e9) for seed in (0, 1)
    ]
    for row in rows:
        alone = finish(train(digits(100), **{name: row[name] for name in ("width", "step_size", "seed", "steps")}))
        if row["step_size"] == 1e9:
            assert (row["status"], row["diverged_at"]) == ("diverged", alone.diverged_at[0])
            assert row["train_loss"] is row["test_loss"] is row["test_error"] is None
        else:
            assert (row["status"], row["diverged_at"], row["error"]) == ("done", None, None)
            # float32 sums of another shape may have another order: rounding of 1e-7, over 6 steps.
            for name in ("train_loss", "test_loss", "test_error"):
                assert row[name] == pytest.approx(getattr(alone, name)[0, -1], abs=1e-5)
        assert row["parameters"] == 64 * row["width"] + row["width"] + 10 * row["width"] + 10
        assert (row["device"], row["task"], row["task_samples"]) == ("cpu", "digits", 100)


def test_every_network_is_swept_kept_and_found_again(tmp_path):
    grid = GRID | {"network": ["perceptron", "convolution", "attention"], "step_size": 0.05}
    store = tmp_path / "runs.sqlite"
    part = quiet(grid | {"width": 5}, store=store).rows()
    rows = quiet(grid, store=store).rows()
    assert [row for row in rows if row["width"] == 5] == part
    assert rows == quiet(grid).rows()
    for row in rows:
        settings = {name: row[name] for name in ("network", "width", "step_size", "seed", "steps")}
        alone = finish(train(digits(100), **settings))
        # float32 sums of another shape may have another order: rounding of 1e-7, over 6 steps.
        assert row["test_loss"] == pytest.approx(alone.test_loss[0, -1], abs=1e-5)
        assert row["parameters"] == budget(digits(100), **settings).parameters[0]


def test_rows_are_flat_and_have_the_same_columns_also_over_several_grids():
    rows = quiet([GRID | {"step_size": 0.1}, GRID | {"task": "digits", "step_size": 0.1, "betas": [0.8, 0.9]}]).rows()
    assert len({tuple(row) for row in rows}) == 1
    assert set(RESULTS) <= set(rows[0])
    assert all(value is None or isinstance(value, str | int | float) for row in rows for value in row.values())


def test_rows_and_curves_of_several_tasks_have_the_same_columns():
    text = {"name": "text", "samples": 500, "test_samples": 64}
    teacher = {"name": "teacher_student", "samples": 50, "test_samples": 64}
    table = quiet({"task": ["digits", text, teacher], "width": 3, "steps": 2})
    for rows in (table.rows(), table.curves()):
        assert len({tuple(row) for row in rows}) == 1
        validated = {row["task"] for row in rows if row["validation_loss"] is not None}
        assert validated == {"text"}


def test_curves_have_a_row_for_each_evaluation_before_a_divergence():
    table = quiet()
    curves = table.curves()
    assert [row["step"] for row in curves[:3]] == [0, 1, 6]
    for row in table.rows():
        own = [curve for curve in curves if all(curve[name] == row[name] for name in ("width", "step_size", "seed"))]
        if row["status"] == "done":
            assert len(own) == 3
            assert own[-1]["test_error"] == row["test_error"]
        else:
            assert [curve["step"] for curve in own] == [0]
        assert {curve["status"] for curve in own} == {row["status"]}


def test_a_summary_is_mean_and_standard_error_of_what_ended_well():
    table = quiet()
    rows = table.rows()
    groups = table.summary(by=["width", "step_size"], value="test_loss")
    assert [(group["width"], group["step_size"]) for group in groups] == [(3, 0.1), (3, 1e9), (5, 0.1), (5, 1e9)]
    for group in groups:
        values = [r["test_loss"] for r in rows if (r["width"], r["step_size"]) == (group["width"], group["step_size"])]
        if group["step_size"] == 1e9:
            assert (group["mean"], group["standard_error"], group["low"], group["high"]) == (None,) * 4
            assert (group["count"], group["diverged"], group["failed"]) == (0, 2, 0)
        else:
            error = statistics.stdev(values) / math.sqrt(2)
            assert group["mean"] == statistics.fmean(values)
            assert group["standard_error"] == error
            assert (group["low"], group["high"]) == (group["mean"] - error, group["mean"] + error)
            assert (group["count"], group["diverged"], group["failed"]) == (2, 0, 0)


def test_one_run_has_no_standard_error():
    (group,) = quiet(GRID | {"width": 3, "step_size": 0.1, "seed": 0}).summary()
    assert group["low"] == group["mean"] == group["high"]
    assert (group["standard_error"], group["count"]) == (None, 1)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"by": ["widht"]}, "by must name columns of"),
        ({"by": 3}, "by must be the name of a column, or a list of names, got 3"),
        ({"value": "accuracy"}, "value must name columns of"),
        ({"value": ["test_loss"]}, r"value must be the name of a column, got \['test_loss'\]"),
        ({"value": "status"}, "value must name a column of finite numbers, got 'status'"),
    ],
)
def test_a_summary_of_what_is_not_there_gets_a_sentence(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        quiet(GRID | {"width": 3, "step_size": 0.1, "seed": 0}).summary(**options)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([{"width": 1, "error": math.nan}] * 2, "value must name a column of finite numbers, got 'error'"),
        ([{"width": 1, "error": 0.1}, {"width": 1}], "value must name columns of all rows: width, got 'error'"),
        ([3], r"rows must be a list of rows, such as Sweep.rows\(\) gives, got \[3\]"),
        (None, "rows must be a list of rows"),
    ],
)
def test_a_summary_of_what_are_no_rows_gets_a_sentence(rows, sentence):
    with pytest.raises(ValueError, match=sentence):
        summarize(rows, by="width", value="error")


def test_a_summary_takes_rows_from_a_generator():
    (group,) = summarize(({"width": 1, "error": error} for error in (0.25, 0.75)), by="width", value="error")
    assert (group["mean"], group["count"]) == (0.5, 2)


def test_a_store_answers_without_training(tmp_path, monkeypatch, no_training):
    monkeypatch.undo()
    first = quiet(store=tmp_path / "runs.sqlite")
    monkeypatch.setattr(sweeps, "computing", None)
    again = quiet(store=tmp_path / "runs.sqlite")
    assert again.rows() == first.rows()
    assert again.curves() == first.curves()
    assert again.complete
    assert again.done == again.total
    # So does a part of the grid, in its own order, and an open store.
    with Store(tmp_path / "runs.sqlite") as store:
        part = quiet(GRID | {"width": 5, "seed": [1]}, store=store)
        assert store.get([]) == {}  # still open
    assert part.rows() == [row for row in first.rows() if row["width"] == 5 and row["seed"] == 1]


def test_only_what_is_missing_is_trained(tmp_path, monkeypatch):
    quiet(GRID | {"seed": 0, "width": 3}, store=tmp_path / "runs.sqlite")
    trained = []

    def counted(runs, device):
        trained.extend((run.settings["width"], run.settings["seed"]) for run in runs)
        yield from original(runs, device)

    original = sweeps.computing
    monkeypatch.setattr(sweeps, "computing", counted)
    assert len(quiet(store=tmp_path / "runs.sqlite").rows()) == 8
    assert sorted(trained) == [(3, 1)] * 2 + [(5, 0)] * 2 + [(5, 1)] * 2


def test_without_a_store_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    quiet()
    assert list(tmp_path.iterdir()) == []


def test_snapshots_are_frozen_grow_and_end_complete():
    snapshots = list(sweeping(GRID))
    assert [len(snapshot.rows()) for snapshot in snapshots[:2]] == [0, 0]
    # The start, then each step of two chunks with the first and last snapshot of each, then the end.
    assert len(snapshots) == 1 + 2 * (6 + 2) + 1
    done = [snapshot.done for snapshot in snapshots]
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] == snapshots[-1].total == snapshots[0].total
    # A bar moves inside a chunk.
    assert len(set(done)) > 12
    counts = [len(snapshot.rows()) for snapshot in snapshots]
    assert counts == sorted(counts)
    assert set(counts) == {0, 4, 8}
    assert [snapshot.complete for snapshot in snapshots] == [count == 8 for count in counts]
    assert (snapshots[0].caption, snapshots[-1].caption) == ("0 of 8 runs.", "8 of 8 runs, 4 diverged.")


def test_a_closed_sweep_keeps_what_is_done_and_holds_no_claim(tmp_path):
    with Store(tmp_path / "runs.sqlite") as store:
        snapshots = sweeping(GRID, store=store)
        assert next(snapshot for snapshot in snapshots if snapshot.finished).finished == 4
        next(snapshots)
        snapshots.close()
        with Store(tmp_path / "runs.sqlite") as other:
            names = [chunk.name for chunk in chunks_of(runs_of(GRID))]
            assert all(other.claim(name) for name in names)
            assert len(other.get([run.key for run in runs_of(GRID)])) == 4


def test_a_sweep_that_was_stopped_goes_on_in_another_thread(tmp_path):
    snapshots = sweeping(GRID, store=tmp_path / "runs.sqlite")
    next(snapshots)
    ended = []
    thread = threading.Thread(target=lambda: ended.extend(snapshots))
    thread.start()
    thread.join()
    assert ended[-1].complete
    assert quiet(store=tmp_path / "runs.sqlite").rows() == ended[-1].rows()


def test_a_store_is_opened_used_swept_from_and_closed_in_four_threads(tmp_path):
    def elsewhere(call):
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(call).result()

    store = elsewhere(lambda: Store(tmp_path / "runs.sqlite"))
    elsewhere(lambda: store.put({"0a": {"width": 1}}))
    rows = elsewhere(lambda: quiet(store=store)).rows()
    assert store.get(["0a"]) == {"0a": {"width": 1}}
    elsewhere(store.close)
    assert rows == quiet(store=tmp_path / "runs.sqlite").rows()


def test_a_stopped_sweep_that_is_still_held_when_python_exits_says_nothing(tmp_path):
    code = f"""
from scalinglab.training.sweeps.sweep import sweeping
held = sweeping({GRID!r}, store={str(tmp_path / "runs.sqlite")!r})
next(held), next(held)
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_threads_compute_the_same_bits_as_this_process():
    with ThreadPoolExecutor(2) as executor:
        assert quiet(executor=executor).rows() == quiet().rows()
        # An executor that is stopped in the middle takes the next sweep.
        snapshots = sweeping(GRID, executor=executor)
        next(snapshots)
        snapshots.close()
        assert quiet(executor=executor).complete


def test_a_worker_computes_on_one_thread_and_restores_their_number(monkeypatch):
    def counted(*arguments):
        seen.append(torch.get_num_threads())
        yield from original(*arguments)

    original, seen = computing.computing, []
    monkeypatch.setattr(computing, "computing", counted)
    torch.set_num_threads(2)
    records = computing.compute(runs_of(GRID)[:1], "cpu")
    assert (len(records), seen, torch.get_num_threads()) == (1, [1], 2)


def test_threads_that_compute_at_once_each_leave_with_the_number_they_came_with():
    """Torch has a number for each thread: the last to leave cannot restore that of the first."""

    def first():
        with computing._one_thread:
            both.wait()
        left.set()
        return torch.get_num_threads()

    def last():
        with computing._one_thread:
            both.wait()
            assert left.wait(10)
            still = torch.get_num_threads()
        return still, torch.get_num_threads()

    both, left = threading.Barrier(2, timeout=10), threading.Event()
    torch.set_num_threads(2)
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other, ThreadPoolExecutor(1) as fresh:
        ends = one.submit(first), other.submit(last)
        assert [end.result() for end in ends] == [2, (1, 2)]
        assert fresh.submit(torch.get_num_threads).result() == 2


def test_a_bar_counts_the_runs_on_the_standard_error(capsys, tmp_path):
    sweep(GRID, store=tmp_path / "runs.sqlite")
    out, err = capsys.readouterr()
    assert out == ""
    assert "8/8" in err
    assert "8 of 8 runs, 4 diverged." in err
    quiet()
    assert capsys.readouterr() == ("", "")


def test_of_a_task_with_a_validation_set_the_best_step_is_where_its_loss_is_least():
    (run,) = runs_of(GRID | {"width": 3, "step_size": 0.1, "seed": 0})
    histories = {"train_loss": [3, 2, 1], "test_loss": [3, 1.5, 2], "test_error": [0.9, 0.5, 0.6]}
    training = SimpleNamespace(
        diverged_at=np.array([-1, 2]),
        evaluated=np.array([0, 1, 6]),
        validation_loss=np.array([[3, 1.6, 2.2], [3, math.nan, math.nan]]),
        **{name: np.array([values, [3, math.nan, math.nan]]) for name, values in histories.items()},
    )
    record = _result(run, training, 0, 235, "cpu")
    assert [record[name] for name in VALIDATED] == [2.2, 1, 1.5, 0.5]
    assert (record["test_loss"], record["test_error"]) == (2, 0.6)
    diverged = _result(run, training, 1, 235, "cpu")
    assert [diverged[name] for name in VALIDATED] == [None] * 4
    assert [curve["validation_loss"] for curve in Sweep(1, 1, (run,), (record,)).curves()] == [3, 1.6, 2.2]
    assert [curve["step"] for curve in Sweep(1, 1, (run,), (diverged,)).curves()] == [0]


def test_failures_are_counted_and_not_averaged():
    made = runs_of(GRID | {"width": 3, "step_size": 0.1, "seed": range(4)})
    found = [{"status": "done", "test_error": 0.25}, {"status": "done", "test_error": 0.75}, {"status": "failed"}]
    records = tuple(_record(run, "cpu", **each) for run, each in zip(made, found, strict=False))
    table = Sweep(3, 4, made, (*records, None))
    assert table.caption == "3 of 4 runs, 1 failed."
    (group,) = table.summary()
    assert (group["mean"], group["count"], group["failed"]) == (0.5, 2, 1)
    assert not table.complete


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"executor": 4}, "executor must be a concurrent.futures.Executor, got 4"),
        ({"executor": SimpleNamespace(get_executor=None)}, r"pass client.get_executor\(\) instead"),
        ({"store": 4}, "store must be a path or an open Store, got 4"),
        ({"device": 4}, "device must be the name of a device, got 4"),
        ({"device": "abacus"}, "device must name a device of this machine"),
    ],
)
def test_what_is_no_executor_store_or_device_gets_a_sentence(options, sentence, no_training):
    with pytest.raises(ValueError, match=sentence):
        quiet(**options)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"width": [3, 0]}, "width must be positive, got 0"),
        ({"samples": [50, 200]}, "samples must not exceed the 100 training samples of the task, got 200"),
        ({"optimizer": ["sgd", "sdg"]}, "optimizer must be one of"),
        ({"momentum": [0.5, 1.0]}, "momentum must be at least 0 and below 1"),
        ({"steps": [6, -6]}, "steps must be positive, got -6"),
    ],
)
def test_a_value_out_of_range_is_found_before_any_run(changes, sentence, no_training):
    with pytest.raises(ValueError, match=sentence):
        quiet(GRID | changes)


def test_one_task_stands_for_those_that_differ_in_the_seed_before_the_first_run(monkeypatch):
    # A teacher takes a tenth of a second to make, and there may be thousands.
    made = []
    original = computing.build_task
    monkeypatch.setattr(computing, "build_task", lambda recipe: made.append(recipe["seed"]) or original(recipe))
    task = {"name": "teacher_student", "samples": 20, "test_samples": 20, "seed": range(5, 9), "noise": [0, 1]}
    next(sweeping({"task": task, "steps": 1}))
    assert made == [5] * 8
    # Each run is checked nevertheless.
    with pytest.raises(ValueError, match="samples must not exceed the 20 training samples of the task, got 30"):
        next(sweeping({"task": task, "samples": [10, 30], "steps": 1}))


def test_only_a_lack_of_memory_is_left_to_the_workers_and_no_other_error_that_speaks_of_it(monkeypatch):
    def refused(*_, **__):
        raise ValueError("width must leave some free memory")

    monkeypatch.setattr(computing, "train", refused)
    with pytest.raises(ValueError, match="some free memory"):
        quiet()


def test_an_executor_that_is_shut_down_gets_a_sentence():
    with ThreadPoolExecutor(1) as executor:
        pass
    with pytest.raises(ValueError, match="executor must take work, but it says: cannot schedule new futures"):
        quiet(executor=executor)


def test_a_store_that_is_read_only_answers_if_it_has_all_runs(tmp_path, monkeypatch):
    full = quiet(store=tmp_path / "runs.sqlite")
    with Store(tmp_path / "runs.sqlite") as store:
        monkeypatch.setattr(store, "read_only", True)
        assert quiet(store=store).rows() == full.rows()
        with pytest.raises(StoreError, match=r"^8 of 16 runs are not in the store, which cannot be written"):
            quiet(GRID | {"seed": range(4)}, store=store)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_finds_the_same_within_the_noise_of_seeds():
    grid = GRID | {"step_size": 0.1, "seed": range(8), "steps": 100}
    here, there = quiet(grid).summary(by=["width"]), quiet(grid, device="cuda").summary(by=["width"])
    for one, two in zip(here, there, strict=True):
        assert abs(one["mean"] - two["mean"]) < 3 * one["standard_error"]
