"""Chapters in processes of their own: what becomes of them if the command is killed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil

BUILD = """
import sys
from pathlib import Path
from scalinglab.site.running import run_chapters

if __name__ == "__main__":
    run_chapters([Path(sys.argv[1])], Path(sys.argv[2]), 1)
"""
#: A chapter that says who runs it, and then goes on for longer than anyone waits.
CELL = "import os, pathlib, time\npathlib.Path({!r}).write_text(str(os.getpid()))\ntime.sleep(600)"


def wait_for(true, seconds=60.0):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    assert true()


def test_a_build_that_is_killed_leaves_nobody_computing(tmp_path: Path):
    told = tmp_path / "pid"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL.format(str(told)))])
    nbformat.write(notebook, tmp_path / "00_long.ipynb")
    (tmp_path / "build.py").write_text(BUILD, encoding="utf-8")
    command = [sys.executable, "build.py", "00_long.ipynb", "kept"]
    with subprocess.Popen(command, cwd=tmp_path) as build:
        wait_for(lambda: told.exists() and told.read_text())
        worker = psutil.Process(int(told.read_text()))
        assert worker.is_running()
        build.kill()
    wait_for(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE, 10)
