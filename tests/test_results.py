"""What results share: read-only arrays, records, and twins of functions that are watched."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from scalinglab._results import ReadOnly, finish, finished, followed, mapped, records


@dataclass(frozen=True)
class Found(ReadOnly):
    value: np.ndarray
    other: np.ndarray | None = None
    name: str = "found"


def counting(last: int, *, first: int = 0) -> Iterator[int]:
    """Count."""
    return iter(range(first, last + 1))


def test_the_arrays_of_a_result_cannot_be_written_to():
    found = Found(np.zeros(2))
    with pytest.raises(ValueError, match="read-only"):
        found.value[0] = 1


def test_records_hold_plain_numbers_and_the_labels():
    rows = records({"x": np.array([1, 2]), "y": (0.5, None)}, kind="a")
    assert rows == [{"kind": "a", "x": 1, "y": 0.5}, {"kind": "a", "x": 2, "y": None}]
    assert type(rows[0]["x"]) is int
    with pytest.raises(ValueError, match=r"shorter|longer"):
        records({"x": [1], "y": [1, 2]})


def test_a_twin_runs_to_the_end_and_has_the_same_arguments():
    count = finished(counting, "count")
    assert count(5, first=2) == finish(counting(5, first=2)) == 5
    assert count.__name__ == "count"
    assert inspect.signature(count).parameters == inspect.signature(counting).parameters
    assert inspect.signature(count).return_annotation == "int"
    assert "Run ``counting`` to its end" in (count.__doc__ or "")


def test_work_that_returns_something_can_be_shown_in_other_words():
    def doubled():
        last = yield from mapped(followed(counting(3)), lambda step: 2 * step)
        yield f"last {last}"

    assert list(doubled()) == [0, 2, 4, 6, "last 3"]
