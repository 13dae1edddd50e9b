"""How exercises, quiz, take-away and further reading stand in a chapter; holds for every chapter there is."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

from scalinglab.bibliography import cite
from scalinglab.exercises import CheckResult, Exercise, all_exercises
from scalinglab.exercises.building import exercise_cells
from tests.course.executed import Chapter
from tests.course.notebooks import CHAPTERS, code_cells, load, source

DIFFICULTIES = ("easy", "medium", "hard")
POINTS = {"easy": 10, "medium": 15, "hard": 20}

each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
#: Chapter 00 shows how all this works, with one exercise and no quiz.
each_full_chapter = pytest.mark.parametrize(
    "chapter", [path for path in CHAPTERS if path.stem[:2] > "00"], ids=lambda path: path.stem
)
#: The capstone is an exercise as a whole.
each_with_exercises = pytest.mark.parametrize(
    "chapter", [path for path in CHAPTERS if "00" < path.stem[:2] < "13"], ids=lambda path: path.stem
)


def exercises(chapter: Path) -> list[Exercise]:
    return [one for one in all_exercises() if one.key[:2] == chapter.stem[:2]]


def test_what_the_box_of_a_check_says_can_be_done(chapter: Chapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In the notebook as it is: the names are those of its own cells."""
    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(tmp_path / "predictions.json"))
    boxes = [one.value for one in chapter.shown if isinstance(one.value, CheckResult)]
    assert [box.key for box in boxes] == [one.key for one in exercises(chapter.path)]
    for box in boxes:
        (told,) = re.findall(r"run `(hint\(.+?\))`", box.notes[-1])
        assert len(eval(told, chapter.names).texts) == 1
        assert "press **Hint**" in box.notes[-1]
        assert "application/vnd.jupyter.widget-view+json" in box._repr_mimebundle_()
        assert "in place of the line with `raise`" in box.message


def after(chapter: Path, heading: str) -> list[dict]:
    """The cells from the one that begins with a heading on."""
    cells = load(chapter)["cells"]
    places = [place for place, cell in enumerate(cells) if re.search(rf"^## {heading}$", source(cell), re.MULTILINE)]
    assert len(places) == 1, f"{heading} stands {len(places)} times"
    return cells[places[0] :]


@each_with_exercises
def test_three_to_five_exercises_go_from_a_warm_up_to_a_hard_one(chapter: Path):
    found = exercises(chapter)
    assert 3 <= len(found) <= 5
    grades = [DIFFICULTIES.index(one.difficulty) for one in found]
    assert grades == sorted(grades)
    assert (found[0].difficulty, found[-1].difficulty) == ("easy", "hard")
    assert any(one.difficulty == "medium" for one in found)
    assert found[0].minutes <= 10 < found[-1].minutes


@each_chapter
def test_points_follow_the_difficulty(chapter: Path):
    for one in exercises(chapter):
        assert one.points == POINTS[one.difficulty]


@each_chapter
def test_the_notebook_asks_the_exercises_of_the_bank_in_their_order(chapter: Path):
    notebook = load(chapter)
    assert list(exercise_cells(notebook)) == [one.key for one in exercises(chapter)]


@each_chapter
def test_an_exercise_says_what_the_bank_says(chapter: Path):
    notebook = load(chapter)
    for one in exercises(chapter):
        place = exercise_cells(notebook)[one.key]
        text, stub, check = (source(notebook["cells"][at]) for at in (place - 1, place, place + 1))
        assert f"**{one.title}" in text or chapter.stem[:2] == "00"
        assert text.endswith(f"*{one.difficulty.capitalize()}, {one.minutes} minutes, {one.points} points.*")
        assert f"`{one.name}(" in text or f"`{one.name}`" in text
        (function,) = ast.parse(stub).body
        assert isinstance(function, ast.FunctionDef)
        assert [argument.arg for argument in function.args.args] == list(one.arguments)
        assert check == f'check("{one.key}", {one.name}, student=student)'


@each_chapter
def test_a_reader_of_the_panels_alone_cannot_pass(chapter: Path):
    """Every answer is a function that is called on numbers of one's own, never a single number to be read off."""
    for one in exercises(chapter):
        cases = one.draw(1)
        answers = [one.oracle(*case) for case in cases]
        assert len(cases) >= 2
        assert len({repr(answer) for answer in answers}) >= 2


@each_full_chapter
def test_the_quiz_stands_between_the_exercises_and_the_take_away(chapter: Path):
    heading, cell, following, *_ = after(chapter, "Quiz")
    assert source(heading).startswith("## Quiz\n")
    assert source(cell) == f'quiz("{chapter.stem[:2]}")'
    assert source(following).startswith("## Take-away\n")
    assert not any(source(each).startswith("check(") for each in after(chapter, "Quiz"))


@each_chapter
def test_it_ends_with_a_take_away_and_links_to_further_reading(chapter: Path):
    take_away = source(after(chapter, "Take-away")[0])
    points = re.findall(r"^- .+", take_away, re.MULTILINE)
    assert 3 <= len(points) <= 6
    heading, *reading = after(chapter, "Further reading")
    assert source(heading).endswith("## Further reading")
    keys = [re.fullmatch(r'cite\("(\w+)"\)', source(cell)) for cell in reading if cell["cell_type"] == "code"]
    assert keys
    assert all(keys)
    for key in keys:
        assert re.search(r"\]\(https://arxiv\.org/abs/\d{4}\.\d{4,5}\)", cite(key[1])._repr_markdown_())


def test_the_links_of_a_chapter_lead_from_each_to_the_next():
    for before, following in pairwise(CHAPTERS):
        heads = source(load(before)["cells"][0]), source(load(following)["cells"][0])
        assert f"({following.name})" in heads[0]
        assert f"({before.name})" in heads[1]


@each_chapter
def test_every_prediction_has_a_key_of_its_chapter_and_a_reveal(chapter: Path):
    calls = [
        node
        for cell in code_cells(chapter)
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "predict"
    ]
    keys = [ast.literal_eval(call.args[0]) for call in calls]
    assert keys
    assert len(set(keys)) == len(keys)
    assert all(key.startswith(f"{chapter.stem[:2]}-") for key in keys)
    assert all("reveal" in {keyword.arg for keyword in call.keywords} for call in calls)


@each_with_exercises
def test_the_minutes_of_the_exercises_are_told_at_the_beginning(chapter: Path):
    minutes = sum(one.minutes for one in exercises(chapter))
    assert f"minutes, and {minutes} for the exercises. Run everything" in source(load(chapter)["cells"][0])
