"""The rows of a data set in all frames of a panel, by columns or by rows, whichever is shorter.

By columns, a column that is the same in several frames is kept once. By rows, which suits runs whose rows become ever
more, each different row is kept once, and a frame is a list of the numbers of its rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from scalinglab.live import Axis
from scalinglab.site.baking.scales import code
from scalinglab.site.baking.streams import RAW, ROWS, Packer

#: The columns of one data set in a frame; empty where it has none.
Frame = Mapping[str, np.ndarray]
#: For each field the axes that it is drawn on.
AxesOf = Callable[[str], list[Axis]]


def shortest_set(packer: Packer, frames: Sequence[Frame], axes: AxesOf, steps: int) -> dict[str, Any]:
    """Write a data set in all frames; returns what the head says of it."""
    tried: list[tuple[int, Packer, dict[str, Any]]] = []
    for write in (_by_columns, _by_rows):
        own = Packer()
        head = write(own, frames, axes, steps)
        if head is not None:
            tried.append((own.size + len(json.dumps(head)) // 4, own, head))
    _, best, head = min(tried, key=lambda each: each[0])
    packer.extend(best)
    return head


# ---- by columns -----------------------------------------------------------------------------------------------------


def _by_columns(packer: Packer, frames: Sequence[Frame], axes: AxesOf, steps: int) -> dict[str, Any]:
    return {"columns": [_column(packer, field, kept, axes(field), steps) for field, kept in _columns(frames)]}


def _columns(frames: Sequence[Frame]) -> Iterator[tuple[str, list[np.ndarray | None]]]:
    """Each column in all frames, None in those without; one that is of words now and then is two."""
    kinds = dict.fromkeys((field, _words(values)) for columns in frames for field, values in columns.items())
    for field, words in kinds:
        found = (columns.get(field) for columns in frames)
        yield field, [values if values is not None and _words(values) == words else None for values in found]


def _words(values: np.ndarray) -> bool:
    return values.dtype.kind in "UO"


def _column(
    packer: Packer, field: str, frames: Sequence[np.ndarray | None], axes: Sequence[Axis], steps: int
) -> dict[str, Any]:
    """Write one column in all frames: for each frame a number, 0 where it has none, 1 for the first that is kept."""
    different: dict[Any, int] = {}
    kept: list[np.ndarray] = []
    numbers = []
    for values in frames:
        key = None if values is None else tuple(values.tolist()) if _words(values) else values.astype(float).tobytes()
        if values is not None and key not in different:
            different[key] = len(different) + 1
            kept.append(values)
        numbers.append(0 if values is None else different[key])
    return {"field": field} | _numbered(packer, numbers, kept) | _coded(packer, kept, axes, steps)


def _coded(packer: Packer, kept: Sequence[np.ndarray], axes: Sequence[Axis], steps: int) -> dict[str, Any]:
    lengths = np.array([len(values) for values in kept])
    found = code(np.concatenate(kept), axes, steps)
    return found.reading | {"codes": packer.columns(found.codes.astype(np.int64), lengths)}


def _numbered(packer: Packer, numbers: Sequence[int], kept: Sequence[np.ndarray]) -> dict[str, Any]:
    return {"numbers": packer.numbers(numbers), "lengths": packer.numbers(len(values) for values in kept)}


# ---- by rows --------------------------------------------------------------------------------------------------------


def _by_rows(packer: Packer, frames: Sequence[Frame], axes: AxesOf, steps: int) -> dict[str, Any] | None:
    """None where frames differ in their columns, or share too few rows for it to be worth a try."""
    shapes = {tuple((field, values.dtype.kind in "UO") for field, values in columns.items()) for columns in frames}
    filled = [number for number, columns in enumerate(frames) if columns]
    if len(shapes - {()}) != 1 or len(filled) < 2:
        return None
    (shape,) = shapes - {()}
    # Last frames first: the last one of a run holds its rows in the order in which they are drawn.
    joined = {field: np.concatenate([frames[number][field] for number in reversed(filled)]) for field, _ in shape}
    first, number_of = _different(list(joined.values()))
    if len(number_of) < 2 * len(first):
        return None
    ends = np.cumsum([len(frames[number][shape[0][0]]) for number in reversed(filled)])[:-1]
    lists = dict(zip(reversed(filled), np.split(number_of, ends), strict=True))
    different: dict[bytes, int] = {}
    kept: list[np.ndarray] = []
    numbers = []
    for number in range(len(frames)):
        rows = lists.get(number)
        if rows is not None and rows.tobytes() not in different:
            different[rows.tobytes()] = len(different) + 1
            kept.append(rows)
        numbers.append(0 if rows is None else different[rows.tobytes()])
    lengths = np.array([len(rows) for rows in kept])
    head = _numbered(packer, numbers, kept) | {"rows": packer.columns(np.concatenate(kept), lengths, (RAW, ROWS))}
    columns = [{"field": field} | _coded(packer, [joined[field][first]], axes(field), steps) for field, _ in shape]
    return head | {"columns": columns}


def _different(columns: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Where each different row stands first, in that order, and for each row the number of its like."""
    plain = [np.unique(values, return_inverse=True)[1] if _words(values) else values for values in columns]
    table = np.ascontiguousarray(np.stack([values.astype(float) for values in plain], axis=1))
    whole = table.view(np.dtype((np.void, table.dtype.itemsize * table.shape[1])))[:, 0]
    _, first, like = np.unique(whole, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[like]
