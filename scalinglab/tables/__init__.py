"""Cached results: each table is a JSON file beside the TOML file that ``scalinglab sweep`` remakes it from.

- ``table``: the rows of a table
- ``table_names``: the tables that there are

Nothing heavy is imported, so a chapter shows its table before it trains anything.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from scalinglab._checks import fail

__all__ = ["table", "table_names"]

FOLDER = Path(__file__).parent


def table(name: str) -> list[dict[str, Any]]:
    """The rows of a table, as fresh dicts.

    Parameters
    ----------
    name : str
        One of ``table_names()``.

    Returns
    -------
    list of dict
        One for each run, in the order of the grid; what there is not is ``None``.

    Raises
    ------
    ValueError
        If there is no such table.
    """
    names = table_names()
    if not isinstance(name, str) or name not in names:
        fail("name", "be one of the tables: " + (", ".join(names) or "there are none yet"), name)
    columns, length = _columns(name)
    return [{column: values[place] for column, values in columns.items()} for place in range(length)]


def table_names() -> tuple[str, ...]:
    """The names of all tables, sorted."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.json")))


@cache
def _columns(name: str) -> tuple[dict[str, list[Any]], int]:
    """The columns of a table, and how long they are; one that is constant is kept as one value in the file."""
    columns = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["columns"]
    length = max((len(values) for values in columns.values() if isinstance(values, list)), default=1)
    return {key: values if isinstance(values, list) else [values] * length for key, values in columns.items()}, length
