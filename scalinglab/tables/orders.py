"""Tables as files: what a TOML file asks for, and the rows as JSON."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalinglab._checks import fail, positive_integer, text

#: Significant digits of a float in a table: what float32 can tell.
DIGITS = 6
MOST_DIGITS = 17


@dataclass(frozen=True)
class Order:
    """What a TOML file asks for: a grid, and how its table is to look."""

    grid: Any
    title: str
    columns: tuple[str, ...] | None
    digits: int
    measure: str | None = None


def read_order(source: Path) -> Order:
    """Read a TOML file.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file, or it is no TOML, or its ``[table]`` is wrong. The grid and the name of the measure
        are for others to check.
    """
    try:
        given = tomllib.loads(source.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError):
        raise FileNotFoundError(f"file must be a TOML file, and {source} is none") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"file must be in TOML, and {source} is not: {error}") from None
    look = given.pop("table", {})
    union = given.pop("grid", None)
    if union is not None and given:
        fail("file", "hold either [[grid]] tables or the keys of one grid", ", ".join(given))
    if not isinstance(look, dict) or set(look) - {"title", "columns", "digits", "measure"}:
        fail("table", "hold title, columns, digits and measure", look)
    columns = look.get("columns")
    if columns is not None and not (isinstance(columns, list) and columns and all(isinstance(c, str) for c in columns)):
        fail("columns", "be a list of names", columns)
    title = text("title", look.get("title", source.stem))
    digits = positive_integer("digits", look.get("digits", DIGITS))
    if digits > MOST_DIGITS:
        fail("digits", f"not exceed {MOST_DIGITS}, which tell every float", digits)
    grid = given if union is None else union
    return Order(grid, title, None if columns is None else tuple(columns), digits, look.get("measure"))


def table_text(order: Order, rows: Sequence[Mapping[str, Any]], exact: Collection[str]) -> str:
    """The table as JSON, columnar, a line for each column; a column of one value is stored once.

    Results are rounded. The columns that are ``exact`` are not, as they say which run this is.
    """
    columns = {name: [row.get(name) for row in rows] for name in order.columns or rows[0]}
    for name in columns.keys() - set(exact):
        columns[name] = [_rounded(value, order.digits) for value in columns[name]]
    short = {name: _short(values) for name, values in columns.items()}
    if not any(isinstance(values, list) for values in short.values()):
        short = columns  # one column at least says how many rows there are
    lines = [f"{_json(name)}: {_json(values)}" for name, values in short.items()]
    head = f'"title": {_json(order.title)},\n"made_with": {_json(order.grid)}'
    return "{\n" + head + ',\n"columns": {\n' + ",\n".join(lines) + "\n}\n}\n"


def _rounded(value: Any, digits: int) -> Any:
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value


def _short(values: list[Any]) -> Any:
    """One value in the place of a column that holds no other, of the same type; a list where that is the only row."""
    same = all(value == values[0] and type(value) is type(values[0]) for value in values)
    return values[0] if same and len(values) > 1 else values


def _json(value: Any) -> str:
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
