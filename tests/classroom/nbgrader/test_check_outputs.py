"""What nbgrader reads from the cell of a check is what the check meant, whatever else reached its outputs."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

from scalinglab.classroom.nbgrader.check_outputs import settle
from scalinglab.exercises.check_result import MARK, CheckResult

OURS = 'from scalinglab.exercises import check\n\ncheck("01-exponent", exponent, student=student).mark'
OWN = "assert exponent([1], [2]) == 0\n0.5"


def cell(source: str, *outputs: Any, worth: float = 10, solution: bool = False) -> Any:
    told = {"grade_id": "a", "grade": True, "solution": solution, "locked": not solution, "points": worth}
    return new_code_cell(source, outputs=list(outputs), metadata={"nbgrader": told | {"schema_version": 3}})


def shown(points: int, most: int = 10) -> Any:
    result = CheckResult("01-exponent", points, most, attempted=True, message="All 3 cases agree.")
    return new_output("execute_result", data=result.mark._repr_mimebundle_())


def number(text: str) -> Any:
    return new_output("execute_result", data={"text/plain": text})


def stderr(text: str) -> Any:
    return new_output("stream", name="stderr", text=text)


@pytest.mark.parametrize(
    ("made", "points"),
    [
        (cell(OURS, stderr("\n"), shown(10)), 10),
        (cell(OURS, shown(10), stderr("\n\n")), 10),
        (cell(OURS, stderr(""), shown(0)), 0),
        (cell(OURS, stderr("UserWarning: x\n"), shown(10)), 10),
        (cell(OURS), 0),  # a kernel that shows no last value: nbgrader would give full points
        (cell(OURS, number("10.0")), 0),
        (cell(OURS, number("10.0"), shown(0)), 0),
        (cell(OURS, new_output("error", ename="NameError", evalue="exponent")), 0),
        (cell(OURS, shown(10), worth=30), 30),
        (cell(OURS, shown(5), worth=30), 15),
        (cell(OURS, shown(20, 20), worth=7.5), 7.5),
        (cell(OURS, shown(0), worth=30), 0),
        (cell(OWN), 10),
        (cell(OWN, stderr("\n")), 10),
        (cell(OWN, number("-1")), 0),
        (cell(OWN, number("-0.5")), 0),
        (cell(OWN, number("nan")), 0),
        (cell(OWN, number("0.5")), 0.5),
        (cell(OWN, number("'well done'")), 10),  # as nbgrader has it
        (cell(OWN, stderr("\n"), new_output("error", ename="AssertionError", evalue="")), 0),
    ],
)
def test_points_are_those_that_the_check_meant(made, points):
    settle(made)
    assert determine_grade(made) == (points, made.metadata.nbgrader.points)
    before = nbformat.from_dict(made)
    assert not settle(made)  # once is enough
    assert made == before


def test_points_of_the_source_are_shown_in_the_box_and_in_the_mark():
    made = cell(OURS, shown(10), worth=30)
    assert settle(made)
    (output,) = made.outputs
    assert (output.data[MARK]["points"], output.data[MARK]["max_points"]) == (30, 30)
    assert "(01-exponent, 30 of 30 points)" in output.data["text/html"]


def test_what_a_person_grades_and_all_other_cells_stay_as_they_are():
    for made in (cell("x", stderr("\n"), number("-1"), solution=True), new_code_cell("x", outputs=[stderr("\n")])):
        before = nbformat.from_dict(made)
        assert not settle(made)
        assert made == before
