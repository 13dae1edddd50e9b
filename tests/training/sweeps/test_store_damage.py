"""The run store and files that are none: damaged ones are set aside whole, those of others are left alone."""

from __future__ import annotations

import os
import re
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path

import pytest

from scalinglab.training.sweeps import store_file
from scalinglab.training.sweeps.store import Store, StoreError
from tests.training.sweeps.stores import aside, filled


def flipped(content: bytes) -> bytes:
    return content[:8192] + bytes(255 - byte for byte in content[8192:20000]) + content[20000:]


DAMAGE = {
    "no database": lambda _: b"some text, longer than the header of a database has to be " * 9,
    "short": lambda _: b"SQLite",
    "pickled": lambda _: b"\x80\x04\x95\x1a\x00\x00\x00\x00\x00\x00\x00",
    "half": lambda content: content[: len(content) // 2],
    "header only": lambda content: content[:100],
    "cut within a page": lambda content: content[:-1000],
    "one page": lambda content: content[:4096],
    "flipped pages": flipped,
    "zeroed pages": lambda content: content[:4096] + bytes(len(content) - 4096),
    "header gone": lambda content: bytes(100) + content[100:],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_file_is_set_aside_whole_and_a_new_store_begins(path, damage):
    filled(path)
    content = damage(path.read_bytes())
    path.write_bytes(content)
    with pytest.warns(UserWarning, match="it was kept as runs.sqlite.damaged-") as caught:
        store = Store(path)
    with store:
        kept, *companions = aside(path)
        assert {each.name.removeprefix(kept.name) for each in companions} <= {"-shm", "-wal"}
        assert re.fullmatch(r"runs\.sqlite\.damaged-\d{8}T\d{6}Z", kept.name)
        assert kept.name in str(caught[0].message)
        assert caught[0].filename == __file__
        assert kept.read_bytes() == content
        assert store.get(["1"]) == {}
        store.put({"1": {"width": 2}})
    with Store(path) as store:
        assert store.get(["1"]) == {"1": {"width": 2}}


def test_every_cut_of_a_file_is_noticed(path):
    filled(path, runs=20)
    content = path.read_bytes()
    for length in [*range(1, 130, 16), *range(130, len(content), 701)]:
        path.write_bytes(content[:length])
        with pytest.warns(UserWarning, match="a new store begins"):
            Store(path).close()
    assert len(aside(path)) == len({each.name for each in aside(path)}) > 10


def test_the_log_goes_aside_with_its_file(path):
    path.write_bytes(b"no database" * 100)
    path.with_name("runs.sqlite-wal").write_bytes(b"log")
    path.with_name("runs.sqlite-shm").write_bytes(b"index of the log")
    with pytest.warns(UserWarning, match="a new store begins"):
        Store(path).close()
    kept, index, log = aside(path)
    assert [index.name, log.name] == [f"{kept.name}-shm", f"{kept.name}-wal"]
    assert log.read_bytes() == b"log"


def test_a_log_without_its_file_is_kept(path):
    path.with_name("runs.sqlite-wal").write_bytes(b"log")
    with pytest.warns(UserWarning, match=r"is empty, but runs\.sqlite-wal is not"):
        Store(path).close()
    assert [each.read_bytes() for each in aside(path)] == [b"log"]


def test_files_set_aside_within_one_second_keep_their_own_names(path):
    for content in (b"one", b"two", b"three"):
        path.write_bytes(content)
        with pytest.warns(UserWarning, match="a new store begins"):
            Store(path).close()
    assert {each.read_bytes() for each in aside(path)} == {b"one", b"two", b"three"}


def test_an_empty_file_is_a_new_store(path):
    path.touch()
    with Store(path) as store:
        store.put({"0a": {}})
    assert aside(path) == []


def test_a_database_of_another_program_is_refused_and_left_alone(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE runs (key TEXT)")
        copies = {each.name: each.read_bytes() for each in path.parent.iterdir()}
    for each in path.parent.iterdir():
        each.unlink()
    for name in ("runs.sqlite", "runs.sqlite-wal"):
        (path.parent / name).write_bytes(copies[name])
    with pytest.raises(StoreError, match="is a database of another program and was left alone: name another file"):
        Store(path)
    for name in ("runs.sqlite", "runs.sqlite-wal"):
        assert (path.parent / name).read_bytes() == copies[name]


def test_a_newer_format_is_refused_and_left_alone(path):
    filled(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 2")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"by a newer scalinglab \(its format is 2, this one reads 1\): update"):
        Store(path)
    assert path.read_bytes() == before


def test_a_store_without_its_tables_is_damaged(path):
    filled(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE claims")
    with pytest.warns(UserWarning, match="it lacks its tables"):
        Store(path).close()
    assert len(aside(path)) == 1


def test_a_record_that_is_no_json_is_a_sentence(path):
    filled(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE runs SET record = '{' WHERE key = '1'")
    with Store(path) as store, pytest.raises(StoreError, match=r"is damaged \(the record of 1 cannot be read\)"):
        store.get(["1"])


@pytest.mark.parametrize("change", [Path.unlink, lambda path: path.rename(path.with_name("moved"))])
def test_a_store_that_was_deleted_or_moved_writes_no_more(path, change):
    filled(path)
    with Store(path) as store:
        change(path)
        with pytest.raises(StoreError, match="was moved, deleted or replaced while it was open: open the store again"):
            store.put({"0a": {}})


def test_a_path_that_cannot_hold_a_store_is_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    for path, sentence in (
        (tmp_path, "is not a file: name the file of the store"),
        (Path(os.devnull), "is not a file"),
        (tmp_path / "file" / "runs.sqlite", "could not be opened"),
        (tmp_path / ("x" * 300), r"could not be opened \(File name too long\)"),
    ):
        with pytest.raises(StoreError, match=sentence):
            Store(path)


def test_a_new_store_that_cannot_be_written_leaves_no_rest(path, monkeypatch):
    monkeypatch.setattr(store_file, "SCHEMA", "PRAGMA max_page_count = 1;" + store_file.SCHEMA)
    with pytest.raises(StoreError, match=r"could not be made \(database or disk is full\)"):
        Store(path)
    assert [each.name for each in path.parent.iterdir()] == [".runs.sqlite.lock"]


def test_a_store_says_nothing_when_all_is_well(path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        filled(path)
        Store(path).close()
    assert caught == []
