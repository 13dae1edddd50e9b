"""The file under a run store: making, opening and checking it, setting a damaged one aside, errors as sentences."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import uuid
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from scalinglab._files import locked

#: What the header of the file says of whose it is ("ScLb"), and in which version of the tables below.
APPLICATION = 0x53634C62
VERSION = 1
SCHEMA = f"""
BEGIN;
CREATE TABLE runs (key TEXT PRIMARY KEY NOT NULL, record TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE claims (chunk TEXT PRIMARY KEY NOT NULL, owner TEXT NOT NULL, until REAL NOT NULL);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
COMMIT;
PRAGMA journal_mode = WAL;
"""
#: Result codes of SQLite for a file that is no database, or not a sound one.
DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
#: Bytes in a page of SQLite, at least. It takes a shorter file for one that is filled up with zeros.
SMALLEST = 512
#: Seconds that a writer waits for another one.
PATIENCE = 30.0
#: What SQLite keeps beside its file, moved first: without them the file is an older state, never a mixture.
COMPANIONS = ("-wal", "-shm", "-journal")


class StoreError(RuntimeError):
    """The run store cannot do what was asked; the message says what is wrong with it and what to do."""


class _AbsentError(Exception):
    """There is no file yet, or an empty one."""


class _DamagedError(Exception):
    """The file is no sound database; the message is the end of a sentence that begins with its name."""


def opened(path: Path) -> tuple[sqlite3.Connection, bool]:
    """Open the store, or make it; return the connection, and whether it can only be read.

    Raises
    ------
    StoreError
        If this path cannot hold a store, or holds something of another program, or of a newer version.
    """
    try:
        found = _looked_at(path)
        if found is not None and not stat.S_ISREG(found.st_mode):
            raise StoreError(f"{path} is not a file: name the file of the store, such as runs.sqlite in a folder.")
        path.parent.mkdir(parents=True, exist_ok=True)
        if _is_read_only(path):
            return _opened_to_read(path), True
        # One at a time, so that of two that find the file damaged, the second finds the fresh store of the first.
        with locked(path, seconds=PATIENCE):
            return _opened_or_made(path), False
    except (OSError, sqlite3.Error) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise StoreError(
            f"{path} could not be opened ({reason}): check the path and its disk, or use a folder of your own."
        ) from problem


def trouble(path: Path, verb: str, problem: sqlite3.Error, connection: sqlite3.Connection) -> StoreError:
    """Say in one sentence what went wrong while the store was ``verb`` ("read" or "written"), and what to do."""
    code = _code(problem)
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        cause = "has no room left" if code == sqlite3.SQLITE_FULL else f"could not be {verb} ({problem})"
        return StoreError(f"{path} {cause}: make room on its disk and run again{_kept(connection)}.")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError(
            f"{path} is locked by another program, which did not let go for {PATIENCE:g} s: end that one and run again."
        )
    if code in DAMAGE:
        return StoreError(
            f"{path} is damaged ({problem}): open the store again, which sets this file aside and begins a new one."
        )
    if code == sqlite3.SQLITE_READONLY:
        return StoreError(f"{path} cannot be written, only read: make it writable, or use a store of your own.")
    return StoreError(f"{path} could not be {verb} ({problem}): open the store again.")


def _looked_at(path: Path) -> os.stat_result | None:
    """What is there; None if nothing is. Asked once: another process may set a damaged file aside at any moment."""
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_read_only(path: Path) -> bool:
    # The folder counts as well: without its companions in it, SQLite writes nothing.
    if not os.access(path.parent, os.W_OK):
        return True
    while (before := _looked_at(path)) and not os.access(path, os.W_OK):
        after = _looked_at(path)
        if after and os.path.samestat(
            before, after
        ):  # else it has gone since, and nobody can write to what is not there
            return True
    return False


def _opened_or_made(path: Path) -> sqlite3.Connection:
    try:
        return _checked(path, "mode=rw")
    except _AbsentError:
        pass
    except _DamagedError as reason:
        _set_aside(path, str(reason))
    _create(path)
    return _checked(path, "mode=rw")


def _opened_to_read(path: Path) -> sqlite3.Connection:
    try:
        try:
            return _checked(path, "mode=ro")
        except sqlite3.OperationalError as problem:
            # Without the right to make its companions, SQLite reads a file only if told that no one changes it.
            if _size(path, "-wal"):
                raise StoreError(
                    f"{path} has runs in {path.name}-wal that cannot be read where nothing can be written: "
                    "copy both files to a folder of your own."
                ) from problem
            return _checked(path, "immutable=1")
    except _AbsentError as problem:
        raise StoreError(f"{path} is not there, and its folder cannot be written: use one of your own.") from problem
    except _DamagedError as problem:
        raise StoreError(
            f"{path} {problem}, and cannot be set aside, as nothing can be written there: use a folder of your own."
        ) from problem


def _create(path: Path) -> None:
    """Make an empty store under another name, then give it its own: who sees the file sees a complete one."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with contextlib.closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
            connection.executescript(SCHEMA)
        temporary.replace(path)
    except sqlite3.Error as problem:
        raise StoreError(
            f"{path} could not be made ({problem}): make room on its disk, or use another folder."
        ) from problem
    finally:
        for suffix in ("", *COMPANIONS):
            temporary.with_name(temporary.name + suffix).unlink(missing_ok=True)


def _set_aside(path: Path, reason: str) -> None:
    stem = f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    taken = {each.name for each in path.parent.iterdir()}
    names = (f"{stem}{f'-{number}' if number else ''}" for number in range(10**6))
    name = next(name for name in names if not any(each.startswith(name) for each in taken))
    for suffix in (*COMPANIONS, ""):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(path.with_name(name + suffix))
    warnings.warn(
        f"{path} {reason}: it was kept as {name} beside it, and a new store begins.", UserWarning, stacklevel=5
    )


def _checked(path: Path, mode: str) -> sqlite3.Connection:
    """Open a file that is there, and check that it is ours and sound."""
    if _size(path) == 0:
        if _size(path, "-wal"):
            raise _DamagedError(f"is empty, but {path.name}-wal is not")
        raise _AbsentError
    if _size(path) < SMALLEST:
        raise _DamagedError("is too short for a database")
    with _damage_noticed():
        if _is_foreign(path):
            raise StoreError(f"{path} is a database of another program and was left alone: name another file.")
        connection = _connected(path, mode)
    try:
        with _damage_noticed():
            _check_content(connection, path)
        # The log is synced when it is merged into the file: a loss of power may cost the last runs, never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    # The store has a lock for its threads, in the place of Python's check that there is only one.
    options = {"uri": True, "timeout": PATIENCE, "isolation_level": None, "check_same_thread": False}
    return sqlite3.connect(f"{path.as_uri()}?{mode}", **options)


def _is_foreign(path: Path) -> bool:
    # Asked through SQLite: to open and close the file ourselves would drop the locks that another store of this
    # process has on it. Only to read: not even the log of another program is touched.
    with contextlib.closing(_connected(path, "mode=ro")) as connection:
        try:
            return connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION
        except sqlite3.OperationalError:  # it cannot be opened to read, and the caller will see why
            return False


def _check_content(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer scalinglab (its format is {version}, this one reads {VERSION}): "
            "update scalinglab, or name another file."
        )
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise _DamagedError(f"is damaged ({' '.join(verdict.split())})")
    tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name IN ('runs', 'claims')").fetchone()
    if (version, *tables) != (VERSION, 2):
        raise _DamagedError("is damaged (it lacks its tables)")


@contextlib.contextmanager
def _damage_noticed() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as problem:
        if _code(problem) not in DAMAGE:
            raise
        raise _DamagedError(f"is damaged or no store at all ({problem})") from problem


def _size(path: Path, suffix: str = "") -> int:
    """Bytes in the file or in a companion of it; 0 if there is none."""
    try:
        return path.with_name(path.name + suffix).stat().st_size
    except OSError:
        return 0


def _kept(connection: sqlite3.Connection) -> str:
    """How many runs are safe, as the end of a sentence; nothing if that cannot be read either."""
    try:
        (kept,) = connection.execute("SELECT count(*) FROM runs").fetchone()
    except sqlite3.Error:
        return ""
    return f"; {kept} {'run is' if kept == 1 else 'runs are'} kept and can be read"


def _code(problem: sqlite3.Error) -> int:
    """The primary result code of SQLite, without the details that its higher bits tell."""
    return getattr(problem, "sqlite_errorcode", 0) & 0xFF
