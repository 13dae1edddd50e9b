"""The run store survives what processes do to it: kill -9, writing and opening at once, a full disk, no rights."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scalinglab.training.sweeps import store_file
from scalinglab.training.sweeps.store import Store, StoreError
from tests.training.sweeps import nursery
from tests.training.sweeps.stores import aside, filled

pytestmark = pytest.mark.skipif(os.name == "nt", reason="forks, signals and rights as POSIX has them")
CHUNK = 8


WRITE = """
store = Store(arguments[0])
number = 0
while True:
    chunk = {f"{run:x}": {"chunk": number, "text": "x" * 500} for run in range(8 * number, 8 * number + 8)}
    if len(store.get(chunk)) < 8 and store.claim(f"{number}"):
        store.put(chunk, chunk=f"{number}")
        Path(arguments[1]).write_text(f"{number}")
    number += 1
"""


def test_twenty_kills_lose_no_run_that_was_put_and_leave_no_part_of_a_chunk(path, tmp_path):
    draws, chunks = random.Random(0), [0]
    for _ in range(20):
        told = tmp_path / "told"
        told.unlink(missing_ok=True)
        (child,) = nursery.start((WRITE, [str(path), str(told)]))
        nursery.kill_after(child, draws.uniform(0, 0.1))
        assert child.exitcode == -signal.SIGKILL
        with Store(path) as store:
            keys = [key for (key,) in store._connection.execute("SELECT key FROM runs")]
            assert {record["text"] for record in store.get(keys).values()} <= {"x" * 500}
        # All or nothing, in order: the chunks that are there are whole, and none is missing between.
        assert len(keys) % CHUNK == 0
        assert {int(key, 16) for key in keys} == set(range(len(keys)))
        chunks.append(len(keys) // CHUNK)
        assert chunks[-1] >= chunks[-2]
        if told.exists() and (last := told.read_text()):
            assert chunks[-1] > int(last)
    assert chunks[-1] > 20
    assert aside(path) == []


def test_the_claim_of_a_killed_process_is_void_at_once(path, tmp_path):
    (child,) = nursery.start(
        ("Store(arguments[0]).claim('3'); Path(arguments[1]).touch(); time.sleep(60)", [str(path), f"{tmp_path}/up"])
    )
    while not (tmp_path / "up").exists():
        time.sleep(0.005)
    with Store(path) as store:
        assert not store.claim("3")
        child.kill()
        nursery.wait([child])
        assert store.claim("3")


OVERLAP = """
mine, other = arguments[1:]
with Store(arguments[0]) as store:
    for number in range(40):
        store.put({f"{number:x}": {"by": "both"}, f"{mine}{number:x}": {"by": mine}})
    assert len(store.get([f"{number:x}" for number in range(40)])) == 40
"""


def test_processes_that_write_the_same_keys_at_once_lose_nothing(path):
    nursery.run(*((OVERLAP, [str(path), mine, ""]) for mine in ("a00", "b00", "c00")))
    keys = [f"{prefix}{number:x}" for prefix in ("", "a00", "b00", "c00") for number in range(40)]
    with Store(path) as store:
        assert len(store.get(keys)) == 160


CLAIM = """
with Store(arguments[0]) as store:
    taken = [number for number in range(100) if store.claim(str(number))]
    Path(arguments[1]).write_text(json.dumps(taken))
    while len(list(Path(arguments[1]).parent.glob("taken*"))) < 3:
        time.sleep(0.005)
"""


def test_each_chunk_is_claimed_by_one_process(path, tmp_path):
    nursery.run(*((CLAIM, [str(path), f"{tmp_path}/taken{child}"]) for child in range(3)))
    taken = [number for child in range(3) for number in json.loads((tmp_path / f"taken{child}").read_text())]
    assert sorted(taken) == list(range(100))


FORKED = """
store = Store(arguments[0])
child = os.fork()
if child == 0:
    try:
        store.put({"0a": {}})
    except StoreError as error:
        os._exit(0 if "after a fork" in str(error) else 1)
    os._exit(2)  # neither refused nor left out
assert os.waitpid(child, 0)[1] == 0
store.put({"0b": {}})
store.close()
"""


def test_a_forked_process_is_told_to_open_its_own_store(path):
    nursery.run((FORKED, [str(path)]))
    with Store(path) as store:
        assert store.get(["0a", "0b"]) == {"0b": {}}


def test_a_full_store_says_how_many_runs_are_kept_and_goes_on_when_there_is_room(path):
    with Store(path) as store:
        store._connection.execute("PRAGMA max_page_count = 20")
        store.put({"0a": {"width": 1}})
        with pytest.raises(StoreError, match=r"has no room left: make room on its disk and run again; 1 run is kept"):
            store.put({"0b": {"width": 2}, "0c": {"text": "x" * 200_000}})
        assert store.get(["0a", "0b", "0c"]) == {"0a": {"width": 1}}
        store._connection.execute("PRAGMA max_page_count = 1000000")
        store.put({"0b": {"width": 2}, "0c": {"text": "x" * 200_000}})
        assert len(store.get(["0a", "0b", "0c"])) == 3


def test_a_system_that_refuses_to_write_is_a_sentence_and_leaves_what_was_there(path):
    import resource  # there is none on Windows

    # The system's limit on the size of a file stands for a full disk: the write itself fails.
    with Store(path) as store:
        store.put({"0a": {"width": 1}})
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
        try:
            with pytest.raises(StoreError, match=r"make room on its disk and run again; 1 run is kept and can"):
                store.put({"0b": {"text": "x" * 200_000}})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert store.get(["0a", "0b"]) == {"0a": {"width": 1}}
        store.put({"0b": {"text": "x" * 200_000}})
    with Store(path) as store:
        assert len(store.get(["0a", "0b"])) == 2


def test_a_locked_store_is_a_sentence_after_a_while(path, monkeypatch):
    monkeypatch.setattr(store_file, "PATIENCE", 0.1)
    Store(path).close()
    blocker = sqlite3.connect(path)
    blocker.execute("BEGIN IMMEDIATE")
    with Store(path) as store:
        with pytest.raises(StoreError, match=r"is locked by another program, which did not let go for 0\.1 s"):
            store.claim("3")
        assert store.get(["0a"]) == {}
        blocker.close()
        assert store.claim("3")


READ_ONLY = """
path = Path(arguments[0])
folder = path.parent
if os.geteuid() == 0:  # whom permissions do not bind
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
with Store(path) as store:
    assert store.read_only
    assert "read-only" in repr(store)
    assert store.get(["1"]) == {"1": {"width": 1, "text": "x" * 200}}
    for use in (lambda: store.put({"0a": {}}), lambda: store.claim("3"), lambda: store.release("3")):
        try:
            use()
        except StoreError as error:
            assert "cannot be written, only read: make the file and its folder writable" in str(error), error
        else:
            raise AssertionError("it was written")
"""
REFUSED = (
    READ_ONLY.partition("with Store")[0]
    + """
try:
    Store(path)
except StoreError as error:
    assert arguments[1] in str(error), error
else:
    raise AssertionError("it was opened")
"""
)


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    """A folder that a process without rights may enter, unlike those of pytest; it may be made read-only."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize(("file", "folder"), [(0o444, 0o555), (0o666, 0o555), (0o444, 0o777)])
def test_without_the_right_to_write_a_store_can_be_read(locked_folder, file, folder):
    path = locked_folder / "runs.sqlite"
    filled(path)
    path.chmod(file)
    locked_folder.chmod(folder)
    nursery.run((READ_ONLY, [str(path)]))


def test_a_store_that_another_process_writes_can_be_read_without_the_right_to_write(locked_folder):
    path = locked_folder / "runs.sqlite"
    with Store(path) as store:
        store.put({"1": {"width": 1, "text": "x" * 200}})
        locked_folder.chmod(0o555)
        nursery.run((READ_ONLY, [str(path)]))
        assert path.with_name("runs.sqlite-wal").stat().st_size > 0


def test_runs_in_a_log_that_cannot_be_read_are_not_passed_over(locked_folder, tmp_path):
    path = locked_folder / "runs.sqlite"
    with Store(tmp_path / "whole.sqlite") as store:
        store.put({"1": {"width": 1}})
        shutil.copy(tmp_path / "whole.sqlite", path)
        shutil.copy(tmp_path / "whole.sqlite-wal", path.with_name("runs.sqlite-wal"))
    locked_folder.chmod(0o555)
    nursery.run((REFUSED, [str(path), "has runs in runs.sqlite-wal that cannot be read where nothing can be written"]))


def test_where_nothing_can_be_written_no_store_is_made_and_none_set_aside(locked_folder):
    path = locked_folder / "runs.sqlite"
    path.write_bytes(b"no database" * 100)
    locked_folder.chmod(0o555)
    nursery.run((REFUSED, [str(path), "cannot be set aside, as nothing can be written there"]))
    nursery.run((REFUSED, [str(locked_folder / "other.sqlite"), "is not there, and its folder cannot be written"]))
    nursery.run((REFUSED, [str(locked_folder / "new" / "runs.sqlite"), "could not be opened (Permission denied)"]))


def test_a_store_told_only_to_ask_says_that_it_cannot_be_written(path):
    with Store(path) as store:
        store._connection.execute("PRAGMA query_only = 1")
        with pytest.raises(StoreError, match="cannot be written, only read"):
            store.put({"0a": {}})
        store._connection.execute("PRAGMA query_only = 0")


TOGETHER = """
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    while not Path(arguments[1]).exists():
        pass
    with Store(arguments[0]) as store:
        store.put({arguments[2]: {"width": 1}})
    Path(arguments[1] + arguments[2]).write_text(str(len(caught)))
"""


@pytest.mark.parametrize("content", [b"no database" * 100, b"", None], ids=["damaged", "empty", "absent"])
def test_of_processes_that_open_at_once_one_makes_the_store_and_all_use_it(path, tmp_path, content):
    for round_ in range(5):
        shutil.rmtree(tmp_path)
        tmp_path.mkdir()
        if content is not None:
            path.write_bytes(content)
        go = tmp_path / f"go{round_}-"
        children = nursery.start(*((TOGETHER, [str(path), str(go), key]) for key in ("0a", "0b", "0c")))
        go.touch()
        assert nursery.wait(children) == [0, 0, 0]
        warned = sum(int(Path(f"{go}{key}").read_text()) for key in ("0a", "0b", "0c"))
        assert warned == len(aside(path)) == bool(content)
        with Store(path) as store:
            assert len(store.get(["0a", "0b", "0c"])) == 3


@pytest.mark.filterwarnings("ignore:.* is damaged")
@pytest.mark.parametrize("asking", ["access", "is_file"])
def test_a_file_that_another_process_sets_aside_just_now_is_not_taken_for_one_to_read_or_for_a_folder(
    path, monkeypatch, asking
):
    path.write_bytes(b"no database" * 100)
    owner = {"access": os, "is_file": Path}[asking]
    really = getattr(owner, asking)

    def ask(place, *rest):
        if Path(place) == path:
            path.unlink(missing_ok=True)
        return really(place, *rest)

    monkeypatch.setattr(owner, asking, ask)
    with Store(path) as store:
        assert not store.read_only
        store.put({"0a": {"width": 1}})


SPOIL = """
with Path(arguments[0]).open("r+b") as stream:
    stream.seek(4096)
    stream.write(b"\\xff" * (Path(arguments[0]).stat().st_size - 4096))
"""


def test_damage_that_is_found_later_is_a_sentence_and_the_next_opening_sets_it_aside(path):
    records = filled(path)
    store = Store(path)
    # By another process, as this one would lose SQLite's locks; and without the pages that SQLite remembers.
    nursery.run((SPOIL, [str(path)]))
    store._connection.execute("PRAGMA shrink_memory")
    for use in (lambda: store.get(records), lambda: store.put({"0a": {}})):
        with pytest.raises(StoreError, match=r"is damaged .*: open the store again, which sets this file aside"):
            use()
    with pytest.warns(UserWarning, match="a new store begins"):
        fresh = Store(path)
    fresh.put({"0b": {}})
    # The old one is closed last, as at `store = Store(path)`; it must not take the log of the new one along.
    store.close()
    fresh.put({"0c": {}})
    with Store(path) as third:
        assert third.get(["0b", "0c"]) == {"0b": {}, "0c": {}}
    fresh.close()
