"""Notebooks built from a chapter and its solutions: the solved one, and the source of an assignment for nbgrader."""

from __future__ import annotations

import ast
import base64
import copy
import json
import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scalinglab._checks import fail
from scalinglab.exercises.bank import find
from scalinglab.exercises.exercise import Exercise
from scalinglab.exercises.seeds import FIRST_VARIANT

#: A link of the text to another file of the course: its words, and where it leads.
_LINK = re.compile(r"\[([^\]\n]+)\]\((?![a-z]+:|[#/])([^()\s]+\.[a-z]+(?:#[^()\s]*)?)\)")
#: A picture beside the chapters.
_PICTURE = re.compile(r"(?<=\]\()figures/[^()\s]+\.svg(?=\))")
_CHECK = re.compile(r'^check\("([^"]+)"', re.MULTILINE)
#: The end of an exercise's text, around what it is worth: ``*Easy, 6 minutes, 10 points.*``
_POINTS = re.compile(r"(\*[A-Z][a-z]+, \d+ minutes, )[\d.]+ points(\.\*)")
#: The minutes at the end of an exercise's text, one that is practice included.
_MINUTES = re.compile(r"^\*(?:Easy|Medium|Hard), (\d+) minutes, [^*\n]+\*\s*$", re.MULTILINE)
#: What a chapter says first of its exercises.
STATED = re.compile(r"(?<=minutes, and )\d+(?= for the exercises)")
#: What the students of an assignment read below the title.
_HAND_IN = """**This chapter is an assignment.** Write your name between the quotes of `student = ""` in the first cell
of code: it draws the numbers of your exercises. Work in this file and keep its name. Hand in two files: this notebook,
and `predictions.json`, which lies beside it once you have sealed a prediction. What counts is what it computes
when it is run from top to bottom."""


def build_solved(chapter: Path, solutions: Path) -> dict[str, Any]:
    """Build the solved notebook of a chapter.

    Parameters
    ----------
    chapter
        The student's notebook, ``course/05_random_features.ipynb``.
    solutions
        The module with its solutions, ``course/solutions/chapter_05.py``. It is read and not run.

    Returns
    -------
    dict
        The notebook as nbformat 4 has it, ready for ``json.dump``. Each stub cell holds the source of the solution
        and of all that it needs from its module (imports, helpers), under the name of the stub.

    Raises
    ------
    ValueError
        If a check has no stub before it, or no solution.
    """
    notebook = json.loads(chapter.read_text(encoding="utf-8"))
    module = _Module(solutions)
    solved = copy.deepcopy(notebook)
    for key, place in exercise_cells(notebook).items():
        solved["cells"][place]["source"] = module.answer(find(key)).splitlines(keepends=True)
    return solved


def build_source(
    chapter: Path, solutions: Path, *, points: Mapping[str, float] | None = None, variant: str = FIRST_VARIANT
) -> dict[str, Any]:
    """Build the source of an assignment for nbgrader.

    Parameters
    ----------
    chapter, solutions
        As for ``build_solved``.
    points
        The exercises that count, by key, and what each is worth; all, with their own points, if left out. The others
        stay as they are in the chapter: practice, which a student can do and check, and which nbgrader does not know.
    variant
        A letter from A to Z: of which numbers the exercises that count are.

    Returns
    -------
    dict
        The notebook as nbformat 4 has it, with nbgrader's metadata of schema version 3. The cell of an exercise holds
        the stub, then the solution between ``### BEGIN SOLUTION`` and ``### END SOLUTION``; its id is the key of the
        exercise. The cell of the check is locked, worth the points of the exercise, and ends in ``.mark``. A link to
        another chapter keeps its words only, and pictures are in the text itself, as what is handed out lies alone.

    Raises
    ------
    ValueError
        If a check has no stub before it, or no solution.
    """
    solved = build_solved(chapter, solutions)
    source = json.loads(chapter.read_text(encoding="utf-8"))
    own = {key: float(find(key).points) for key in exercise_cells(source)}
    worth = own if points is None else points
    for key, place in exercise_cells(source).items():
        text, stub, *after = source["cells"][place - 1 :]
        if worth.get(key) != own[key]:
            text["source"] = _of_worth("".join(text["source"]), worth.get(key))
        if key not in worth:
            continue
        check = next(cell for cell in after if cell["cell_type"] == "code")
        check["source"] = _called("".join(check["source"]), variant, worth[key] if worth[key] != own[key] else None)
        mark_cells(stub, check, key, "".join(solved["cells"][place]["source"]), points=_plain(worth[key]))
    first = next(cell for cell in source["cells"] if cell["cell_type"] == "code")
    first["metadata"].pop("jupyter", None)  # unfolded: the student's name belongs there
    _relink(source, lambda link: link[1] if ".ipynb" in link[2] else link[0])
    _embed_pictures(source, chapter.parent)
    source["cells"].insert(1, {"cell_type": "markdown", "id": "assignment", "metadata": {}, "source": _HAND_IN})
    if worth != own:
        source["cells"][1]["source"] += _what_counts(worth, len(worth) < len(own))
    return source


def _of_worth(text: str, points: float | None) -> str:
    """The text of an exercise with the points that it is worth in an assignment, or that it is practice."""
    words = "practice, without points" if points is None else f"{points:g} points"
    return _POINTS.sub(lambda found: f"{found[1]}{words}{found[2]}", text)


def _called(call: str, variant: str, points: float | None) -> str:
    """The call of a check, with the variant and the points of an assignment where they are not the exercise's own."""
    more = "" if variant == FIRST_VARIANT else f', variant="{variant}"'
    more += "" if points is None else f", points={_plain(points)}"
    return f"{call.rstrip()[:-1]}{more})" if more else call


def _what_counts(worth: Mapping[str, float], practice: bool) -> str:
    """A paragraph that says which exercises count, and how much."""
    counted = "; ".join(f"*{find(key).title}*, {points:g} points" for key, points in worth.items())
    rest = " Its other exercises are practice: you can check them as often as you like, and they earn nothing here."
    return f"\n\n**What counts of the chapter.** {counted}.{rest if practice else ''}"


def _plain(points: float) -> float:
    """Points as a whole number where they are one."""
    return int(points) if float(points).is_integer() else float(points)


def mark_cells(stub: dict[str, Any], check: dict[str, Any], key: str, answer: str, *, points: float) -> None:
    """Change the cells of an exercise, as a student's notebook has them, into those of an assignment's source."""
    stub["source"] = f"{''.join(stub['source'])}\n### BEGIN SOLUTION\n{answer}\n### END SOLUTION"
    stub["metadata"]["nbgrader"] = _for_nbgrader(key, solution=True)
    called = "".join(check["source"])
    # Imported again: a name that the notebook binds anew, or a first cell that is gone, must not change a mark.
    check["source"] = f"from scalinglab.exercises import check\n\n{called}.mark"
    check["metadata"]["nbgrader"] = _for_nbgrader(f"{key}-check", points=points)


def state_minutes(notebook: dict[str, Any]) -> None:
    """Write the minutes of all exercises of a notebook where its first cell states their sum, if it does."""
    told = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    solving = sum(int(found) for cell in told for found in _MINUTES.findall("".join(cell["source"])))
    for cell in told:
        text = "".join(cell["source"])
        stated = STATED.sub(str(solving), text)
        if stated != text:
            cell["source"] = stated.splitlines(keepends=True)


def linked_from(notebook: dict[str, Any], folder: str) -> dict[str, Any]:
    """A copy of a chapter for another place: links to files beside the chapter lead to them in ``folder``.

    Parameters
    ----------
    notebook
        As nbformat 4 has it.
    folder
        The path to the folder of the chapters from that other place, with slashes: ``"../course"``.
    """
    moved = copy.deepcopy(notebook)
    _relink(moved, lambda link: f"[{link[1]}]({quote(folder)}/{link[2]})")
    return moved


def _relink(notebook: dict[str, Any], replacement: Callable[[re.Match[str]], str]) -> None:
    """Write the links of a notebook's text to other files of the course anew."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = _LINK.sub(replacement, "".join(cell["source"])).splitlines(keepends=True)


def _embed_pictures(notebook: dict[str, Any], folder: Path) -> None:
    """Put the vector pictures of a notebook's text into it, as addresses that hold their data."""

    def address(link: re.Match[str]) -> str:
        data = base64.b64encode((folder / link[0]).read_bytes()).decode("ascii")
        return f"data:image/svg+xml;base64,{data}"

    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = _PICTURE.sub(address, "".join(cell["source"])).splitlines(keepends=True)


def _for_nbgrader(name: str, *, solution: bool = False, points: float = 0) -> dict[str, Any]:
    told = {"grade_id": name, "schema_version": 3, "task": False, "solution": solution, "grade": not solution}
    return told | ({"locked": False} if solution else {"locked": True, "points": points})


def exercise_cells(notebook: dict[str, Any], *, beside: Path | None = None) -> dict[str, int]:
    """The index of the stub's cell for each exercise that a notebook checks, by key.

    Parameters
    ----------
    notebook
        As nbformat 4 has it.
    beside
        Where the files of an instructor's own exercises lie, if it is not the working folder.

    Raises
    ------
    ValueError
        If the code cell before a check is not the stub of its exercise.
    """
    found: dict[str, int] = {}
    places = [place for place, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code"]
    for before, place in pairwise(places):
        key = _CHECK.search("".join(notebook["cells"][place]["source"]))
        if key:
            _check_stub(find(key[1], beside=beside), "".join(notebook["cells"][before]["source"]))
            found[key[1]] = before
    return found


def _check_stub(exercise: Exercise, source: str) -> None:
    """A stub is a function that raises NotImplementedError."""
    if not re.search(rf"^def {exercise.name}\(", source, re.MULTILINE) or "raise NotImplementedError" not in source:
        fail("the cell before a check", f"be the stub of {exercise.key}", source)


class _Module:
    """The source of a module of solutions, cut into what its names stand for."""

    def __init__(self, path: Path) -> None:
        self.text = path.read_text(encoding="utf-8")
        self.path = path
        #: The statement that binds each name of the module.
        self.binding: dict[str, ast.stmt] = {}
        self.keys: dict[str, str] = {}
        for statement in ast.parse(self.text).body:
            for name in _bound(statement):
                self.binding[name] = statement
        table = self.binding.get("SOLUTIONS")
        if not isinstance(table, ast.Assign) or not isinstance(table.value, ast.Dict):
            fail("solutions", "be a module with a dictionary SOLUTIONS", path.name)
        for key, value in zip(table.value.keys, table.value.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(value, ast.Name):
                self.keys[str(key.value)] = value.id

    def answer(self, exercise: Exercise) -> str:
        """The cell that stands in the place of a stub."""
        if exercise.key not in self.keys:
            fail("solutions", f"hold {exercise.key}", sorted(self.keys))
        name = self.keys[exercise.key]
        wanted = self._needed(name)
        imports = [one for one in wanted if isinstance(one, ast.Import | ast.ImportFrom)]
        others = [one for one in wanted if one not in imports]
        parts = ["\n".join(map(self._source, imports)), *map(self._source, others)]
        if name != exercise.name:
            parts.append(f"{exercise.name} = {name}")
        return "\n\n\n".join(filter(None, parts))

    def _needed(self, name: str) -> list[ast.stmt]:
        """The statement that binds a name, and all that it reads from the module, in the order of the file."""
        found: list[ast.stmt] = []
        names = [name]
        while names:
            statement = self.binding.get(names.pop())
            if statement is not None and statement not in found:
                found.append(statement)
                names += [node.id for node in ast.walk(statement) if isinstance(node, ast.Name)]
        return sorted(found, key=lambda statement: statement.lineno)

    def _source(self, statement: ast.stmt) -> str:
        return ast.get_source_segment(self.text, statement) or ""


def _bound(statement: ast.stmt) -> list[str]:
    """The names that a statement of a module binds."""
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [(alias.asname or alias.name).partition(".")[0] for alias in names]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
    return []
