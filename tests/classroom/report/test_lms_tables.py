"""What Canvas and Moodle are given, to the letter, and that no name can do harm in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

from scalinglab.classroom.report.lms_tables import canvas_csv, moodle_csv
from scalinglab.classroom.results import ClassResults, Part, Score, Student, Submission
from tests.classroom.made_class import class_of

TITLES = {"01_power_laws": "01 Power laws", "05_random_features": "05 Random features"}
PARTS = {
    "01_power_laws": (Part("01-exponent", "The exponent", 10.0),),
    "05_random_features": (Part("05-endless", "Without limits", 10.0), Part("05-ridge", "Ridge", 20.0)),
}
ADA = Student("ada", "Ada", "Lovelace", "ada@example.org", "4711")
ZOE = Student("zoe", "Zoë", "Ångström", "zoe@example.org", "Participant 12")
TOLD = "You left out the `biases`."
SUBMISSIONS = (
    Submission("ada", "01_power_laws", (Score("01-exponent", 0.0, 10.0, "forgot the biases", TOLD),)),
    Submission(
        "ada",
        "05_random_features",
        (Score("05-endless", 7.5, 10.0), Score("05-ridge", 20.0, 20.0, message="All 4 cases agree.")),
    ),
    Submission("zoe", "05_random_features", problem="it is no notebook"),
)
RESULTS = ClassResults(TITLES, PARTS, SUBMISSIONS, (ADA, ZOE))


def rows(table: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.removeprefix("\ufeff"), newline="")))


def test_canvas_is_given_the_columns_of_its_own_export_and_blanks_for_what_has_no_grade():
    assert canvas_csv(RESULTS) == (
        "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,01 Power laws,05 Random features\r\n"
        "    Points Possible,,,,,10,30\r\n"
        '"Lovelace, Ada",4711,ada,ada,,0,27.5\r\n'
        '"Ångström, Zoë",,zoe,zoe,,,\r\n'
    )


def test_moodle_is_given_a_dash_for_what_has_no_grade_and_a_sentence_for_each_exercise():
    assert moodle_csv(RESULTS) == (
        "\ufeffFirst name,Last name,ID number,Email address,01 Power laws,01 Power laws (feedback),"
        "05 Random features,05 Random features (feedback)\r\n"
        "Ada,Lovelace,ada,ada@example.org,"
        '0,"The exponent: 0 of 10, forgot the biases: You left out the biases.",'
        "27.5,Without limits: 7.5 of 10. Ridge: 20 of 20.\r\n"
        "Zoë,Ångström,zoe,zoe@example.org,"
        "-,Not handed in.,-,Not graded. It is no notebook.\r\n"
    )


def test_what_is_late_open_or_an_error_is_told_once_and_the_points_are_those_of_the_gradebook():
    error = Score("05-endless", 0.0, 10.0, "NameError", "NameError: name 'x' is not defined")
    bare = Score("05-endless", 0.0, 10.0, "KeyboardInterrupt", "KeyboardInterrupt")
    essay = Score("05-ridge", 0.0, 20.0, message="A person has to grade this.", waits=True)
    by_hand = Score("05-ridge", 15.0, 20.0, message="These points were given by hand.")
    made = (
        Submission("ada", "05_random_features", (error, by_hand), penalty=5.0, late="Canvas marked it as late"),
        Submission("zoe", "05_random_features", (bare, essay)),
    )
    results = ClassResults({"05_random_features": "05"}, PARTS, made, (ADA, ZOE))
    assert [row[-1] for row in rows(canvas_csv(results))[1:]] == ["30", "10", "0"]
    assert [row[-2:] for row in rows(moodle_csv(results))[1:]] == [
        [
            "10",
            "Without limits: 0 of 10, NameError: name 'x' is not defined. "
            "Ridge: 15 of 20, These points were given by hand. "
            "Canvas marked it as late. 5 points were taken off for lateness.",
        ],
        ["0", "Without limits: 0 of 10, KeyboardInterrupt. Ridge: not graded yet, of 20."],
    ]


def test_moodle_has_addresses_only_if_everybody_has_one():
    # Moodle gives the grades of a row without an identifier to the student of the row above.
    without = ClassResults(TITLES, PARTS, SUBMISSIONS, (ADA, Student("zoe", "Zoë", "Ångström", " ")))
    assert rows(moodle_csv(without))[0][:4] == ["First name", "Last name", "ID number", "01 Power laws"]
    assert "ada@example.org" not in moodle_csv(without)


@pytest.mark.parametrize("number", ["", " ", "Participant 12", "-4", "4.7", "٤٢", "12abc"])
def test_only_a_number_is_given_as_canvas_own_id(number):
    # Canvas reads a text in this column as 0, or as the number that it begins with: another student.
    results = ClassResults(TITLES, PARTS, (), (Student("ada", "Ada", "Lovelace", lms_user_id=number),))
    assert rows(canvas_csv(results))[2][1] == ""


@pytest.mark.parametrize("write", [canvas_csv, moodle_csv])
@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("http://evil.example","Ada")',
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1+1",
        "\r\n=1+1",
        "\uff1d1+1",  # the wide sign of East Asia
        "Ada;=1+1",
        "\x00=1+1",
    ],
)
def test_no_cell_begins_a_formula(write, name):
    student = Student(name, name, name, name)
    submission = Submission(name, "01_power_laws", problem=name)
    table = write(ClassResults(TITLES, PARTS, (submission,), (student,)))
    for separator in ",;":  # a spreadsheet where commas are decimal points parts cells at semicolons
        cells = [cell for row in csv.reader(io.StringIO(table[1:], newline=""), delimiter=separator) for cell in row]
        assert not [cell for cell in cells if cell.strip().startswith(tuple("=+-@\uff1d")) and cell != "-"]


@pytest.mark.parametrize("write", [canvas_csv, moodle_csv])
def test_names_of_any_kind_stay_in_their_cell(write):
    names = [
        'O"Neil, "Jr"',
        "two\nlines\r\nand three",
        "שרה לוי",
        "Zoë 🐍",
        "x" * 200,
        "half \ud800 pair",
        "",
        ",",
        '"',
    ]
    students = tuple(Student(f"s{place}", name, name, f"{place}@example.org") for place, name in enumerate(names))
    submissions = tuple(Submission(one.id, "01_power_laws", problem=one.first_name) for one in students)
    table = write(ClassResults(TITLES, PARTS, submissions, students))
    read = rows(table.encode().decode())
    assert len({len(row) for row in read}) == 1
    assert len(read) == len(table.splitlines()) == len(names) + (2 if write is canvas_csv else 1)
    shown = [row[0] for row in read[-len(names) :]]
    assert 'O"Neil, "Jr"' in shown[0]
    assert "two lines and three" in shown[1]
    assert "שרה לוי" in shown[2]
    assert "x" * 200 in shown[4]


def test_canvas_takes_the_comma_for_what_parts_the_cells():
    # It counts the fields of the first three lines, and takes the semicolon if that gives more of them.
    lines = canvas_csv(class_of(30)).splitlines()
    assert {len(next(csv.reader([line]))) for line in lines} == {7}
    assert not [line for line in lines if ";" in line]


@pytest.mark.parametrize("write", [canvas_csv, moodle_csv])
def test_every_grade_is_the_sum_of_the_points_or_none_at_all(write):
    results = class_of(40, seed=3)
    found, read = results.by_student(), rows(write(results))[2 if write is canvas_csv else 1 :]
    places = (-2, -1) if write is canvas_csv else (-4, -2)
    nothing = "" if write is canvas_csv else "-"
    seen = set()
    for student, row in zip(results.students, read, strict=True):
        for assignment, place in zip(results.titles, places, strict=True):
            submission = found.get((student.id, assignment))
            points = submission.points if submission else None
            assert row[place] == nothing if points is None else float(row[place]) == points
            seen.add("none" if submission is None else "failed" if submission.problem else "graded")
    assert seen == {"none", "failed", "graded"}


@pytest.mark.parametrize(("write", "lines"), [(canvas_csv, 2), (moodle_csv, 1)])
def test_a_class_of_nobody_is_a_head(write, lines):
    assert len(rows(write(class_of(0)))) == lines
