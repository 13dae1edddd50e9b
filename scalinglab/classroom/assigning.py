"""Assignments made of chapters and their solutions, never over what students handed in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scalinglab._checks import fail
from scalinglab._files import write_atomically
from scalinglab.classroom.nbgrader.class_folder import check_new, make_class, notebook_of, release, submitted_in
from scalinglab.classroom.nbgrader.client import need_nbgrader
from scalinglab.classroom.one_run import only_run
from scalinglab.exercises.building import build_source, exercise_cells


@dataclass(frozen=True)
class Assigned:
    """What ``assign`` made: the student's notebook of each assignment, and those that were there already."""

    released: tuple[Path, ...]
    unchanged: tuple[Path, ...]


def assign(class_folder: Path, chapters: Mapping[Path, Path], *, replace: bool = False) -> Assigned:
    """Build source and release version of chapters in the folder of a class.

    Parameters
    ----------
    class_folder : Path
        A new or empty folder, or one that this function made before.
    chapters : mapping of Path to Path
        The notebook of each chapter, and the module with its solutions.
    replace : bool
        Build an assignment anew although its source is there and differs. Never one that has submissions.

    Raises
    ------
    ValueError
        If nbgrader is missing, the folder holds something else, an assignment has submissions already, or its source
        differs from what would be built. Nothing is written then.
    """
    need_nbgrader()
    check_new(class_folder)
    sources = {chapter.stem: build_source(chapter, solutions) for chapter, solutions in chapters.items()}
    for name, notebook in sources.items():
        if not exercise_cells(notebook):
            fail("chapter", "have exercises to be assigned", name)
    texts = {name: json.dumps(notebook, indent=1, ensure_ascii=False) + "\n" for name, notebook in sources.items()}
    with only_run(class_folder) as place:
        new = {name: text for name, text in texts.items() if not _is_built(class_folder, name, text)}
        for name in new:
            _check_free(class_folder, name, replace)
        make_class(class_folder)
        for name, text in new.items():
            source = notebook_of(class_folder, "source", name)
            shutil.rmtree(source.parent, ignore_errors=True)
            source.parent.mkdir(parents=True)
            write_atomically(source, text.encode())
        if new:
            release(class_folder, *new, place=place)
    made = {name: notebook_of(class_folder, "release", name) for name in texts}
    return Assigned(
        tuple(made[name] for name in made if name in new), tuple(made[name] for name in made if name not in new)
    )


def _check_free(class_folder: Path, name: str, replace: bool) -> None:
    """Submissions fit the source that they were made from, so neither it nor they are touched."""
    students = submitted_in(class_folder, name)
    if students:
        raise ValueError(
            f"{class_folder} already holds submissions of {name} ({len(students)}, such as {students[0]}), and nothing "
            "of that is overwritten: name another folder"
        )
    source = class_folder / "source" / name
    if source.exists() and not replace:
        raise ValueError(f"{source} differs from what would be built: keep it, or build it anew with --replace")


def _is_built(class_folder: Path, name: str, text: str) -> bool:
    source = notebook_of(class_folder, "source", name)
    released = notebook_of(class_folder, "release", name).is_file()
    return source.is_file() and source.read_text(encoding="utf-8") == text and released
