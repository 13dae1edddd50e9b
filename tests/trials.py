"""Long simulations as tables beside their tests: every run makes some of their trials anew, and judges all of them.

``REMAKE_TRIALS=1 python -m pytest -n0 tests/scaling_laws tests/random_features`` writes the tables again, after a
change of what they hold.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

Trial = dict[str, float]


def trials(path: Path, run: Callable[[int], Trial], count: int, *, again: int = 4, **near: float) -> list[Trial]:
    """What ``run`` finds for the seeds 0, 1 ... ``count - 1``, from the table at a path.

    Some of them, which are drawn, are run again, and must be as ``near`` to the table as ``pytest.approx`` is asked.
    """
    if os.environ.get("REMAKE_TRIALS"):
        found = [run(seed) for seed in range(count)]
        columns = {name: [float(f"{one[name]:.10g}") for one in found] for name in found[0]}
        path.parent.mkdir(exist_ok=True)
        path.write_text("{\n" + ",\n".join(f"{json.dumps(name)}: {columns[name]}" for name in columns) + "\n}\n")
    columns = json.loads(path.read_text())
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    assert len(rows) == count
    draw = random.randrange(2**32)
    for seed in random.Random(draw).sample(range(count), again):
        assert run(seed) == pytest.approx(rows[seed], nan_ok=True, **near), f"trial {seed}, drawn with {draw}"
    return rows
