"""Several processes of nbgrader, each at one submission at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from scalinglab.exercises.assignments.extra import Nbgrader, Outcome

__all__ = ["Team"]

Item = TypeVar("Item")
Result = TypeVar("Result")


class Team:
    """As many ``Nbgrader`` as there are jobs; to be used in a ``with`` statement.

    Each writes to the gradebook for moments only, so that they seldom wait for one another.
    """

    def __init__(self, jobs: int) -> None:
        self._members = [Nbgrader() for _ in range(jobs)]
        self._free: SimpleQueue[Nbgrader] = SimpleQueue()
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="scalinglab-grading")

    def __enter__(self) -> Team:
        for member in self._members:
            self._free.put(member.__enter__())
        return self

    def __exit__(self, *_: object) -> None:
        # First nothing new, then an end to what runs (after Ctrl-C it does), then the threads that waited for it.
        self._threads.shutdown(wait=False, cancel_futures=True)
        for member in self._members:
            member.__exit__()
        self._threads.shutdown()

    def run(self, step: str, course: Path, *arguments: str, seconds: float, memory: float) -> Outcome:
        """``Nbgrader.run`` by the next member that is free."""
        member = self._free.get()
        try:
            return member.run(step, course, *arguments, seconds=seconds, memory=memory)
        finally:
            self._free.put(member)

    def each(self, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[tuple[Item, Result]]:
        """Do something with every item, several at a time; item and result come as they are done."""
        started = {self._threads.submit(work, item): item for item in items}
        for done in as_completed(started):
            yield started[done], done.result()
