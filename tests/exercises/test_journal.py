"""The journal loses nothing: not by a second notebook, a kill, a full disk, a damaged file or a loaded one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scalinglab import _files
from scalinglab.exercises import Journal, JournalError


def seal(journal: Journal, key: str, value: float | str) -> dict:
    return journal.seal(key, value, question="How many?", unit="%")


def python(code: str, *arguments: object) -> subprocess.Popen:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def test_the_file_is_plain_json_that_a_person_can_read(journal_file: Path):
    seal(Journal(), "00-width", 12.0)
    data = json.loads(journal_file.read_text(encoding="utf-8"))
    record = data["predictions"]["00-width"]
    assert data["format"] == 1
    assert (record["value"], record["unit"], record["question"]) == (12.0, "%", "How many?")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["sealed_at"])


def test_without_the_variable_the_file_lies_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("SCALINGLAB_JOURNAL")
    monkeypatch.chdir(tmp_path)
    assert Journal().path == tmp_path.resolve() / "predictions.json"


def test_reading_makes_no_file(tmp_path):
    assert Journal().read()["predictions"] == {}
    assert list(tmp_path.iterdir()) == []


def test_the_first_value_counts():
    journal = Journal()
    first = seal(journal, "00-width", 12.0)
    assert seal(journal, "00-width", 99.0) == first
    assert Journal().sealed("00-width") == first


def test_texts_in_any_script_survive(journal_file):
    seal(Journal(), "00-width", "größer 更大 🦉")
    assert Journal().sealed("00-width")["value"] == "größer 更大 🦉"
    assert "更大" in journal_file.read_text(encoding="utf-8")


def test_a_half_surrogate_pair_breaks_nothing():
    Journal().merge('{"format": 1, "predictions": {"00-a": {"value": "\\ud800", "question": "", "sealed_at": ""}}}')
    assert Journal().sealed("00-a")["value"] == "\ud800"


def test_unknown_fields_of_the_file_are_kept(journal_file):
    seal(Journal(), "00-width", 1.0)
    data = json.loads(journal_file.read_text()) | {"course": "autumn"}
    journal_file.write_text(json.dumps(data))
    seal(Journal(), "00-depth", 2.0)
    assert Journal().read()["course"] == "autumn"


DAMAGED = {
    "cut off": b'{"format": 1, "predictions": {"00-wi',
    "empty": b"",
    "not text": b"\xff\xfe\x00\x80",
    "nan": b'{"format": 1, "predictions": {"00-a": {"value": NaN, "question": "", "sealed_at": ""}}}',
    "infinite": b'{"format": 1, "predictions": {"00-a": {"value": 1e999, "question": "", "sealed_at": ""}}}',
    "nested": b'{"format": ' + b"[" * 100_000,
    "another program's": b'{"predictions": [1, 2, 3]}',
    "a list": b"[1, 2]",
    "a newer format": b'{"format": 2}',
    "wrong section": b'{"format": 1, "predictions": []}',
    "wrong entry": b'{"format": 1, "predictions": {"00-a": 3}}',
    "wrong value": b'{"format": 1, "predictions": {"00-a": {"value": {}, "question": "", "sealed_at": ""}}}',
    "wrong attempts": b'{"format": 1, "attempts": {"00-a": [1]}}',
    "wrong hints": b'{"format": 1, "hints": {"00-a": "2"}}',
    "a million hints": b'{"format": 1, "hints": {"00-a": 1000000}}',
    "fewer than no hints": b'{"format": 1, "hints": {"00-a": -1}}',
    "wrong answers": b'{"format": 1, "answers": {"00-a": null}}',
    "a list of answers": b'{"format": 1, "answers": [1]}',
    "pickled": b"\x80\x04\x95\x1a\x00\x00\x00\x00\x00\x00\x00",
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
@pytest.mark.parametrize("first", ["read", "write"])
def test_a_damaged_or_foreign_file_is_set_aside_whole(journal_file, content, first):
    journal_file.write_bytes(content)
    journal = Journal()
    if first == "read":
        assert journal.sealed("00-width") is None
    seal(journal, "00-width", 12.0)
    (aside,) = journal_file.parent.glob("predictions.set-aside-*.json")
    assert aside.read_bytes() == content
    assert len(journal.notices) == 1
    assert aside.name in journal.notices[0]
    assert Journal().sealed("00-width")["value"] == 12.0


def test_fewer_than_a_million_hints_are_a_journal():
    Journal().merge('{"format": 1, "hints": {"00-a": 999999, "00-b": 0}}')
    assert (Journal().hints_shown("00-a"), Journal().hints_shown("00-b")) == (999_999, 0)


def test_a_folder_in_the_place_of_the_file_is_one_sentence(journal_file):
    journal_file.mkdir()
    for read in (Journal().read, Journal().peek):
        with pytest.raises(JournalError, match=r"^predictions\.json could not be read .*\(Is a directory\)"):
            read()


def test_files_set_aside_within_one_second_keep_their_own_names(journal_file):
    for content in (b"one", b"two", b"three"):
        journal_file.write_bytes(content)
        Journal().read()
    kept = {path.read_bytes() for path in journal_file.parent.glob("predictions.set-aside-*.json")}
    assert kept == {b"one", b"two", b"three"}


def test_a_write_that_fails_leaves_the_old_file_and_no_rest(journal_file, monkeypatch):
    journal = Journal()
    seal(journal, "00-width", 12.0)
    before = journal_file.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_files.os, "fsync", full)
    with pytest.raises(JournalError, match="No space left on device"):
        seal(journal, "00-depth", 3.0)
    assert journal_file.read_bytes() == before
    assert not list(journal_file.parent.glob("*.tmp"))


def test_a_place_that_cannot_be_written_is_one_sentence(no_journal):
    with pytest.raises(JournalError, match=r"predictions\.json could not be written in .*SCALINGLAB_JOURNAL"):
        seal(Journal(), "00-width", 12.0)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_one_sentence_and_can_still_be_read(journal_file):
    seal(Journal(), "00-width", 12.0)
    journal_file.parent.chmod(0o500)
    try:
        with pytest.raises(JournalError, match="could not be written"):
            seal(Journal(), "00-depth", 3.0)
        assert Journal().sealed("00-width")["value"] == 12.0
    finally:
        journal_file.parent.chmod(0o700)


WRITER = """
import sys
from scalinglab.exercises.journal import Journal
print("ready", flush=True)
sys.stdin.readline()
for step in range(25):
    Journal().seal(f"00-{sys.argv[1]}-{step}", float(step), question="?")
    Journal().add_attempt("00-parameters", points=0, max_points=1, diagnosis=sys.argv[1] + str(step), seed=1)
"""


def test_two_notebooks_that_write_at_once_lose_nothing():
    writers = [python(WRITER, name) for name in ("left", "right")]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"  # so that both write in the same moment, not one after the other
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        assert writer.communicate(timeout=60)[1] == ""
    data = Journal().read()
    assert len(data["predictions"]) == 50
    assert len({record["diagnosis"] for record in data["attempts"]["00-parameters"]}) == 50


HOLDER = """
import sys, time
from pathlib import Path
from scalinglab._files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_notebook_does_not_lock_the_student_out(journal_file):
    holder = python(HOLDER, journal_file)
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(TimeoutError), _files.locked(journal_file, seconds=0.1):
            pass
    finally:
        holder.kill()
        holder.communicate()
    start = time.monotonic()
    seal(Journal(), "00-width", 12.0)
    assert time.monotonic() - start < 2  # far below the five seconds after which a lock is given up


def test_loading_adds_what_is_missing_and_keeps_what_is_sealed(tmp_path):
    ours, theirs = Journal(), Journal(tmp_path / "theirs.json")
    seal(ours, "00-width", 12.0)
    for key, value in (("00-width", 20.0), ("00-depth", 3.0), ("01-slope", "steeper")):
        seal(theirs, key, value)
    merged = ours.merge(theirs.text())
    assert set(merged.added) == {"00-depth", "01-slope"}
    assert merged.kept == ("00-width",)
    assert "2 new predictions" in merged.message
    assert "00-width stays 12.0" in merged.message
    assert "20.0" in merged.message
    assert ours.sealed("00-width")["value"] == 12.0
    assert ours.sealed("01-slope") == theirs.sealed("01-slope")


def test_loading_twice_is_loading_once(tmp_path):
    ours, theirs = Journal(), Journal(tmp_path / "theirs.json")
    ours.add_attempt("00-parameters", points=0, max_points=10, diagnosis="a", seed=1)
    theirs.add_attempt("00-parameters", points=10, max_points=10, diagnosis=None, seed=1)
    theirs.next_hint("00-parameters", last=3)
    seal(theirs, "00-width", 20.0)
    ours.merge(theirs.text())
    once = ours.read()
    merged = ours.merge(theirs.text())
    assert (merged.added, merged.kept) == ((), ())
    assert ours.read() == once
    assert len(ours.attempts("00-parameters")) == 2
    assert ours.hints_shown("00-parameters") == 1


def test_a_term_of_attempts_is_loaded_at_once_and_nothing_of_it_twice():
    """What was tried is compared with what is known by its content; a browser may write 10 for 10.0."""
    whole = [{"at": f"2027-01-31T09:00:{number:06}Z", "points": number % 3, "seed": number} for number in range(20_000)]
    floats = [{"seed": one["seed"], "points": float(one["points"]), "at": one["at"]} for one in whole]
    odd = [{"at": "2027", "further": [{"a": 1}]}] * 2
    for attempts in (whole, [*floats, *odd], odd):
        Journal().merge(json.dumps({"format": 1, "attempts": {"00-parameters": attempts}}))
    assert Journal().attempts("00-parameters") == [odd[0], *whole]


@pytest.mark.parametrize(
    "text",
    ["", "{}", "not json", '{"format": 9}', "[" * 100_000, " " * 6_000_000],
    ids=["nothing", "empty", "no json", "of a later format", "nested", "long"],
)
def test_loading_something_else_changes_nothing(journal_file, text):
    seal(Journal(), "00-width", 12.0)
    before = journal_file.read_bytes()
    with pytest.raises(JournalError, match="Nothing was changed"):
        Journal().merge(text)
    assert journal_file.read_bytes() == before


def test_hints_are_counted_up_to_the_last():
    assert [Journal().next_hint("00-parameters", last=3) for _ in range(5)] == [1, 2, 3, 3, 3]
