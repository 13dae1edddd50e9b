"""Cached results: each table is a JSON file beside the TOML file that ``scalinglab sweep`` remakes it from.

- ``table``: the rows of a table
- ``grid_of``: the grid that it was made with, for ``sweep``
- ``table_names``: the tables that there are
- ``rank_correlation``: how far two columns have one order (``ranks``)
- ``read_order``, ``Order``, ``table_text``: a TOML file, and the JSON that is made of its rows (``orders``)

Nothing heavy is imported, so a chapter shows its table before it trains anything.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from scalinglab._checks import fail
from scalinglab.tables.orders import Order, read_order, table_text
from scalinglab.tables.ranks import rank_correlation

__all__ = ["Order", "grid_of", "rank_correlation", "read_order", "table", "table_names", "table_text"]

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
    columns, length = _columns(_checked(name))
    return [{column: values[place] for column, values in columns.items()} for place in range(length)]


def grid_of(name: str) -> Any:
    """The grid that a table was made with, fresh: what ``scalinglab.training.sweep`` takes to make it again.

    Parameters
    ----------
    name : str
        One of ``table_names()``.

    Raises
    ------
    ValueError
        If there is no such table.
    """
    return json.loads((FOLDER / f"{_checked(name)}.json").read_text(encoding="utf-8"))["made_with"]


def table_names() -> tuple[str, ...]:
    """The names of all tables, sorted."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.json")))


def _checked(name: Any) -> str:
    names = table_names()
    if not isinstance(name, str) or name not in names:
        fail("name", "be one of the tables: " + (", ".join(names) or "there are none yet"), name)
    return name


@cache
def _columns(name: str) -> tuple[dict[str, list[Any]], int]:
    """The columns of a table, and how long they are; one that is constant is kept as one value in the file."""
    columns = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["columns"]
    length = max((len(values) for values in columns.values() if isinstance(values, list)), default=1)
    return {key: values if isinstance(values, list) else [values] * length for key, values in columns.items()}, length
