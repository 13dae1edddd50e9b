"""Results that a process starts with are those that it would compute, bit for bit, and only where nothing differs."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scalinglab.random_features as rf
from scalinglab import _prepared
from scalinglab._prepared import load_results, prepared, write_results

CALLED: list[Any] = []


@prepared
def halved(values: Any, *, less: Any = 0.0, more: Any = None) -> np.ndarray:
    CALLED.append(values)
    return np.asarray(values, dtype=float) / 2 - less + (more.size if isinstance(more, Odd) else 0)


class Odd:
    size = 3


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Nothing that was kept before, and nothing that is left."""
    for kept in (CALLED, _prepared._known):
        kept.clear()
    yield
    _prepared._known.clear()


@pytest.fixture
def keeping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "results"
    monkeypatch.setenv(_prepared.VARIABLE, str(file))
    return file


def started_with(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a process that starts with the results in a file, and keeps none."""
    write_results()
    monkeypatch.delenv(_prepared.VARIABLE)
    _prepared._known.clear()
    load_results(file, hashlib.sha256(file.read_bytes()).hexdigest())


def test_nothing_is_kept_where_nobody_asks_for_it():
    assert halved([2]).tolist() == halved([2]).tolist() == [1]
    assert CALLED == [[2], [2]]
    assert not _prepared._known


def test_a_result_is_computed_once_and_each_gets_its_own(keeping: Path, monkeypatch: pytest.MonkeyPatch):
    halved([2])[0] = 7
    started_with(keeping, monkeypatch)
    halved([2])[0] = 8
    assert halved([2]).tolist() == [1]
    assert CALLED == [[2]]
    for _ in range(2):
        halved([4])  # which nobody computed before: it is not kept now
    assert CALLED == [[2], [4], [4]]


@pytest.mark.parametrize(
    "other",
    [
        ([2.0],),
        ((2,),),
        ([2, 2],),
        (np.array([2]),),
        (np.array([2.0]),),
        ([np.int64(2)],),
        ([True],),
        (np.array([[2]]),),
    ],
    ids=repr,
)
def test_calls_that_differ_in_value_or_kind_are_told_apart(other: Any, keeping: Path, monkeypatch: pytest.MonkeyPatch):
    halved([2])
    started_with(keeping, monkeypatch)
    halved(*other)
    assert len(CALLED) == 2
    for less in (-0.0, 0.0):
        halved([2], less=less)
    assert len(CALLED) == 4


def test_an_argument_of_another_kind_is_computed_each_time(keeping: Path, monkeypatch: pytest.MonkeyPatch):
    halved([2], more=Odd())
    halved([2])
    started_with(keeping, monkeypatch)
    assert halved([2], more=Odd()).tolist() == [4]
    assert CALLED == [[2], [2], [2]]


def test_a_file_that_was_changed_is_not_loaded(keeping: Path, monkeypatch: pytest.MonkeyPatch):
    halved([2])
    write_results()
    monkeypatch.delenv(_prepared.VARIABLE)
    right = hashlib.sha256(keeping.read_bytes()).hexdigest()
    _prepared._known.clear()
    keeping.write_bytes(keeping.read_bytes() + b" ")
    load_results(keeping, right)
    load_results(keeping.with_name("missing"), right)
    assert not _prepared._known


def test_no_more_is_written_than_fits(keeping: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_prepared, "MOST", 3000)
    for number in range(4):
        halved(np.full(100, number))
    started_with(keeping, monkeypatch)
    assert len(_prepared._known) == 3


CALLS = """
import sys, numpy as np, scalinglab.random_features as rf
from scalinglab import _prepared
x = np.random.default_rng(0).normal(size=(30, 4))
gram = rf.relu_kernel(x)
law = rf.spectrum_from_kernel(gram, np.sign(x[:, 0]))
size = {"width": 10, "samples": 20, "noise": 0.1}
found = [gram, law, rf.gradient_flow(law, [1, 10], **size)]
found.append(rf.simulate_features(x, np.sign(x[:, 0]), [1, 10], seeds=3, **size))
found.append(rf.simulate(rf.power_law(1.5, 1.25, 40), [1, 10], seeds=3, **size))
"""


def test_what_a_process_starts_with_is_what_it_would_compute(keeping: Path, monkeypatch: pytest.MonkeyPatch):
    """Of all functions of the package that are prepared, by way of the file."""
    subprocess.run([sys.executable, "-c", f"{CALLS}\n_prepared.write_results()"], check=True)
    monkeypatch.delenv(_prepared.VARIABLE)
    computed: dict[str, Any] = {}
    exec(CALLS, computed)
    load_results(keeping, hashlib.sha256(keeping.read_bytes()).hexdigest())
    assert len(_prepared._known) == 5
    monkeypatch.setattr(np.linalg, "eigh", None)
    monkeypatch.setattr(np, "arccos", None)
    loaded: dict[str, Any] = {}
    exec(CALLS, loaded)
    for one, two in zip(computed["found"], loaded["found"], strict=True):
        assert type(one) is type(two)
        for name, value in vars(one).items() if not isinstance(one, np.ndarray) else [("", one)]:
            other = getattr(two, name) if name else two
            np.testing.assert_array_equal(value, other)
            if isinstance(value, np.ndarray):
                assert value.flags.writeable == other.flags.writeable, name


def test_a_function_that_is_prepared_still_tells_what_it_takes():
    assert "eigenvalues" in (rf.spectrum_from_kernel.__doc__ or "")
    assert rf.simulate.__name__ == "simulate"
    with pytest.raises(ValueError, match="width must"):
        rf.simulate(rf.power_law(1.5, 1.25, 40), [1], width=0, samples=3)
