"""What a sweep shows of itself: frozen snapshots with rows, curves and a summary over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scalinglab.training.sweeps.grids import Run
from scalinglab.training.sweeps.runs import CURVES, Record
from scalinglab.training.sweeps.summaries import summarize

__all__ = ["Sweep", "SweepError"]

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
        """
        found = [
            run.row | {name: value for name, value in record.items() if name not in _NO_COLUMNS}
            for run, record in zip(self._runs, self._records, strict=True)
            if record is not None
        ]
        return _same_columns(found)

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


def _same_columns(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each row all columns, as runs of several tasks have several options."""
    if len({tuple(row) for row in rows}) < 2:
        return rows
    columns = dict.fromkeys(name for row in rows for name in row)
    return [columns | row for row in rows]
