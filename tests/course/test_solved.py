"""Solved notebooks, built from chapters and solutions: they run, every check is right, and students see none of it."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from scalinglab.exercises import all_exercises, build_solved
from scalinglab.exercises.building import exercise_cells
from tests.course.notebooks import CHAPTERS, COURSE, load, source

#: The capstone has nothing to be solved by a function.
each_chapter = pytest.mark.parametrize(
    "chapter", [path for path in CHAPTERS if path.stem[:2] < "13"], ids=lambda path: path.stem
)


def solutions(chapter: Path) -> Path:
    return COURSE / "solutions" / f"chapter_{chapter.stem[:2]}.py"


def exercises(chapter: Path) -> dict:
    return {one.key: one for one in all_exercises() if one.key[:2] == chapter.stem[:2]}


def words(cell: dict) -> str:
    """What a cell shows, as plain text."""
    return "\n".join(output.get("data", {}).get("text/plain", "") for output in cell["outputs"])


@each_chapter
def test_the_solved_notebook_runs_and_every_check_gives_full_points(
    chapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # As nbmake runs the untouched one: all cells, in a strict kernel, stopped by the first error. The panels are those
    # of the untouched one and are not drawn again.
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(tmp_path / "predictions.json"))
    built = tmp_path / chapter.name
    built.write_text(json.dumps(build_solved(chapter, solutions(chapter))), encoding="utf-8")
    notebook = nbformat.read(built, as_version=4)
    nbformat.validate(notebook)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    shown = [words(cell) for cell in notebook.cells if cell.cell_type == "code" and cell.source.startswith("check(")]
    wanted = [f"✓ Right ({one.key}, {one.points} of {one.points} points)" for one in exercises(chapter).values()]
    assert [text.splitlines()[0] for text in shown] == wanted


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
