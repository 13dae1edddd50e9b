"""What goes wrong in a sweep costs no more than it must: killed, stopped, full, broken, shared, or wrong by itself."""

from __future__ import annotations

import os
import random
import signal
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor

import pytest
import torch

from scalinglab.pruning import MEASURES
from scalinglab.training.sweeps import computing, ledger
from scalinglab.training.sweeps import sweep as sweeps
from scalinglab.training.sweeps.chunks import chunks_of
from scalinglab.training.sweeps.grids import runs_of
from scalinglab.training.sweeps.measures import runs_for
from scalinglab.training.sweeps.results import SweepError
from scalinglab.training.sweeps.store import Store, StoreError
from scalinglab.training.sweeps.sweep import sweep, sweeping
from tests.training.sweeps import nursery

#: Three chunks of two runs.
GRID = {"task": {"name": "digits", "samples": 100}, "width": [3, 4, 5], "seed": [0, 1], "steps": 5}
#: Sixty chunks of two runs, about a second of work.
MANY = GRID | {"width": range(3, 63), "steps": 60, "batch_size": 16}
#: Forty chunks of two networks that are pruned, and as many experiments of two; each about a second of work.
ROUNDS = GRID | {"width": range(3, 43), "steps": 10, "pruning": {"rounds": 3, "fraction": 0.5}}
WAYS = [
    {
        "task": GRID["task"],
        "methods": ["random", "snip"],
        "densities": [0.5],
        "seed": [0, 1],
        "width": width,
        "steps": 10,
    }
    for width in range(3, 23)
]


def quiet(grid=GRID, **options):
    return sweep(grid, progress=False, **options)


@pytest.fixture(scope="module")
def peaceful():
    """The rows of the long sweep, left in peace."""
    torch.set_num_threads(1)
    return quiet(MANY).rows()


def run_until_killed(grid, measure, path, ready):
    torch.set_num_threads(1)
    ready.set()
    quiet(grid, measure=MEASURES.get(measure), store=path)


def killed_again_and_again(grid, measure, times, folder):
    """Kill sweeps on one store at random moments; the rows of the last one, and how many runs each one found kept."""
    context, chance, found, ended = nursery.context(), random.Random(0), [], 0
    path, keys = folder / "0.sqlite", [run.key for run in runs_for(grid, MEASURES.get(measure))]
    for _ in range(times):
        ready = context.Event()
        child = context.Process(target=run_until_killed, args=(grid, measure, path, ready))
        child.start()
        assert ready.wait(60)
        nursery.kill_after(child, chance.uniform(0.0, 0.4))
        if child.exitcode == 0:  # it had ended before: the next one begins anew
            ended += 1
            path = folder / f"{ended}.sqlite"
            continue
        assert child.exitcode == -signal.SIGKILL
        with Store(path) as store:
            found.append(len(store.get(keys)))
        child.close()
    ends = [quiet(grid, measure=MEASURES.get(measure), store=folder / f"{n}.sqlite").rows() for n in range(ended + 1)]
    return ends, {count for count in found if 0 < count < len(keys)}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no fork server")
def test_a_sweep_killed_at_twenty_random_moments_ends_with_the_rows_of_one_left_in_peace(tmp_path, peaceful):
    ends, kept = killed_again_and_again(MANY, None, 20, tmp_path)
    assert all(rows == peaceful for rows in ends)
    # The kills fell in the midst of the work, at many places.
    assert len(kept) >= 5


@pytest.mark.skipif(os.name == "nt", reason="Windows has no fork server")
@pytest.mark.parametrize("measure", ["rounds", "pruning"])
def test_what_is_measured_survives_kills_too(tmp_path, measure):
    """A table of networks in rounds, and one of experiments: each goes on from the store, with the rows of one call."""
    grid = {"rounds": ROUNDS, "pruning": WAYS}[measure]
    ends, kept = killed_again_and_again(grid, measure, 5, tmp_path)
    peaceful = quiet(grid, measure=MEASURES[measure]).rows()
    assert all(rows == peaceful for rows in ends)
    assert kept


@pytest.fixture
def broken(monkeypatch):
    """Seeds whose runs raise an error after a step, and the runs that begin."""

    def some(task, **settings):
        steps = original(task, **settings)

        def failing():
            calls.append((settings["width"], tuple(settings["seed"])))
            yield next(steps)
            if bad & set(settings["seed"]):
                raise RuntimeError("a seed\n  is bad")
            yield from steps

        return failing()

    original, calls, bad = computing.train, [], {1}
    monkeypatch.setattr(computing, "train", some)
    return bad, calls


@pytest.mark.parametrize("workers", [0, 1])
def test_a_run_that_raises_is_a_row_and_the_others_of_its_chunk_are_made_anyway(broken, workers, tmp_path):
    bad, calls = broken
    with ThreadPoolExecutor(1) as threads:
        table = quiet(executor=threads if workers else None, store=tmp_path / "runs.sqlite")
    assert calls == [(width, seeds) for width in (3, 4, 5) for seeds in [(0, 1), (0,), (1,)]]
    assert [row["status"] for row in table.rows()] == ["done", "failed"] * 3
    assert table.rows()[1]["error"] == "RuntimeError: a seed is bad"
    assert table.rows()[1]["test_error"] is None
    assert table.caption == "6 of 6 runs, 3 failed."
    assert table.complete
    # The next sweep tries them again, and only them; what succeeds then is kept.
    bad.clear()
    calls.clear()
    assert quiet(store=tmp_path / "runs.sqlite").failed == 0
    assert calls == [(width, (1,)) for width in (3, 4, 5)]
    calls.clear()
    assert quiet(store=tmp_path / "runs.sqlite").failed == 0
    assert calls == []


def test_a_read_only_store_answers_with_the_failures_it_has(broken, tmp_path, monkeypatch):
    table = quiet(store=tmp_path / "runs.sqlite")
    with Store(tmp_path / "runs.sqlite") as store:
        monkeypatch.setattr(store, "read_only", True)
        assert quiet(store=store).rows() == table.rows()


def test_a_network_that_does_not_fit_into_the_memory_is_a_row():
    table = quiet(GRID | {"width": [3, 10**7], "depth": 2, "seed": 0})
    small, large = table.rows()
    assert small["status"] == "done"
    assert large["status"] == "failed"
    assert large["error"].startswith("TooLargeError: width must let the network fit into half the free memory")


@pytest.mark.parametrize("workers", [0, 1])
def test_a_store_that_fills_up_hands_over_what_is_done(tmp_path, workers, peaceful):
    with Store(tmp_path / "runs.sqlite") as store, ThreadPoolExecutor(1) as threads:
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages + 12}")
        with pytest.raises(SweepError, match=r"Runs that were finished are in \.partial") as caught:
            quiet(MANY, store=store, executor=threads if workers else None)
        kept = store.get([run.key for run in runs_of(MANY)])
        # What could not be kept is handed over nevertheless.
        assert 2 <= len(kept) < caught.value.partial.finished < 120
        assert isinstance(caught.value.__cause__, StoreError)
        store._connection.execute("PRAGMA max_page_count = 100000")
    assert quiet(MANY, store=tmp_path / "runs.sqlite").rows() == peaceful


class Fragile(Executor):
    """Runs what it is given at once; what is done to the second parcel is for the tests to say."""

    _max_workers = 1

    def __init__(self, error, *, whole_chunks_only=False):
        self.error, self.whole, self.parcels = error, whole_chunks_only, 0

    def submit(self, function, /, *arguments):
        future = Future()
        if arguments:
            self.parcels += 1
        if self.parcels >= 2 and arguments and (len(arguments[0]) > 1 or not self.whole):
            future.set_exception(self.error)
        else:
            future.set_result(function(*arguments))
        return future


def test_an_executor_that_breaks_hands_over_what_is_done(tmp_path):
    with pytest.raises(SweepError, match=r"^the executor broke or was shut down \(a process died\): ") as caught:
        quiet(store=tmp_path / "runs.sqlite", executor=Fragile(BrokenExecutor("a process died")))
    assert caught.value.partial.caption == "2 of 6 runs."
    assert quiet(store=tmp_path / "runs.sqlite").rows() == quiet().rows()


def test_an_executor_that_is_shut_down_in_the_middle_hands_over_what_is_done():
    executor = ThreadPoolExecutor(1)
    snapshots = sweeping(MANY, executor=executor)
    next(snapshot for snapshot in snapshots if snapshot.finished)
    executor.shutdown(cancel_futures=True)
    with pytest.raises(SweepError, match=r"^the executor broke or was shut down") as caught:
        list(snapshots)
    assert 2 <= caught.value.partial.finished < 120


def test_a_client_that_cannot_count_its_workers_any_more_hands_over_what_is_done():
    class Client:
        def nthreads(self):
            if executor.parcels:
                raise AttributeError("'NoneType' object has no attribute 'ncores'")  # as Dask's does when it was closed
            return {"here": 1}

    executor = Fragile(RuntimeError("killed"), whole_chunks_only=True)
    executor._client = Client()
    with pytest.raises(SweepError, match=r"^the executor broke or was shut down \('NoneType'") as caught:
        quiet(GRID | {"width": [3, 4]}, executor=executor)
    assert caught.value.partial.caption == "2 of 4 runs."


def test_a_chunk_that_kills_its_workers_is_tried_run_by_run():
    # As Dask's KilledWorker: whoever takes the chunk dies, and each of its runs alone is well.
    table = quiet(executor=Fragile(RuntimeError("killed"), whole_chunks_only=True))
    assert [row["status"] for row in table.rows()] == ["done"] * 6
    table = quiet(executor=Fragile(RuntimeError("killed")))
    assert [row["status"] for row in table.rows()] == ["done"] * 2 + ["failed"] * 4
    assert {row["error"] for row in table.rows()} == {None, "RuntimeError: killed"}


def test_an_executor_is_handed_few_chunks_at_once_and_stop_cancels_those_that_have_not_begun():
    class Lazy(Executor):
        _max_workers = 3
        futures: tuple[Future, ...] = ()

        def submit(self, function, /, *arguments):
            self.futures += (Future(),)
            return self.futures[-1]

    executor = Lazy()
    snapshots = sweeping(MANY, executor=executor)
    next(snapshots), next(snapshots)
    _probe, *given = executor.futures
    assert len(given) == 2 * 3
    snapshots.close()
    assert all(future.cancelled() for future in given)


@pytest.fixture
def counted(monkeypatch):
    """The runs that were trained, in order."""

    def counting(some, device):
        trained.extend(run.key for run in some)
        yield from original(some, device)

    original, trained = sweeps.computing, []
    monkeypatch.setattr(sweeps, "computing", counting)
    return trained


def test_two_sweeps_on_one_store_share_the_work_and_compute_each_chunk_once(tmp_path, counted):
    one, two = (sweeping(GRID, store=tmp_path / "runs.sqlite") for _ in range(2))
    last = {}
    running = {"one": one, "two": two}
    while running:
        for name, snapshots in list(running.items()):
            snapshot = next(snapshots, None)
            if snapshot is None:
                del running[name]
            else:
                last[name] = snapshot
    assert sorted(counted) == sorted(run.key for run in runs_of(GRID))
    assert last["one"].complete
    assert last["one"].rows() == last["two"].rows()
    assert last["one"].done == last["one"].total == last["two"].done


def test_a_chunk_is_taken_over_when_the_claim_of_another_runs_out(tmp_path, counted):
    with Store(tmp_path / "runs.sqlite", lease=0.4) as other:
        held = chunks_of(runs_of(GRID))[1]
        assert other.claim(held.name)
        waiting = 0
        for snapshot in sweeping(GRID, store=tmp_path / "runs.sqlite"):
            waiting += snapshot.finished == 4  # it yields meanwhile, so that it could be stopped
        assert snapshot.complete
        assert waiting > 3
    assert len(counted) == 6


def test_a_claim_that_was_lost_is_not_asked_for_at_each_step(tmp_path, monkeypatch):
    asked = []
    with Store(tmp_path / "runs.sqlite") as store:
        monkeypatch.setattr(store, "claim", lambda chunk: asked.append(chunk) or len(asked) == 1)
        monkeypatch.setattr(ledger, "LEASE", 0.0)
        assert quiet(GRID | {"width": 3}, store=store).complete
    assert len(asked) == 2


def test_a_claim_is_renewed_between_steps(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger, "LEASE", 0.0)
    with Store(tmp_path / "runs.sqlite") as store:
        renewed = []
        original = store.claim
        monkeypatch.setattr(store, "claim", lambda chunk: renewed.append(chunk) or original(chunk))
        quiet(GRID | {"width": 3}, store=store)
    # Once to take it, then after each of the five steps; the first snapshot comes before the first step.
    assert len(renewed) == 1 + 6
