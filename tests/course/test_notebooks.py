"""What every chapter must be: thin, clean, linked, and built on public names only."""

from __future__ import annotations

import ast
import importlib
import re
import statistics
from collections.abc import Iterator
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


def bound(cell: str) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that the lines of a cell give a value, in its namespace, and that value where it stands there."""
    for node in ast.parse(cell).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, None
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name.partition(".")[0], None) for alias in node.names)
        else:
            names = (each for each in ast.walk(node) if isinstance(each, ast.Name))
            targets = [name.id for name in names if isinstance(name.ctx, ast.Store)]
            inner = {name.id for each in ast.walk(node) for name in inner_targets(each)}
            yield from ((name, getattr(node, "value", None)) for name in targets if name not in inner)


def inner_targets(node: ast.AST) -> list[ast.Name]:
    """The names that a comprehension gives a value: they do not leave it."""
    if not isinstance(node, ast.comprehension):
        return []
    return [name for name in ast.walk(node.target) if isinstance(name, ast.Name)]


def is_tasks(value: ast.expr | None) -> bool:
    """Whether this is the list of a panel's tasks: sentences, or sentences with goals."""
    firsts = [one.elts[0] if isinstance(one, ast.Tuple) else one for one in getattr(value, "elts", [None])]
    return all(isinstance(one, ast.JoinedStr) or isinstance(getattr(one, "value", None), str) for one in firsts)


@each_chapter
def test_a_name_has_one_meaning_in_a_chapter(chapter: Path):
    """A panel evaluates its function later, with what a name stands for by then. Tasks are taken at once."""
    cells: dict[str, list[int]] = {}
    for place, cell in enumerate(code_cells(chapter)):
        for name, value in bound(cell):
            cells.setdefault(name, []).append(place)
            assert name != "tasks" or is_tasks(value), cell
    assert {name for name, places in cells.items() if len(set(places)) > 1} <= {"tasks"}


def test_the_names_of_a_cell_are_those_that_it_leaves():
    cell = (
        "import numpy as np\nfor a, (b, *c) in []:\n    d = [e for e in a]\nf = {g: h for g, h in b}\nx['y'] = z.w = 1"
    )
    assert {name for name, _ in bound(cell)} == {"np", "a", "b", "c", "d", "f"}
    assert [name for name, _ in bound("def f(a):\n    b = a\n")] == ["f"]
    texts = ('["a", ("b", {})]', "[(1.5, 2)]", "f()")
    assert [is_tasks(ast.parse(text, mode="eval").body) for text in texts] == [True, False, False]


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
