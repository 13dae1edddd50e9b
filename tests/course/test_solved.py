"""Chapters in a kernel, untouched and solved: they run, every solution is right, and students see none of it."""

from __future__ import annotations

import ast
import copy
import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from scalinglab.exercises import all_exercises, build_solved
from scalinglab.exercises.building import exercise_cells
from tests.course.notebooks import CHAPTERS, COURSE, load, source

#: The capstone has nothing to be solved by a function.
SOLVED = [path for path in CHAPTERS if path.stem[:2] < "13"]
each_chapter = pytest.mark.parametrize("chapter", SOLVED, ids=lambda path: path.stem)


def solutions(chapter: Path) -> Path:
    return COURSE / "solutions" / f"chapter_{chapter.stem[:2]}.py"


def exercises(chapter: Path) -> dict:
    return {one.key: one for one in all_exercises() if one.key[:2] == chapter.stem[:2]}


def tried(chapter: Path) -> nbformat.NotebookNode:
    """The student's notebook, in which each exercise is checked untouched, then solved and checked again."""
    notebook = nbformat.read(chapter, as_version=4)
    if chapter in SOLVED:
        solved = nbformat.reads(json.dumps(build_solved(chapter, solutions(chapter))), as_version=4)
        nbformat.validate(solved)
        for place in sorted(exercise_cells(load(chapter)).values(), reverse=True):
            answer, check = copy.deepcopy(solved.cells[place]), copy.deepcopy(notebook.cells[place + 1])
            answer.id, check.id = f"{answer.id}-solved", f"{check.id}-solved"
            notebook.cells[place + 2 : place + 2] = [answer, check]
    return notebook


def said(cell: dict) -> str:
    """The first line of what a cell shows, as plain text."""
    return "\n".join(output.get("data", {}).get("text/plain", "") for output in cell["outputs"]).partition("\n")[0]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_in_a_kernel_it_runs_untouched_and_every_solution_gives_full_points(
    chapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # All cells in a strict kernel, stopped by the first error. The panels are run to their ends in ``executed.py`` and
    # in the browser, and are not drawn here.
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(tmp_path / "predictions.json"))
    notebook = tried(chapter)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [output.text for cell in code for output in cell.outputs if output.get("name") == "stderr"] == []
    wanted = [
        f"{verdict} ({one.key}, {points} of {one.points} points)"
        for one in exercises(chapter).values()
        for verdict, points in (("○ Not attempted yet", 0), ("✓ Right", one.points))
    ]
    assert [said(cell) for cell in code if cell.source.startswith("check(")] == wanted


@each_chapter
def test_only_the_stubs_are_replaced(chapter: Path):
    student, solved = load(chapter), build_solved(chapter, solutions(chapter))
    assert len(student["cells"]) == len(solved["cells"])
    stubs = exercise_cells(student)
    assert set(stubs) == set(exercises(chapter))
    for place, (before, after) in enumerate(zip(student["cells"], solved["cells"], strict=True)):
        assert (before != after) == (place in stubs.values())
        assert before | {"source": None} == after | {"source": None}
    for key, place in stubs.items():
        code = source(solved["cells"][place])
        assert "NotImplementedError" not in code
        assert exercises(chapter)[key].name in {getattr(node, "name", None) for node in ast.parse(code).body}


@each_chapter
def test_the_students_notebook_holds_no_line_of_a_solution(chapter: Path):
    student = load(chapter)
    stubs = "\n".join(source(student["cells"][place]) for place in exercise_cells(student).values())
    text = "\n".join(source(cell) for cell in student["cells"])
    lines = {line.strip() for line in solutions(chapter).read_text(encoding="utf-8").splitlines()}
    # Imports say nothing of a solution, and are the chapter's own in part.
    told = [line for line in lines if len(line) >= 20 and not line.startswith(("import ", "from ")) and line in text]
    assert [line for line in told if line not in stubs] == []


MODULE = '''"""Solutions."""
from __future__ import annotations

import math
from collections.abc import Sequence

SCALE = 2.0


def helper(values: Sequence[float]) -> float:
    """Sum up."""
    return SCALE * math.fsum(values)


def other() -> int:
    return 1


def parameter_count(inputs, width, depth, classes):
    return helper([inputs, width])


SOLUTIONS = {"00-parameters": parameter_count}
'''


def built(tmp_path: Path, module: str, stub: str = "def parameter_count(a):\n    raise NotImplementedError") -> str:
    """The cell that stands in the place of a stub."""
    cells = [nbformat.v4.new_code_cell(text) for text in (stub, 'check("00-parameters", parameter_count)')]
    (tmp_path / "chapter.ipynb").write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    (tmp_path / "solutions.py").write_text(module)
    return source(build_solved(tmp_path / "chapter.ipynb", tmp_path / "solutions.py")["cells"][0])


def test_a_solution_brings_what_it_needs_and_nothing_else(tmp_path: Path):
    code = built(tmp_path, MODULE)
    names: dict = {}
    exec(compile(code, "cell", "exec"), names)
    assert names["parameter_count"](1, 2, 3, 4) == 6
    assert "def other" not in code
    assert "__future__" not in code


def test_a_solution_of_another_name_takes_that_of_the_stub(tmp_path: Path):
    code = built(tmp_path, MODULE.replace("def parameter_count", "def solved").replace(": parameter_count", ": solved"))
    assert code.endswith("\n\n\nparameter_count = solved")


def test_a_chapter_that_cannot_be_solved_is_told(tmp_path: Path):
    with pytest.raises(ValueError, match="solutions must hold 00-parameters"):
        built(tmp_path, MODULE.replace("00-parameters", "00-others"))
    with pytest.raises(ValueError, match="be a module with a dictionary SOLUTIONS"):
        built(tmp_path, "SOLUTIONS = 3")
    with pytest.raises(ValueError, match="the cell before a check must be the stub of 00-parameters"):
        built(tmp_path, MODULE, stub="x = 1")
