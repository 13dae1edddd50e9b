"""Spreading the chunks of a sweep over the workers of an executor: threads, processes, or a cluster."""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass, field
from typing import Any

from scalinglab._checks import fail
from scalinglab.training.sweeps.computing import Record, compute, failed
from scalinglab.training.sweeps.ledger import Job, Ledger
from scalinglab.training.sweeps.results import Sweep, SweepError

#: Chunks that are handed out for each worker: one to compute, and one that lies ready when it is done. More would
#: gain nothing, would keep chunks from another sweep on the same store, and would be lost when the client dies.
AHEAD = 2
#: Workers that an executor is taken to have if it does not say.
WORKERS = 32
#: Seconds between two snapshots, so that a sweep can be stopped.
LOOK = 0.1


@dataclass(eq=False)
class _Parcel:
    """A job under way: its records so far, and the places of those that were sent out as one."""

    job: Job
    places: tuple[int, ...]
    records: dict[int, Record] = field(default_factory=dict)

    def alone(self) -> list[_Parcel]:
        """The same runs one by one, with one collection of records."""
        return [_Parcel(self.job, (place,), self.records) for place in self.places]


def checked_executor(executor: Any) -> Executor | None:
    """Refuse what is no executor, in a sentence that says what would be."""
    if executor is None or isinstance(executor, Executor):
        return executor
    if hasattr(executor, "get_executor"):
        raise ValueError(
            "executor must be a concurrent.futures.Executor, got a Dask client: pass client.get_executor() instead"
        )
    fail("executor", "be a concurrent.futures.Executor", executor)


def refuse_shut_down(executor: Executor) -> None:
    """Try the executor with nothing to do: there is no other way to ask whether it takes work."""
    try:
        executor.submit(int)
    except Exception as error:
        raise ValueError(f"executor must take work, but it says: {' '.join(str(error).split())}") from None


def spread(ledger: Ledger, executor: Executor, device: str) -> Iterator[Sweep]:
    """Hand out the chunks, yield a snapshot every moment, and cancel what has not begun when the iterator is closed."""
    pending: dict[Future[list[Record]], _Parcel] = {}
    again: deque[_Parcel] = deque()
    try:
        while True:
            _hand_out(ledger, executor, device, pending, again)
            if not pending and not ledger.elsewhere:
                return
            began = time.monotonic()
            ready = wait(pending, timeout=LOOK, return_when=FIRST_COMPLETED).done if pending else set()
            broken = None
            for future in ready:
                error = _collected(ledger, future, pending.pop(future), again, device)
                broken = broken or error
            if broken is not None:
                raise _broken(ledger, broken) from broken
            ledger.renew()
            yield ledger.snapshot()
            if not pending and not again:  # another sweep has what is left
                time.sleep(max(0.0, LOOK - (time.monotonic() - began)))
    finally:
        for future in pending:
            future.cancel()


def _hand_out(
    ledger: Ledger,
    executor: Executor,
    device: str,
    pending: dict[Future[list[Record]], _Parcel],
    again: deque[_Parcel],
) -> None:
    """Fill the workers up: first with runs that are tried alone, then with chunks."""
    try:
        most = AHEAD * _workers(executor)
    except Exception as error:  # of a client that was closed
        raise _broken(ledger, error) from error
    while len(pending) < most:
        if again:
            parcel = again.popleft()
        else:
            job = ledger.take()
            if job is None:
                return
            parcel = _Parcel(job, job.places)
        try:
            future = executor.submit(compute, ledger.some(parcel.places), device, uuid.uuid4().hex)
        except Exception as error:  # broken, or shut down since
            raise _broken(ledger, error) from error
        pending[future] = parcel


def _collected(
    ledger: Ledger, future: Future[list[Record]], parcel: _Parcel, again: deque[_Parcel], device: str
) -> BaseException | None:
    """Enter what a worker sent back; the error, if the executor itself is at fault."""
    try:
        records = future.result()
    except (BrokenExecutor, CancelledError) as error:
        return error
    except Exception as error:  # such as a worker that died of this chunk, again and again
        if len(parcel.places) > 1:
            again.extend(parcel.alone())
            return None
        records = [failed(run, device, error) for run in ledger.some(parcel.places)]
    parcel.records.update(zip(parcel.places, records, strict=True))
    if len(parcel.records) == len(parcel.job.places):
        ledger.finish(parcel.job, [parcel.records[place] for place in parcel.job.places])
    return None


def _broken(ledger: Ledger, error: BaseException) -> SweepError:
    said = f" ({' '.join(str(error).split())})" if str(error) else ""
    return SweepError(
        f"the executor broke or was shut down{said}: what is finished is in .partial and in the store, if there is "
        "one; the same sweep with a new executor goes on from there.",
        partial=ledger.snapshot(),
    )


def _workers(executor: Any) -> int:
    """How many workers an executor has: those of the standard library say, and so does Dask's client."""
    client = getattr(executor, "_client", None)
    if client is not None:
        return max(1, sum(client.nthreads().values()))
    return getattr(executor, "_max_workers", None) or WORKERS
