"""A class is graded without stopping: each gets the right score or a named failure; a second run changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scalinglab.classroom import Limits, gather, grade_class
from scalinglab.classroom.nbgrader.class_folder import CONFIG
from scalinglab.classroom.results import ClassResults
from tests.classroom.handed_in import CLASS, FULL, SLOPE, SPREAD
from tests.classroom.made import exercise_cells_of, hand_in, made_class_folder, released

#: One worker makes the class, once.
pytestmark = pytest.mark.xdist_group("class")
NAME = "01_made"
#: The endless loop that cannot be stopped lasts as long as this lets it; all others end by themselves.
LIMITS = Limits(minutes=0.75, gigabytes=1.5)


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class, graded once."""
    cells = [
        cell for cell in exercise_cells_of("01") if cell["metadata"]["nbgrader"]["grade_id"].startswith((SLOPE, SPREAD))
    ]
    class_folder = made_class_folder(tmp_path_factory.mktemp("class") / "class", NAME, *cells)
    settings = class_folder / CONFIG
    settings.write_text(settings.read_text().replace("Execute.timeout = 60", "Execute.timeout = 10"))
    for student, made in CLASS.items():
        if callable(made.work):
            work = released(class_folder, NAME)
            made.work(work)
            hand_in(class_folder, student, NAME, work)
        else:
            hand_in(class_folder, student, NAME, made.work)
    (class_folder / "submitted" / "forgot the file" / NAME).mkdir(parents=True)
    grade_class(class_folder, limits=LIMITS, jobs=2)
    return class_folder


@pytest.fixture(scope="module")
def results(class_folder: Path) -> ClassResults:
    return gather(class_folder)


def test_it_is_a_class_of_thirty_and_nothing_is_lost(results: ClassResults):
    assert len(CLASS) >= 30
    assert {one.student for one in results.submissions} == {*CLASS, "forgot the file"}


@pytest.mark.parametrize("student", CLASS)
def test_each_gets_the_right_score_or_a_named_failure(results: ClassResults, class_folder: Path, student: str):
    made, found = CLASS[student], results.by_student()[student, NAME]
    page = class_folder / "feedback" / student / NAME / f"{NAME}.html"
    assert page.is_file()
    if made.points is None:
        assert made.problem in found.problem
        assert found.points is None
        assert "could not be graded" in page.read_text(encoding="utf-8")
        return
    assert found.problem == ""
    assert {score.key: score.points for score in found.scores} == made.points
    assert {score.key: score.max_points for score in found.scores} == FULL
    assert made.told in found.scores[0].message


def test_a_folder_without_the_notebook_is_told(results: ClassResults):
    found = results.by_student()["forgot the file", NAME]
    assert found.problem == f"there is no file {NAME}.ipynb in what was handed in"


def test_names_of_the_first_cell_are_read(results: ClassResults):
    names = {one.student: one.name for one in results.submissions if one.name}
    assert names == {"José Núñez": "José Núñez", "李 小龙": "李 小龙 🐉", "O'Brien, Zoë  (B)": 'O\'Brien "Zoë" \\ '}


def test_the_truth_of_the_prediction_is_known(results: ClassResults):
    (question,) = results.questions
    assert (question.key, question.text, question.truth) == ("01-made", "How many bits hold a byte?", 8)


def test_what_was_handed_in_stays_as_it_was(class_folder: Path):
    for student, made in CLASS.items():
        if isinstance(made.work, bytes):
            assert (class_folder / "submitted" / student / NAME / f"{NAME}.ipynb").read_bytes() == made.work


def test_a_second_run_changes_nothing(class_folder: Path, results: ClassResults):
    before = contents(class_folder)
    said: list[str] = []
    grade_class(class_folder, limits=LIMITS, say=said.append)
    assert said == []
    assert gather(class_folder) == results
    assert contents(class_folder) == before


def test_a_changed_submission_is_graded_again_and_only_that(class_folder: Path, results: ClassResults):
    file = class_folder / "submitted" / "blank" / NAME / f"{NAME}.ipynb"
    kept = file.read_bytes()
    work = json.loads(kept)
    CLASS["right"].work(work)  # type: ignore[operator]
    said: list[str] = []
    try:
        file.write_text(json.dumps(work), encoding="utf-8")
        grade_class(class_folder, limits=LIMITS, say=said.append)
        found = gather(class_folder).by_student()["blank", NAME]
    finally:
        file.write_bytes(kept)
    assert said == [f"1 of 1: {NAME}, blank: graded"]
    assert {score.key: score.points for score in found.scores} == FULL


def contents(class_folder: Path) -> dict[str, bytes]:
    """All files of a class but the gradebook, which SQLite may write anew without a change."""
    return {
        str(path.relative_to(class_folder)): path.read_bytes()
        for path in sorted(class_folder.rglob("*"))
        if path.is_file() and path.name != "gradebook.db"
    }
