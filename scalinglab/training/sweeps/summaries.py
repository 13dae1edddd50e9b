"""Means over seeds, with what they leave out counted."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scalinglab._checks import fail

__all__ = ["summarize"]


def summarize(
    rows: Iterable[Mapping[str, Any]], *, by: str | Sequence[str] = ("width", "samples"), value: str = "test_error"
) -> list[dict[str, Any]]:
    """Mean and standard error of a column over the rows that agree in others, such as over seeds.

    Parameters
    ----------
    rows : iterable of mappings
        Of a sweep or of a cached table. Where they have a ``status``, those that are not "done" are only counted.
    by : str or sequence of str
        Columns that make a group.
    value : str
        The column of numbers to average.

    Returns
    -------
    list of dict
        One for each group, in the order in which they appear: the columns of ``by``, ``mean``, ``standard_error`` (of
        the mean: the standard deviation of the sample over the root of its size; ``None`` for one run), ``low`` and
        ``high`` (one standard error below and above the mean), ``count`` (the rows averaged), ``diverged`` and
        ``failed`` (rows that are not, as they have no result).

    Raises
    ------
    ValueError
        If there is no such column, or the values are no finite numbers.

    Examples
    --------
    >>> rows = [{"width": 4, "error": 0.2}, {"width": 4, "error": 0.4}, {"width": 8, "error": 0.1}]
    >>> groups = summarize(rows, by="width", value="error")
    >>> [(group["width"], round(group["mean"], 3), group["count"]) for group in groups]
    [(4, 0.3, 2), (8, 0.1, 1)]
    """
    rows = list(rows) if isinstance(rows, Iterable) else [rows]
    if not all(isinstance(row, Mapping) for row in rows):
        fail("rows", "be a list of rows, such as Sweep.rows() gives", rows)
    names = [by] if isinstance(by, str) else by
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        fail("by", "be the name of a column, or a list of names", by)
    if not isinstance(value, str):
        fail("value", "be the name of a column", value)
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        for name in (*names, value):
            if name not in row:
                fail("by" if name in names else "value", "name columns of all rows: " + ", ".join(row), name)
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return [dict(zip(names, group, strict=True)) | _statistics(value, some) for group, some in groups.items()]


def _statistics(name: str, rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean and spread of one column over the rows of a group that ended well."""
    values = [row[name] for row in rows if row.get("status", "done") == "done" and row[name] is not None]
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in values):
        fail("value", "name a column of finite numbers", name)
    mean = statistics.fmean(values) if values else None
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None
    around = (None, None) if mean is None else (mean - (error or 0.0), mean + (error or 0.0))
    return {
        "mean": mean,
        "standard_error": error,
        "low": around[0],
        "high": around[1],
        "count": len(values),
        "diverged": sum(row.get("status") == "diverged" for row in rows),
        "failed": sum(row.get("status") == "failed" for row in rows),
    }
