"""Chapters untouched and solved: every solution is right, and students see none of it."""

from __future__ import annotations

import ast
import base64
import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from scalinglab.exercises import all_exercises, build_solved
from scalinglab.exercises.building import build_source, exercise_cells, linked_from
from tests.course.executed import Chapter
from tests.course.notebooks import CHAPTERS, COURSE, load, prose, source

#: The capstone has nothing to be solved by a function.
SOLVED = [path for path in CHAPTERS if path.stem[:2] < "13"]
each_chapter = pytest.mark.parametrize("chapter", SOLVED, ids=lambda path: path.stem)


def solutions(chapter: Path) -> Path:
    return COURSE / "solutions" / f"chapter_{chapter.stem[:2]}.py"


def exercises(chapter: Path) -> dict:
    return {one.key: one for one in all_exercises() if one.key[:2] == chapter.stem[:2]}


def solved(chapter: Path) -> nbformat.NotebookNode:
    """The notebook in which every exercise is solved."""
    found = nbformat.reads(json.dumps(build_solved(chapter, solutions(chapter))), as_version=4)
    nbformat.validate(found)
    return found


def verdicts(chapter: Path, verdict: str, share: int) -> list[str]:
    """What the checks of a chapter should say first, from top to bottom."""
    points = {key: one.points for key, one in exercises(chapter).items()}
    return [f"{verdict} ({key}, {share * most} of {most} points)" for key, most in points.items()]


def test_untouched_no_exercise_is_attempted(chapter: Chapter):
    said = [one.text.partition("\n")[0] for one in chapter.shown if one.cell.startswith("check(")]
    assert said == (verdicts(chapter.path, "○ Not attempted yet", 0) if chapter.path in SOLVED else [])


def test_every_solution_gives_full_points(chapter: Chapter):
    # Each is run where a student writes it, among the names of the chapter as its cells left them.
    cells = solved(chapter.path).cells if chapter.path in SOLVED else []
    told, names = [], dict(chapter.names)
    for place in exercise_cells(load(chapter.path)).values() if cells else ():
        exec(cells[place].source, names)
        told.append(repr(eval(cells[place + 1].source, names)).partition("\n")[0])
    assert told == (verdicts(chapter.path, "✓ Right", 1) if cells else [])


def test_a_solved_chapter_runs_in_a_kernel_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # The chapters themselves run in this process, and in JupyterLab; this is what a grader runs, as a student saved it.
    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(tmp_path / "predictions.json"))
    notebook = solved(CHAPTERS[0])
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [(cell.source, each) for cell in notebook.cells if cell.cell_type == "code" for each in cell.outputs]
    assert [each.text for _, each in outputs if each.get("name") == "stderr"] == []
    said = [each.data["text/plain"].partition("\n")[0] for code, each in outputs if code.startswith("check(")]
    assert said == verdicts(CHAPTERS[0], "✓ Right", 1)


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
def test_a_chapter_that_is_handed_out_links_to_none_that_is_not(chapter: Path):
    built = build_source(chapter, solutions(chapter))["cells"]
    text = "\n".join(source(cell) for cell in built if cell["cell_type"] == "markdown")
    assert re.findall(r"\]\((?!https?:|#|data:image/svg)[^)]*\)", text) == []
    for picture, data in zip(
        figures(chapter), re.findall(r"\(data:image/svg\+xml;base64,([^)]+)\)", text), strict=True
    ):
        assert base64.b64decode(data) == picture.read_bytes()
    assert len(re.findall(r"^.*Previous: 04.* \| .*Course map.* \| Next: 06.*$", text, re.MULTILINE)) == 2 * (
        chapter.stem[:2] == "05"
    )


def figures(chapter: Path) -> list[Path]:
    return [COURSE / name for name in re.findall(r"\]\((figures/[^)]+\.svg)\)", prose(chapter))]


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


def test_only_links_to_files_are_written_anew():
    kept = "[0, 1](x) ![plot](https://a.b/c.png) [up](#Top) $f[x](y)$"
    cells = [nbformat.v4.new_markdown_cell(f"{kept} [next](06_b.ipynb#Part) ![plot](figures/a.svg)")]
    cells += [nbformat.v4.new_code_cell("a[0](b.ipynb)")]
    moved = linked_from(nbformat.v4.new_notebook(cells=cells), "../the course")["cells"]
    links = "[next](../the%20course/06_b.ipynb#Part) ![plot](../the%20course/figures/a.svg)"
    assert [source(cell) for cell in moved] == [f"{kept} {links}", "a[0](b.ipynb)"]
