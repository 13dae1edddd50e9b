"""Which cells are whose answer, in real sources, wherever a student puts it."""

from __future__ import annotations

from typing import Any

import pytest

from scalinglab.classroom.alike.answers import UNREADABLE, Assignment
from scalinglab.exercises.bank import find
from tests.classroom.hostile_answers import RIGHT_SLOPE, RIGHT_SPREAD, WRONG_SLOPE
from tests.classroom.made import ESSAY, FIRST, SLOPE, SPREAD, code, exercise_cells_of, instructors_own, place_of, write

CHECKS = {f"{key}-check": find(key).name for key in (SLOPE, SPREAD)}


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    wanted = (SLOPE, SPREAD)
    cells = [one for one in exercise_cells_of("01") if one["metadata"]["nbgrader"]["grade_id"].startswith(wanted)]
    return Assignment([code(FIRST), *cells, *instructors_own()], CHECKS)


def handed_in(assignment: Assignment) -> dict[str, Any]:
    """The released notebook, whose cells a test may change."""
    cells = [{**cell, "source": cell["source"]} for cell in assignment.cells]
    work = {"cells": cells}
    for key in (SLOPE, SPREAD):
        stub = "".join(cells[place_of(work, key)]["source"]).partition("### BEGIN SOLUTION")[0]
        write(work, key, stub)
    return work


def test_an_untouched_release_holds_no_answer(assignment: Assignment):
    assert assignment.answers_in(handed_in(assignment)["cells"]) == {}


def test_the_published_solutions_are_known(assignment: Assignment):
    assert set(assignment.published) == set(CHECKS)
    work = handed_in(assignment)
    write(
        work,
        SLOPE,
        "import numpy\ndef exponent(n, e):\n    s, _ = numpy.polyfit(numpy.log(n), numpy.log(e), 1)\n    return -s",
    )
    found = assignment.answers_in(work["cells"])
    assert found[f"{SLOPE}-check"].same == assignment.published[f"{SLOPE}-check"].same
    assert list(found) == [f"{SLOPE}-check"]


def test_an_answer_is_found_wherever_it_stands(assignment: Assignment):
    """In its cell, in one before it that is the student's own, split in two, or before a check that became text."""
    places = []
    for change in ("cell", "own", "split", "lines"):
        work = handed_in(assignment)
        place = place_of(work, SLOPE)
        if change == "cell":
            write(work, SLOPE, RIGHT_SLOPE)
        elif change == "own":
            work["cells"].insert(1, code(RIGHT_SLOPE))
            write(work, SLOPE, "")
        elif change == "lines":
            write(work, SLOPE, RIGHT_SLOPE.splitlines(keepends=True))  # pyright: ignore[reportArgumentType]
        else:
            upper, lower = RIGHT_SLOPE.split("\n\n\n")
            work["cells"][place : place + 1] = [code(upper), code("%time 1\nprint('mine')"), code(lower)]
        places.append(assignment.answers_in(work["cells"])[f"{SLOPE}-check"])
    assert len({form.same for form in places}) == 1
    assert places[0].size > 20


def test_an_answer_that_python_cannot_read_is_told_as_such(assignment: Assignment):
    work = handed_in(assignment)
    write(work, SLOPE, "def exponent(sizes, errors)\n    return 1")
    write(work, SPREAD, RIGHT_SPREAD)
    found = assignment.answers_in(work["cells"])
    assert found[f"{SLOPE}-check"] == UNREADABLE
    assert found[f"{SPREAD}-check"].size > 10


def test_another_answer_and_the_other_exercise_do_not_count(assignment: Assignment):
    forms = []
    for slope in (RIGHT_SLOPE, WRONG_SLOPE):
        work = handed_in(assignment)
        write(work, SLOPE, slope)
        write(work, SPREAD, RIGHT_SPREAD)
        forms.append(assignment.answers_in(work["cells"]))
    assert forms[0][f"{SLOPE}-check"].same != forms[1][f"{SLOPE}-check"].same
    assert forms[0][f"{SPREAD}-check"] == forms[1][f"{SPREAD}-check"]


def test_an_essay_is_compared_by_its_words(assignment: Assignment):
    work = handed_in(assignment)
    assert assignment.in_words >= {ESSAY}
    work["cells"][place_of(work, ESSAY)]["source"] = "The step is too large, so the loss\nrises."
    form = assignment.answers_in(work["cells"])[ESSAY]
    work["cells"][place_of(work, ESSAY)]["source"] = "the step is TOO large so the loss rises"
    assert assignment.answers_in(work["cells"])[ESSAY].same == form.same
    assert form.size == 9
