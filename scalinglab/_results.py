"""What results share: arrays that cannot be written to, flat records for charts, and runs that are watched or not."""

from __future__ import annotations

import functools
import inspect
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any, ParamSpec, TypeVar

Item = TypeVar("Item")
Snapshot = TypeVar("Snapshot")
Result = TypeVar("Result")
Given = ParamSpec("Given")


def read_only(array: Item) -> Item:
    """The same array, which nobody can write to any more; anything else as it is."""
    if hasattr(array, "setflags"):
        array.setflags(write=False)  # type: ignore[attr-defined]
    return array


class ReadOnly:
    """A base of frozen dataclasses: their arrays cannot be written to."""

    def __post_init__(self) -> None:
        for value in vars(self).values():
            read_only(value)


def records(columns: Mapping[str, Any], **labels: Any) -> list[dict[str, Any]]:
    """A flat record for each place of some columns of one length (arrays or sequences), each with the labels."""
    lists = (column.tolist() if hasattr(column, "tolist") else column for column in columns.values())
    return [labels | dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def finish(snapshots: Iterable[Snapshot]) -> Snapshot:
    """The last of the snapshots of a run, from wherever it is."""
    return deque(snapshots, maxlen=1).pop()


def followed(snapshots: Iterable[Snapshot]) -> Generator[Snapshot, None, Snapshot]:
    """Yield all the snapshots of a run, and return the last one."""
    last = None
    for last in snapshots:
        yield last
    assert last is not None
    return last


def mapped(
    work: Generator[Item, None, Result], turned: Callable[[Item], Snapshot]
) -> Generator[Snapshot, None, Result]:
    """Yield something else for each step of some work, and return what the work returns."""
    while True:
        try:
            step = next(work)
        except StopIteration as end:
            return end.value
        yield turned(step)


def finished(watched: Callable[Given, Iterator[Snapshot]], name: str) -> Callable[Given, Snapshot]:
    """The twin, of another name, of a function that yields snapshots: it runs to the end, and returns the last one.

    Its arguments, their defaults and what is said of them are those of the function that is watched.
    """

    @functools.wraps(watched)
    def run(*args: Given.args, **options: Given.kwargs) -> Snapshot:
        return finish(watched(*args, **options))

    run.__name__ = run.__qualname__ = name
    signature = inspect.signature(watched)
    last = str(signature.return_annotation).removeprefix("Iterator[").removesuffix("]")
    run.__signature__ = signature.replace(return_annotation=last)  # type: ignore[attr-defined]
    run.__doc__ = f"Run ``{watched.__name__}`` to its end, and return what it yields last.\n\n{inspect.getdoc(watched)}"
    return run
