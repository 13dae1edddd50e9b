"""Who computes what: the chunks of a sweep that are left, those that are ours, and those that another sweep holds."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scalinglab.training.sweeps.chunks import Chunk, chunks_of
from scalinglab.training.sweeps.grids import Run
from scalinglab.training.sweeps.outcomes import Sweep
from scalinglab.training.sweeps.runs import Record
from scalinglab.training.sweeps.shelves import Shelf

__all__ = ["Job", "Ledger"]

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
    shelf : Shelf
        Where the records are; those that are there are taken at once.
    device : str
        Decides how large chunks are.

    Attributes
    ----------
    left : list of Chunk
        Nobody's, as far as we know.
    elsewhere : list of Chunk
        Held by another sweep when we last looked.
    """

    def __init__(self, runs: Sequence[Run], shelf: Shelf, device: str) -> None:
        self.runs, self.shelf = tuple(runs), shelf
        self.places = {run.key: place for place, run in enumerate(self.runs)}
        found = shelf.get(self.runs)
        if shelf.read_only:  # nothing can be tried again, so that failures are answers too
            found = shelf.get(self.runs, failed=True) | found
        self.records: tuple[Record | None, ...] = tuple(found.get(run.key) for run in self.runs)
        chunks = chunks_of(self.runs, device=device)
        self.left = [chunk for chunk in chunks if self.missing(chunk)]
        self.elsewhere: list[Chunk] = []
        self.next_look = 0.0
        #: Multiply-adds of each run that is to be computed.
        self.work = {place: chunk.work for chunk in self.left for place in self.missing(chunk)}
        self.total, self.done = sum(self.work.values()), 0

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
            self._receive(self.shelf.get(self.some(self.missing(chunk))))
            places = self.missing(chunk)
            if places:
                return Job(chunk, places)
            self.shelf.release(chunk.name)

    def finish(self, job: Job, records: Sequence[Record]) -> None:
        """Enter the records of a job, then keep them; what cannot be kept is entered nevertheless."""
        named = {self.runs[place].key: record for place, record in zip(job.places, records, strict=True)}
        self._receive(named)
        self.shelf.put(named, job.chunk.name)

    def snapshot(self, under_way: float = 0.0) -> Sweep:
        """Freeze the present; work under way is part of what is done."""
        if not self.total:
            return Sweep(len(self.runs), len(self.runs), self.runs, self.records)
        return Sweep(min(self.done + int(under_way), self.total), self.total, self.runs, self.records)

    def _claimed(self) -> Chunk | None:
        while self.left:
            chunk = self.left.pop(0)
            if self.shelf.claim(chunk.name):
                return chunk
            self.elsewhere.append(chunk)
        if self.elsewhere and time.monotonic() >= self.next_look:
            self.next_look = time.monotonic() + POLL
            self._receive(self.shelf.get([run for chunk in self.elsewhere for run in self.some(self.missing(chunk))]))
            self.elsewhere = [chunk for chunk in self.elsewhere if self.missing(chunk)]
            for chunk in self.elsewhere:
                if self.shelf.claim(chunk.name):
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
