"""Chapter 06 trains nothing: it runs whole where neither torch nor threads are, as in a browser's Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.course.notebooks import COURSE

#: Which packages are not to be found.
ABSENT = ("torch", "vl_convert", "psutil", "safetensors")


@pytest.fixture
def report(tmp_path: Path) -> dict[str, list]:
    """What became of the chapter in a process of its own."""
    for name in ABSENT:
        (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError({name!r}, name={name!r})")
    path = os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]])
    command = [sys.executable, "-W", "error", "-m", "tests.course.alone", "06"]
    done = subprocess.run(
        command, cwd=COURSE.parent, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_chapter_06_runs_without_torch_vl_convert_psutil_safetensors_and_threads(report):
    assert report["shown"] == 7 * [["application/vnd.jupyter.widget-view+json", "text/plain"]]
    assert report["moved"] == 7 * [True]
    assert len(report["said"]) == 3
    assert all(verdict.startswith("✓ Right") for verdict in report["said"])
    assert report["complaints"] == ""
