"""Collecting: the list of students, namesakes, and numbers of an LMS."""

from __future__ import annotations

from scalinglab.classroom import collect
from tests.classroom.downloads import (
    FIVE,
    blank,
    course,
    notebook,
    students,
    submitted,
    tree,
    zipped,
)


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
