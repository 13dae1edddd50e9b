"""Assignments made of chapters and their solutions, never over what students handed in, and when they are due."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from scalinglab._checks import fail
from scalinglab._files import write_atomically
from scalinglab.classroom.choosing import Choice
from scalinglab.classroom.late_rules import (
    NONE,
    Deadline,
    deadline_sentences,
    in_release,
    read_rules,
    write_rules,
)
from scalinglab.classroom.nbgrader.class_folder import (
    CONFIG,
    DEADLINE,
    check_new,
    check_no_other_plugin,
    make_class,
    notebook_of,
    release_by,
    settings_with_deadlines,
    submitted_in,
    worth_in,
)
from scalinglab.classroom.nbgrader.client import Nbgrader, need_nbgrader
from scalinglab.classroom.one_run import only_run
from scalinglab.exercises.building import build_source, exercise_cells


@dataclass(frozen=True)
class Assigned:
    """What ``assign`` made.

    Parameters
    ----------
    released
        The student's notebook of each assignment that is new or says something new.
    unchanged
        Those that were there already.
    due
        When an assignment is due and what lateness costs, where that was set: sentences, by its name.
    """

    released: tuple[Path, ...]
    unchanged: tuple[Path, ...]
    due: Mapping[str, str] = field(default_factory=dict)


def assign(
    class_folder: Path,
    chapters: Mapping[Path, Path],
    *,
    replace: bool = False,
    choice: Choice | None = None,
    deadline: Deadline | None = None,
) -> Assigned:
    """Build source and release version of chapters in the folder of a class.

    Parameters
    ----------
    class_folder : Path
        A new or empty folder, or one that this function made before.
    chapters : mapping of Path to Path
        The notebook of each chapter, and the module with its solutions.
    replace : bool
        Build an assignment anew although its source is there and differs. Never one that has submissions.
    choice : Choice, optional
        Which exercises count, what they are worth, and which numbers they have.
    deadline : Deadline, optional
        When the assignments are due, and what lateness costs. If nothing but that is asked for, the source of an
        assignment that is there stays as it is, with submissions or without; what is due is released anew.

    Raises
    ------
    ValueError
        If nbgrader is missing, the folder holds something else, an assignment has submissions already, its source
        differs from what would be built, an exercise is not in the chapters, or lateness is to cost something and
        nothing says when it begins. Nothing is written then.
    """
    need_nbgrader()
    check_new(class_folder)
    choice, deadline = choice or Choice(), deadline or Deadline()
    texts = _sources(chapters, choice)
    read_rules(class_folder)
    costs = deadline.late not in (None, NONE)
    if costs:
        check_no_other_plugin(class_folder)
    if costs and deadline.due is None and not (class_folder / "gradebook.db").is_file():
        _fail_without_due(next(iter(texts)))
    with only_run(class_folder) as place, Nbgrader(place) as nbgrader:
        kept = _kept(class_folder, texts) if deadline and not choice and not replace else set()
        new = {
            name: text for name, text in texts.items() if name not in kept and not _is_built(class_folder, name, text)
        }
        for name in new:
            _check_free(class_folder, name, replace)
        if costs and deadline.due is None:
            known = _due_dates(nbgrader, class_folder, {})
            for name in (name for name in texts if not known.get(name)):
                _fail_without_due(name)
        make_class(class_folder)
        for name, text in new.items():
            source = notebook_of(class_folder, "source", name)
            shutil.rmtree(source.parent, ignore_errors=True)
            source.parent.mkdir(parents=True)
            write_atomically(source, text.encode())
        told = _set(nbgrader, class_folder, list(texts), deadline) if deadline else {}
        again = [name for name, words in told.items() if not _tells(class_folder, name, words)]
        if names := [name for name in texts if name in new or name in again]:
            release_by(nbgrader, class_folder, *names)
    made = {name: notebook_of(class_folder, "release", name) for name in texts}
    return Assigned(
        tuple(made[name] for name in made if name in names),
        tuple(made[name] for name in made if name not in names),
        {name: " ".join(filter(None, words)) for name, words in told.items()},
    )


def _sources(chapters: Mapping[Path, Path], choice: Choice) -> dict[str, str]:
    """The source of each assignment, by its name."""
    keys = {}
    for chapter in chapters:
        keys[chapter.stem] = list(exercise_cells(json.loads(chapter.read_text(encoding="utf-8"))))
        if not keys[chapter.stem]:
            fail("chapter", "have exercises to be assigned", chapter.stem)
    counted = choice.of(keys)
    found = {}
    for chapter, solutions in chapters.items():
        built = build_source(chapter, solutions, points=counted[chapter.stem], variant=choice.variant)
        found[chapter.stem] = json.dumps(built, indent=1, ensure_ascii=False) + "\n"
    return found


def _kept(class_folder: Path, names: Mapping[str, str]) -> set[str]:
    """The assignments that were made before."""
    return {name for name in names if notebook_of(class_folder, "source", name).is_file()}


def _fail_without_due(name: str) -> None:
    raise ValueError(f"nothing says when {name} is due, so nothing is late: give --due with --late")


def _due_dates(nbgrader: Nbgrader, class_folder: Path, changed: Mapping[str, str]) -> dict[str, str | None]:
    """Enter due dates into nbgrader's gradebook, and read all."""
    outcome = nbgrader.run("due", class_folder, dict(changed))
    if outcome.problem:
        raise RuntimeError(f"nbgrader's gradebook could not be read: {outcome.problem}\n{outcome.log}")
    return outcome.value


def _set(nbgrader: Nbgrader, class_folder: Path, names: list[str], deadline: Deadline) -> dict[str, tuple[str, str]]:
    """Enter when assignments are due and what lateness costs; what a release says of that, by its name."""
    if settings := settings_with_deadlines(class_folder):
        write_atomically(class_folder / CONFIG, settings.encode())
    known = _due_dates(nbgrader, class_folder, {name: deadline.due.isoformat() for name in names if deadline.due})
    if deadline.late is not None:
        write_rules(class_folder, dict.fromkeys(names, deadline.late))
    rules, found = read_rules(class_folder), {}
    for name in names:
        due, worth = known.get(name), sum(worth_in(_read(class_folder, "source", name)).values())
        found[name] = deadline_sentences(datetime.fromisoformat(due) if due else None, rules.get(name), worth)
    return found


def _tells(class_folder: Path, name: str, words: tuple[str, str]) -> bool:
    """Whether a release is there and says so."""
    if not notebook_of(class_folder, "release", name).is_file():
        return False
    cells = _read(class_folder, "release", name)["cells"]
    said = next(("".join(cell["source"]) for cell in cells if cell.get("id") == DEADLINE), "")
    return said == in_release(words)


def _read(class_folder: Path, step: str, name: str) -> dict[str, Any]:
    return json.loads(notebook_of(class_folder, step, name).read_text(encoding="utf-8"))


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
