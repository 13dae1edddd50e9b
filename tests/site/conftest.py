"""Every test has a journal of its own; the pages for browser tests are built once."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def journal_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that predictions and checks of this test write."""
    path = tmp_path / "predictions.json"
    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(path))
    return path
