"""From what a function returns to what a chart draws: results -> columns -> bytes.

A data set is a dict of columns of equal length. Numbers travel to the browser as raw bytes, words as codes with a
list of labels; nothing is turned into text on the way, so no digit is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from scalinglab import _checks as checks
from scalinglab.live.wording import on_paper

Columns: TypeAlias = dict[str, np.ndarray]

#: Rows of one data set that are sent to the browser at most; a longer one is thinned evenly and the panel says so.
MAX_ROWS = 20_000
#: Entries of a result that are no data sets: a sentence, and how much of a run is done.
CAPTION = "caption"
ABOUT = {CAPTION: str, "done": int, "total": int}


def datasets_of(result: Any) -> dict[str, Columns]:
    """Name the data sets in what a panel's function returned.

    Parameters
    ----------
    result : object
        An object with ``rows()``, a list of flat dicts, a dict of columns, or a dict of any of these by name; entries
        of the last may be a caption, and how much of a run is done.

    Returns
    -------
    dict of str to dict of str to ndarray
        Columns by data set; a single unnamed one is called ``"rows"``.

    Raises
    ------
    ValueError
        If it is none of these, or holds no row at all; a run of which something is left to do may have none yet, and
        a caption may say why there is none.
    """
    explained = about(result, "done", 0) < about(result, "total", 0) or bool(caption_of(result))
    if isinstance(result, Mapping):
        result = {name: value for name, value in result.items() if not isinstance(value, ABOUT.get(name, ()))}
    if isinstance(result, Mapping) and result and all(map(_is_table, result.values())):
        found = {str(name): columns_of(value) for name, value in result.items()}
    else:
        found = {"rows": columns_of(result)}
    if not explained and not any(length(columns) for columns in found.values()):
        raise ValueError("there is nothing to draw: the function returned no rows")
    return found


def caption_of(result: Any) -> str:
    """What a result says in words: its entry or its attribute ``caption``, if it has one."""
    return on_paper(about(result, CAPTION, ""))


def about(result: Any, name: str, default: Any) -> Any:
    """What a result says of itself, in an entry or an attribute: its caption, or what is done, of how much in total."""
    if isinstance(result, Mapping):
        found = result.get(name)
        return found if isinstance(found, ABOUT[name]) else default
    return getattr(result, name, default)


def columns_of(result: Any) -> Columns:
    """The columns of one data set, each a one-dimensional array of equal length."""
    if hasattr(result, "rows"):
        result = result.rows()
    if isinstance(result, Mapping):
        columns = {str(name): _column(name, values) for name, values in result.items()}
    elif isinstance(result, Sequence) and all(isinstance(record, Mapping) for record in result):
        names = dict.fromkeys(name for record in result for name in record)
        columns = {str(name): _column(name, [record.get(name) for record in result]) for name in names}
    else:
        checks.fail("rows", "be a list of dicts or a dict of columns", result)
    if columns:
        checks.same_length(**columns)
    return columns


def records_of(columns: Columns) -> list[dict[str, Any]]:
    """The rows of a data set as flat dicts of plain Python values."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*(c.tolist() for c in columns.values()), strict=True)]


def thin(columns: Columns, limit: int) -> Columns:
    """At most ``limit`` rows, evenly spaced, the first and the last among them."""
    rows = length(columns)
    if rows <= limit:
        return columns
    kept = np.linspace(0, rows - 1, limit).round().astype(int)
    return {name: values[kept] for name, values in columns.items()}


def to_wire(datasets: Mapping[str, Columns]) -> dict[str, Any]:
    """Data sets as the browser side reads them: columns with a kind and raw little-endian bytes."""
    return {
        name: {"rows": length(columns), "columns": {field: _encode(values) for field, values in columns.items()}}
        for name, columns in datasets.items()
    }


def _is_table(value: Any) -> bool:
    """Whether this may be one of the data sets that are given by name: a table, or the empty list of a run's start."""
    if hasattr(value, "rows") or isinstance(value, Mapping):
        return True
    return isinstance(value, list | tuple) and all(isinstance(record, Mapping) for record in value)


def length(columns: Columns) -> int:
    """How many rows a data set has."""
    return len(next(iter(columns.values()))) if columns else 0


def _column(name: Any, values: Iterable[Any]) -> np.ndarray:
    """One column as numbers, truth values or words; ``None`` among numbers is a gap (nan)."""
    array = np.asarray(values if isinstance(values, np.ndarray) else list(values))
    if array.dtype.kind in "OU" and not isinstance(values, np.ndarray):
        array = _mixed(list(values))
    if array.ndim != 1 or array.dtype.kind not in "biufUO":
        got = f"{array.dtype} of shape {array.shape}"
        raise ValueError(f"column {name!r} must be one-dimensional, of numbers or words, got {got}")
    return array


def _mixed(values: list[Any]) -> np.ndarray:
    if all(value is None or isinstance(value, int | float | np.number) for value in values):
        return np.array([np.nan if value is None else value for value in values], dtype=float)
    return np.array(["" if value is None else str(value) for value in values])


def _encode(values: np.ndarray) -> dict[str, Any]:
    if values.dtype.kind in "UO":
        labels, codes = np.unique(values.astype(str), return_inverse=True)
        return {"kind": "words", "labels": labels.tolist(), "bytes": codes.astype("<i4").tobytes()}
    if values.dtype.kind == "b":
        return {"kind": "truth", "bytes": values.astype("<i4").tobytes()}
    return {"kind": "numbers", "bytes": values.astype("<f8").tobytes()}
