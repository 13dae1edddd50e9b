"""Minutes and points stand in chapters and syllabus as ``python -m tests.course_counts`` writes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scalinglab.exercises.building import STATED, state_minutes
from tests.course.notebooks import CHAPTERS, load
from tests.course_counts import MAP, SYLLABUS, chapter_written, map_written, syllabus_written

REMEDY = "run: python -m tests.course_counts"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_states_the_minutes_of_its_exercises(chapter: Path):
    assert chapter_written(chapter) == chapter.read_text(encoding="utf-8"), REMEDY


def test_the_syllabus_states_the_minutes_and_points_of_its_sessions():
    syllabus = SYLLABUS.read_text(encoding="utf-8")
    assert syllabus_written(syllabus) == syllabus, REMEDY
    outdated = re.sub(r"\| \d+ \| \d+ \|$", "| 1 | 2 |", syllabus, flags=re.MULTILINE)
    assert outdated != syllabus
    assert syllabus_written(outdated) == syllabus


def test_the_map_of_the_course_knows_the_chapters():
    assert map_written() == MAP.read_text(encoding="utf-8"), REMEDY


def test_minutes_that_are_out_of_date_are_written_anew(tmp_path: Path):
    chapter = next(path for path in CHAPTERS if path.stem.startswith("05"))
    text = chapter.read_text(encoding="utf-8")
    outdated = tmp_path / chapter.name
    changed = re.sub(r"and \d+ for the exercises", "and 7 for the exercises", text).replace(
        "| Next: [06 ", "| Next: [6 "
    )
    outdated.write_text(changed, encoding="utf-8")
    assert chapter_written(outdated) == text != outdated.read_text(encoding="utf-8")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_minutes_of_its_exercises_can_be_counted_in_the_notebook_alone(chapter: Path):
    """As an assignment does that gets an exercise of the instructor's own."""
    notebook = load(chapter)
    told = ["".join(cell["source"]) for cell in notebook["cells"]]
    for cell, text in zip(notebook["cells"], told, strict=True):
        cell["source"] = STATED.sub("0", text)
    state_minutes(notebook)
    assert ["".join(cell["source"]) for cell in notebook["cells"]] == told
