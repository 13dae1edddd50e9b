"""What a sweep shows of itself: frozen snapshots with rows and curves, and means over seeds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scalinglab._checks import fail
from scalinglab.training.sweeps.computing import CURVES, Record
from scalinglab.training.sweeps.grids import Run

#: What a record holds beside the results of a row.
_NO_COLUMNS = {"configuration", *CURVES.values()}


class SweepError(RuntimeError):
    """A sweep that could not go on.

    Parameters
    ----------
    message : str
        One sentence: what went wrong, and what to do.
    partial : Sweep
        All runs that were finished.
    """

    def __init__(self, message: str, *, partial: Sweep) -> None:
        super().__init__(message)
        self.partial = partial


@dataclass(frozen=True, repr=False, eq=False)
class Sweep:
    """A sweep as it stands: the runs of a grid, and what is known of those that are finished.

    A snapshot never changes, and is cheap.

    Attributes
    ----------
    done, total : int
        Work in units of about one multiply-add, for progress bars: they move inside a chunk too. Runs that the store
        had before do not count, unless it had all of them.
    """

    done: int
    total: int
    _runs: tuple[Run, ...]
    _records: tuple[Record | None, ...]

    @property
    def runs(self) -> int:
        """Runs of the grid."""
        return len(self._runs)

    @property
    def finished(self) -> int:
        """Runs that have a row."""
        return sum(record is not None for record in self._records)

    @property
    def complete(self) -> bool:
        """Whether every run has a row, be it that of a failure."""
        return self.finished == self.runs

    @property
    def diverged(self) -> int:
        """Runs whose loss was found not finite or beyond all bounds."""
        return self._count("diverged")

    @property
    def failed(self) -> int:
        """Runs that raised an error; the next sweep tries them again."""
        return self._count("failed")

    @property
    def caption(self) -> str:
        """How far it is, in words: ``37 of 120 runs, 1 diverged, 2 failed.``"""
        bad = [f"{count} {word}" for word, count in (("diverged", self.diverged), ("failed", self.failed)) if count]
        return ", ".join([f"{self.finished} of {self.runs} runs", *bad]) + "."

    def news_since(self, other: Sweep) -> bool:
        """Whether a run was finished after another snapshot of the same sweep, at no cost."""
        return self._records is not other._records

    def rows(self) -> list[dict[str, Any]]:
        """One flat record for each finished run, in the order of the grid, all with the same columns.

        The task and its options (``task_seed`` where ``train`` has an argument of that name, too), the arguments of
        ``train``, ``parameters`` (their number), ``status`` ("done", "diverged" or "failed"), ``diverged_at`` (step),
        ``error`` (text), ``train_loss``, ``test_loss`` and ``test_error`` at the end, ``device``. Where the task has a
        validation set also ``validation_loss`` at the end, and ``best_step``, ``best_test_loss``, ``best_test_error``
        at the evaluation with the least validation loss. What there is not is ``None``, such as all metrics of a
        diverged run.

        A measure has rows of its own, as many for each run as it found: the task, its options and the arguments of
        ``train``, then what was measured. A run that failed is one row with ``status`` and ``error``.
        """
        found = [
            run.row | each
            for run, record in zip(self._runs, self._records, strict=True)
            if record is not None
            for each in _results(run, record)
        ]
        return _same_columns(found)

    @property
    def configuration(self) -> set[str]:
        """Columns that say what a row is of; all others are results."""
        compared = {name for run in self._runs if run.measure is not None for name in run.measure.columns}
        return compared.union(*(run.row for run in self._runs))

    def curves(self) -> list[dict[str, Any]]:
        """One flat record for each run and evaluation: its configuration, status, step, losses and test error.

        All have the same columns: ``validation_loss`` is there if any of the tasks has a validation set.
        """
        rows = []
        for run, record in zip(self._runs, self._records, strict=True):
            if record is None or CURVES["step"] not in record:
                continue
            about = run.row | {"status": record["status"]}
            histories = {name: record[stored] for name, stored in CURVES.items() if stored in record}
            rows += [
                about | dict(zip(histories, values, strict=True)) for values in zip(*histories.values(), strict=True)
            ]
        return _same_columns(rows)

    def summary(self, by: Sequence[str] = ("width", "samples"), value: str = "test_error") -> list[dict[str, Any]]:
        """Mean and standard error of a column over the runs that agree in others: see ``summarize``."""
        return summarize(self.rows(), by=by, value=value)

    def _count(self, status: str) -> int:
        return sum(record is not None and record["status"] == status for record in self._records)

    def __repr__(self) -> str:
        return f"Sweep({self.caption.removesuffix('.')})"


def _results(run: Run, record: Record) -> list[dict[str, Any]]:
    """What a record says of a run, as one row or as many as a measure found."""
    if run.measure is None:
        return [{name: value for name, value in record.items() if name not in _NO_COLUMNS}]
    return record["rows"] if record["status"] == "done" else [{name: record[name] for name in ("status", "error")}]


def _same_columns(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each row all columns, as runs of several tasks have several options."""
    if len({tuple(row) for row in rows}) < 2:
        return rows
    columns = dict.fromkeys(name for row in rows for name in row)
    return [columns | row for row in rows]


def summarize(
    rows: Iterable[Mapping[str, Any]], *, by: str | Sequence[str] = ("width", "samples"), value: str = "test_error"
) -> list[dict[str, Any]]:
    """Mean and standard error of a column over the rows that agree in others, such as over seeds.

    Parameters
    ----------
    rows : iterable of mappings
        Of a sweep or of a cached table. Those whose ``status`` is "diverged" or "failed" are only counted.
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
    lost = ("diverged", "failed")
    values = [row[name] for row in rows if row.get("status") not in lost and row[name] is not None]
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
