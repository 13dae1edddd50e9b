"""Collecting: every LMS's download finds its place, byte for byte, once, and what finds none is named."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglab.classroom import collect
from tests.classroom.downloads import (
    FIVE,
    ONE,
    SIX,
    blank,
    course,
    journal,
    notebook,
    packed,
    reasons,
    students,
    submitted,
    tree,
    unpacked,
    zipped,
)


def test_canvas(tmp_path):
    place = course(tmp_path)
    files = {
        "nunezana_123456_7891011_05_random_features.ipynb": notebook(text="ana"),
        "doejohn_LATE_123457_7891012_05_random_features-1.ipynb": notebook(text="john"),
        "núñezmaría_123458_7891013_Untitled.ipynb": notebook(["06-frontier"]),
        "nunezana_123456_7891014_predictions.json": journal(tmp_path, **{"05_width": 3.0}),
        "doejohn_LATE_123457_7891015_predictions-1.json": journal(tmp_path, **{"05_width": 4.0}),
        "roeric_123459_text.html": b"<p>I did it</p>",
        "roeric_123459_7891019_05_random_features.pdf": b"%PDF",
    }
    done = collect(place, [zipped(tmp_path / "canvas.zip", files)])
    assert submitted(place) == [
        f"doejohn/{FIVE}/{FIVE}.ipynb",
        f"doejohn/{FIVE}/predictions.json",
        f"nunezana/{FIVE}/{FIVE}.ipynb",
        f"nunezana/{FIVE}/predictions.json",
        f"núñezmaría/{SIX}/{SIX}.ipynb",
    ]
    found = tree(place)
    assert found[f"submitted/nunezana/{FIVE}/{FIVE}.ipynb"] == notebook(text="ana")
    assert found[f"submitted/doejohn/{FIVE}/predictions.json"] == files[list(files)[4]]
    ids = {one["id"]: one["lms_user_id"] for one in students(place)}
    assert ids == {"doejohn": "123457", "nunezana": "123456", "núñezmaría": "123458", "roeric": "123459"}
    assert reasons(done) == {
        "roeric_123459_text.html": "was typed into the LMS and is no notebook",
        "roeric_123459_7891019_05_random_features.pdf": "is no notebook",
    }
    assert {one.student for one in done.left_over} == {"roeric"}


def test_canvas_graded_blindly_and_a_name_with_underscores(tmp_path):
    place = course(tmp_path, ONE)
    files = {
        "anon_aBc12_7001_05.ipynb": notebook(text="a"),
        "LATE_anon_xYz34_7002_05.ipynb": notebook(text="b"),
        "o_2neilsam_55_7003_05.ipynb": notebook(text="c"),
    }
    collect(place, [zipped(tmp_path / "canvas.zip", files)])
    assert [one["id"] for one in students(place)] == ["anon aBc12", "anon xYz34", "o_2neilsam"]


def test_a_download_without_any_file_still_names_its_students(tmp_path):
    place = course(tmp_path)
    done = collect(place, [zipped(tmp_path / "canvas.zip", {"roe_9_text.html": b"", "doe_LATE_8_link.html": b""})])
    assert done.students == ("doe", "roe")
    assert [one.reason for one in done.left_over] == ["was typed into the LMS and is no notebook"] * 2


@pytest.mark.parametrize("ending", ["_/", "/", "_"])
def test_moodle_in_folders_of_old_and_new_versions_and_side_by_side(tmp_path, ending):
    place = course(tmp_path)
    files = {
        f"Ana Núñez_12345_assignsubmission_file{ending}05_random_features.ipynb": notebook(text="ana"),
        f"Ana Núñez_12345_assignsubmission_file{ending}predictions.json": journal(tmp_path, **{"05_width": 3.0}),
        f"Jean-Luc O'Brien_12346_assignsubmission_file{ending}mine.ipynb": notebook(["06-frontier"]),
        "Ana Núñez_12345_assignsubmission_onlinetext_onlinetext.html": b"<p>Done.</p>",
    }
    done = collect(place, [zipped(tmp_path / "Course-Random features-77.zip", files)])
    assert submitted(place) == [
        f"Ana Núñez/{FIVE}/{FIVE}.ipynb",
        f"Ana Núñez/{FIVE}/predictions.json",
        f"Jean-Luc O\N{RIGHT SINGLE QUOTATION MARK}Brien/{SIX}/{SIX}.ipynb",
    ]
    first = students(place)[0]
    assert first == {"id": "Ana Núñez", "first_name": "Ana", "last_name": "Núñez", "email": "", "lms_user_id": "12345"}
    assert [one.reason for one in done.left_over] == ["was typed into the LMS and is no notebook"]


def test_moodle_counts_participants_anew_in_each_assignment_and_the_student_stays_one(tmp_path):
    place = course(tmp_path)
    name = "Ana Núñez_{}_assignsubmission_file_/nb.ipynb"
    five = zipped(tmp_path / "five.zip", {name.format(44441): notebook()})
    six = zipped(tmp_path / "six.zip", {name.format(55551): notebook(["06-frontier"])})
    collect(place, [five])
    collect(place, [six])
    assert submitted(place) == [f"Ana Núñez/{FIVE}/{FIVE}.ipynb", f"Ana Núñez/{SIX}/{SIX}.ipynb"]
    assert [one["lms_user_id"] for one in students(place)] == ["44441"]
    origins = csv.DictReader(io.StringIO((place / "collected.csv").read_text(encoding="utf-8")))
    assert [(one["assignment"], one["number"], one["source"]) for one in origins] == [
        (FIVE, "44441", "five.zip"),
        (SIX, "55551", "six.zip"),
    ]


def test_two_downloads_of_moodle_in_one_folder_are_two_downloads(tmp_path):
    place = course(tmp_path)
    files = {
        "week 5/Ana Núñez_44441_assignsubmission_file/nb.ipynb": notebook(),
        "week 6/Ana Núñez_55551_assignsubmission_file/nb.ipynb": notebook(["06-frontier"]),
    }
    collect(place, [unpacked(tmp_path / "all", files)])
    assert submitted(place) == [f"Ana Núñez/{FIVE}/{FIVE}.ipynb", f"Ana Núñez/{SIX}/{SIX}.ipynb"]


def test_blackboard_with_its_receipts(tmp_path):
    place = course(tmp_path, ONE)
    first, second = "2026-01-31-09-00-00", "2026-01-31-10-00-00"
    ana, bob = "gradebook_NN101_05 Random features_a_nunez_attempt_", "gradebook_NN101_05 Random features_bob_attempt_"
    files = {
        f"{ana}{second}_my work.ipynb": notebook(text="second"),
        f"{ana}{first}_my work.ipynb": notebook(text="first"),
        f"{ana}{first}.txt": b"\xef\xbb\xbfName: Ana N\xc3\xba\xc3\xb1ez (a_nunez)\r\nAssignment: 05\r\n",
        f"{ana}{second}.txt": "Name: Ana Núñez (a_nunez)\nDate Submitted: today\n".encode(),
        f"{bob}{first}.txt": b"Name: Bob Roe (bob)\nThere are no student comments.\n",
        "ps1_hacker_attempt_2016-01-30-20-30-10_problem1.ipynb": notebook(text="hacker"),
    }
    done = collect(place, [zipped(tmp_path / "gradebook_NN101_2026.zip", files)])
    found = tree(place)
    assert found[f"submitted/a_nunez/{FIVE}/{FIVE}.ipynb"] == notebook(text="second")
    assert found[f"replaced/a_nunez/{FIVE}/1/{FIVE}.ipynb"] == notebook(text="first")
    assert f"submitted/hacker/{FIVE}/{FIVE}.ipynb" in found
    names = {one["id"]: (one["first_name"], one["last_name"]) for one in students(place)}
    assert names == {"a_nunez": ("Ana", "Núñez"), "bob": ("Bob", "Roe"), "hacker": ("", "")}
    assert list(reasons(done).values()) == ["is the receipt of an upload without a notebook"]


@pytest.mark.parametrize("around", ["", "submitted/", "week 3/", "export of week 3/submissions/"])
def test_a_folder_for_each_student_whatever_is_around(tmp_path, around):
    place = course(tmp_path)
    files = {
        f"{around}ana/05_random_features/05_random_features.ipynb": notebook(),
        f"{around}Bób the 2nd/nb.ipynb": notebook(["06-frontier"]),
        f"{around}Bób the 2nd/more/deeper/predictions.json": journal(tmp_path, **{"06_slope": 1.0}),
    }
    done = collect(place, [zipped(tmp_path / "all.zip", files)])
    assert submitted(place) == [
        f"Bób the 2nd/{SIX}/{SIX}.ipynb",
        f"Bób the 2nd/{SIX}/predictions.json",
        f"ana/{FIVE}/{FIVE}.ipynb",
    ]
    assert not done.left_over


@pytest.mark.parametrize(
    ("files", "student"),
    [
        (["ana/05_random_features.ipynb"], "ana"),
        (["ana/05_random_features/nb.ipynb"], "ana"),
        (["ana/nb.ipynb"], "ana"),
        (["submitted/ana/nb.ipynb"], "ana"),
        (["05_random_features/ana/nb.ipynb"], "ana"),
        (["class/ana.ipynb"], "ana"),
        (["ana_05_random_features.ipynb"], "ana"),
        (["05 Random Features - ana.ipynb"], "ana"),
        (["ana.zip.ipynb"], "ana.zip"),
        (["ana/nb.ipynb", "ana/nb-1.ipynb"], "ana"),
        (["ana.ipynb/ana.ipynb"], "ana.ipynb"),
    ],
)
def test_one_submission_alone(tmp_path, files, student):
    place = course(tmp_path, ONE)
    done = collect(place, [zipped(tmp_path / "one.zip", dict.fromkeys(files, notebook()))])
    assert submitted(place) == [f"{student}/{FIVE}/{FIVE}.ipynb"]
    assert (done.students, done.left_over) == ((student,), ())


def test_a_file_for_each_student(tmp_path):
    place = course(tmp_path, ONE)
    files = {
        "week5/ana.ipynb": notebook(text="ana"),
        "week5/bob.zip": packed({"work/nb.ipynb": notebook(text="bob")}),
        "week5/student-1.ipynb": notebook(text="one"),
        "week5/student-2.ipynb": notebook(text="two"),
        "week5/ana_predictions.json": journal(tmp_path, **{"05_width": 3.0}),
        "week5/bob (1).ipynb": notebook(text="bob again?"),
    }
    done = collect(place, [unpacked(tmp_path / "all", files)])
    assert done.students == ("ana", "bob", "student-1", "student-2")
    assert f"ana/{FIVE}/predictions.json" in submitted(place)
    assert list(reasons(done).values()) == ["may be a second copy of bob, or another student's"]


@pytest.mark.parametrize(
    "name",
    ["05_random_features.ipynb", "Untitled1.ipynb", "05_random_features (2).ipynb", "predictions.json", "a/b/c.ipynb"],
)
def test_where_it_is_unclear_whose_a_file_is_it_is_left(tmp_path, name):
    place = course(tmp_path, ONE)
    before = tree(place)
    done = collect(place, [zipped(tmp_path / "all.zip", {name: notebook()})])
    assert [one.file for one in done.left_over] == [f"all.zip: {name}"]
    assert done.students == ()
    assert tree(place) == before


def test_a_folder_in_a_folder_is_clear_if_the_student_is_known(tmp_path):
    place = course(tmp_path, ONE)
    (place / "students.csv").write_text("id,first_name,last_name,email,lms_user_id\nana,,,,\n")
    collect(place, [zipped(tmp_path / "all.zip", {"stuff/ana/nb.ipynb": notebook()})])
    assert submitted(place) == [f"ana/{FIVE}/{FIVE}.ipynb"]


def test_a_zip_of_a_student_is_opened_one_level_deep(tmp_path):
    place = course(tmp_path)
    inside = {
        "my homework/nb.ipynb": notebook(text="ana"),
        "my homework/predictions.json": journal(tmp_path, **{"05_width": 3.0}),
        "__MACOSX/my homework/._nb.ipynb": b"\x00",
        "my homework/.ipynb_checkpoints/nb-checkpoint.ipynb": notebook(text="old"),
        "more.zip": packed({"nb.ipynb": notebook(text="deeper")}),
    }
    files = {
        "nunezana_1_2_work.zip": packed(inside),
        "doe_3_4_work.zip": b"PK\x03\x04 no",
        "roe_5_6_work.zip": packed({}),
        "lee_7_8_work.rar": b"Rar!",
    }
    done = collect(place, [zipped(tmp_path / "canvas.zip", files)])
    assert submitted(place) == [f"nunezana/{FIVE}/{FIVE}.ipynb", f"nunezana/{FIVE}/predictions.json"]
    assert reasons(done) == {
        "nunezana_1_2_work.zip/more.zip": "is a zip in a zip in a zip, and only one in the other is opened",
        "doe_3_4_work.zip": "is a damaged zip, or none",
        "roe_5_6_work.zip": "is a zip with nothing in it",
        "lee_7_8_work.rar": "is no notebook",
    }
    assert done.students == ("doe", "lee", "nunezana", "roe")


def test_the_zip_of_an_lms_in_a_folder_is_not_taken_for_a_student(tmp_path):
    place = course(tmp_path)
    inside = packed({"Ana Núñez_1_assignsubmission_file_/nb.ipynb": notebook()})
    done = collect(place, [unpacked(tmp_path / "downloads", {"Course-05-77.zip": inside})])
    assert [one.reason for one in done.left_over] == [
        "is in a zip that an LMS seems to have made: name that zip itself"
    ]
    assert done.students == ()


def test_a_download_that_was_unpacked_is_the_same_as_the_zip(tmp_path):
    place, other = course(tmp_path), course(tmp_path / "other")
    files = {
        "nunezana_123456_7891011_05_random_features.ipynb": notebook(text="ana"),
        "doejohn_LATE_123457_7891012_06.ipynb": notebook(["06-frontier"]),
    }
    collect(place, [unpacked(tmp_path / "canvas", files)])
    collect(other, [zipped(tmp_path / "canvas.zip", {f"canvas/{name}": text for name, text in files.items()})])
    assert submitted(place) == submitted(other) == [f"doejohn/{SIX}/{SIX}.ipynb", f"nunezana/{FIVE}/{FIVE}.ipynb"]


PARTS = ["ana", "Ana", "Bób C", "submissions", FIVE, "predictions", "nb", "nb-1", "a (1)", "CON", "x'y", "*[1]?"]
PARTS += [f"Ana Núñez_{number}_assignsubmission_{kind}" for number in (12, 13) for kind in ("file_", "onlinetext")]
PARTS += ["doe_12_34_nb", "doe_LATE_13_35_nb-1", "anon_ab_3_x"]
PARTS += [f"g_a_u_attempt_2026-01-31-09-00-0{second}" for second in ("0", "1_nb")]
CONTENTS = [notebook(), notebook(text="b"), notebook(["06-frontier"]), blank(), b"", b"Name: U U (a_u)\n"]
CONTENTS += [packed({"nb.ipynb": notebook(text="z"), "x.json": b"[]"})]
PATHS = st.tuples(
    st.lists(st.sampled_from([*PARTS, ".."]).map("{}/".format), max_size=3).map("".join),
    st.sampled_from(PARTS),
    st.sampled_from([".ipynb", ".ipynb", ".json", ".txt", ".zip", ""]),
).map("".join)


@given(st.dictionaries(PATHS, st.sampled_from(CONTENTS), min_size=1, max_size=6))
@settings(deadline=None, max_examples=50)
def test_whatever_the_layout_nothing_is_lost_and_a_second_run_changes_nothing(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("any")
    place, source = course(folder), zipped(folder / "a.zip", files)
    first = collect(place, [source])
    before = tree(place)
    second = collect(place, [source])
    assert tree(place) == before
    assert (second.filed, second.students, second.left_over) == ((), first.students, first.left_over)
    left = {one.file for one in first.left_over}
    for name, content in files.items():
        if name.endswith(".ipynb"):
            assert content in before.values() or f"a.zip: {name}" in left


def test_a_number_in_a_file_of_a_student_is_not_taken_for_canvas(tmp_path):
    place = course(tmp_path)
    files = {"ana/lab_2026_05_random_features.ipynb": notebook(), "bob/lab_2026_05_random_features.ipynb": notebook()}
    assert collect(place, [unpacked(tmp_path / "all", files)]).students == ("ana", "bob")
