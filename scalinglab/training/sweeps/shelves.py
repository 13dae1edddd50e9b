"""What a sweep keeps its results on: a store that it opens by itself, one that it was handed, or nothing."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, Protocol, TypeVar

from scalinglab._checks import fail
from scalinglab.training.sweeps.grids import Run
from scalinglab.training.sweeps.runs import Record
from scalinglab.training.sweeps.store import LEASE, Store, StoreError

__all__ = ["Place", "Shelf", "checked_place", "shelf_at"]

Result = TypeVar("Result")
Place = str | os.PathLike[str] | Store | None


class Call(Protocol):
    """How a method of a store is called: here, or on the thread that opened it."""

    def __call__(self, function: Callable[..., Result], *arguments: Any, **options: Any) -> Result:
        """Return what the function returns."""
        ...


class _ExitError(Exception):
    """Python exits, and no thread takes work any more: a stopped sweep was held until then. Its claims die with it."""


class Shelf:
    """Records and claims of a sweep; without a store all is ours, and nothing is kept."""

    def __init__(self, store: Store | None, call: Call) -> None:
        self.store, self._call = store, call
        self._held: dict[str, float] = {}

    @property
    def read_only(self) -> bool:
        """Whether nothing can be kept that is not there already."""
        return self.store is not None and self.store.read_only

    def get(self, runs: Sequence[Run], *, failed: bool = False) -> dict[str, Record]:
        """Records by the key of the run: of the runs that ended, or of those that failed."""
        if self.store is None or not runs:
            return {}
        keys = {_failed_key(run.key) if failed else run.key: run.key for run in runs}
        found = self._call(self.store.get, keys)
        return {keys[key]: record for key, record in found.items()}

    def put(self, records: Mapping[str, Record], chunk: str) -> None:
        """Keep the records of a chunk, which is no longer ours then; failures apart, so that a later success counts."""
        if self.store is not None:
            kept = {_failed_key(key) if r["status"] == "failed" else key: r for key, r in records.items()}
            self._call(self.store.put, kept, chunk=chunk)
        self._held.pop(chunk, None)

    def claim(self, chunk: str) -> bool:
        """Whether the chunk is ours to compute."""
        ours = self.store is None or self._call(self.store.claim, chunk)
        if ours:
            self._held[chunk] = time.monotonic()
        return ours

    def renew(self) -> None:
        """Claim again what we hold, when a third of the lease has passed, and forget what another has taken since."""
        if self.store is not None and self._held:
            now = time.monotonic()
            for chunk, since in list(self._held.items()):
                if now - since > LEASE / 3 and not self.claim(chunk):
                    del self._held[chunk]

    def release(self, chunk: str) -> None:
        """Leave a chunk to others."""
        if self._held.pop(chunk, None) is not None and self.store is not None:
            self._call(self.store.release, chunk)

    def release_all(self) -> None:
        """Leave all that we hold to others; a store that cannot be written has said so before."""
        with suppress(StoreError, _ExitError):
            for chunk in list(self._held):
                self.release(chunk)


@contextmanager
def shelf_at(place: Place, *, wanders: bool) -> Iterator[Shelf]:
    """Open a store, or take one that is open, for the time of a sweep.

    A store belongs to the thread that opened it. One that we open for a sweep that wanders gets a thread of its own: a
    panel goes on with a stopped sweep on another thread than it began on.
    """
    if place is None or isinstance(place, Store):
        yield Shelf(place, _here)
        return
    if not wanders:
        with Store(place) as store:
            yield Shelf(store, _here)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="scalinglab-store") as thread:

        def call(function: Callable[..., Result], *arguments: Any, **options: Any) -> Result:
            try:
                future = thread.submit(function, *arguments, **options)
            except RuntimeError as error:
                raise _ExitError from error
            return future.result()

        store = call(Store, place)
        try:
            yield Shelf(store, call)
        finally:
            with suppress(_ExitError):
                call(store.close)


def _here(function: Callable[..., Result], *arguments: Any, **options: Any) -> Result:
    return function(*arguments, **options)


def checked_place(store: Any) -> Place:
    """Refuse what is no place to keep results."""
    if store is not None and not isinstance(store, str | os.PathLike | Store):
        fail("store", "be a path or an open Store", store)
    return store


def _failed_key(key: str) -> str:
    return hashlib.sha256(f"failed {key}".encode()).hexdigest()
