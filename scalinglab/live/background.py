"""Run the newest job on a background thread; older ones are dropped, nothing queues up.

A job is a function without arguments. What it returns is shown once; if it returns an iterator (a generator of
snapshots), the snapshots are shown as they come, at a bounded rate, and the run can be stopped and resumed. The thread
lives only while there is work, and takes turns with those of other panels. Errors become a state and are raised again
by ``wait``. Where there are no threads (in a browser's Python), a job is run to its end where it is submitted.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from scalinglab.live.rows import about
from scalinglab.live.turns import TURNS, Turns

State = Literal["ready", "running", "waiting", "stopped", "done", "failed"]

#: Seconds that a finished frame waits for the browser to draw the one before.
_PATIENCE = 0.5
#: Seconds from one frame to the next where nobody sees them.
_UNSEEN = 1.0
#: Seconds that a run gives way to another one before the panel says so.
_UNNOTICED = 0.3


@dataclass(frozen=True)
class Report:
    """Where a run stands: its state, progress as ``done`` of ``total`` (0 if unknown), seconds left (-1 if unknown)."""

    state: State
    done: int = 0
    total: int = 0
    seconds_left: float = -1.0
    error: BaseException | None = None


@dataclass
class _Job:
    """One run: how it starts, then the iterator that it turned out to be, and the time it has been at work."""

    start: Callable[[], Any]
    iterator: Iterator[Any] | None = None
    latest: Any = None
    seconds: float = 0.0

    def report(self, state: State) -> Report:
        done, total = (int(about(self.latest, name, 0)) for name in ("done", "total"))
        left = self.seconds * (total - done) / done if 0 < done <= total else -1.0
        return Report(state, done, total, left)


class Background:
    """One background thread for one panel.

    Parameters
    ----------
    deliver : callable
        Called as ``deliver(result, report)`` from the thread; ``result`` is None where only the state changed.
    ready : callable
        Says whether the browser has drawn the last frame; while it has not, snapshots are skipped.
    seen : callable
        Says whether the charts are in view; while they are not, a frame a second is enough.
    frames_per_second : float
        The most snapshots of a running job that are delivered in a second. As only one run has its turn, this bounds
        the frames of all panels of a kernel. Each costs the run and the page some ten milliseconds.
    turns : Turns
        The line in which runs wait for each other.
    """

    def __init__(
        self,
        deliver: Callable[[Any, Report], None],
        *,
        ready: Callable[[], bool] = lambda: True,
        seen: Callable[[], bool] = lambda: True,
        frames_per_second: float = 15.0,
        turns: Turns = TURNS,
    ) -> None:
        self._deliver = deliver
        self._ready, self._seen = ready, seen
        self._pause, self._patience = 1.0 / frames_per_second, _PATIENCE
        self._turns = turns
        self._changed = turns.changed
        self._thread: threading.Thread | None = None
        self._waiting: _Job | None = None
        self._held: _Job | None = None
        self._stopping = False
        self.report = Report("ready")
        self.streams = False

    def first(self, start: Callable[[], Any], seconds: float) -> Any:
        """Run a new job here and now, an iterator for about so many seconds; the rest is held until ``resume``."""
        job = _Job(start)
        began = time.perf_counter()
        if self._begin(job):
            for snapshot in job.iterator or ():
                job.latest = snapshot
                if time.perf_counter() - began > seconds:
                    self._held = job
                    break
            _refuse_nothing(job)
        job.seconds = time.perf_counter() - began
        self.report = job.report("ready" if self._held else "done")
        return job.latest

    def submit(self, start: Callable[[], Any]) -> None:
        """Make this the newest job: it replaces one that waits and cancels one that runs or is held."""
        self._enqueue(_Job(start), first=True)

    def stop(self) -> None:
        """Ask the newest job to stop at its next snapshot."""
        with self._changed:
            self._stopping = self._thread is not None
            self._changed.notify_all()

    def resume(self, *, first: bool = False) -> None:
        """Go on with the job that was stopped, from where it stood; after the runs of other panels or before them."""
        with self._changed:
            held = self._held
        if held is not None:
            self._enqueue(held, first=first)

    def wake(self) -> None:
        """Tell the thread that the browser has drawn a frame."""
        with self._changed:
            self._changed.notify_all()

    @property
    def running(self) -> bool:
        """Whether a job runs or waits to."""
        return self._thread is not None

    @property
    def resumable(self) -> bool:
        """Whether a stopped job is held."""
        return self._held is not None

    def wait(self, timeout: float = 60.0) -> None:
        """Block until nothing runs, then raise the error of the last run, if it had one.

        Raises
        ------
        TimeoutError
            If a job still runs after ``timeout`` seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._thread is None, timeout):
                raise TimeoutError(f"the run did not end within {timeout:g} seconds")
        if self.report.error is not None:
            raise self.report.error

    def _enqueue(self, job: _Job, *, first: bool) -> None:
        with self._changed:
            self._turns.enter(self, first=first)
            self._waiting, self._held, self._stopping = job, None, False
            started = self._thread is not None or self._start()
            self._changed.notify_all()
        if not started:
            self._work()

    def _start(self) -> bool:
        """Start the thread; false where there are none."""
        self._thread = threading.Thread(target=self._work, name="scalinglab-panel", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:
            self._patience = 0.0  # while it works, nothing that the browser says is heard
            return False
        return True

    def _work(self) -> None:
        while True:
            with self._changed:
                job, self._waiting = self._waiting, None
                if job is None:
                    self._thread = None
                    self._turns.leave(self)
                    return
            try:
                self._run(job)
            except BaseException as error:
                self.report = Report("failed", error=error)
                for kept in (job.latest, None):  # what it had, or nothing: showing may be what failed
                    with contextlib.suppress(Exception):  # ``wait`` raises the first error
                        self._deliver(kept, self.report)
                        break

    def _begin(self, job: _Job) -> bool:
        """Start the job; true if it is an iterator, which is then still to be run."""
        if job.iterator is None:
            result = job.start()
            job.iterator = result if isinstance(result, Iterator) else None
            job.latest = result if job.iterator is None else job.latest
        self.streams = job.iterator is not None
        return job.iterator is not None

    def _run(self, job: _Job) -> None:
        began = time.perf_counter()
        if self._begin(job):
            ended = self._stream(job)
            if ended is None:
                return
        else:
            ended = "done"
        if self._wait_for_browser():
            job.seconds = job.seconds or time.perf_counter() - began
            self._tell(job.latest, job.report(ended))

    def _stream(self, job: _Job) -> State | None:
        """Show snapshots as they come; the state in which the job ended, or None if a newer one has taken over."""
        if job.latest is not None:  # there is something to look at while others run
            self._give_way(job)
            if self._waiting is not None or self._stopping:
                return self._interrupted(job)
        before, began = job.seconds, time.perf_counter()
        next_frame = began
        for snapshot in job.iterator or ():
            job.latest = snapshot
            now = time.perf_counter()
            job.seconds = before + now - began
            if now >= next_frame and self._ready():
                self._tell(job.latest, job.report("running"))
                next_frame = max(next_frame + (self._pause if self._seen() else _UNSEEN), now)
            began += self._give_way(job)
            if self._waiting is not None or self._stopping:
                return self._interrupted(job)
        _refuse_nothing(job)
        return "done"

    def _give_way(self, job: _Job) -> float:
        """Wait until it is this panel's turn, it is stopped, or a newer job has come; the seconds that this took."""
        if self._turns.has(self):
            return 0.0
        began = time.perf_counter()
        if not self._wait_for_turn(_UNNOTICED):
            self._tell(None, job.report("waiting"))
            self._wait_for_turn(None)
            self._tell(None, job.report("running"))
        return time.perf_counter() - began

    def _wait_for_turn(self, seconds: float | None) -> bool:
        with self._changed:
            return self._changed.wait_for(
                lambda: self._turns.has(self) or self._stopping or self._waiting is not None, seconds
            )

    def _interrupted(self, job: _Job) -> State | None:
        """Hold a job that was asked to stop; None if a newer one replaces it."""
        with self._changed:
            if self._waiting is not None:
                return None
            self._held, self._stopping = job, False
            return "stopped"

    def _wait_for_browser(self) -> bool:
        """Wait until the last frame is drawn, but not for long; false if a newer job will bring a newer frame."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready() or self._waiting is not None, self._patience)
        return self._ready() or self._waiting is None

    def _tell(self, result: Any, report: Report) -> None:
        self.report = report
        self._deliver(result, report)


def _refuse_nothing(job: _Job) -> None:
    if job.latest is None:
        raise ValueError("there is nothing to draw: the run yielded nothing")
