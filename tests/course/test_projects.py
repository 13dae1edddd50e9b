"""The open projects: one a part, with data that exist and a rubric that can be graded."""

from __future__ import annotations

import importlib
import json
import re

import pytest

from scalinglab.exercises import Journal, course_map
from scalinglab.exercises.progress.standing import standing
from scalinglab.tables import table, table_names
from tests.course.notebooks import CHAPTERS, COURSE
from tests.course.test_prose import SENTENCE, WORDS, paragraphs, sentences

TEXT = (COURSE / "projects.md").read_text(encoding="utf-8")
PROJECTS = re.findall(r"^## \d .*?(?=^## \d |\Z)", TEXT, re.MULTILINE | re.DOTALL)
each_project = pytest.mark.parametrize("project", PROJECTS, ids=lambda text: text.splitlines()[0][3:])
#: Where the functions come from that projects name.
MODULES = [f"scalinglab.{one}" for one in ("scaling_laws", "random_features", "tables", "compression", "training")]


def test_there_is_one_for_each_part_after_chapters_in_order():
    assert [text.split()[2] for text in PROJECTS] == ["Laws:", "Theory:", "Pruning:", "Tails:", "Compression:"]
    after = [re.findall(r"^\*After chapter (\d\d)\.\*$", text, re.MULTILINE) for text in PROJECTS]
    assert sorted(after) == after == [["03"], ["06"], ["08"], ["10"], ["12"]]
    assert {number for (number,) in after} < {chapter.stem[:2] for chapter in CHAPTERS}


@each_project
def test_it_has_a_question_what_to_hand_in_and_a_rubric_of_twenty_points(project: str):
    assert re.search(r"^\*\*.+\?.*\*\*$", project, re.MULTILINE)
    assert project.count("\n**Hand in** ") == 1
    points = [int(number) for number in re.findall(r"^\| [A-Z].+ \| (\d+) \|$", project, re.MULTILINE)]
    assert 4 <= len(points) <= 5
    assert sum(points) == 20


def public(name: str) -> bool:
    return any(name in getattr(importlib.import_module(module), "__all__", ()) for module in MODULES)


@each_project
def test_what_it_names_is_there(project: str):
    columns = {column for name in table_names() if f"`{name}`" in project for column in table(name)[0]}
    for code in re.findall(r"`([^`]+)`", project):
        if not code.startswith("scalinglab."):
            name = code.partition("(")[0]
            assert name in table_names() or name in columns or public(name), code
        else:
            assert code in MODULES


@each_project
def test_it_can_be_read_once(project: str):
    for paragraph in paragraphs(project):
        assert len(paragraph.split()) <= WORDS
        assert [one for one in sentences(paragraph) if len(one.split()) > SENTENCE] == []


def test_the_map_the_syllabus_and_the_readme_lead_there(tmp_path, monkeypatch):
    assert "](projects.md)" in (COURSE / "syllabus.md").read_text(encoding="utf-8")
    assert "](course/projects.md)" in (COURSE.parent / "README.md").read_text(encoding="utf-8")
    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(tmp_path / "predictions.json"))
    assert standing(Journal(), folder=COURSE)["projects"] == "projects.md"
    monkeypatch.chdir(COURSE)
    assert '<a href="projects.md">' in course_map().words()
    monkeypatch.chdir(tmp_path)
    assert "projects.md" not in json.dumps(course_map().standing)
