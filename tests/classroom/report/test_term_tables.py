"""The tables of a term, read back as a spreadsheet reads them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from scalinglab.classroom.report.term_tables import mistakes_csv, points_csv, predictions_csv
from scalinglab.classroom.results import ClassResults, Submission
from tests.classroom.report.term import FIRST, term


def read(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_every_student_has_a_line_with_points_and_what_has_to_be_said():
    ana, ben, cy, dee, eve = read(points_csv(term()))
    assert list(ana) == [
        "Student ID",
        "First name",
        "Last name",
        "01 Power laws (of 25)",
        "01 Power laws: remarks",
        "05 Random features (of 20)",
        "05 Random features: remarks",
        "06 Compute-optimal (of 10)",
        "06 Compute-optimal: remarks",
        "Total (of 55)",
    ]
    assert [*ana.values()][3:] == ["15", "", "0", "", "", "not handed in", "15"]
    assert [*ben.values()][1:] == [
        "Ben",
        "'=1+1",  # no spreadsheet runs it
        "0",
        "it came 2.0 hours after the due date",
        "15",
        "5 points off for lateness",
        "",
        "not handed in",
        "15",
    ]
    assert [*cy.values()][3:6] == ["", "not graded: it ran for more than 5 minutes", ""]
    assert dee["05 Random features: remarks"] == "1 part to be graded by a person"
    assert set(list(eve.values())[3:9]) == {"", "not handed in"}
    assert eve["Total (of 55)"] == "0"


def test_mistakes_that_came_back_have_a_line_each():
    (line,) = read(mistakes_csv(term()))
    assert [*line.values()] == [
        "forgot the sign",
        "4",
        "2",
        "2",
        "01 Power laws: The exponent | 01 Power laws: The offset | 05 Random features: The best ridge",
        "Ana Núñez | Ben =1+1",
    ]


def test_predictions_have_a_line_for_each_assignment_and_one_for_the_term():
    lines = read(predictions_csv(term()))
    assert [one["Assignment"] for one in lines] == [
        "01 Power laws",
        "05 Random features",
        "06 Compute-optimal",
        "The term",
    ]
    assert [*lines[0].values()][1:] == ["3", "1", "2", "1", "1", "1.67", "2", "1", "0", "0", "0"]
    assert [*lines[2].values()][1:] == ["0", "0", "0", "0", "0", "", "0", "0", "0", "0", "0"]
    assert lines[3]["Sealed after the answer was shown"] == "1"


def test_a_class_without_anything_has_tables_too():
    empty = ClassResults({}, {}, (), ())
    assert [len(read(make(empty))) for make in (points_csv, mistakes_csv, predictions_csv)] == [0, 0, 1]
    wild = replace(term(), submissions=(Submission("eve", FIRST, predictions={"01-data": -1.0}),))
    assert read(predictions_csv(wild))[0]["Median factor off"] == "infinite"
