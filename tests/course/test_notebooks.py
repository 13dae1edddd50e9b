"""What every chapter must be: thin, clean, linked, and built on public names only."""

from __future__ import annotations

import ast
import importlib
import re
import statistics
from pathlib import Path

import pytest

from scalinglab.exercises.building import exercise_cells
from tests.course.notebooks import CHAPTERS, COURSE, anchors, code_cells, load, navigation, prose, source

each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)


def lines(cell: str) -> int:
    return sum(bool(line.strip()) for line in cell.splitlines())


def test_there_are_chapters():
    assert COURSE / "00_start_here.ipynb" in CHAPTERS


@each_chapter
def test_it_is_committed_without_outputs_and_widget_state(chapter: Path):
    notebook = load(chapter)
    assert "widgets" not in notebook["metadata"]
    for cell in notebook["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@each_chapter
def test_it_runs_in_the_kernel_of_its_environment(chapter: Path):
    assert load(chapter)["metadata"]["kernelspec"]["name"] == "python3"


@each_chapter
def test_its_code_is_thin(chapter: Path):
    sizes = [lines(cell) for cell in code_cells(chapter)]
    assert max(sizes) <= 12
    assert statistics.median(sizes) <= 5


@each_chapter
def test_its_first_code_cell_imports_and_no_other_does(chapter: Path):
    first, *others = [ast.parse(cell) for cell in code_cells(chapter)]
    assert any(isinstance(node, ast.ImportFrom) for node in first.body)
    assert not any(isinstance(node, ast.Import | ast.ImportFrom) for cell in others for node in ast.walk(cell))


@each_chapter
def test_it_imports_public_names_only(chapter: Path):
    for node in ast.walk(ast.parse(code_cells(chapter)[0])):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scalinglab"):
            module = importlib.import_module(node.module or "")
            for alias in node.names:
                public = getattr(module, "__all__", [name for name in vars(module) if not name.startswith("_")])
                assert alias.name in public, f"{node.module}.{alias.name} is not public"


@each_chapter
def test_it_uses_nothing_that_swallows_errors_or_needs_a_network(chapter: Path):
    for cell in code_cells(chapter):
        assert not re.search(r"\binteract|Output\(|%pip|!pip|https?://|\._[a-z]", cell)


@each_chapter
def test_it_has_the_shape_of_a_chapter(chapter: Path):
    text = prose(chapter)
    assert re.match(rf"# {chapter.stem[:2]} \w+.*\n\n\*\*.+\?\*\*", text), "a title, then a question in bold"
    for needed in ("After this chapter you can", "Time:", "## Take-away", "## Further reading"):
        assert needed in text
    assert sum("tie_out([" in cell for cell in code_cells(chapter)) == 1


@each_chapter
def test_its_links_lead_somewhere(chapter: Path):
    for target in re.findall(r"\]\((?!https?://)([^)]+)\)", prose(chapter)):
        name, _, part = target.partition("#")
        file = COURSE / name if name else chapter
        assert file.is_file(), target
        assert not part or part in anchors(file), target


@each_chapter
def test_previous_map_and_next_stand_at_both_ends(chapter: Path):
    """As a line that needs no kernel; ``python -m tests.course_counts`` writes it after a title has changed."""
    first, *_, last = load(chapter)["cells"]
    assert source(first).splitlines()[-1] == source(last) == navigation(chapter)
    assert {first["cell_type"], last["cell_type"]} == {"markdown"}
    assert prose(chapter).count("| [Course map](") == 2


@each_chapter
def test_every_name_of_the_first_cell_is_used(chapter: Path):
    first, *others = [ast.parse(cell) for cell in code_cells(chapter)]
    names = {
        alias.asname or alias.name.partition(".")[0] for node in first.body for alias in getattr(node, "names", [])
    }
    used = {node.id for cell in others for node in ast.walk(cell) if isinstance(node, ast.Name)}
    assert names - used <= {"hint"}  # for the learner to call, as the box of a check says


def is_folded(cell: dict) -> bool:
    return cell["metadata"].get("jupyter", {}).get("source_hidden", False)


@each_chapter
def test_code_is_folded_but_exercises_their_checks_and_lessons(chapter: Path):
    notebook = load(chapter)
    stubs = set(exercise_cells(notebook).values())
    for place, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            is_open = (
                place in stubs or source(cell).startswith("check(") or "lesson" in cell["metadata"].get("tags", [])
            )
            assert is_folded(cell) != is_open, source(cell)
    assert sum("lesson" in cell["metadata"].get("tags", []) for cell in notebook["cells"]) <= 4
