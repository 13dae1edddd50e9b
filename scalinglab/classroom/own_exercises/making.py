"""What ``scalinglab exercise`` does: a new exercise in the folder of a class, its test, its way into an assignment."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalinglab._checks import fail, one_of
from scalinglab._files import write_atomically
from scalinglab.classroom.nbgrader.class_folder import (
    assignments_in,
    check_class,
    notebook_of,
    release,
    submitted_in,
)
from scalinglab.classroom.nbgrader.client import need_nbgrader
from scalinglab.classroom.one_run import only_run
from scalinglab.classroom.own_exercises.proofs import Proved, prove
from scalinglab.classroom.own_exercises.written import FILES, TEMPLATE, Written, read_written
from scalinglab.exercises.bank import find
from scalinglab.exercises.building import exercise_cells, mark_cells, state_minutes
from scalinglab.exercises.own_exercises import file_name

#: The name that an instructor types for an exercise, with or without ``own-`` before it.
_TYPED = re.compile(r"(?:own-)?([a-z][a-z0-9]*(?:-[a-z0-9]+)*)")


@dataclass(frozen=True)
class Added:
    """An exercise in an assignment.

    Parameters
    ----------
    release
        The folder that students get.
    files
        The names of all that is in it.
    unchanged
        Whether the exercise was in there like this.
    submissions
        How many were made from an earlier version of the exercise's file.
    """

    release: Path
    files: tuple[str, ...]
    unchanged: bool
    submissions: int


def own_key(typed: str) -> str:
    """The key of the exercise that an instructor calls ``half-life``: ``own-half-life``.

    Raises
    ------
    ValueError
        If it is no name, or one that the cells of another exercise may have.
    """
    found = _TYPED.fullmatch(typed)
    if not found or len(found[1]) > 40:
        fail("KEY", "be at most 40 small letters, digits and hyphens, a letter first, such as half-life", typed)
    if found[1].split("-")[-1] in ("check", "text"):
        fail("KEY", "not end in check or text, as the cells of an exercise do", typed)
    return f"own-{found[1]}"


def folder_of(class_folder: Path, key: str) -> Path:
    """Where the files of an exercise lie in the folder of a class."""
    return class_folder / "exercises" / key.removeprefix("own-")


def new_exercise(class_folder: Path, typed: str) -> tuple[Path, ...]:
    """Write the files of a small exercise that works; returns their paths.

    Raises
    ------
    ValueError
        If the folder is no class, or the name is none or taken. Nothing is written then.
    """
    key, class_folder = own_key(typed), check_class(class_folder)
    folder = folder_of(class_folder, key)
    if folder.exists():
        fail("KEY", f"be a new name, as {folder} is there already", typed)
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as home:
        made = Path(home, folder.name)
        made.mkdir()
        for name in FILES:
            shutil.copyfile(TEMPLATE / name, made / name)
        os.rename(made, folder)
    return tuple(folder / name for name in FILES)


def try_exercise(class_folder: Path, typed: str) -> Proved:
    """Try an exercise; nothing is written.

    Raises
    ------
    ValueError
        If there is no such exercise, or its files are such that nothing can be tried.
    """
    return _tried(check_class(class_folder), own_key(typed))[1]


def add_exercise(class_folder: Path, typed: str, assignment: str) -> Added:
    """Put an exercise into an assignment, or anew if it is in there: into the source, and from there to the students.

    Its cells come behind the last exercise, and its file beside the notebook; all else in the source stays as it is.

    Parameters
    ----------
    class_folder : Path
    typed : str
        The name of the exercise, with or without ``own-`` before it.
    assignment : str
        Its name, or the two digits with which it begins.

    Raises
    ------
    ValueError
        If the exercise fails its own test, there is no such assignment, or submissions of it are there and its
        notebook would change. Nothing is written then.
    """
    need_nbgrader()
    key, class_folder = own_key(typed), check_class(class_folder)
    name = _assignment(class_folder, assignment)
    written, proved = _tried(class_folder, key)
    if proved.problems:
        more = f" (and {len(proved.problems) - 1} more)" if proved.problems[1:] else ""
        raise ValueError(f"{key} fails its own test: {proved.problems[0]}{more}")
    with only_run(class_folder) as place:
        source, released = (notebook_of(class_folder, step, name) for step in ("source", "release"))
        data = (json.dumps(proved.data, indent=1, ensure_ascii=False) + "\n").encode()
        text = _with_exercise(source, written, proved)
        students = submitted_in(class_folder, name)
        if students and text != source.read_text(encoding="utf-8"):
            raise ValueError(
                f"{class_folder} already holds submissions of {name} ({len(students)}, such as {students[0]}), and the "
                f"notebook that they were made from would change: {_way_out(source, key)}"
            )
        files = {source.with_name(file_name(key)): data, source: text.encode()}
        changed = [path for path, content in files.items() if not path.is_file() or path.read_bytes() != content]
        for path in changed:
            write_atomically(path, files[path])
        stale = changed or not _is_released(released, key, data)
        if stale:
            release(class_folder, name, place=place)
    handed_out = sorted(path.name for path in released.parent.iterdir() if path.is_file())
    return Added(released.parent, tuple(handed_out), not stale, len(students) if changed else 0)


def _tried(class_folder: Path, key: str) -> tuple[Written, Proved]:
    folder = folder_of(class_folder, key)
    if not folder.is_dir():
        known = sorted(path.name for path in folder.parent.glob("[!.]*/"))
        one_of("KEY", folder.name, known or ["those that scalinglab exercise new has made"])
    written = read_written(folder, key)
    return written, prove(written)


def _assignment(class_folder: Path, given: str) -> str:
    known = assignments_in(class_folder)
    found = [one for one in known if given == one or (given.isdecimal() and one.startswith(f"{given.zfill(2)}_"))]
    if len(found) == 1:
        return found[0]
    number = re.match(r"\d{1,2}(?![^_])", given)
    first = (
        f"make another assignment first, with `scalinglab assign {number[0].zfill(2) if number else 'CHAPTER'} --class"
    )
    listed = ", ".join(known) or "those that scalinglab assign has made"
    raise ValueError(f"--to must be one of {listed}, got {given!r}: {first} {class_folder}`")


def _way_out(source: Path, key: str) -> str:
    """What an instructor can do who has changed the cells of an exercise after students handed in."""
    another = f"add {key} to another assignment"
    if not any(key in _names(cell) for cell in json.loads(source.read_text(encoding="utf-8"))["cells"]):
        return another
    return (
        f"change text.md, stub.py, solution.py, minutes and difficulty back, or {another}. Cases, mistakes and hints "
        "may be changed"
    )


def _is_released(notebook: Path, key: str, data: bytes) -> bool:
    """Whether students get the exercise as it is."""
    file = notebook.with_name(file_name(key))
    return (
        notebook.is_file()
        and f'check(\\"{key}\\"' in notebook.read_text(encoding="utf-8")
        and file.is_file()
        and file.read_bytes() == data
    )


def _with_exercise(source: Path, written: Written, proved: Proved) -> str:
    """The text of a source with the cells of an exercise: in their old places, else behind the last exercise."""
    notebook = json.loads(source.read_text(encoding="utf-8"))
    cells, made = notebook["cells"], _cells(written, proved)
    old = {name: place for place, cell in enumerate(cells) for name in _names(cell) if name in made}
    if set(old) == set(made):
        check = f"{written.key}-check"
        points = cells[old[check]]["metadata"]["nbgrader"]["points"]
        if points != find(written.key, beside=source.parent).points:  # the instructor has changed what it is worth
            made[check]["metadata"]["nbgrader"]["points"] = points
        for name, place in old.items():
            cells[place] = made[name]
    else:
        cells[:] = [cell for place, cell in enumerate(cells) if place not in old.values()]
        behind = _behind_exercises(cells, source.parent)
        cells[behind:behind] = made.values()
    state_minutes(notebook)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _names(cell: dict[str, Any]) -> Sequence[str]:
    """By what a cell is known: nbgrader's name of it, else its own id."""
    return [cell["metadata"].get("nbgrader", {}).get("grade_id") or cell.get("id", "")]


def _behind_exercises(cells: list[dict[str, Any]], home: Path) -> int:
    """The place behind the check of the last exercise; behind all cells if there is none."""
    stubs = exercise_cells({"cells": cells}, beside=home).values()
    after = range(max(stubs) + 1, len(cells)) if stubs else ()
    return next((place + 1 for place in after if cells[place]["cell_type"] == "code"), len(cells))


def _cells(written: Written, proved: Proved) -> dict[str, dict[str, Any]]:
    """The three cells of an exercise in a source, by name."""
    exercise, key = proved.exercise, written.key
    about = f"*{exercise.difficulty.capitalize()}, {exercise.minutes} minutes, {exercise.points} points.*"
    text = f"**{_sentence(written.title)}** {written.text}\n\n{about}"
    stub = _code(key, written.stub)
    check = _code(f"{key}-check", f'check("{key}", {written.name}, student=student)')
    mark_cells(stub, check, key, written.answer, points=exercise.points)
    told = {"cell_type": "markdown", "id": f"{key}-text", "metadata": {}, "source": text}
    return {f"{key}-text": told, key: stub, f"{key}-check": check}


def _code(name: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def _sentence(title: str) -> str:
    return title if title.endswith(("?", "!", ".")) else f"{title}."
