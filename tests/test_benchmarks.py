"""The command of the benchmarks, which CI does not run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_an_unknown_benchmark_is_one_sentence_with_the_names_there_are():
    command = [sys.executable, "-m", "tests.benchmarks", "training", "brwoser"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""  # nothing was begun
    assert done.stderr.startswith("benchmark must be one of training, sweep, journal, fits, random_features")
    assert done.stderr.endswith(", browser, site, got 'brwoser'\n")


def test_every_benchmark_is_listed():
    names = {path.stem for path in (ROOT / "tests/benchmarks").glob("*.py")} - {"__init__", "__main__", "compare"}
    listed = (ROOT / "tests/benchmarks/__main__.py").read_text(encoding="utf-8")
    assert all(f'"{name}",' in listed for name in names)
