"""The run store: every finished run is one row of an embedded database, so that a killed sweep loses nothing.

It is one SQLite file, written by the processes that start sweeps and never by their workers. A row is a run: its key
(a hash of its full configuration), its record (a flat dict, as JSON text) and the time of writing. Its write-ahead log
(``-wal``) lets one process write while others read; a ``kill -9`` at any time loses the transaction in flight at most.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from scalinglab import _machine
from scalinglab._checks import fail, positive
from scalinglab.training.sweeps import store_file
from scalinglab.training.sweeps.store_file import StoreError

#: Seconds for which a claim holds, unless it is renewed.
LEASE = 30.0
#: Keys that one statement asks for; older builds of SQLite take 999 values at most.
KEYS_AT_ONCE = 500
KEY = re.compile(r"[0-9a-f]+")


class Store:
    """Finished runs on disk, shared by all sweeps of this machine that name the same file.

    All threads of this process may use it, one after the other; a process that was forked opens its own.

    Parameters
    ----------
    path : path
        The file; it and its folders are made if they are not there. A damaged file is set aside under another name,
        with a ``UserWarning``, and a new store begins.
    lease : float
        Seconds for which ``claim`` holds a chunk.
    clock : callable
        The present, in seconds; for tests.

    Attributes
    ----------
    path : pathlib.Path
        The file, absolute.
    read_only : bool
        Whether the file or its folder cannot be written. Then ``get`` works, and the rest raises ``StoreError``.

    Raises
    ------
    ValueError
        If an argument is of no use.
    StoreError
        If there is no store at this path and none can be made: the message says why, and what to do.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, lease: float = LEASE, clock: Callable[[], float] = time.time
    ) -> None:
        self.path = absolute(path)
        self._lease = positive("lease", lease)
        self._clock = clock
        self._process, self._lock = os.getpid(), threading.RLock()
        self._owner = json.dumps([*_machine.process_mark(), uuid.uuid4().hex])
        self._connection, self.read_only = store_file.opened(self.path)
        self._identity = _identity(self.path)

    def get(self, keys: Collection[str]) -> dict[str, dict[str, Any]]:
        """The records of those keys that are there.

        Parameters
        ----------
        keys : collection of str
            Keys as they were given to ``put``.

        Raises
        ------
        ValueError
            If a key is not hexadecimal.
        StoreError
            If the store cannot be read.
        """
        if isinstance(keys, str) or not isinstance(keys, Collection):
            fail("keys", "be a collection of keys", keys)
        wanted = [_key(key) for key in keys]
        found: dict[str, str] = {}
        with self._told("read"):
            for start in range(0, len(wanted), KEYS_AT_ONCE):
                some = wanted[start : start + KEYS_AT_ONCE]
                marks = ",".join("?" * len(some))
                found |= self._connection.execute(f"SELECT key, record FROM runs WHERE key IN ({marks})", some)
        return {key: self._parsed(key, text) for key, text in found.items()}

    def put(self, records: Mapping[str, dict[str, Any]], *, chunk: str | None = None) -> None:
        """Write runs in one transaction: all of them, or none. Where a key is there already, the first record stays.

        Parameters
        ----------
        records : mapping from key to record
            A record is what JSON can hold: text, whole numbers, floats (kept exactly), booleans, None and lists.
        chunk : str, optional
            A chunk that these runs finish: our claim on it ends in the same transaction.

        Raises
        ------
        ValueError
            If a key is not hexadecimal, or a record would not come back as it is (nan, infinities, tuples, arrays).
        StoreError
            If nothing could be written, such as on a full disk; what was there stays readable.
        """
        if not isinstance(records, Mapping):
            fail("records", "be a mapping from keys to records", records)
        chunk = None if chunk is None else _chunk(chunk)
        now = self._clock()
        rows = [(_key(key), _text(record), now) for key, record in records.items()]
        with self._writing() as connection:
            connection.executemany(
                "INSERT INTO runs (key, record, created) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING", rows
            )
            if chunk is not None:
                self._drop(connection, chunk)

    def claim(self, chunk: str) -> bool:
        """Take the right to compute a chunk of runs, so that two sweeps do not compute the same ones at once.

        Parameters
        ----------
        chunk : str
            Any name, the same in all sweeps.

        Returns
        -------
        bool
            True if it is ours for ``lease`` seconds from now: it was free, or ours already (claim again to renew it),
            or its lease ran out, or the process that held it on this machine is dead. Else False.
        """
        _chunk(chunk)
        with self._writing() as connection:
            now = self._clock()
            connection.execute("DELETE FROM claims WHERE until <= ?", (now,))
            held = connection.execute("SELECT owner FROM claims WHERE chunk = ?", (chunk,)).fetchone()
            if held is not None and held[0] != self._owner and not _is_dead(held[0]):
                return False
            connection.execute(
                "INSERT OR REPLACE INTO claims VALUES (?, ?, ?)", (chunk, self._owner, now + self._lease)
            )
            return True

    def release(self, chunk: str) -> None:
        """Give our claim on a chunk back; nothing happens if we have none."""
        _chunk(chunk)
        with self._writing() as connection:
            self._drop(connection, chunk)

    def close(self) -> None:
        """Give all our claims back and close the file. A second call does nothing."""
        if os.getpid() != self._process:  # forked: the file is not ours to close
            return
        if not self.read_only:
            with contextlib.suppress(StoreError), self._writing() as connection:
                connection.execute("DELETE FROM claims WHERE owner = ?", (self._owner,))
        with self._told("closed"):
            self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r}{', read-only' if self.read_only else ''})"

    def _drop(self, connection: sqlite3.Connection, chunk: str) -> None:
        connection.execute("DELETE FROM claims WHERE chunk = ? AND owner = ?", (chunk, self._owner))

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that excludes all other writers from its start: committed at the end, or undone."""
        if self.read_only:
            raise StoreError(
                f"{self.path} cannot be written, only read: make the file and its folder writable, "
                "or use a store in a folder of your own."
            )
        with self._told("written"):
            if _identity(self.path) != self._identity:
                raise StoreError(f"{self.path} was moved, deleted or replaced while it was open: open the store again.")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                # After an error, or Stop in the middle: undo. SQLite may have done so itself.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def _told(self, verb: str) -> Iterator[None]:
        """Keep other threads out meanwhile, and turn an error of SQLite into a sentence."""
        if os.getpid() != self._process:
            raise StoreError(f"{self.path} was opened by another process: after a fork, open the store again.")
        with self._lock:
            try:
                yield
            except sqlite3.Error as problem:
                raise store_file.trouble(self.path, verb, problem, self._connection) from problem

    def _parsed(self, key: str, text: str) -> dict[str, Any]:
        try:
            return json.loads(text)
        except (ValueError, TypeError) as problem:
            raise StoreError(
                f"{self.path} is damaged (the record of {key} cannot be read): "
                "move the file to another place, so that a new store begins."
            ) from problem


def absolute(path: Any) -> Path:
    """The path of a file without ``~``, links and the working folder; what is no path is refused."""
    try:
        return Path(path).expanduser().resolve()
    except (TypeError, ValueError, RuntimeError):
        fail("path", "be the path of a file", path)


def exact_json(name: str, value: Any) -> str:
    """Render a value as JSON if it comes back the same: floats with all their digits, no nan, tuples or arrays."""
    text = ""
    with contextlib.suppress(TypeError, ValueError, RecursionError):
        text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    if not text or json.loads(text) != value:
        fail(name, "hold only text, finite numbers, booleans, None, lists and dicts with text keys", value)
    return text


def _key(key: Any) -> str:
    if not isinstance(key, str) or not KEY.fullmatch(key):
        fail("a key", "be hexadecimal text", key)
    return key


def _chunk(chunk: Any) -> str:
    if not isinstance(chunk, str) or not chunk.isprintable():
        fail("chunk", "be printable text", chunk)
    return chunk


def _text(record: Any) -> str:
    """Check a record and render it as JSON."""
    if not isinstance(record, dict):
        fail("a record", "be a dict", record)
    for name, value in record.items():
        if isinstance(value, float) and not math.isfinite(value):
            fail(f"{name} of a record", "be finite, or None where there is no number", value)
    return exact_json("a record", record)


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file has this name now; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _is_dead(owner: str) -> bool:
    """Whether the process of this owner ran on this machine and has ended."""
    try:
        place, pid, started, _store = json.loads(owner)
    except (ValueError, TypeError):
        return False
    return _machine.is_dead(place, pid, started)
