"""A class is graded without stopping: each gets the right score or a named failure; a second run changes nothing."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scalinglab.classroom import Limits, grade_class
from scalinglab.classroom.nbgrader.class_folder import CONFIG, mended_settings
from scalinglab.classroom.results import ClassResults
from tests.classroom.handed_in import CLASS, RIGHT_SLOPE, WORTH, both, format_3
from tests.classroom.made import ESSAY, NAME, SLOPE, SPREAD, hand_in, place_of, released, two_exercises, write
from tests.classroom.places import feedback_of, four_places, gradebook

#: One worker makes the class, once.
pytestmark = pytest.mark.xdist_group("class")
#: The endless loop that cannot be stopped lasts as long as this lets it; all others end by themselves.
LIMITS = Limits(minutes=0.75, gigabytes=1.5)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ClassResults]:
    """The class, graded once, and what is known about it."""
    class_folder = two_exercises(tmp_path_factory, tmp_path_factory.mktemp("class") / "class")
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
    return class_folder, grade_class(class_folder, limits=LIMITS, jobs=2)


@pytest.fixture(scope="module")
def class_folder(graded: tuple[Path, ClassResults]) -> Path:
    return graded[0]


@pytest.fixture(scope="module")
def results(graded: tuple[Path, ClassResults]) -> ClassResults:
    return graded[1]


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
    assert {score.key: score.max_points for score in found.scores} == WORTH
    assert made.told in found.scores[0].message


def test_a_folder_without_the_notebook_is_told(results: ClassResults):
    found = results.by_student()["forgot the file", NAME]
    assert found.problem == f"there is no file {NAME}.ipynb in what was handed in"


def test_names_of_the_first_cell_are_read(results: ClassResults):
    names = {one.student: one.name for one in results.submissions if one.name}
    assert names == {
        "José Núñez": "José Núñez",
        "李 小龙": "李 小龙 🐉",
        "O'Brien, Zoë  (B)": 'O\'Brien "Zoë" \\ ',
        "turned, merged, split": "Eve",
    }


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
    assert grade_class(class_folder, limits=LIMITS, say=said.append) == results
    assert said == []
    assert contents(class_folder) == before


def test_a_class_that_version_0_1_0_graded_by_half_is_graded_to_its_end(
    class_folder: Path, results: ClassResults, tmp_path: Path
):
    """Its settings name the old package; what changed since is graded again, and what they gave wrong points to.

    Meanwhile the instructor has graded two cells by hand, takes ten points off for lateness, and has a due date.
    """
    half = Path(shutil.copytree(class_folder, tmp_path / "class"))
    few = {"blank", "right", "wrong", "12345", "newlines inside", "takes all memory", "no notebook"}
    for folder in (half / "submitted").iterdir():
        if folder.name not in few:
            shutil.rmtree(folder)  # the points of these stay in the gradebook
    (half / CONFIG).write_text(SETTINGS_OF_0_1_0 + TEN_OFF)
    source = digest_of_0_1_0(half / "source" / NAME)
    known = {
        one.student: {
            "digest": digest_of_0_1_0(half / "submitted" / one.student / NAME, source),
            "problem": one.problem,
        }
        for one in results.submissions
        if one.student in few
    }
    kept = {"references": {}, "submissions": {NAME: known}}
    (half / "grades" / "graded.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False, sort_keys=True))

    hand_in_again(half, "blank", both())
    misread(half / "autograded" / "newlines inside" / NAME / f"{NAME}.ipynb")
    (half / "submitted" / "12345" / NAME / "timestamp.txt").write_text("2027-03-02 00:00:00 UTC")
    for stray in ("submitted/right/01_made/.DS_Store", "submitted/wrong/01_made/predictions.json", "source/01_made/.x"):
        (half / stray).write_text("stray")
    by_hand(half, "wrong", f"{SLOPE}-check", 7, comment="The sign is all that is wrong.")
    by_hand(half, "right", ESSAY, 4)
    with gradebook(half) as book:
        book.update_or_create_assignment(NAME, duedate="2027-03-01 00:00:00 UTC")
    said: list[str] = []
    found = grade_class(half, limits=LIMITS, jobs=2, say=said.append)
    assert re.sub(r"\d+ seconds", "N seconds", said[1]) == f"{NAME}: the solution gets full marks here, in N seconds"
    assert said[0] == f"{CONFIG}: a newline on stderr takes no points away any more; graded again: newlines inside"
    assert {one.partition(": ")[2] for one in said[2:5]} == {
        f"{NAME}, {who}: graded" for who in ("12345", "blank", "newlines inside")
    }
    assert mended_settings(half) == ""
    assert f"{NAME}, wrong: feedback written anew" in said
    points = {"blank": 33, "newlines inside": 33, "12345": 23, "wrong": 30, "right": 37}
    assert four_places(half, NAME, found, points) == {who: (number,) * 4 for who, number in points.items()}
    assert "The sign is all that is wrong." in feedback_of(half, NAME, "wrong")
    others = [one for one in found.submissions if one.student not in points]
    for one in others:
        before = results.by_student()[one.student, NAME]
        assert replace(one, journal="", untimed=False) == replace(before, journal="")
    # A due date was entered since, and nobody knows when the notebooks that are there came.
    assert {one.student for one in others if one.untimed} == few - set(points)
    a_later_answer(half)


def a_later_answer(half: Path) -> None:
    """A point by hand gives way to a check that gives more, stays where the check gives less, and both are told."""
    hand_in_again(half, "wrong", both())
    by_hand(half, "blank", f"{SLOPE}-check", 6)
    hand_in_again(half, "blank", both(slope=RIGHT_SLOPE.replace("return -", "return 2 * ")))
    by_hand(half, "12345", f"{SPREAD}-check", 12)
    hand_in_again(half, "12345", lambda work: format_3(work) or write(work, ESSAY, "Because."))
    said: list[str] = []
    found = grade_class(half, limits=LIMITS, jobs=2, say=said.append)
    assert len(said) == 3
    points = {"wrong": 33, "blank": 29, "12345": 15}
    assert four_places(half, NAME, found, points) == {who: (number,) * 4 for who, number in points.items()}
    reviews = {one.student: [score.review for score in one.scores if score.review] for one in found.submissions}
    assert {who: told for who, told in reviews.items() if told} == {
        "wrong": ["7 points by hand for an earlier answer gave way to the 10 of the check"],
        "blank": ["6 points by hand count, but they were given for an earlier answer, and the check gives 0 now"],
    }
    waits = [one.student for one in found.submissions for score in one.scores if score.waits]
    assert waits == ["12345"]  # whose essay is new


def hand_in_again(class_folder: Path, student: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Hand in another notebook in the place of the one that is there; files beside it stay."""
    work = released(class_folder, NAME)
    change(work)
    (class_folder / "submitted" / student / NAME / f"{NAME}.ipynb").write_text(json.dumps(work), encoding="utf-8")


def by_hand(class_folder: Path, student: str, cell: str, points: float, comment: str = "") -> None:
    """Give points as formgrader does."""
    with gradebook(class_folder) as book:
        grade = book.find_grade(cell, NAME, NAME, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        if comment:
            book.find_comment(cell.removesuffix("-check"), NAME, NAME, student).manual_comment = comment
        book.db.commit()


def misread(notebook: Path) -> None:
    """Put the newline into the cell of the first check that these settings left there, and nbgrader gave 0 for."""
    work = json.loads(notebook.read_bytes())
    outputs = work["cells"][place_of(work, f"{SLOPE}-check")]["outputs"]
    outputs.insert(0, {"output_type": "stream", "name": "stderr", "text": ["\n"]})
    notebook.unlink()
    notebook.write_text(json.dumps(work), encoding="utf-8")


#: Late penalties by a plugin of the instructor's own.
TEN_OFF = """
from nbgrader.plugins import BasePlugin


class TenOff(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 10


c.AssignLatePenalties.plugin_class = TenOff
"""
#: What ``assign`` of version 0.1.0 wrote, but for the seconds of a cell.
SETTINGS_OF_0_1_0 = '''"""nbgrader's settings for this course; written by `scalinglab assign`, and yours to change."""

from scalinglab.exercises.assignments.restoring import SANITIZE

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "scalinglab"
# A student's stub is the chapter's own, so that an untouched notebook runs to its end.
c.ClearSolutions.code_stub = {"python": ""}
# Cells that a student deleted come back; what a student's code writes to stderr takes no points away.
c.Autograde.sanitize_preprocessors = SANITIZE
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "."
# Seconds for one cell; `scalinglab grade` has a limit for a whole notebook beside it.
c.Execute.timeout = 10
c.LimitOutput.max_lines = 200
'''


def digest_of_0_1_0(folder: Path, *also: str) -> str:
    """By what version 0.1.0 knew the files of a folder, as it is in its ``graded.json``."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n" for path in files]
    return hashlib.sha256("".join([*lines, *also]).encode()).hexdigest()


def contents(class_folder: Path) -> dict[str, bytes]:
    """All files of a class but the gradebook, which SQLite may write anew without a change."""
    return {
        str(path.relative_to(class_folder)): path.read_bytes()
        for path in sorted(class_folder.rglob("*"))
        if path.is_file() and path.name != "gradebook.db"
    }
