"""Names of folders: safe on every disk, the same each time, and never one for two people."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglab.classroom.submissions.file_owners import Owner
from scalinglab.classroom.submissions.people import Origin, People, canonical, folder_name

ANY = st.text(max_size=200)
#: Short names out of few characters, so that many are nearly alike.
ALIKE = st.text(st.sampled_from("aAé.\u0301e /*:'\N{RIGHT SINGLE QUOTATION MARK}_-~\u202e\ud800"), max_size=5)


@given(ANY | ALIKE)
@settings(deadline=None, max_examples=300)
def test_a_name_becomes_one_safe_part_of_a_path_and_stays_as_it_is_then(name):
    folder = folder_name(name)
    assert PurePosixPath(folder).parts == PureWindowsPath(folder).parts == (folder,)
    assert not PureWindowsPath(folder).is_reserved() if hasattr(PureWindowsPath, "is_reserved") else True
    assert not set(folder) & set("[]*?/\\:+\"'<>|{}%\0\n")
    assert folder[0] not in ".-~=@ "
    assert folder[-1] not in ". "
    assert folder == unicodedata.normalize("NFC", folder) == folder_name(folder)
    assert len(folder.encode("utf-8")) <= 140
    assert all(unicodedata.category(one) not in {"Cc", "Cs"} for one in folder)


@given(ANY | ALIKE, ANY | ALIKE)
@settings(deadline=None, max_examples=300)
def test_two_different_names_never_become_one(one, other):
    assert (folder_name(one) == folder_name(other)) == (canonical(one) == canonical(other))


@pytest.mark.parametrize(
    "name",
    [
        "Ana Núñez",
        "李小龙",
        "Владимир",
        "محمد علي",
        "Zoë Ångström-Smith",
        "d_e",
        "student@uni.edu",
        "A. B",
        "a,b;c",
        "नमस्ते",
        "می\u200cشود",
    ],
)
def test_names_of_all_scripts_stay_as_they_are(name):
    assert folder_name(name) == name


@pytest.mark.parametrize(
    "name", ["CON", "nul", "aux.txt", "LPT1", "com9.x", "..", ".", "", " ", "-rf", "~root", "=1+1", "a.", "x" * 300]
)
def test_names_that_a_system_keeps_for_itself_are_changed(name):
    assert folder_name(name) != name


@pytest.mark.parametrize("letters", [121, 122, 300, 301])
def test_of_a_long_name_as_much_is_kept_as_fits(letters):
    assert len(folder_name("x" * letters)) == 120


def test_a_folder_that_no_student_could_have_is_nobody(tmp_path):
    for name in ("ada", "CON", "~x"):
        (tmp_path / "submitted" / name).mkdir(parents=True)
    assert list(People(tmp_path).students) == ["ada"]


def test_in_moodle_two_of_one_name_in_one_download_are_not_the_student_of_that_name(tmp_path):
    (tmp_path / "students.csv").write_text("id,first_name,last_name,email,lms_user_id\nan17,Ana,Núñez,,\n")
    people = People(tmp_path)
    alone = Owner("Moodle", "Ana Núñez", "5")
    assert people.find({alone: ["05"]}) == {alone: "an17"}
    both = [Owner("Moodle", "Ana Núñez", number) for number in ("6", "7")]
    folders = People(tmp_path).find({one: ["06"] for one in both})
    assert "an17" not in folders.values()
    assert len(set(folders.values())) == 2


def owners():
    plain = st.builds(Owner, st.sampled_from(["", "Blackboard"]), ALIKE.map(canonical))
    numbered = st.builds(Owner, st.sampled_from(["Canvas", "Moodle"]), ALIKE.map(canonical), st.sampled_from("12345"))
    return plain | numbered


@given(st.lists(st.lists(owners(), unique_by=lambda one: (one.lms, one.name, one.number), max_size=6), max_size=4))
@settings(deadline=None, max_examples=100)
def test_the_owners_of_a_download_have_folders_of_their_own_and_keep_them(tmp_path_factory, downloads):
    place = tmp_path_factory.mktemp("class")
    for number, download in enumerate(downloads):
        # One LMS a download, one person a number: that is what LMSs promise.
        people = {one.number or one.name: one for one in download if one.lms == download[0].lms}
        uploads = {one: {f"a{number}"} for one in people.values()}
        found = remembered(place, uploads)
        assert len({folder.casefold() for folder in found.values()}) == len(people)
        before = (place / "students.csv").read_bytes() if download else b""
        assert remembered(place, uploads) == found
        assert not download or (place / "students.csv").read_bytes() == before


def remembered(place, uploads):
    people = People(place)
    found = people.find(uploads)
    for owner, folder in found.items():
        for assignment in uploads[owner]:
            people.note(Origin(folder, assignment, owner.lms, owner.number, "a.zip", "x"))
    for path, content in people.changed_tables().items():
        path.write_bytes(content)
    return found


def test_a_name_that_a_table_would_take_for_a_formula_loses_its_beginning(tmp_path):
    remembered(tmp_path, {Owner("Moodle", "=HYPERLINK(1) Roe", "5", "=HYPERLINK(1) Roe"): {"a"}})
    (line,) = csv.DictReader(io.StringIO((tmp_path / "students.csv").read_text(encoding="utf-8")))
    assert (line["first_name"], line["last_name"]) == ("HYPERLINK(1)", "Roe")
    assert not line["id"].startswith("=")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"name;id\nx;1\n", "must have a column id, got name;id"),
        (b"id,first_name\n\xe9,\n", "must be a table in UTF-8 with commas"),
    ],
)
def test_a_list_of_students_that_cannot_be_read_is_a_sentence(tmp_path, content, sentence):
    (tmp_path / "students.csv").write_bytes(content)
    with pytest.raises(ValueError, match=sentence):
        People(tmp_path)


def test_a_line_that_would_lead_elsewhere_is_nobody(tmp_path):
    (tmp_path / "students.csv").write_text("id,first_name,last_name,email,lms_user_id\n../up,Ana,Roe,,5\n")
    found = People(tmp_path).find({Owner("Canvas", "roeana", "5"): {"a"}, Owner("Moodle", "Ana Roe", "6"): {"a"}})
    assert sorted(found.values()) == ["Ana Roe", "roeana"]
