"""The report on the machine, in a process of its own, beside importing numpy alone."""

from __future__ import annotations

import subprocess
import sys

from tests.benchmarks.compare import compare


def run() -> None:
    """Print the ratio: the report is what ``scalinglab check`` waits for."""
    report, numpy = (
        [sys.executable, "-c", code]
        for code in ("from scalinglab.cli import machine_report; machine_report()", "import numpy")
    )
    print(
        compare(
            "the report on the machine, and importing numpy",
            lambda: subprocess.run(report, check=True),
            lambda: subprocess.run(numpy, check=True),
            threads=1,
        ),
        flush=True,
    )
