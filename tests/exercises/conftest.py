"""Every test has a journal of its own, so that none reads the predictions of the person who runs the tests."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def journal_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that predictions and checks of this test write."""
    path = tmp_path / "predictions.json"
    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(path))
    return path


@pytest.fixture
def no_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place where no journal can be written, for root too: its folder is a file."""
    (tmp_path / "a_file").write_text("")
    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(tmp_path / "a_file" / "predictions.json"))
