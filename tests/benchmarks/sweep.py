"""Sweeps, one thread: what a store costs, how fast a warm one answers, and what a snapshot after each step costs."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections import deque
from itertools import count
from pathlib import Path

import numpy as np
import torch

from scalinglab.training.sweeps.chunks import chunks_of
from scalinglab.training.sweeps.computing import compute
from scalinglab.training.sweeps.grids import runs_of
from scalinglab.training.sweeps.store import Store
from scalinglab.training.sweeps.sweep import sweep, sweeping
from tests.benchmarks.compare import compare

#: 320 runs of 200 steps, at the other defaults of ``train``, in 11 chunks.
GRID = {"task": "digits", "width": [16, 32, 64, 128], "step_size": [0.1, 0.2], "seed": range(40), "steps": 200}
#: 1,000 runs.
WARM = {"task": "digits", "width": range(3, 53), "seed": range(20), "steps": 1}


def run() -> None:
    """Print a line for each promise."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        store_overhead(Path(folder))
        warm_store(Path(folder))
        long_rows(Path(folder))
    snapshots()
    torch.set_num_threads(threads)


def store_overhead(folder: Path) -> None:
    """The same sweep without a store (ours) and with a new one (theirs): the ratio is the overhead."""
    numbers = count()
    print(
        compare(
            "320 runs of 200 steps, without and with a store",
            lambda: sweep(GRID, progress=False),
            lambda: sweep(GRID, store=folder / f"{next(numbers)}.sqlite", progress=False),
            threads=1,
            rounds=9,
        ),
        flush=True,
    )


def warm_store(folder: Path) -> None:
    """A store that has all runs, opened anew each time."""
    path = folder / "warm.sqlite"
    sweep(WARM, store=path, progress=False)
    seconds = []
    for _ in range(15):
        began = time.perf_counter()
        rows = sweep(WARM, store=path, progress=False).rows()
        seconds.append(time.perf_counter() - began)
        assert len(rows) == 1000
    low, median, high = statistics.quantiles(seconds, n=4)
    print(
        f"{'1,000 rows from a warm store':<52} {median * 1e3:6.0f} ms  ({low * 1e3:.0f} to {high * 1e3:.0f})",
        flush=True,
    )


def long_rows(folder: Path) -> None:
    """Reading 1,000 rows of 70 evaluations: the store (ours) and one file of JSON that holds nothing else (theirs)."""
    errors = np.random.default_rng(0).random((1000, 70)).tolist()
    rows = {f"{row:064x}": {"test_error": errors[row]} for row in range(1000)}
    file = folder / "rows.json"
    file.write_text(json.dumps(rows))
    with Store(folder / "long.sqlite") as store:
        store.put(rows)
        print(
            compare(
                "1,000 rows of 70 evaluations, a store and a file",
                lambda: store.get(rows),
                lambda: json.loads(file.read_bytes()),
                threads=1,
            ),
            flush=True,
        )


def snapshots() -> None:
    """The chunks alone (ours) and the whole sweep with a snapshot after each step (theirs)."""
    runs = runs_of(GRID)
    chunks = chunks_of(runs)
    print(
        compare(
            "320 runs of 200 steps, chunks alone and as a sweep",
            lambda: [compute([runs[place] for place in chunk.places], "cpu") for chunk in chunks],
            lambda: deque(sweeping(GRID), maxlen=1),
            threads=1,
            rounds=9,
        ),
        flush=True,
    )
