"""Collecting: which assignment a notebook is of, and where a journal goes."""

from __future__ import annotations

import time

import pytest

from scalinglab.classroom import collect
from scalinglab.classroom.submissions.people import origins_in
from tests.classroom.downloads import (
    FIVE,
    ONE,
    SIX,
    blank,
    course,
    journal,
    notebook,
    reasons,
    submitted,
    tree,
    unpacked,
    zipped,
)


def test_the_cells_tell_the_assignment_before_the_name_and_the_name_before_there_is_only_one(tmp_path):
    place = course(tmp_path)
    files = {
        "ana/06_compute_optimal.ipynb": notebook(text="five, by its cells"),
        "bob/my 06 Compute-Optimal v2.ipynb": blank("six, by its name"),
        "cai/06_compute_optimal/final.ipynb": blank("six, by its folder"),
        "dan/final.ipynb": blank("who knows"),
        "eve/05_random_features_extended.ipynb": notebook(["06-frontier", "99-other", "05-rank", "06-x"]),
    }
    done = collect(place, [zipped(tmp_path / "all.zip", files)])
    assert submitted(place) == [
        f"ana/{FIVE}/{FIVE}.ipynb",
        f"bob/{SIX}/{SIX}.ipynb",
        f"cai/{SIX}/{SIX}.ipynb",
        f"eve/{FIVE}/{FIVE}.ipynb",
    ]
    assert reasons(done) == {"dan/final.ipynb": "belongs to none of the assignments"}
    only = course(tmp_path / "other", ONE)
    assert not collect(only, [zipped(tmp_path / "dan.zip", {"dan/final.ipynb": blank()})]).left_over


def test_where_all_others_agree_a_nameless_notebook_is_of_the_same_assignment(tmp_path):
    place = course(tmp_path)
    files = {"doe_1_2_06_compute_optimal.ipynb": blank(), "roe_3_4_Untitled.ipynb": b"", "lee_5_6_nb.ipynb": blank()}
    assert not collect(place, [zipped(tmp_path / "six.zip", files)]).left_over
    assert submitted(place) == [f"{name}/{SIX}/{SIX}.ipynb" for name in ("doe", "lee", "roe")]


def test_of_two_files_of_one_name_in_a_zip_the_last_counts(tmp_path):
    place = course(tmp_path, ONE)
    pairs = [("ana/nb.ipynb", notebook(text=text)) for text in ("first", "second")]
    with pytest.warns(UserWarning, match="Duplicate name"):
        source = zipped(tmp_path / "all.zip", pairs)
    collect(place, [source])
    found = tree(place)
    assert found[f"submitted/ana/{FIVE}/{FIVE}.ipynb"] == notebook(text="second")
    assert found[f"replaced/ana/{FIVE}/1/{FIVE}.ipynb"] == notebook(text="first")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 \xff\x00", b'{"cells": [', b"[[" * 50_000, b"\xff\xfe", b"null"])
def test_a_notebook_that_is_none_is_filed_so_that_grading_can_say_so(tmp_path, content):
    place = course(tmp_path)
    files = {"ana/05_random_features.ipynb": content, "bob/05_random_features.ipynb": notebook()}
    done = collect(place, [zipped(tmp_path / "all.zip", files)])
    assert tree(place)[f"submitted/ana/{FIVE}/{FIVE}.ipynb"] == content
    assert not done.left_over


@pytest.mark.parametrize("ending", [".ipynb.json", ".ipynb.txt", ".json", ".IPYNB"])
def test_a_notebook_whose_suffix_a_browser_changed(tmp_path, ending):
    place = course(tmp_path)
    files = {f"ana/05_random_features{ending}": notebook(), "bob/nb.ipynb": notebook()}
    assert not collect(place, [zipped(tmp_path / "all.zip", files)]).left_over
    assert f"ana/{FIVE}/{FIVE}.ipynb" in submitted(place)


def test_a_second_notebook_without_exercises_does_not_take_the_place_of_the_right_one(tmp_path):
    place = course(tmp_path, ONE)
    files = {"ana/a/work.ipynb": notebook(text="right"), "ana/b/scratch.ipynb": blank(), "bob/nb.ipynb": notebook()}
    done = collect(place, [zipped(tmp_path / "all.zip", files)])
    assert tree(place)[f"submitted/ana/{FIVE}/{FIVE}.ipynb"] == notebook(text="right")
    assert reasons(done) == {"ana/b/scratch.ipynb": f"is another notebook than that of {FIVE}, which is here"}


def test_a_journal_goes_beside_all_notebooks_of_its_upload_and_no_other(tmp_path):
    place = course(tmp_path)
    first, second = journal(tmp_path, **{"05_width": 3.0}), journal(tmp_path, **{"05_width": 3.0, "06_slope": 1.0})
    files = {"ana/a.ipynb": notebook(), "ana/b.ipynb": notebook(["06-frontier"]), "ana/predictions.json": first}
    collect(place, [zipped(tmp_path / "both.zip", files)])
    found = tree(place)
    assert found[f"submitted/ana/{FIVE}/predictions.json"] == found[f"submitted/ana/{SIX}/predictions.json"] == first
    files = {"ana/b.ipynb": notebook(["06-frontier"]), "ana/predictions.json": second}
    done = collect(place, [zipped(tmp_path / "six.zip", files)])
    found = tree(place)
    assert found[f"submitted/ana/{FIVE}/predictions.json"] == first
    assert found[f"submitted/ana/{SIX}/predictions.json"] == second
    assert found[f"replaced/ana/{SIX}/1/predictions.json"] == first
    assert [one.replaced for one in done.replaced] == [f"replaced/ana/{SIX}/1"]


def test_a_damaged_journal_is_kept_beside_the_notebook_and_never_in_the_place_of_a_whole_one(tmp_path):
    place = course(tmp_path)
    whole = journal(tmp_path, **{"05_width": 3.0})
    files = {"ana/a.ipynb": notebook(), "ana/predictions.json": whole, "ben/b.ipynb": notebook()}
    collect(place, [zipped(tmp_path / "a.zip", files)])
    damaged = {"ana/a.ipynb": notebook(), "ana/predictions.json": b"{", "ben/b.ipynb": notebook()}
    collect(place, [zipped(tmp_path / "b.zip", damaged | {"ben/predictions (1).json": b'{"format": 1'})])
    found = tree(place)
    assert found[f"submitted/ana/{FIVE}/predictions.json"] == whole
    assert found[f"submitted/ana/{FIVE}/predictions.damaged.json"] == b"{"
    assert found[f"submitted/ben/{FIVE}/predictions.damaged.json"] == b'{"format": 1'


def test_a_stray_notebook_in_a_source_is_passed_over(tmp_path):
    place = course(tmp_path)
    for stray in (f"{FIVE}/Untitled.ipynb", ".ipynb_checkpoints/a-checkpoint.ipynb"):
        (place / "source" / stray).parent.mkdir(exist_ok=True)
        (place / "source" / stray).write_bytes(b"no notebook")
    collect(place, [zipped(tmp_path / "a.zip", {"ana/a.ipynb": notebook()})])
    assert submitted(place) == [f"ana/{FIVE}/{FIVE}.ipynb"]


def test_what_an_lms_says_of_lateness_and_time_is_kept(tmp_path):
    place = course(tmp_path)
    collect(
        place, [zipped(tmp_path / "c.zip", {"doejane_LATE_12_34_a.ipynb": notebook(), "roe_13_35_a.ipynb": notebook()})]
    )
    collect(place, [zipped(tmp_path / "m.zip", {"Ana B_77_assignsubmission_file_/a.ipynb": notebook()})])
    collect(place, [zipped(tmp_path / "b.zip", {"gradebook_x_cai_attempt_2027-01-31-09-05-00_a.ipynb": notebook()})])
    told = {one.student: (one.lms, one.late, one.time) for one in origins_in(place)}
    assert told == {
        "doejane": ("Canvas", "late", ""),
        "roe": ("Canvas", "", ""),
        "Ana B": ("Moodle", "", "2026-01-31 09:00"),
        "cai": ("Blackboard", "", "2027-01-31 09:05"),
    }


def test_nbgrader_is_told_when_a_notebook_came_and_never_the_time_of_an_earlier_one(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        place = course(tmp_path)
        moodle = "Ana B_77_assignsubmission_file_/a.ipynb"
        here = place / "submitted" / "Ana B" / FIVE / "timestamp.txt"
        collect(place, [zipped(tmp_path / "m.zip", {moodle: notebook()})])
        assert here.read_text() == "2026-01-31 08:00:00 UTC\n"  # nine o'clock by the LMS's clock, as by this machine's
        board = "gradebook_x_cai_attempt_2027-07-31-09-05-07_a.ipynb"
        collect(place, [zipped(tmp_path / "b.zip", {board: notebook()})])
        there = place / "submitted" / "cai" / FIVE / "timestamp.txt"
        assert there.read_text() == "2027-07-31 07:05:07 UTC\n"  # summer time

        before = tree(place)
        collect(place, [tmp_path / "m.zip"])
        assert tree(place) == before
        # A folder has times of its own, which are no evidence; and a version of another way has none.
        collect(place, [unpacked(tmp_path / "again", {moodle: notebook(text="later")})])
        assert not here.exists()
        collect(place, [zipped(tmp_path / "m2.zip", {moodle: notebook(text="last")})])
        assert here.exists()
        here.write_text("2026-02-01 00:00:00 UTC")  # the instructor knows better
        collect(place, [tmp_path / "m2.zip"])
        assert here.read_text() == "2026-02-01 00:00:00 UTC"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_a_journal_that_comes_alone_goes_beside_all_that_the_student_handed_in(tmp_path, order):
    place = course(tmp_path)
    alone = {
        "submitted/ana/predictions.json": journal(tmp_path, **{"05_width": 3.0}),
        "submitted/bob/predictions.json": journal(tmp_path, **{"05_width": 3.0}),
        "submitted/bob/broken_predictions.json": b"{",
        "submitted/bob/data.json": b"[1]",
    }
    sources = [zipped(tmp_path / "a.zip", {"ana/a.ipynb": notebook()}), zipped(tmp_path / "b.zip", alone)]
    done = collect(place, [sources[place] for place in order])
    assert submitted(place) == [f"ana/{FIVE}/{FIVE}.ipynb", f"ana/{FIVE}/predictions.json"]
    left = reasons(done)
    assert left["submitted/bob/predictions.json"] == "is a journal, and no notebook of its student is here"
    assert left["submitted/bob/data.json"].endswith("predictions.json is not a journal of Scaling Lab")
    assert left["submitted/bob/broken_predictions.json"].endswith("is damaged: it is not plain JSON")
