"""A class in a folder: every journal is a row, and what is no journal says so."""

from __future__ import annotations

import pytest

from scalinglab.exercises import Journal, read_class


def sealed(path, **values):
    path.parent.mkdir(parents=True, exist_ok=True)
    journal = Journal(path)
    for key, value in values.items():
        journal.seal(key.replace("_", "-"), value, question="?")


def test_every_journal_is_a_row_with_its_predictions(tmp_path):
    sealed(tmp_path / "ada.json", **{"13_width": "32", "13_error": 4.5, "01_slope": 2.0})
    sealed(tmp_path / "lab" / "Émile du Châtelet.json", **{"13_width": "64"})
    rows = read_class(tmp_path, chapter="13")
    assert rows == [
        {"student": "ada", "problem": "", "13-width": "32", "13-error": 4.5},
        {"student": "lab/Émile du Châtelet", "problem": "", "13-width": "64"},
    ]
    assert read_class(tmp_path)[0]["01-slope"] == 2.0


def test_each_student_of_a_class_is_one_row_however_many_journals_there_are(tmp_path):
    """A class keeps a journal beside each notebook, and editors and older versions leave more of them."""
    sealed(tmp_path / "submitted" / "ana" / "05_random_features" / "predictions.json", **{"05_rank": 3.0})
    sealed(tmp_path / "submitted" / "ana" / "13_capstone" / "predictions.json", **{"13_width": "32", "05_rank": 9.0})
    sealed(tmp_path / "submitted" / "ana" / "13_capstone" / ".ipynb_checkpoints" / "predictions-checkpoint.json")
    (tmp_path / "submitted" / "ana" / "13_capstone" / "predictions.damaged.json").write_bytes(b"{")
    damaged = tmp_path / "submitted" / "ben" / "13_capstone" / "predictions.damaged.json"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"{")
    sealed(tmp_path / "replaced" / "ana" / "13_capstone" / "1" / "predictions.json", **{"13_width": "8"})
    ana, ben = read_class(tmp_path)
    assert ana == {"student": "ana", "problem": "", "05-rank": 3.0, "13-width": "32"}
    assert (ben["student"], ben["problem"]) == ("ben", "predictions.damaged.json is damaged: it is not plain JSON.")
    assert read_class(tmp_path / "submitted") == [ana, ben]


def test_what_is_no_journal_is_a_row_that_says_so_and_stays_as_it_is(tmp_path):
    for name, content in (("a", b"{"), ("b", b"[1]"), ("c", b'{"format": 99}'), ("d", b"\xff\xfe")):
        (tmp_path / f"{name}.json").write_bytes(content)
    sealed(tmp_path / "e.json", **{"13_width": "8"})
    (tmp_path / "readme.txt").write_text("not a journal")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    rows = read_class(tmp_path)
    assert [row["student"] for row in rows] == ["a", "b", "c", "d", "e"]
    assert all(row["problem"].startswith(f"{row['student']}.json") for row in rows[:4])
    assert rows[4]["problem"] == ""
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_must_exist(tmp_path):
    with pytest.raises(ValueError, match="folder must be a folder that exists, got"):
        read_class(tmp_path / "nowhere")
    assert read_class(tmp_path) == []
