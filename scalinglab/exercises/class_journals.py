"""A class: the sealed predictions of all journals in a folder."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePath
from typing import Any

from scalinglab._checks import fail
from scalinglab.exercises.journal import Journal, JournalError

#: How the folder of a chapter's assignment is called.
_ASSIGNMENT = re.compile(r"\d\d_\w+")


def read_class(folder: str | os.PathLike[str], *, chapter: str = "") -> list[dict[str, Any]]:
    """Read the journals that an instructor has collected in one folder, whatever their names.

    Parameters
    ----------
    folder : path
        Every ``*.json`` in it and in folders below is taken for a journal; of the folder of a class, what was
        submitted. Hidden files are passed over, and nothing is changed.
    chapter : str
        Only predictions whose keys begin with it, such as "13"; all if left out.

    Returns
    -------
    list of dict
        One for each student, in the order of their names: ``student`` (the path below the folder, without ``.json``;
        of a ``predictions.json`` its folder, without that of an assignment), ``problem`` (why no file of theirs could
        be read; empty if one could), and each prediction under its key, the one that was sealed first.

    Raises
    ------
    ValueError
        If there is no such folder.
    """
    place = Path(folder).expanduser()
    if not place.is_dir():
        fail("folder", "be a folder that exists", str(folder))
    place = place / "submitted" if (place / "submitted").is_dir() else place
    files: dict[str, list[Path]] = {}
    for file in sorted(place.rglob("*.json")):
        inside = file.relative_to(place)
        if not any(part.startswith(".") for part in inside.parts):
            files.setdefault(_student(inside), []).append(file)
    return [_row(student, own, chapter) for student, own in sorted(files.items())]


def _student(file: PurePath) -> str:
    """Whose a journal is, by its path."""
    folders = list(file.parent.parts)
    if not folders or not file.name.startswith("predictions"):
        return file.with_suffix("").as_posix()
    if len(folders) > 1 and _ASSIGNMENT.fullmatch(folders[-1]):
        folders.pop()
    return "/".join(folders)


def _row(student: str, files: list[Path], chapter: str) -> dict[str, Any]:
    entries: dict[str, dict[str, Any]] = {}
    problems = []
    for file in files:
        try:
            predictions = Journal(file).peek()["predictions"]
        except JournalError as problem:
            problems.append(str(problem))
            continue
        for key, entry in predictions.items():
            if key.startswith(chapter) and entry["sealed_at"] < entries.get(key, {"sealed_at": "~"})["sealed_at"]:
                entries[key] = entry
    row = {"student": student, "problem": problems[0] if len(problems) == len(files) else ""}
    return row | {key: entry["value"] for key, entry in entries.items()}
