"""Results that grow while something runs: a panel streams them, and shows how far the run has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Rows = tuple[dict[str, Any], ...]


@dataclass(frozen=True, repr=False)
class Growing:
    """Rows so far, with how much of the work is done."""

    found: Rows
    done: int
    total: int

    def rows(self) -> list[dict[str, Any]]:
        """Return the records so far, as fresh dicts."""
        return [dict(row) for row in self.found]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.done} of {self.total}, {len(self.found)} rows)"


def growing_at_the_end(snapshots: Iterable[Any], rows: Callable[[Any], Iterable[dict[str, Any]]]) -> Iterator[Growing]:
    """How far something has come, by its ``done`` and ``total``; and, in the end, the rows of its last snapshot."""
    last = None
    for last in snapshots:
        yield Growing((), last.done, last.total)
    if last is not None:
        yield Growing(tuple(rows(last)), last.total, last.total)
