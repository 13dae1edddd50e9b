"""Lateness, extensions and moved due dates: one number in four places, and nothing is graded again for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scalinglab.classroom import grade_class
from scalinglab.classroom.grading.graded_class import read_results
from scalinglab.classroom.report.lms_tables import moodle_csv
from scalinglab.classroom.report.needs_instructor import needs_attention
from scalinglab.classroom.report.page import report
from scalinglab.cli import main
from scalinglab.exercises import student_seed
from scalinglab.exercises.bank import find
from tests.classroom.handed_in import RIGHT_SLOPE, WRONG_SLOPE
from tests.classroom.made import SLOPE, hand_in, light_course, released, write
from tests.classroom.places import four_places, gradebook

NAME = "01_made"
FULL = 30.0
#: When each of them handed in, and what in; the assignment is due on 1 March, 23:59 UTC.
TIMES = {
    "right": "2027-03-01 23:59:00 UTC",
    "secondlate": "2027-03-01 23:59:01 UTC",
    "daylate": "2027-03-02 23:59:00 UTC",
    "weekslate": "2027-03-20 12:00:00 UTC",
    "extended": "2027-03-03 10:00:00 UTC",
    "wronglate": "2027-03-03 10:00:00 UTC",
    "resubmitted": "2027-03-05 10:00:00 UTC",
}


def written_down(variant: str) -> str:
    """An answer that knows the numbers of one variant, and nothing else."""
    exercise = find(SLOPE)
    cases = exercise.draw(student_seed("", SLOPE, variant))
    known = {repr([list(map(float, one)) for one in case]): float(exercise.oracle(*case)) for case in cases}
    key = "repr([list(map(float, sizes)), list(map(float, errors))])"
    return f"def exponent(sizes, errors):\n    return {known!r}.get({key}, 0.5)"


ANSWERS = {"wronglate": WRONG_SLOPE, "copiedfroma": written_down("A"), "copiedfromb": written_down("B")}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return light_course(tmp_path_factory.mktemp("late") / "course", NAME)


@pytest.fixture(scope="module")
def place(course: Path) -> Path:
    """The class as it is when the first submissions are there."""
    place = course.parent / "class"
    chosen = ["--exercises", SLOPE, "--points", f"{SLOPE}=30", "--variant", "B"]
    assign(place, course, "--due", "2027-03-01T23:59Z", "--late", "-10%/day", *chosen)
    for student in [*TIMES, *ANSWERS]:
        if not (place / "submitted" / student).exists():
            file = hand_in(place, student, NAME, solved(place, ANSWERS.get(student, RIGHT_SLOPE)))
            if student in TIMES:
                (file.with_name("timestamp.txt")).write_text(TIMES[student])
    return place


def assign(place: Path, course: Path, *words: str) -> None:
    assert main(["assign", "01", "--class", str(place), "--course", str(course), *words]) == 0


def solved(place: Path, answer: str) -> dict[str, Any]:
    work = released(place, NAME)
    write(work, SLOPE, answer)
    return work


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def graded(place: Path) -> tuple[list[str], dict[str, float]]:
    """What grading says, and the points of everybody, the same in four places; done again, nothing changes."""
    said: list[str] = []
    results = grade_class(place, say=said.append)
    found = four_places(place, NAME, results, sorted({*TIMES, *ANSWERS}))
    assert {who: set(numbers) for who, numbers in found.items()} == {who: {each[0]} for who, each in found.items()}
    before = contents(place)
    again: list[str] = []
    assert grade_class(place, say=again.append) == results
    assert again == []
    assert contents(place) == before
    return said, {who: numbers[0] for who, numbers in found.items()}


def test_lateness_costs_what_was_said_and_a_moved_due_date_heals_without_grading(place: Path, course: Path):
    said, points = graded(place)
    assert len([line for line in said if line.endswith("graded")]) == len({*TIMES, *ANSWERS})
    assert points == {
        "right": 30,
        "secondlate": 27,
        "daylate": 27,
        "weekslate": 0,
        "extended": 24,
        "wronglate": 0,
        "resubmitted": 18,
        "copiedfroma": 0,  # numbers of another variant
        "copiedfromb": 30,
    }

    with gradebook(place) as book:
        book.grant_extension(NAME, "extended", days=2)
    (place / "source" / NAME / "Untitled.ipynb").write_text("a stray file, which nbgrader would refuse by now")
    assign(place, course, "--due", "2027-03-02T23:59Z")
    said, points = graded(place)
    assert not [line for line in said if line.endswith("graded")]
    assert f"{NAME}, secondlate: lateness costs 0 points now, and cost 3 before" in said
    assert f"{NAME}, secondlate: feedback written anew" in said
    assert points | {"weekslate": 0} == points
    assert {who: points[who] for who in ("secondlate", "daylate", "extended", "resubmitted")} == {
        "secondlate": 30,
        "daylate": 30,
        "extended": 30,
        "resubmitted": 21,
    }

    assert [one.name for one in (place / "release" / NAME).glob("*.ipynb")] == [f"{NAME}.ipynb"]

    assign(place, course, "--due", "2027-02-28T23:59Z", "--late", "-2/day")  # earlier, and another rule
    said, points = graded(place)
    assert not [line for line in said if line.endswith("graded")]
    assert (points["right"], points["secondlate"], points["extended"], points["weekslate"]) == (28, 26, 28, 0)


def test_a_later_version_of_which_nobody_knows_the_time_is_not_late_by_the_time_of_an_earlier_one(place: Path):
    graded(place)
    folder = place / "submitted" / "resubmitted" / NAME
    (folder / "timestamp.txt").unlink()
    (folder / f"{NAME}.ipynb").write_text(json.dumps(solved(place, f"{RIGHT_SLOPE}  # anew")))
    assert graded(place)[1]["resubmitted"] == FULL
    (untold,) = (one for one in needs_attention(read_results(place)) if one.what == "No time of arrival")
    assert untold.students == tuple(sorted({"resubmitted", *ANSWERS} - TIMES.keys() | {"resubmitted"}))
    assert untold.why.startswith("So they count as in time.")


def test_all_files_that_students_get_are_named(place: Path, course: Path, capsys):
    (place / "source" / NAME / "sizes.csv").write_text("1,2")
    assign(place, course, "--due", "2027-03-02T23:59Z")
    said = f"For students: {place / 'release' / NAME}, with all its files: {NAME}.ipynb, sizes.csv"
    assert said in capsys.readouterr().out.splitlines()


def test_a_release_that_nbgrader_cannot_make_anew_stays_and_one_that_is_lost_comes_back(place, course, capsys):
    """nbgrader removes it before it refuses; what a student deleted is put back by what is released."""
    graded(place)
    source, file = (place / step / NAME / f"{NAME}.ipynb" for step in ("source", "release"))
    ours, before = source.read_bytes(), file.read_bytes()
    damaged = json.loads(ours)
    damaged["cells"] = [one for one in damaged["cells"] if "nbgrader" not in one["metadata"]]
    source.write_text(json.dumps(damaged))
    words = ["assign", "01", "--class", str(place), "--course", str(course), "--due", "2027-04-01T00:00Z"]
    assert main(words) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "its release stays as it was: nbgrader cannot make it anew from source/01_made" in sentence
    assert file.read_bytes() == before
    source.write_bytes(ours)
    file.unlink()
    said: list[str] = []
    grade_class(place, say=said.append)
    assert said[0] == f"{NAME}: its release was not there, so nbgrader released it anew"
    assert b"1 April 2027" in file.read_bytes()
    assert set(graded(place)[1].values()) == {0.0, FULL}  # nobody is late any more


def test_points_by_hand_are_late_like_all_others(place: Path, course: Path):
    assign(place, course, "--due", "2027-02-28T23:59Z", "--late", "-2/day")
    graded(place)
    with gradebook(place) as book:
        grade = book.find_grade(f"{SLOPE}-check", NAME, NAME, "wronglate")
        grade.manual_score, grade.needs_manual_grade = 20, False
        book.db.commit()
    said, points = graded(place)
    assert points["wronglate"] == 20 - 3 * 2
    assert [line for line in said if line.endswith("graded")] == []


def test_the_page_and_the_table_say_when_it_was_due_and_what_came_late(place: Path, course: Path):
    assign(place, course, "--due", "2027-03-01T23:59Z", "--late", "-10%/day")
    header = "student,assignment,lms,number,source,file,late,time"
    (place / "collected.csv").write_text(f"{header}\ncopiedfromb,{NAME},Canvas,1,c.zip,b.ipynb,late,\n")
    results = grade_class(place, say=lambda line: None)
    page = report(results)
    assert "Canvas marked it as late and does not tell when it came, so nothing was taken off." in page
    assert "you lose 10 % of the 30 points, which is 3, for each day that has begun since then." in page
    assert "It came 1 second after the due date" in page
    assert "It came 1 day after the due date" in page
    assert "27 <small>after 3 off for lateness" in page
    assert "It came 1 day after the due date. 3 points were taken off for lateness." in moodle_csv(results)
