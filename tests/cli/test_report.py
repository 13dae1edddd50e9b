"""``scalinglab report``: the term of a class as nbgrader's gradebook has it; what cannot be told is one sentence."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from scalinglab.cli import main
from tests.classroom.downloads import journal
from tests.classroom.hostile_answers import RIGHT_SLOPE, WRONG_SLOPE
from tests.classroom.made import ESSAY, NAME, SLOPE, hand_in, place_of, released, two_exercises, write

#: One worker makes the class, once.
pytestmark = pytest.mark.xdist_group("assigned")
LONG = " ".join(f"Because {word} depends on the step." for word in ("loss", "noise", "width", "depth", "time"))


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of three: Ana and Ben have the same essay, and Ben handed in no journal; Cy is in the list alone."""
    place = two_exercises(tmp_path_factory, tmp_path_factory.mktemp("report") / "class")
    (place / "students.csv").write_text("id,first_name,last_name\nana,Ana,Núñez\ncy,Cy,Cole\n", encoding="utf-8")
    for student, slope in (("ana", RIGHT_SLOPE), ("ben", WRONG_SLOPE)):
        work = released(place, NAME)
        write(work, SLOPE, slope)
        work["cells"][place_of(work, ESSAY)]["source"] = LONG if student == "ana" else LONG.upper()
        hand_in(place, student, NAME, work)
    file = place / "submitted" / "ana" / NAME / "predictions.json"
    file.write_bytes(journal(place.parent, **{"01_made": 16.0}))
    assert main(["grade", str(place)]) == 0
    return place


def copy_of(graded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(graded, tmp_path / "class"))


def table(place: Path) -> dict[str, dict[str, str]]:
    text = (place / "grades" / "term_points.csv").read_text(encoding="utf-8-sig")
    return {line["Student ID"]: line for line in csv.DictReader(text.splitlines())}


def tree(place: Path) -> dict[str, bytes]:
    return {str(file.relative_to(place)): file.read_bytes() for file in place.rglob("*") if file.is_file()}


def test_points_are_those_of_the_gradebook_now(graded: Path, tmp_path: Path, capsys):
    place = copy_of(graded, tmp_path)
    before = tree(place)
    assert main(["report", "--class", str(place)]) == 0
    assert {name: tree(place)[name] for name in before} == before
    names = ["term.html", "term_points.csv", "term_mistakes.csv", "term_predictions.csv"]
    assert capsys.readouterr().out.splitlines() == [
        "Read 1 assignment, 3 students, 2 graded of 2 submissions.",
        *(f"Written to {place / 'grades' / name}" for name in names),
    ]
    title = "01 Made for a test"
    assert table(place)["ana"][f"{title} (of 38)"] == "13"  # the slope and the test; nobody has read the essay
    assert table(place)["ana"][f"{title}: remarks"] == "1 part to be graded by a person"
    assert table(place)["ben"][f"{title} (of 38)"] == "3"
    assert table(place)["cy"][f"{title}: remarks"] == "not handed in"

    with sqlite3.connect(place / "gradebook.db") as book:
        book.execute("UPDATE grade SET manual_score = 4, needs_manual_grade = 0 WHERE auto_score IS NULL")
    assert main(["report", "--class", str(place)]) == 0
    assert table(place)["ana"][f"{title} (of 38)"] == "17"
    assert table(place)["ben"]["Total (of 38)"] == "7"
    page = (place / "grades" / "term.html").read_text(encoding="utf-8")
    assert "not in students.csv" in page
    assert "<bdi>Ana Núñez</bdi> and <bdi>ben</bdi>" in page  # the same words
    assert "off by a factor of 2; of 1" not in page  # one answer says nothing about a class
    lines = (place / "grades" / "term_predictions.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[-1] == "The term,1,0,1,1,0,2,0,0,0,0,0"


def test_a_second_run_changes_no_byte_and_reads_no_notebook_again(graded: Path, tmp_path: Path, monkeypatch):
    place = copy_of(graded, tmp_path)
    assert main(["report", "--class", str(place)]) == 0
    before = tree(place)
    monkeypatch.setattr("scalinglab.classroom.grading.read_notebooks.json_cells", lambda file: pytest.fail(str(file)))
    assert main(["report", "--class", str(place)]) == 0
    assert tree(place) == before


def test_a_journal_that_tells_nothing_leaves_no_trace_and_one_that_does_is_kept_as_long_as_it_tells(
    graded: Path, tmp_path: Path
):
    place = copy_of(graded, tmp_path)
    assert main(["report", "--class", str(place)]) == 0
    before, kept = tree(place), place / "grades" / "notebooks.json"
    stray = place / "submitted" / "ben" / NAME / "predictions.json"
    stray.write_text('{"format": 1}')
    assert main(["report", "--class", str(place)]) == 0
    assert tree(place) == before | {str(stray.relative_to(place)): stray.read_bytes()}
    stray.write_bytes(journal(place.parent, **{"01_made": 8.0}))
    assert main(["report", "--class", str(place)]) == 0
    assert set(json.loads(kept.read_bytes())[NAME]["journals"]) == {"ana", "ben"}
    stray.write_text('{"format": 1}')
    assert main(["report", "--class", str(place)]) == 0
    assert set(json.loads(kept.read_bytes())[NAME]["journals"]) == {"ana"}


def test_what_was_read_is_read_again_if_it_or_the_source_changes(graded: Path, tmp_path: Path):
    place = copy_of(graded, tmp_path)
    assert main(["report", "--class", str(place)]) == 0
    kept = json.loads((place / "grades" / "notebooks.json").read_text(encoding="utf-8"))
    assert {name: len(one["marks"]) for name, one in kept[NAME]["submissions"].items()} == {"ana": 3, "ben": 3}
    (place / "grades" / "notebooks.json").write_text('{"01_made": "nonsense"}')
    assert main(["report", "--class", str(place)]) == 0
    assert json.loads((place / "grades" / "notebooks.json").read_text(encoding="utf-8")) == kept


def test_an_assignment_without_grades_yet_is_told(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory):
    place = two_exercises(tmp_path_factory, tmp_path / "class")
    assert main(["report", "--class", str(place)]) == 0
    assert "Nobody has handed in anything" in (place / "grades" / "term.html").read_text(encoding="utf-8")
    assert (place / "grades" / "report.html").is_file()  # where the links lead
    hand_in(place, "ana", NAME, released(place, NAME))
    assert main(["report", "--class", str(place)]) == 0
    assert table(place)["ana"]["01 Made for a test: remarks"] == "not graded: it was not graded yet"


def no_assignments(place: Path) -> None:
    shutil.rmtree(place / "source" / NAME)


def no_gradebook(place: Path) -> None:
    (place / "gradebook.db").unlink()


def garbage(place: Path) -> None:
    (place / "gradebook.db").write_bytes(b"no database at all" * 1000)


def cut_off(place: Path) -> None:
    content = (place / "gradebook.db").read_bytes()
    (place / "gradebook.db").write_bytes(content[: len(content) // 2])


def another_database(place: Path) -> None:
    no_gradebook(place)
    with sqlite3.connect(place / "gradebook.db") as book:
        book.execute("CREATE TABLE cakes (name TEXT)")


def damaged_records(place: Path) -> None:
    (place / "grades" / "graded.json").write_text("{")


def damaged_notebook(place: Path) -> None:
    (place / "autograded" / "ana" / NAME / f"{NAME}.ipynb").write_text('{"cells": [')


def damaged_list(place: Path) -> None:
    (place / "students.csv").write_bytes(b"id,first_name\n\xff\xfe,x\n")


def no_settings(place: Path) -> None:
    (place / "nbgrader_config.py").unlink()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (no_settings, "class must be a folder that `scalinglab assign` made, got"),
        (no_assignments, "class must have an assignment, which `scalinglab assign` makes, got"),
        (no_gradebook, "there is no gradebook"),
        (garbage, "is damaged (file is not a database)"),
        (cut_off, "is damaged ("),
        (another_database, "is damaged (no such table: submitted_assignment)"),
        (damaged_records, "graded.json is damaged ("),
        (damaged_notebook, "is damaged: remove it"),
        (damaged_list, "students.csv must be a table in UTF-8"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_cannot_be_told_is_one_sentence_and_nothing_changes(
    change, sentence, graded: Path, tmp_path: Path, capsys
):
    place = copy_of(graded, tmp_path)
    (place / "grades" / "notebooks.json").unlink()
    change(place)
    before = tree(place)
    capsys.readouterr()
    assert main(["report", "--class", str(place)]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert len(error.splitlines()) == 1
    assert error.startswith("scalinglab report: ")
    assert tree(place) == before


def test_a_page_that_cannot_be_written_is_one_sentence(graded: Path, tmp_path: Path, capsys):
    place = copy_of(graded, tmp_path)
    (place / "grades" / "term.html").mkdir()
    assert main(["report", "--class", str(place)]) == 2
    error = capsys.readouterr().err
    assert "cannot be written (" in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "the following arguments are required: --class"),
        (["--class", "nowhere"], "class must be a folder that `scalinglab assign` made"),
        (["--class", "thesis.txt"], "class must be a folder that `scalinglab assign` made"),
        (["--class", "."], "class must be a folder that `scalinglab assign` made"),
        (["--class", ".", "more"], "unrecognized arguments: more"),
    ],
)
def test_no_class_is_one_sentence(given, sentence, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "thesis.txt").write_text("mine")
    try:
        code = main(["report", *given])
    except SystemExit as stop:
        code = stop.code
    error = capsys.readouterr().err
    assert code == 2
    assert sentence in error
    assert len(error.splitlines()) == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["thesis.txt"]
