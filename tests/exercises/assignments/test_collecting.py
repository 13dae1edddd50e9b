"""Collecting: every LMS's download finds its place, byte for byte, once, and what finds none is named."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglab.exercises.assignments import collect, collecting, shelves
from tests.exercises.assignments.downloads import (
    ONE,
    blank,
    course,
    journal,
    notebook,
    packed,
    submitted,
    tree,
    unpacked,
    zipped,
)

FIVE, SIX = "05_random_features", "06_compute_optimal"


def students(place):
    return list(csv.DictReader(io.StringIO((place / "students.csv").read_text(encoding="utf-8"))))


def reasons(done):
    return {one.file.partition(": ")[2]: one.reason for one in done.left_over}


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


def test_a_second_run_changes_nothing_and_says_so(tmp_path):
    place = course(tmp_path)
    files = {
        "nunezana_123_8_05_random_features-2.ipynb": notebook(text="third"),
        "nunezana_123_7_05_random_features-1.ipynb": notebook(text="second"),
        "nunezana_123_6_05_random_features.ipynb": notebook(text="first"),
        "nunezana_123_9_predictions.json": journal(tmp_path, **{"05_width": 3.0}),
        "a*b_124_9_05.ipynb": notebook(),
    }
    source = zipped(tmp_path / "canvas.zip", files)
    first = collect(place, [source])
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in place.rglob("*")}
    second = collect(place, [source, source])
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in place.rglob("*")} == before
    assert (second.filed, second.new_students, second.left_over) == ((), (), ())
    assert {(one.student, one.file) for one in second.unchanged} == {(one.student, one.file) for one in first.filed}
    found = tree(place)
    assert found[f"submitted/nunezana/{FIVE}/{FIVE}.ipynb"] == notebook(text="third")
    aside = [content for name, content in found.items() if name.startswith("replaced/nunezana")]
    assert aside == [notebook(text="first"), notebook(text="second")]


def test_the_number_of_a_resubmission_counts_before_the_time_in_the_zip(tmp_path):
    place = course(tmp_path)
    files = {"ana/05_random_features-2.ipynb": notebook(text="second"), "ana/05_random_features.ipynb": notebook()}
    files |= {"bob/a.ipynb": notebook(text="older"), "bob/b.ipynb": notebook(text="younger")}
    collect(place, [zipped(tmp_path / "all.zip", files)])
    found = tree(place)
    assert found[f"submitted/ana/{FIVE}/{FIVE}.ipynb"] == notebook(text="second")
    assert found[f"submitted/bob/{FIVE}/{FIVE}.ipynb"] == notebook(text="younger")


def test_a_changed_submission_replaces_the_older_one_which_is_kept(tmp_path):
    place = course(tmp_path)
    versions = [notebook(text=text) for text in ("first", "second", "third")]
    sources = [zipped(tmp_path / f"{n}.zip", {"doe_1_5_05.ipynb": text}) for n, text in enumerate(versions)]
    done = [collect(place, [source]) for source in sources]
    found = tree(place)
    assert found[f"submitted/doe/{FIVE}/{FIVE}.ipynb"] == versions[2]
    assert [found[f"replaced/doe/{FIVE}/{number}/{FIVE}.ipynb"] for number in (1, 2)] == versions[:2]
    assert [[one.replaced for one in each.filed] for each in done] == [
        [""],
        [f"replaced/doe/{FIVE}/1"],
        [f"replaced/doe/{FIVE}/2"],
    ]
    # An older download does not bring back what a newer one replaced.
    old = collect(place, [sources[0]])
    assert (old.filed, len(old.unchanged)) == ((), 1)
    assert tree(place) == found


def test_a_student_who_goes_back_to_an_earlier_version_gets_it(tmp_path):
    place = course(tmp_path)
    first, second = notebook(text="first"), notebook(text="second")
    collect(place, [zipped(tmp_path / "1.zip", {"doe_1_5_05.ipynb": first})])
    collect(place, [zipped(tmp_path / "2.zip", {"doe_1_6_05.ipynb": second})])
    back = zipped(tmp_path / "3.zip", {"doe_1_6_05.ipynb": second, "doe_1_7_05.ipynb": first})
    for _ in range(2):
        collect(place, [back])
        found = tree(place)
        assert found[f"submitted/doe/{FIVE}/{FIVE}.ipynb"] == first
        assert sorted(name for name in found if name.startswith("replaced")) == [
            f"replaced/doe/{FIVE}/1/{FIVE}.ipynb",
            f"replaced/doe/{FIVE}/2/{FIVE}.ipynb",
        ]


def test_going_back_and_forth_keeps_each_version_once_even_an_empty_one_in_a_renamed_folder(tmp_path):
    place = course(tmp_path)
    texts = [b"", notebook(), b"", notebook()]
    sources = []
    for number in range(1, len(texts) + 1):
        files = {f"doe_1_{5 + step}_05_random_features.ipynb": text for step, text in enumerate(texts[:number])}
        sources.append(zipped(tmp_path / f"{number}.zip", files))
    collect(place, sources[:2])
    (place / f"replaced/doe/{FIVE}/1").rename(place / f"replaced/doe/{FIVE}/the empty one")
    done = collect(place, [*sources[2:], *sources[2:]])
    found = {name: content for name, content in tree(place).items() if "doe/" in name}
    assert found == {
        f"replaced/doe/{FIVE}/the empty one/{FIVE}.ipynb": b"",
        f"replaced/doe/{FIVE}/1/{FIVE}.ipynb": notebook(),
        f"submitted/doe/{FIVE}/{FIVE}.ipynb": notebook(),
    }
    assert done.filed[0].replaced == f"replaced/doe/{FIVE}/1"


def test_what_a_person_removed_from_submitted_comes_back(tmp_path):
    place = course(tmp_path)
    for text in ("first", "second", "first"):
        collect(place, [zipped(tmp_path / f"{text}.zip", {"doe_1_5_05.ipynb": notebook(text=text)})])
        (place / f"submitted/doe/{FIVE}/{FIVE}.ipynb").unlink() if text == "second" else None
    assert tree(place)[f"submitted/doe/{FIVE}/{FIVE}.ipynb"] == notebook(text="first")


def test_an_interrupted_run_is_completed_by_the_next(tmp_path, monkeypatch):
    other = course(tmp_path / "other")
    old = zipped(
        tmp_path / "old.zip", {f"doe{name}_{number}_5_05.ipynb": notebook() for number, name in enumerate("abc", 1)}
    )
    files = {f"doe{name}_{number}_6_05.ipynb": notebook(text=name) for number, name in enumerate("abcde", 1)}
    new = zipped(tmp_path / "new.zip", files)
    collect(other, [old])
    collect(other, [new])
    write = collecting.write_atomically
    for writes in range(15):
        left = writes

        def failing(path, content):
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            write(path, content)

        again = course(tmp_path / str(writes))
        collect(again, [old])
        for module in (collecting, shelves):
            monkeypatch.setattr(module, "write_atomically", failing)
        try:
            collect(again, [new])
        except KeyboardInterrupt:
            whole = {notebook(), *files.values()}
            assert {
                content for name, content in tree(again).items() if name.endswith(".ipynb") and "source" not in name
            } <= whole
        for module in (collecting, shelves):
            monkeypatch.setattr(module, "write_atomically", write)
        collect(again, [new])
        assert tree(again) == tree(other)
    assert left > 0, "the last round was not interrupted, so all places were tried"


def test_the_list_of_students_keeps_its_lines(tmp_path):
    place = course(tmp_path)
    old = '\ufeffid,last_name,first_name,email,lms_user_id,tutor\r\nzoe,"Ångström, Dr.",Zoë,z@x.org,77,Kim\r\nann,,,,,'
    (place / "students.csv").write_bytes(old.encode())
    files = {
        "angstromzoe_77_5_05.ipynb": notebook(text="known by the number of the LMS"),
        "doe_78_6_05.ipynb": notebook(),
        "ann_79_7_05.ipynb": notebook(text="known by the name, as the line has no number"),
    }
    done = collect(place, [zipped(tmp_path / "canvas.zip", files)])
    assert done.students == ("ann", "doe", "zoe")
    assert done.new_students == ("doe",)
    assert (place / "students.csv").read_bytes().decode() == f"{old}\r\ndoe,,,,78,\r\n"


def test_moodle_finds_a_student_of_the_list_by_name(tmp_path):
    place = course(tmp_path)
    (place / "students.csv").write_text(
        "id,first_name,last_name,email,lms_user_id\nan17,Ana,Núñez,,\n", encoding="utf-8"
    )
    collect(place, [zipped(tmp_path / "m.zip", {"ANA NÚÑEZ_5_assignsubmission_file_/nb.ipynb": notebook()})])
    assert submitted(place) == [f"an17/{FIVE}/{FIVE}.ipynb"]


def test_two_people_of_one_name_never_share_a_folder(tmp_path):
    place = course(tmp_path)
    canvas = {"doejohn_1_5_05.ipynb": notebook(text="one"), "doejohn_2_6_05.ipynb": notebook(text="two")}
    moodle = {f"Wei Zhang_{number}_assignsubmission_file_/a.ipynb": notebook(text=str(number)) for number in (31, 32)}
    for source in (zipped(tmp_path / "canvas.zip", canvas), zipped(tmp_path / "moodle.zip", moodle)):
        for _ in range(2):
            done = collect(place, [source])
            assert len(done.students) == 2
    found = tree(place)
    assert [name for name in found if name.startswith("replaced")] == []
    assert found[f"submitted/doejohn 2/{FIVE}/{FIVE}.ipynb"] == notebook(text="two")
    assert found[f"submitted/Wei Zhang 31/{FIVE}/{FIVE}.ipynb"] == notebook(text="31")
    assert len(students(place)) == 4


def test_a_namesake_who_comes_later_gets_a_folder_too(tmp_path):
    place = course(tmp_path)
    moodle = "Wei Zhang_{}_assignsubmission_file_/a.ipynb"
    for name, number in (("doejohn_1_5_05.ipynb", 1), ("doejohn_2_6_05.ipynb", 2)):
        collect(place, [zipped(tmp_path / "canvas.zip", {name: notebook(text=str(number))})])
    for number in (31, 32):
        collect(place, [zipped(tmp_path / "moodle.zip", {moodle.format(number): notebook(text=str(number))})])
    assert [one["id"] for one in students(place)] == ["doejohn", "doejohn 2", "Wei Zhang", "Wei Zhang 32"]
    assert not (place / "replaced").exists()
    # From then on the name alone is not enough in another assignment: the number goes with it.
    six = {moodle.format(41): notebook(["06-frontier"])}
    assert collect(place, [zipped(tmp_path / "six.zip", six)]).students == ("Wei Zhang 41",)


def test_participants_without_a_name_are_told_apart_by_their_numbers(tmp_path):
    place = course(tmp_path)
    for number in (7, 8):
        files = {f"Participant_{number}_assignsubmission_file_/nb.ipynb": notebook(text=str(number))}
        collect(place, [zipped(tmp_path / "moodle.zip", files)])
    assert submitted(place) == [f"Participant {number}/{FIVE}/{FIVE}.ipynb" for number in (7, 8)]


def test_a_student_with_a_new_name_is_known_by_the_number_and_a_namesake_does_not_inherit(tmp_path):
    place = course(tmp_path)
    names = "{}_{}_assignsubmission_file_/nb.ipynb"
    collect(place, [zipped(tmp_path / "a.zip", {names.format("Ana Roe", 7): notebook()})])
    files = {names.format("Ana Núñez", 7): notebook(text="new"), names.format("Ana Roe", 8): notebook(text="namesake")}
    done = collect(place, [zipped(tmp_path / "b.zip", files)])
    assert {one.student: one.replaced for one in done.filed} == {
        "Ana Roe": f"replaced/Ana Roe/{FIVE}/1",
        "Ana Roe 8": "",
    }


def test_a_number_of_moodle_is_not_taken_for_one_of_canvas(tmp_path):
    place = course(tmp_path)
    moodle = zipped(tmp_path / "moodle.zip", {"Ana Núñez_12_assignsubmission_file_/photo.png": b""})
    canvas = zipped(tmp_path / "canvas.zip", {"doejohn_12_5_nb.ipynb": notebook()})
    collect(place, [moodle])
    before = tree(place)
    for _ in range(2):
        assert collect(place, [canvas]).students == ("doejohn",)
        assert collect(place, [moodle]).students == ("Ana Núñez",)
    assert before.keys() < tree(place).keys()
    assert [one["id"] for one in students(place)] == ["Ana Núñez", "doejohn"]


def test_names_that_differ_by_capitals_only_are_two_folders_on_every_disk(tmp_path):
    place = course(tmp_path)
    files = {"ana/a.ipynb": notebook(text="small"), "Ana/a.ipynb": notebook(text="large"), "Bo/a.ipynb": notebook()}
    source = zipped(tmp_path / "all.zip", files)
    first = collect(place, [source])
    assert len({name.casefold() for name in first.students}) == 3
    assert not collect(place, [source]).filed
    assert len(collect(place, [zipped(tmp_path / "b.zip", {"bo/05_random_features.ipynb": blank()})]).filed) == 1
    assert tree(place)[f"submitted/Bo/{FIVE}/{FIVE}.ipynb"] == notebook()


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
