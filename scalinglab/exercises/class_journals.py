"""A class: the sealed predictions of all journals in a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from scalinglab._checks import fail
from scalinglab.exercises.journal import Journal, JournalError


def read_class(folder: str | os.PathLike[str], *, chapter: str = "") -> list[dict[str, Any]]:
    """Read the journals that an instructor has collected in one folder, whatever their names.

    Parameters
    ----------
    folder : path
        Every ``*.json`` in it and in folders below is taken for a journal. Nothing is changed.
    chapter : str
        Only predictions whose keys begin with it, such as "13"; all if left out.

    Returns
    -------
    list of dict
        One for each file, in the order of their names: ``student`` (the path below the folder, without ``.json``),
        ``problem`` (why the file could not be read; empty if it could), and each prediction under its key.

    Raises
    ------
    ValueError
        If there is no such folder.
    """
    place = Path(folder).expanduser()
    if not place.is_dir():
        fail("folder", "be a folder that exists", str(folder))
    found = []
    for file in sorted(place.rglob("*.json")):
        row: dict[str, Any] = {"student": file.relative_to(place).with_suffix("").as_posix(), "problem": ""}
        try:
            predictions = Journal(file).peek()["predictions"]
        except JournalError as problem:
            row["problem"] = str(problem)
        else:
            row |= {key: entry["value"] for key, entry in predictions.items() if key.startswith(chapter)}
        found.append(row)
    return found
