"""What is told of a class is what nbgrader's gradebook, the journals and the LMS say; here made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from scalinglab.classroom.grading.already_graded import Records, handed_in
from scalinglab.classroom.grading.class_gradebook import Gradebook
from scalinglab.classroom.grading.gathering import gather
from scalinglab.classroom.report.needs_instructor import needs_attention
from scalinglab.classroom.results import ClassResults
from tests.classroom.downloads import journal
from tests.classroom.made import ESSAY, NAME, SLOPE, TEST, exercise_cells_of, hand_in, instructors_own, unreleased_class

WORTH = {f"{SLOPE}-check": 15.0, TEST: 3.0, ESSAY: 5.0}


def cell(auto: float | None, hand: float | None = None, *, extra: float | None = None, needs: bool = False) -> Any:
    return {"auto": auto, "hand": hand, "extra": extra, "needs": needs}


def state(*cells: Any, penalty: float = 0.0, late: float = 0.0) -> dict[str, Any]:
    return {"cells": dict(zip(WORTH, cells, strict=True)), "comments": {}, "penalty": penalty, "late": late}


STATES = {
    "lovelaceada": state(cell(15), cell(3), cell(None, needs=True)),
    "nunezana 4711": state(cell(0, 7, needs=True), cell(3), cell(None, 4), penalty=2, late=3 * 86400 + 5400),
    "ben": state(cell(15, extra=2.5), cell(0), cell(0)),
    "nothing yet": state(cell(None, needs=True), cell(None, needs=True), cell(None, needs=True)),
    "on paper": state(cell(None, 9), cell(None, 1), cell(None, 5)),
}
ORIGINS = """student,assignment,lms,number,source,file,late,time
lovelaceada,01_made,Canvas,12,a.zip,x,late,
ben,01_made,Moodle,13,b.zip,x,,2027-01-31 09:00
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> ClassResults:
    home = tmp_path_factory.mktemp("gathered")
    own = [one for one in exercise_cells_of("01") if one["metadata"]["nbgrader"]["grade_id"].startswith(SLOPE)]
    place = unreleased_class(home / "class", NAME, *own, *instructors_own())
    names = {"lovelaceada": "Ada Lovelace", "nunezana 4711": "Ana Núñez", "ben": "Ben Benson"}
    sealed = journal(home, **{"01_width": 3.0, "01_data": 4.0})
    for student in names:
        file = hand_in(place, student, NAME, b"{}")
        file.with_name("predictions.damaged.json" if student == "ben" else "predictions.json").write_bytes(
            b"{" if student == "ben" else sealed
        )
    (place / "collected.csv").write_text(ORIGINS, encoding="utf-8")
    records = Records(place)
    for work in handed_in(place):
        graded = work.notebook(place, "autograded")
        graded.parent.mkdir(parents=True)
        graded.write_text(NOTEBOOK.replace("NAME", names[work.student]), encoding="utf-8")
        found = {"state": STATES[work.student], "answers": {}, "gone": {}, "problem": ""}
        records.keep(work, "", found)
    return gather(place, Gradebook({NAME: WORTH}, {NAME: STATES}), records)


#: A graded notebook, of which only the mark of a check is read here.
NOTEBOOK = """{"cells": [{"cell_type": "code", "id": "a", "execution_count": 1, "source": "check().mark",
 "metadata": {"nbgrader": {"grade_id": "01-exponent-check", "grade": true, "solution": false, "points": 15}},
 "outputs": [{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "0",
  "application/vnd.scalinglab.mark+json": {"points": 0, "max_points": 15, "diagnosis": "no sign", "student": "NAME",
   "message": "The sign."}}}]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"""


def test_every_graded_cell_counts_with_the_points_of_the_gradebook(results: ClassResults):
    assert [(part.key, part.points) for part in results.parts[NAME]] == [(SLOPE, 15), (TEST, 3), (ESSAY, 5)]
    assert results.max_points(NAME) == 23
    points = {one.student: one.points for one in results.submissions}
    assert points == {"ben": 17.5, "lovelaceada": 18, "nunezana 4711": 12, "on paper": 15}


def test_what_a_person_gave_or_has_to_give_is_told(results: ClassResults):
    found = {one.student: one.scores for one in results.submissions}
    assert [score.waits for score in found["lovelaceada"]] == [False, False, True]
    by_hand = found["nunezana 4711"][0]
    assert (by_hand.diagnosis, by_hand.message) == ("no sign", "These points were given by hand.")
    assert (
        by_hand.review == "7 points by hand count, but they were given for an earlier answer, and the check gives 0 now"
    )


def test_students_of_canvas_have_the_name_of_the_first_cell_if_its_letters_are_those_of_the_file(results: ClassResults):
    names = {one.id: f"{one.first_name} {one.last_name}".strip() for one in results.students}
    assert names == {"lovelaceada": "Ada Lovelace", "nunezana 4711": "Ana Núñez", "ben": "", "on paper": ""}


def test_lateness_times_and_journals_are_told(results: ClassResults):
    told = {one.student: (one.late, one.time) for one in results.submissions}
    assert told["lovelaceada"] == ("Canvas marked it as late", "")
    assert told["nunezana 4711"] == ("it came 3 days and 1.5 hours after the due date", "")
    assert told["ben"] == ("", "2027-01-31 09:00")
    needs = {(one.what, one.students) for one in needs_attention(results)}
    assert ("A journal that cannot be read", ("ben",)) in needs
    assert ("One journal for several students", ("lovelaceada", "nunezana 4711")) in needs
