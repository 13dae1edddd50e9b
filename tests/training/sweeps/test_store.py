"""The run store keeps what it is given, exactly, and gives a chunk of runs to one sweep at a time."""

from __future__ import annotations

import math
import os
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from scalinglab.training.sweeps import store as module
from scalinglab.training.sweeps.store import LEASE, Store, StoreError

VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text())
RECORDS = st.dictionaries(st.text(), VALUES | st.lists(VALUES, max_size=4), max_size=6)


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def emptied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for many examples: to make one takes longer than to use it."""
    with Store(tmp_path_factory.mktemp("store") / "runs.sqlite") as store:
        yield store


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.integers(0, 2**64).map("{:x}".format), RECORDS, max_size=4))
def test_what_is_put_comes_back_bit_for_bit(emptied, records):
    emptied._connection.execute("DELETE FROM runs")
    emptied.put(records)
    # repr tells 0.0 from -0.0, 1 from True and 1.0, and shows all digits of a float.
    assert repr(sorted(emptied.get(records).items())) == repr(sorted(records.items()))


def test_floats_at_the_edges_survive_a_new_opening(path):
    edges = {"tiny": 5e-324, "huge": 1.7976931348623157e308, "third": 1 / 3, "zero": -0.0, "numpy": np.float64(0.1)}
    with Store(path) as store:
        store.put({"0a": edges})
    with Store(path) as store:
        (back,) = store.get(["0a"]).values()
    assert [value.hex() for value in back.values()] == [float(value).hex() for value in edges.values()]


def test_only_keys_that_are_there_come_back(store):
    store.put({"0a": {"width": 1}, "0b": {"width": 2}})
    assert store.get(["0b", "0c"]) == {"0b": {"width": 2}}
    assert store.get([]) == store.get({"0c"}) == {}


def test_more_keys_than_one_statement_takes(store):
    keys = [f"{number:x}" for number in range(2 * module.KEYS_AT_ONCE + 1)]
    store.put({key: {"key": key} for key in keys})
    assert store.get(keys) == {key: {"key": key} for key in keys}


def test_the_first_writer_of_a_key_wins(path, store):
    store.put({"0a": {"width": 1}})
    with Store(path) as second:
        second.put({"0a": {"width": 2}, "0b": {"width": 3}})
    assert store.get(["0a", "0b"]) == {"0a": {"width": 1}, "0b": {"width": 3}}


def test_the_time_of_writing_is_kept(path):
    clock = Clock()
    with Store(path, clock=clock) as store:
        store.put({"0a": {}})
        assert store._connection.execute("SELECT key, created FROM runs").fetchall() == [("0a", clock.now)]


def test_folders_are_made_and_the_home_and_links_are_followed(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    with Store("~/a/b/runs.sqlite") as store:
        assert store.path == tmp_path.resolve() / "a" / "b" / "runs.sqlite"
        assert not store.read_only
        assert repr(store) == f"Store({str(store.path)!r})"


def test_an_odd_name_is_a_name(tmp_path):
    file = tmp_path / "ä b?mode=memory#1%41.sqlite"
    with Store(file) as store:
        store.put({"0a": {}})
    assert file.is_file()


def test_a_store_that_is_closed_leaves_one_file_and_its_lock(path):
    with Store(path) as store:
        store.put({"0a": {}})
    assert sorted(each.name for each in path.parent.iterdir()) == [".runs.sqlite.lock", "runs.sqlite"]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda s: s.get("0a"), "keys must be a collection of keys, got '0a'"),
        (lambda s: s.get(None), "keys must be a collection of keys, got None"),
        (lambda s: s.get(["0A"]), "a key must be hexadecimal text, got '0A'"),
        (lambda s: s.get([b"0a"]), "a key must be hexadecimal text, got b'0a'"),
        (lambda s: s.get(["0a\n"]), "a key must be hexadecimal text, got '0a\\n'"),
        (lambda s: s.put([("0a", {})]), "records must be a mapping from keys to records, got [('0a', {})]"),
        (lambda s: s.put({"run": {}}), "a key must be hexadecimal text, got 'run'"),
        (lambda s: s.put({"0a": [1]}), "a record must be a dict, got [1]"),
        (lambda s: s.put({"0a": {}}, chunk=3), "chunk must be printable text, got 3"),
        (lambda s: s.claim("\ud800"), "chunk must be printable text, got '\\ud800'"),
        (lambda s: s.claim(None), "chunk must be printable text, got None"),
        (lambda s: s.release(1), "chunk must be printable text, got 1"),
        (
            lambda s: s.put({"0a": {"loss": math.nan}}),
            "loss of a record must be finite, or None where there is no number, got nan",
        ),
        (
            lambda s: s.put({"0a": {"loss": -math.inf}}),
            "loss of a record must be finite, or None where there is no number, got -inf",
        ),
    ],
)
def test_bad_input_is_refused_in_one_sentence_and_nothing_is_written(store, call, sentence):
    with pytest.raises(ValueError, match=" must ") as caught:
        call(store)
    assert str(caught.value) == sentence
    assert store._connection.execute("SELECT count(*) FROM runs").fetchone() == (0,)


LOOP: list = []
LOOP.append(LOOP)


@pytest.mark.parametrize("value", [(1, 2), {1: 2}, np.zeros(2), np.float32(1), b"1", [math.nan], {1}, LOOP, object])
def test_a_value_that_would_not_come_back_is_refused_with_all_others(store, value):
    with pytest.raises(ValueError, match=r"^a record must hold only text, finite numbers, booleans, None, lists"):
        store.put({"0a": {"good": 1}, "0b": {"bad": value}})
    assert store.get(["0a"]) == {}


@pytest.mark.parametrize("path", [None, 3, "a\0b", b"runs"])
def test_a_path_must_be_one(path):
    with pytest.raises(ValueError, match=r"^path must be the path of a file, got "):
        Store(path)


@pytest.mark.parametrize("lease", [0, -1, math.nan, "30"])
def test_a_lease_must_be_positive(path, lease):
    with pytest.raises(ValueError, match=r"^lease must be "):
        Store(path, lease=lease)
    assert not path.exists()


def test_a_claim_lasts_for_its_lease_to_the_second(path):
    clock = Clock()
    with Store(path, clock=clock) as left, Store(path, clock=clock) as right:
        assert left.claim("3")
        clock.now += LEASE - 0.001
        assert not right.claim("3")
        assert left.claim("3")  # renewed: 30 s from now
        clock.now += LEASE - 0.001
        assert not right.claim("3")
        clock.now += 0.001
        assert right.claim("3")
        assert not left.claim("3")


def test_put_and_close_and_release_give_a_claim_back(path, store):
    with Store(path) as other:
        assert store.claim("put")
        assert store.claim("release")
        store.put({"0a": {}}, chunk="put")
        store.release("release")
        assert other.claim("put")
        assert other.claim("release")
        assert not store.claim("put")
    assert store.claim("put")


def test_a_claim_of_someone_else_is_not_given_back(path, store):
    with Store(path) as other:
        assert store.claim("3")
        other.put({"0a": {}}, chunk="3")
        other.release("3")
        assert not other.claim("3")


@pytest.mark.parametrize("owner", ["", "7", "[1, 2]", '["elsewhere", 1, 0.0, "id"]'])
def test_an_owner_of_whom_nothing_is_known_keeps_its_lease(path, owner):
    clock = Clock()
    with Store(path, clock=clock) as store:
        store._connection.execute("INSERT INTO claims VALUES ('3', ?, ?)", (owner, clock.now + 1))
        assert not store.claim("3")
        clock.now += 1
        assert store.claim("3")


class Claims(RuleBasedStateMachine):
    """Three stores on one file, against a dict of chunk to (owner, end)."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.folder = tempfile.TemporaryDirectory()
        self.stores = [self.opened() for _ in range(3)]
        self.model: dict[str, tuple[int, float]] = {}

    def opened(self) -> Store:
        return Store(Path(self.folder.name) / "runs.sqlite", lease=10, clock=self.clock)

    def holder(self, chunk: str) -> int | None:
        who, end = self.model.get(chunk, (None, 0.0))
        return who if end > self.clock.now else None

    @rule(who=st.integers(0, 2), chunk=st.sampled_from("ab"))
    def claim(self, who: int, chunk: str) -> None:
        free = self.holder(chunk) in (None, who)
        assert self.stores[who].claim(chunk) == free
        if free:
            self.model[chunk] = (who, self.clock.now + 10)

    @rule(who=st.integers(0, 2), chunk=st.sampled_from("ab"), by_put=st.booleans())
    def give_back(self, who: int, chunk: str, by_put: bool) -> None:
        self.stores[who].put({}, chunk=chunk) if by_put else self.stores[who].release(chunk)
        if self.holder(chunk) == who:
            del self.model[chunk]

    @rule(who=st.integers(0, 2))
    def open_again(self, who: int) -> None:
        self.stores[who].close()
        self.stores[who] = self.opened()
        self.model = {chunk: held for chunk, held in self.model.items() if held[0] != who}

    @rule(seconds=st.sampled_from([0, 1, 5, 9.5, 10, 11]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @invariant()
    def the_file_says_what_the_model_says(self) -> None:
        rows = self.stores[0]._connection.execute("SELECT chunk, until FROM claims").fetchall()
        held = {chunk: until for chunk, until in rows if until > self.clock.now}
        assert held == {chunk: end for chunk, (_, end) in self.model.items() if end > self.clock.now}

    def teardown(self) -> None:
        for store in self.stores:
            store.close()
        self.folder.cleanup()


def test_claims_agree_with_a_simple_model():
    run_state_machine_as_test(Claims, settings=settings(max_examples=30, stateful_step_count=20, deadline=None))


def test_of_eight_threads_that_claim_at_once_one_gets_it(path):
    Store(path).close()
    got, start = [], threading.Barrier(8)

    def take() -> None:
        with Store(path) as store:
            start.wait()
            got.append(store.claim("3"))
            start.wait()  # nobody closes, which gives a claim back, before all have tried

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 7 + [True]


def test_threads_share_a_store_and_each_transaction_is_whole(path):
    """Eight threads put and claim on one store at once; none sees half a chunk, and each chunk is whole in the end."""
    chunks = {number: {f"{number:x}{run:02x}": {"by": number} for run in range(8)} for number in range(1, 41)}

    def use(first: int) -> None:
        for number in range(first, 41, 8):
            assert store.claim(f"{number}")
            store.put(chunks[number], chunk=f"{number}")
            assert all(len(store.get(chunk)) in (0, 8) for chunk in chunks.values())

    with Store(path) as store, ThreadPoolExecutor(8) as threads:
        list(threads.map(use, range(1, 9)))
        assert all(store.get(chunk) == chunk for chunk in chunks.values())


def test_a_closed_store_is_told_to_open_it_again(path):
    store = Store(path)
    store.close()
    store.close()
    for use in (lambda: store.get(["0a"]), lambda: store.put({}), lambda: store.claim("3")):
        with pytest.raises(StoreError, match=r"Cannot operate on a closed database.*: open the store again\.$"):
            use()


def test_a_store_that_was_opened_before_a_fork_is_refused(store, monkeypatch):
    other = os.getpid() + 1
    monkeypatch.setattr(module.os, "getpid", lambda: other)
    for use in (lambda: store.get(["0a"]), lambda: store.claim("3")):
        with pytest.raises(StoreError, match="was opened by another process: after a fork"):
            use()


def test_a_stop_in_the_middle_of_a_put_undoes_it(store, monkeypatch):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "_drop", stop)
    with pytest.raises(KeyboardInterrupt):
        store.put({"0a": {}}, chunk="3")
    assert store.get(["0a"]) == {}
    store.put({"0a": {}})
    assert store.get(["0a"]) == {"0a": {}}
