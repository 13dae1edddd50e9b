"""The page of a term, read as a browser reads it: what it states of everybody, and that it needs nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from scalinglab.classroom.report.lms_tables import canvas_csv, moodle_csv
from scalinglab.classroom.report.page import report
from scalinglab.classroom.report.term_page import term_page
from scalinglab.classroom.results import ClassResults, Student, Submission
from tests.classroom.report.html_tree import Node, tree_of
from tests.classroom.report.term import FIRST, TITLES, term

DASH = "\N{EN DASH}"
MISSING = f"{DASH}not handed in"


def section(page: Node, title: str) -> Node:
    (found,) = (one for one in page.all("section") if next(one.all("h2")).text == title)
    return found


def rows(page: Node, title: str) -> dict[str, list[str]]:
    body = next(section(page, title).all("tbody"))
    found = [[cell.text for cell in row.inside if isinstance(cell, Node)] for row in body.all("tr")]
    return {row[0]: row[1:] for row in found}


@pytest.fixture(scope="module")
def page() -> Node:
    return tree_of(term_page(term()))


def test_every_student_and_week_has_its_points_or_why_there_are_none(page: Node):
    found = rows(page, "Points by student and assignment")
    assert found == {
        "Ana Núñez ana": ["15", "0", MISSING, "15"],
        "Ben =1+1 ben": [
            "0, it came 2.0 hours after the due date late",
            "15, 5 points off for lateness late",
            MISSING,
            "15",
        ],
        "cy not in students.csv": [
            "✗not graded: it ran for more than 5 minutes",
            MISSING,
            MISSING,
            DASH,
        ],
        "Dee Dee dee": [MISSING, "… 0, 1 part to be graded by a person", MISSING, "0"],
        "Eve Moss eve": ["nothing handed in all term", DASH],
    }
    table = next(section(page, "Points by student and assignment").all("table"))
    heads = [cell.text for cell in next(table.all("thead")).all("th")]
    assert heads == ["Student", "01 of 25", "05 of 20", "06 of 10", "Total of 55"]
    (mean,) = next(table.all("tfoot")).all("tr")
    assert [cell.text for cell in mean.all("td")] == ["7.5", "5", "no grades", "10"]


def test_what_needs_the_instructor_is_told_here_too(page: Node):
    told = next(page.all("section", "needs")).text
    assert "Not in students.csv, 01 Power laws: cy" in told
    assert "To be graded by a person, 05 Random features: Dee Dee" in told
    assert "Nothing handed in, 06 Compute-optimal: Ana Núñez, Ben =1+1, cy, Dee Dee, Eve Moss" in told
    assert "Late, 01 Power laws: Ben =1+1" in told


def test_mistakes_that_come_back_lead_to_their_places(page: Node):
    found = section(page, "Mistakes that come back")
    first = next(next(found.all("ol")).all("li")).text
    assert first.startswith(
        "forgot the sign: 4 times by 2 students, in 01 The exponent (2), 01 The offset, 05 The best"
    )
    links = [one.attributes["href"].removeprefix("report.html#") for one in next(found.all("ol")).all("a")]
    assert links == [f"{FIRST}-01-exponent", f"{FIRST}-01-offset", "05_random_features-05-ridge"]
    anchors = {one.attributes.get("id") for one in tree_of(report(term())).all()}
    assert set(links) <= anchors
    assert "Ana Núñez" in next(found.all("tbody")).text


def test_predictions_are_told_week_by_week(page: Node):
    found = rows(page, "Predictions over the term")
    assert found["01 Power laws"] == [
        "1 of 3 (33 %)",
        "2 of 3 (67 %)",
        "1.7",
        "1 of 3 (33 %)",
        "1 of 3 (33 %)",
        "1 of 2 (50 %)",
        DASH,
    ]
    assert found["06 Compute-optimal"] == [DASH] * 7
    assert list(found)[-1] == "The term"
    told = section(page, "Predictions over the term").text
    assert "1 prediction sealed after the answer was shown does not count here" in told
    assert (
        "How many percent with 75? 01: typically off by a factor of 1.7; of 3, 1 said too much and 1 too little."
        in told
    )


def test_pairs_are_a_question_with_their_places(page: Node):
    found = section(page, "Answers that are alike: a question, not a verdict")
    body = next(found.all("tbody"))
    assert [cell.text for cell in next(body.all("tr")).all("td")] == ["2", "01 The exponent, 05 The best ridge"]
    assert "Ana Núñez and Ben =1+1" in body.text
    assert "The exponent: 2 compared, 1 the published solution, 4 shared but short, 7 shared by many" in found.text
    assert "The offset: 2 compared, 3 more that Python cannot read" in found.text


def test_the_report_of_an_assignment_asks_about_its_own_and_no_table_for_an_lms_does():
    results = term()
    told = {one.attributes["id"]: one.text for one in tree_of(report(results)).all("section", "assignment")}
    asked = "Answers that are alike: a question, not a verdict"
    assert f"{asked} These answers are the same program" in told[FIRST]
    assert "The exponent: Ana Núñez, Ben =1+1 80 parts; all have the mistake “forgot the sign”" in told[FIRST]
    assert "120 parts; the same to the letter" in told["05_random_features"]
    assert asked not in told["06_compute_optimal"]
    for table in (canvas_csv(results), moodle_csv(results)):
        assert table == (canvas_csv if table.startswith("\ufeffStudent") else moodle_csv)(replace(results, compared=()))
        assert "alike" not in table


def test_a_class_before_its_first_submission_has_a_page():
    empty = ClassResults(TITLES, {}, (), ())
    text = tree_of(term_page(empty)).text
    assert "Nobody has handed in anything" in text
    assert "None: no mistake with a name was made twice." in text
    assert "Nobody has sealed a prediction" in text
    assert "alike" not in text
    listed = tree_of(term_page(replace(empty, students=(Student("ana"), Student("ben")))))
    assert rows(listed, "Points by student and assignment")["ana"] == ["nothing handed in all term", DASH]


def test_two_assignments_of_one_chapter_stand_under_their_titles():
    titles = {"01_a": "01 Power laws", "01_b": "01 Power laws, resit", "own": "Essays"}
    made = (Submission("ana", "01_a", problem="it was not graded yet"),)
    page = tree_of(term_page(ClassResults(titles, {}, made, (Student("ana"),))))
    table = next(section(page, "Points by student and assignment").all("table"))
    heads = [cell.text for cell in next(table.all("thead")).all("th")]
    assert heads[1:-1] == ["01 Power laws of 0", "01 Power laws, resit of 0", "Essays of 0"]


def test_nothing_from_outside_comes_alive_and_nothing_is_loaded():
    evil = "<script>alert(1)</script>\"'&"
    results = term()
    students = tuple(replace(one, first_name=evil) for one in results.students)
    submissions = tuple(replace(one, problem=evil if one.problem else "", late=evil) for one in results.submissions)
    text = term_page(replace(results, students=students, submissions=submissions, titles=dict.fromkeys(TITLES, evil)))
    page = tree_of(text)
    assert len([*page.all("script")]) == 1
    assert {one.tag for one in page.all()} & {"img", "link", "iframe"} == set()
    addresses = [one.attributes[name] for one in page.all() for name in ("href", "src") if name in one.attributes]
    assert all(re.match(r"(report\.html)?#|\.\./feedback/", one) for one in addresses)
    assert "http" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL).replace("http-equiv", "")


def test_the_same_results_give_the_same_page():
    assert term_page(term()) == term_page(term())
