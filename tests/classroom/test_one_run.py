"""One command at a time works in the folder of a class, and cleans up after one that was killed."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from scalinglab.classroom import assign, collect, grade_class, one_run, read_results
from scalinglab.classroom.grading.already_graded import HandedIn, Records
from scalinglab.classroom.grading.whole_class import _grade
from scalinglab.classroom.nbgrader.client import DEFAULT_LIMITS, KERNEL_DIED, NO_ANSWER, Outcome
from scalinglab.classroom.one_run import only_run
from tests.classroom.downloads import course, notebook, tree, zipped
from tests.course.notebooks import CHAPTERS, COURSE


def test_a_second_command_is_told_so_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(one_run, "_PATIENCE", 0.0)
    place = course(tmp_path)
    settings = place / "nbgrader_config.py"
    settings.write_text("# scalinglab.classroom\n")
    work = zipped(tmp_path / "all.zip", {"ana/05_random_features.ipynb": notebook()})
    chapter = CHAPTERS[1]
    solutions = COURSE / "solutions" / f"chapter_{chapter.stem[:2]}.py"
    before = tree(place)
    with only_run(place):
        for command in (
            lambda: collect(place, [work]),
            lambda: grade_class(place),
            lambda: assign(place, {chapter: solutions}),
            lambda: read_results(place),
        ):
            with pytest.raises(ValueError, match="another scalinglab command is at work in"):
                command()
        assert tree(place) == before
    assert collect(place, [work]).students == ("ana",)


def test_what_a_killed_run_left_goes_with_the_next_one_of_its_class_and_only_that(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    first, second = course(tmp_path / "1"), course(tmp_path / "2")
    with only_run(first) as left:
        (left / "half").mkdir()
    (left / "half").mkdir(parents=True)  # as SIGKILL leaves it
    with only_run(second) as other:
        assert left.exists()
        with only_run(first) as now:
            assert not left.exists()
            assert other.exists()
        assert not now.exists()


class Team:
    """Answers with one outcome after the other."""

    def __init__(self, *problems: str) -> None:
        self.left = [Outcome("", problem, "", 0.0) for problem in problems]

    def run(self, *_: object, **__: object) -> Outcome:
        return self.left.pop(0)


@pytest.mark.parametrize(
    ("problems", "told", "left"),
    [
        ((KERNEL_DIED, ""), "", 0),
        ((NO_ANSWER, ""), "", 0),
        ((KERNEL_DIED, KERNEL_DIED), f"{KERNEL_DIED}, twice: its code ended it, or memory ran out", 0),
        (("it ran longer than 5 minutes", ""), "it ran longer than 5 minutes", 1),
        (("", ""), "", 1),
    ],
)
def test_a_kernel_that_died_is_tried_again_once(tmp_path: Path, problems, told, left):
    place = course(tmp_path)
    file = place / "submitted" / "ana" / "05_random_features" / "05_random_features.ipynb"
    file.parent.mkdir(parents=True)
    file.write_bytes(notebook())
    team = Team(*problems)
    work = HandedIn("05_random_features", "ana", "")
    assert _grade(team, place, work, Records(place), DEFAULT_LIMITS) == (told, {})  # type: ignore[arg-type]
    assert len(team.left) == left
