"""One thread, the newest job: nothing queues up, Stop stops, Resume goes on, errors are not lost."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from scalinglab.live import background as background_module
from scalinglab.live.background import Background
from scalinglab.live.turns import Turns


@dataclass
class Snapshot:
    done: int
    total: int = 100


class Sink:
    """Collects what is delivered."""

    def __init__(self):
        self.results, self.reports = [], []

    def __call__(self, result, report):
        self.results.append(result)
        self.reports.append(report)


@pytest.fixture
def sink():
    return Sink()


def no_thread(_: threading.Thread) -> None:
    """What a thread says where there are none, in a browser's Python."""
    raise RuntimeError("can't start new thread")


def test_without_threads_jobs_are_run_where_they_are_submitted(sink, monkeypatch):
    monkeypatch.setattr(threading.Thread, "start", no_thread)
    worker = Background(sink, ready=lambda: False)
    waited = []
    monkeypatch.setattr(worker._changed, "wait", waited.append)
    worker.submit(lambda: "rows")
    assert (worker.running, sink.results, worker.report.state) == (False, ["rows"], "done")
    worker.first(counting, seconds=0.0)
    worker.resume()
    assert (worker.running, sink.results[-1], worker.report.state) == (False, Snapshot(100), "done")
    worker.submit(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        worker.wait(0)
    assert waited
    assert set(waited) == {0}  # a browser that says nothing meanwhile is not waited for


def counting(total=100, gate=None):
    """A run that waits for a turn of the gate before each step."""
    for done in range(1, total + 1):
        if gate is not None:
            assert gate.acquire(timeout=10)
        yield Snapshot(done, total)


def until(condition, timeout=10):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.001)


def test_a_plain_result_is_delivered_once(sink):
    background = Background(sink)
    background.submit(lambda: "picture")
    background.wait()
    assert sink.results == ["picture"]
    assert sink.reports[0].state == "done"


def test_the_last_snapshot_is_always_delivered(sink):
    background = Background(sink, frames_per_second=1)
    background.submit(counting)
    background.wait()
    assert sink.results[-1].done == 100
    assert len(sink.results) <= 3  # far fewer frames than snapshots
    assert sink.reports[-1].state == "done"


def test_what_nobody_sees_is_shown_but_once_a_second_and_at_its_end(sink, monkeypatch):
    monkeypatch.setattr(background_module, "_UNSEEN", 1e9)
    background = Background(sink, seen=lambda: False, frames_per_second=1e9)
    background.submit(counting)
    background.wait()
    assert [result.done for result in sink.results] == [1, 100]


def test_of_many_jobs_the_newest_is_shown_last_and_most_are_dropped(sink):
    gate, started = threading.Semaphore(0), []

    def slow(number):
        started.append(number)
        assert gate.acquire(timeout=10)
        return number

    background = Background(sink)
    background.submit(lambda: slow(0))
    until(lambda: started == [0])
    for number in range(1, 1000):
        background.submit(lambda number=number: slow(number))
    gate.release(2)
    background.wait()
    assert started == [0, 999]
    assert sink.results[-1] == 999


def test_a_new_job_cancels_a_run(sink):
    gate = threading.Semaphore(0)
    closed = threading.Event()

    def run():
        try:
            yield from counting(gate=gate)
        finally:
            closed.set()

    background = Background(sink)
    background.submit(run)
    gate.release(3)
    until(lambda: sink.results)
    background.submit(lambda: "new")
    gate.release()
    background.wait()
    assert closed.wait(10)
    assert sink.results[-1] == "new"
    assert sink.results[-2].done < 100


def test_stop_keeps_the_run_and_resume_goes_on_from_there(sink):
    gate = threading.Semaphore(0)
    background = Background(sink)
    background.submit(lambda: counting(gate=gate))
    gate.release(10)
    until(lambda: sink.results)
    background.stop()
    gate.release()
    background.wait()
    stopped = sink.results[-1].done
    assert sink.reports[-1].state == "stopped"
    assert background.resumable
    assert stopped <= 11
    gate.release(100)
    background.resume()
    background.wait()
    assert sink.results[-1].done == 100
    assert sink.reports[-1].state == "done"
    assert not background.resumable


def test_stop_after_a_move_stops_the_new_job_not_the_old(sink):
    gate = threading.Semaphore(0)
    background = Background(sink)
    background.submit(lambda: counting(total=50, gate=gate))
    gate.release()
    until(lambda: sink.results)
    background.submit(lambda: counting(total=70))
    background.stop()
    gate.release()
    background.wait()
    assert (sink.reports[-1].state, sink.results[-1].total) == ("stopped", 70)


def test_stop_with_nothing_running_harms_no_later_job(sink):
    background = Background(sink)
    background.stop()
    background.resume()
    background.submit(counting)
    background.wait()
    assert sink.results[-1].done == 100


def test_a_new_job_after_stop_starts_over(sink):
    background = Background(sink)
    background.first(counting, seconds=0)
    assert background.resumable
    background.submit(lambda: "new")
    background.wait()
    assert not background.resumable
    assert sink.results == ["new"]


def test_the_head_start_runs_here_and_the_rest_is_held(sink):
    background = Background(sink)
    assert background.first(counting, seconds=0).done == 1
    assert background.report.state == "ready"
    assert not background.running
    background.resume()
    background.wait()
    assert [result.done for result in sink.results][-1] == 100
    assert background.first(lambda: counting(5), seconds=60).done == 5
    assert background.report.state == "done"


@pytest.mark.parametrize("job", [lambda: 1 / 0, lambda: (1 / 0 for _ in range(3))], ids=["function", "run"])
def test_an_error_is_delivered_and_raised_by_wait(sink, job):
    background = Background(sink)
    background.submit(job)
    with pytest.raises(ZeroDivisionError):
        background.wait()
    assert sink.reports[-1].state == "failed"
    background.submit(lambda: "well again")
    background.wait()
    assert sink.results[-1] == "well again"


def test_an_error_while_showing_is_not_lost():
    def deliver(result, report):
        if result is not None:
            raise ValueError("no such column")

    background = Background(deliver)
    background.submit(lambda: 1)
    with pytest.raises(ValueError, match="no such column"):
        background.wait()


def test_wait_says_that_a_run_goes_on(sink):
    gate = threading.Semaphore(0)
    background = Background(sink)
    background.submit(lambda: counting(gate=gate))
    with pytest.raises(TimeoutError, match=r"did not end within 0\.01 seconds"):
        background.wait(0.01)
    gate.release(100)
    background.wait()


def test_frames_are_skipped_while_the_browser_is_busy_but_not_the_last(sink):
    drawn = threading.Event()
    background = Background(sink, ready=drawn.is_set, frames_per_second=1e6)
    background.submit(counting)
    time.sleep(0.05)
    drawn.set()
    background.wake()
    background.wait()
    assert sink.results[-1].done == 100
    assert len(sink.results) < 100


def test_progress_and_time_left(sink):
    background = Background(sink, frames_per_second=1e6)

    def run():
        for done in (1, 2, 3, 4):
            time.sleep(0.01)
            yield Snapshot(done, 4)

    background.submit(run)
    background.wait()
    running = [report for report in sink.reports if report.state == "running"]
    assert [(report.done, report.total) for report in running] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    # Time left is time so far x steps left / steps done: with one of four done, three times what has passed (>= 10 ms).
    assert running[0].seconds_left >= 0.03
    assert running[-1].seconds_left == 0


def test_no_thread_is_left_behind(sink):
    background = Background(sink)
    background.submit(lambda: 1)
    background.wait()
    until(lambda: not any(thread.name == "scalinglab-panel" for thread in threading.enumerate()))


@pytest.fixture
def pair():
    """Two panels' runs of ten steps, each held at a gate after its first: sinks, gates and backgrounds."""
    turns, sinks, gates = Turns(), (Sink(), Sink()), (threading.Semaphore(1), threading.Semaphore(1))
    runs = [Background(one, frames_per_second=1e6, turns=turns) for one in sinks]
    for run, gate in zip(runs, gates, strict=True):
        run.first(lambda gate=gate: counting(10, gate), seconds=0)
    yield sinks, gates, runs
    for gate in gates:
        gate.release(100)
    for run in runs:
        run.wait()


def states(sink):
    return [report.state for report in sink.reports]


def test_runs_that_are_shown_go_one_after_the_other(pair):
    (first, second), gates, runs = pair
    for run in runs:
        run.resume()
    gates[1].release(100)
    until(lambda: states(second) == ["waiting"])
    gates[0].release(4)
    until(lambda: len(first.results) == 4)
    assert states(second) == ["waiting"]  # nothing of it, although its gate is open
    gates[0].release(100)
    runs[1].wait()
    assert states(first) == ["running"] * 9 + ["done"]
    assert states(second)[:2] == ["waiting", "running"]
    assert (first.results[-1].done, second.results[-1].done) == (10, 10)


def test_the_run_that_was_touched_last_goes_first_and_the_other_goes_on_after_it(pair):
    (first, second), gates, runs = pair
    runs[0].resume()
    gates[0].release(2)
    until(lambda: len(first.results) == 2)
    runs[1].submit(lambda: counting(10, gates[1]))
    gates[1].release(3)
    until(lambda: len(second.results) == 3)  # at once, while a step of the other is under way
    gates[0].release(100)
    until(lambda: states(first)[-1] == "waiting")
    assert first.reports[-1].done == 4  # where it stood when it gave way, with what was left then
    gates[1].release(100)
    for run in runs:
        run.wait()
    assert states(second) == ["running"] * 10 + ["done"]
    assert [result.done for result in first.results if result is not None] == [2, 3, 4, 5, 6, 7, 8, 9, 10, 10]


def test_a_run_that_waits_is_stopped_at_once_and_a_touch_puts_it_first(pair):
    (_, second), gates, runs = pair
    for run in runs:
        run.resume()
    until(lambda: states(second) == ["waiting"])
    runs[1].stop()
    runs[1].wait(5)
    assert states(second)[-1] == "stopped"
    assert runs[0].running
    runs[1].resume(first=True)
    gates[1].release(100)
    runs[1].wait(5)
    assert second.results[-1].done == 10
    assert runs[0].running


def test_a_run_with_nothing_to_show_yet_makes_its_first_picture_before_it_gives_way(pair):
    (first, second), gates, runs = pair
    runs[0].submit(lambda: counting(10, gates[0]))
    runs[1].submit(lambda: counting(10, gates[1]))
    gates[0].release(1)
    until(lambda: len(first.results) > 0)
    assert first.results[0].done == 1
    assert second.results == []


def test_a_function_waits_for_no_run(pair):
    _, _, runs = pair
    runs[0].resume()
    sink = Sink()
    other = Background(sink, turns=runs[0]._turns)
    other.submit(lambda: "picture")
    other.wait(5)
    assert sink.results == ["picture"]


@pytest.mark.parametrize("step", [0.001, 0.04, 0.07])
def test_a_run_streams_ten_frames_a_second_or_more_but_not_many_more(sink, monkeypatch, step):
    now = 0.0

    def run():
        nonlocal now
        while now < 10:
            now += step
            yield Snapshot(1)

    monkeypatch.setattr(background_module, "time", SimpleNamespace(perf_counter=lambda: now))
    background = Background(sink)
    background.submit(run)
    background.wait()
    assert 100 <= states(sink).count("running") <= 152
