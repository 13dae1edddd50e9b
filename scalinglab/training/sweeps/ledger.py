"""What is done, what is left, and whose it is: records are taken from the store and kept there, chunks are claimed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from scalinglab.training.sweeps.chunks import Chunk, chunks_of
from scalinglab.training.sweeps.computing import Record
from scalinglab.training.sweeps.grids import Run
from scalinglab.training.sweeps.results import Sweep
from scalinglab.training.sweeps.store import LEASE, Store, StoreError

#: Seconds between two looks at chunks that another sweep computes.
POLL = 0.2


@dataclass(frozen=True, eq=False)
class Job:
    """A chunk that we have claimed, and where those of its runs stand that are to be computed."""

    chunk: Chunk
    places: tuple[int, ...]

    @property
    def work(self) -> int:
        """About how many multiply-adds it takes."""
        return self.chunk.work * len(self.places)


class Ledger:
    """The state of a sweep.

    Parameters
    ----------
    runs : sequence of Run
        All runs of the grid.
    store : Store, optional
        Where the records are; those that are there are taken at once. Without one all is ours, and nothing is kept.
    device : str
        Decides how large chunks are.

    Attributes
    ----------
    left : list of Chunk
        Nobody's, as far as we know.
    elsewhere : list of Chunk
        Held by another sweep when we last looked.
    """

    def __init__(self, runs: Sequence[Run], store: Store | None, device: str) -> None:
        self.runs, self.store = tuple(runs), store
        self.places = {run.key: place for place, run in enumerate(self.runs)}
        found = self._kept(self.runs)
        if self.read_only:  # nothing can be tried again, so that failures are answers too
            found = self._kept(self.runs, failed=True) | found
        self.records: tuple[Record | None, ...] = tuple(found.get(run.key) for run in self.runs)
        chunks = chunks_of(self.runs, device=device)
        self.left = [chunk for chunk in chunks if self.missing(chunk)]
        self.elsewhere: list[Chunk] = []
        #: When each chunk that is ours was claimed, by name.
        self.ours: dict[str, float] = {}
        self.next_look = 0.0
        #: Multiply-adds of each run that is to be computed.
        self.work = {place: chunk.work for chunk in self.left for place in self.missing(chunk)}
        self.total, self.done = sum(self.work.values()), 0

    @property
    def read_only(self) -> bool:
        """Whether nothing can be kept that is not there already."""
        return self.store is not None and self.store.read_only

    def missing(self, chunk: Chunk) -> tuple[int, ...]:
        """Places of the runs of a chunk that have no record."""
        return tuple(place for place in chunk.places if self.records[place] is None)

    def some(self, places: Sequence[int]) -> list[Run]:
        """The runs at these places."""
        return [self.runs[place] for place in places]

    def take(self) -> Job | None:
        """Claim a chunk, and return what is to be computed of it; None if there is none that is free at the moment."""
        while True:
            chunk = self._claimed()
            if chunk is None:
                return None
            # Another sweep may have finished it since we last looked.
            self._receive(self._kept(self.some(self.missing(chunk))))
            places = self.missing(chunk)
            if places:
                return Job(chunk, places)
            self._release(chunk.name)

    def finish(self, job: Job, records: Sequence[Record]) -> None:
        """Enter the records of a job, then keep them; what cannot be kept is entered nevertheless.

        Failures are kept apart, so that a later success counts.
        """
        named = {self.runs[place].key: record for place, record in zip(job.places, records, strict=True)}
        self._receive(named)
        if self.store is not None:
            kept = {_failed_key(key) if record["status"] == "failed" else key: record for key, record in named.items()}
            self.store.put(kept, chunk=job.chunk.name)
        self.ours.pop(job.chunk.name, None)

    def renew(self) -> None:
        """Claim again what we hold, when a third of the lease has passed, and forget what another has taken since."""
        now = time.monotonic()
        for name, since in list(self.ours.items()) if self.store is not None else []:
            if now - since > LEASE / 3 and not self._claim(name):
                del self.ours[name]

    def release_all(self) -> None:
        """Leave all that we hold to others; a store that cannot be written has said so before."""
        with suppress(StoreError):
            for name in list(self.ours):
                self._release(name)

    def snapshot(self, under_way: float = 0.0) -> Sweep:
        """Freeze the present; work under way is part of what is done."""
        if not self.total:
            return Sweep(len(self.runs), len(self.runs), self.runs, self.records)
        return Sweep(min(self.done + int(under_way), self.total), self.total, self.runs, self.records)

    def _claimed(self) -> Chunk | None:
        while self.left:
            chunk = self.left.pop(0)
            if self._claim(chunk.name):
                return chunk
            self.elsewhere.append(chunk)
        if self.elsewhere and time.monotonic() >= self.next_look:
            self.next_look = time.monotonic() + POLL
            self._receive(self._kept([run for chunk in self.elsewhere for run in self.some(self.missing(chunk))]))
            self.elsewhere = [chunk for chunk in self.elsewhere if self.missing(chunk)]
            for chunk in self.elsewhere:
                if self._claim(chunk.name):
                    self.elsewhere.remove(chunk)
                    self.next_look = 0.0  # there may be more
                    return chunk
        return None

    def _receive(self, found: Mapping[str, Record]) -> None:
        """Enter records; the snapshots that are out keep theirs."""
        if not found:
            return
        records = list(self.records)
        for key, record in found.items():
            place = self.places[key]
            if records[place] is None:
                self.done += self.work[place]
            records[place] = record
        self.records = tuple(records)

    def _kept(self, runs: Sequence[Run], *, failed: bool = False) -> dict[str, Record]:
        """Records of the store by the key of the run: of the runs that ended, or of those that failed."""
        if self.store is None or not runs:
            return {}
        keys = {_failed_key(run.key) if failed else run.key: run.key for run in runs}
        return {keys[key]: record for key, record in self.store.get(keys).items()}

    def _claim(self, name: str) -> bool:
        """Whether a chunk is ours to compute."""
        if self.store is not None and not self.store.claim(name):
            return False
        self.ours[name] = time.monotonic()
        return True

    def _release(self, name: str) -> None:
        """Leave a chunk to others."""
        del self.ours[name]
        if self.store is not None:
            self.store.release(name)


def _failed_key(key: str) -> str:
    return hashlib.sha256(f"failed {key}".encode()).hexdigest()
