"""The syllabi: sessions are as long as said, minutes and points are the chapters' own, and nothing comes too early."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from scalinglab.cli import COMMANDS, lab
from tests.chapter_table import LIMIT, counts, minutes
from tests.course.notebooks import CHAPTERS, COURSE, code_cells, prose

TEXT = (COURSE / "syllabus.md").read_text(encoding="utf-8")
BY_NUMBER = {path.stem[:2]: path for path in CHAPTERS}
#: Each syllabus: its heading, how many sessions it says there are, of how many minutes.
SYLLABI = {"A lecture of": (1, 90), "A week of": (5, 150), "A term of": (13, 90)}


def section(heading: str) -> str:
    (found,) = re.findall(rf"^## {heading}.*?(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    return found


def rows(heading: str) -> list[list[str]]:
    """The cells of the table's body, the line of sums last."""
    return [
        line.strip("| ").split(" | ") for line in re.findall(r"^\| (?:\d+|all) \|.*$", section(heading), re.MULTILINE)
    ]


each_syllabus = pytest.mark.parametrize("heading", SYLLABI)


@each_syllabus
def test_it_has_the_sessions_of_its_heading(heading: str):
    count, length = SYLLABI[heading]
    title = section(heading).splitlines()[0]
    assert f"of {length} minutes" in title
    assert {1: "lecture", 5: "five sessions", 13: "13 weeks"}[count] in title
    *sessions, _ = rows(heading)
    assert [row[0] for row in sessions] == [str(number + 1) for number in range(count)]
    assert all(int(in_class) + int(discuss) == length for *_, in_class, discuss, _, _ in sessions)


@each_syllabus
def test_minutes_and_points_are_those_of_the_chapters(heading: str):
    *sessions, total = rows(heading)
    for _, chapters, _, in_class, _, assigned, points in sessions:
        each = [BY_NUMBER[number] for number in chapters.split(", ")]
        assert int(in_class) == sum(minutes(chapter)[0] for chapter in each)
        assert int(assigned) == sum(minutes(chapter)[1] for chapter in each)
        assert int(points) == sum(counts(chapter)[1] for chapter in each)
    sums = [sum(int(row[column]) for row in sessions) for column in range(3, 7)]
    assert [int(cell) for cell in total[-4:]] == sums


@each_syllabus
def test_a_chapter_comes_once_and_after_all_that_it_needs(heading: str):
    *sessions, _ = rows(heading)
    order = [number for row in sessions for number in row[1].split(", ")]
    assert len(set(order)) == len(order)
    for place, number in enumerate(order):
        (needs,) = re.findall(r"Needs: ([^.;]*)[.;]", prose(BY_NUMBER[number]))
        assert set(re.findall(r"\d\d", needs)) <= set(order[:place])


def test_the_term_leaves_nothing_out_and_the_week_says_what_it_does():
    taught = {heading: " ".join(row[1] for row in rows(heading)) for heading in SYLLABI}
    left_out = [number for number in BY_NUMBER if number not in taught["A week of"]]
    assert all(number in taught["A term of"] for number in BY_NUMBER)
    assert f"Chapters {', '.join(left_out[:-1])} and {left_out[-1]} are left" in section("A week of")


@each_syllabus
def test_the_panels_to_show_are_there(heading: str):
    *sessions, _ = rows(heading)
    for _, chapters, panels, *_ in sessions:
        titles = [
            title
            for number in chapters.split(", ")
            for cell in code_cells(BY_NUMBER[number])
            for title in re.findall(r'title="([^"]+)"', cell)
            if "Panel(" in cell
        ]
        shown = re.findall(r"\*([^*]+)\*", panels)
        assert shown
        assert set(shown) <= set(titles)


def test_the_settings_for_a_hub_are_those_of_the_command():
    (code,) = re.findall(r"```\n(here = .*?)\n```", TEXT, re.DOTALL)
    spawner = SimpleNamespace()
    exec(compile(code, "jupyterhub_config.py", "exec"), {"c": SimpleNamespace(Spawner=spawner)})
    wanted = lab.ALLOCATOR | {"OMP_NUM_THREADS": "1"}
    assert wanted.items() <= spawner.environment.items()
    for folder in spawner.environment["JUPYTER_CONFIG_PATH"].split(":"):
        assert (COURSE.parent / folder.removeprefix("/opt/scalinglab/")).is_dir()
    assert f"No chapter needs more than {LIMIT} MB" in TEXT
    # A server and a chapter, or two.
    assert int(spawner.mem_guarantee.removesuffix("G")) * 1000 > LIMIT + 130
    assert int(spawner.mem_limit.removesuffix("G")) * 1000 > 2 * LIMIT + 130


def test_what_it_names_is_there():
    for target in re.findall(r"\]\((?!https?://)([^)]+)\)", TEXT):
        assert (COURSE / target).exists(), target
    assert "course/syllabus.md" in (COURSE.parent / "README.md").read_text(encoding="utf-8")
    for command in re.findall(r"`scalinglab (\w+)", TEXT):
        assert command in COMMANDS
