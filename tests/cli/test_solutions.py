"""``scalinglab solutions``: solved notebooks beside nothing else, and a sentence for what cannot be done."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest

from scalinglab.cli import main
from scalinglab.exercises import build_solved
from scalinglab.exercises.building import linked_from
from tests.course.notebooks import CHAPTERS, COURSE


def test_the_solved_notebooks_are_those_that_are_built(tmp_path, capsys):
    assert main(["solutions", "5", "12_dynamical_lottery_ticket.ipynb", "05", "--out", str(tmp_path)]) == 0
    names = ["05_random_features_solved.ipynb", "12_dynamical_lottery_ticket_solved.ipynb"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert capsys.readouterr().out == "".join(f"Written to {tmp_path / name}.\n" for name in names)
    for name in names:
        chapter = COURSE / name.replace("_solved", "")
        solved = build_solved(chapter, COURSE / "solutions" / f"chapter_{chapter.stem[:2]}.py")
        wanted = linked_from(solved, Path(os.path.relpath(COURSE, tmp_path)).as_posix())
        assert json.loads((tmp_path / name).read_text(encoding="utf-8")) == wanted


def test_links_lead_to_the_chapters_from_wherever_it_is_written(tmp_path):
    course, out = tmp_path / "the course", tmp_path / "out"
    shutil.copytree(COURSE, course, ignore=shutil.ignore_patterns(".*"))
    out.mkdir()
    for place in (course, out):  # what lies solved in the course is not taken for the chapter afterwards
        assert main(["solutions", "5", "--course", str(course), "--out", str(place)]) == 0
        text = (place / "05_random_features_solved.ipynb").read_text(encoding="utf-8")
        links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
        assert len(links) == 7
        assert all((place / unquote(link)).is_file() for link in links), links


@pytest.mark.parametrize("chapter", [path for path in CHAPTERS if path.stem[:2] < "13"], ids=lambda path: path.stem)
def test_every_chapter_with_exercises_can_be_built(chapter, tmp_path):
    assert main(["solutions", chapter.stem, "--out", str(tmp_path)]) == 0


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["99"], "chapter must be one of 00, 01, 02, 03, 04, 05, 06, 07, 08, 09, 10, 11, 12, 13, got '99'"),
        (["05_other_name"], "chapter must be one of 00, 01"),
        (["random"], "chapter must be one of 00, 01"),
        (["13"], "chapter 13 has no solutions: "),
        (["5", "99"], "chapter must be one of 00, 01"),
        (["5", "--out", "nowhere"], "out must be a folder that exists, and nowhere is none"),
        (["5", "--course", "nowhere"], "course must be a folder of notebooks, and nowhere is not a folder"),
    ],
)
def test_what_cannot_be_built_is_one_sentence_and_nothing_is_written(given, sentence, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    course = [] if "--course" in given else ["--course", str(COURSE)]
    assert main(["solutions", *given, *course]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"scalinglab solutions: {sentence}")
    assert len(error.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path, capsys):
    (tmp_path / "06_compute_optimal_solved.ipynb").write_text("mine")
    assert main(["solutions", "05", "06", "--out", str(tmp_path)]) == 2
    assert "out must hold none of the solved notebooks yet" in capsys.readouterr().err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_a_course_without_the_solutions_says_so(tmp_path, capsys):
    shutil.copy(COURSE / "05_random_features.ipynb", tmp_path)
    assert main(["solutions", "5", "--course", str(tmp_path), "--out", str(tmp_path)]) == 2
    assert "chapter 05 has no solutions" in capsys.readouterr().err
