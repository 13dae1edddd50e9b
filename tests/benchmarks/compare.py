"""Two contestants in turn: the ratio of their times, which a noisy machine spoils least."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.course.notebooks import COURSE


@dataclass(frozen=True)
class Ratio:
    """How many times faster ``ours`` is than ``theirs``: the median of paired ratios, its quartiles, both times."""

    name: str
    median: float
    low: float
    high: float
    ours: float
    theirs: float
    threads: int

    def __str__(self) -> str:
        return (
            f"{self.name:<52} {self.median:6.2f}x  ({self.low:.2f} to {self.high:.2f})"
            f"  ours {self.ours * 1e3:9.2f} ms  theirs {self.theirs * 1e3:9.2f} ms  threads {self.threads}"
        )


def compare(
    name: str, ours: Callable[[], object], theirs: Callable[[], object], *, threads: int, rounds: int = 15
) -> Ratio:
    """Time both in turn, in alternating order, after one warm-up each."""
    for contestant in (ours, theirs):
        contestant()
    pairs = []
    for index in range(rounds):
        order = (ours, theirs) if index % 2 == 0 else (theirs, ours)
        seconds = {contestant: _time(contestant) for contestant in order}
        pairs.append((seconds[ours], seconds[theirs]))
    ratios = [slow / fast for fast, slow in pairs]
    low, median, high = statistics.quantiles(ratios, n=4)
    return Ratio(name, median, low, high, *(statistics.median(column) for column in zip(*pairs, strict=True)), threads)


def _time(contestant: Callable[[], object]) -> float:
    began = time.perf_counter()
    contestant()
    return time.perf_counter() - began


def versions() -> dict[str, Path]:
    """The folders of the versions that are compared, by name."""
    before = os.environ.get("SCALINGLAB_BEFORE")
    return {"now": COURSE.parent} | ({"before": Path(before).resolve()} if before else {})
