"""Stores for tests: a full one, and what was set aside beside it."""

from __future__ import annotations

from pathlib import Path

from scalinglab.training.sweeps.store import Store


def filled(path: Path, runs: int = 200) -> dict[str, dict]:
    records = {f"{run:x}": {"width": run, "text": "x" * 200} for run in range(runs)}
    with Store(path) as store:
        store.put(records)
    return records


def aside(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.damaged-*"))
