"""nbgrader, whose steps run in a process of their own: one that can be stopped, and that brings what nbgrader needs."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalinglab.exercises.assignments.watching import watch

__all__ = ["Outcome", "need_nbgrader", "run_nbgrader"]

INSTALL = "python -m pip install -c binder/constraints.txt -e '.[instructor]'"


@dataclass(frozen=True)
class Outcome:
    """How a step of nbgrader ended.

    Parameters
    ----------
    value
        What the step answers; None unless it came to its end.
    problem
        Why it did not; empty if it did.
    log
        The end of what nbgrader told about it.
    seconds
        How long it took.
    """

    value: Any
    problem: str
    log: str
    seconds: float


def need_nbgrader() -> None:
    """Raise ``ValueError`` unless nbgrader is installed here; the sentence says how to install it."""
    if importlib.util.find_spec("nbgrader") is None:
        raise ValueError(f"nbgrader is missing; in the folder of the clone run: {INSTALL}")


def run_nbgrader(
    step: str, course: Path, *arguments: str, seconds: float = math.inf, memory: float = math.inf
) -> Outcome:
    """Run one step of ``worker`` for a course folder, and wait for it; time and memory are those of ``watch``."""
    with tempfile.TemporaryDirectory(prefix="scalinglab-grading-") as home:
        answer = Path(home, "answer.json")
        # nbgrader calls alembic, which lies beside Python and is not found where the environment is not activated.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        worker = [sys.executable, "-m", "scalinglab.exercises.assignments.worker"]
        done = watch(
            [*worker, str(answer), step, str(course), *arguments],
            seconds=seconds,
            memory=memory,
            environment={"PATH": path, "PYTHONWARNINGS": "ignore"} | _kernel_settings(Path(home)),
        )
        told = json.loads(answer.read_bytes()) if answer.is_file() else {}
    problem = done.stopped or told.get("problem", f"nbgrader ended with exit code {done.code}")
    return Outcome(told.get("value"), problem, told.get("log", done.output), done.seconds)


def _kernel_settings(home: Path) -> dict[str, str]:
    """What kernels inherit: limits before the first cell, this environment's Python, and a journal that is dropped."""
    startup = home / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    limits = Path(__file__).parent / "kernel" / "00-limits.py"
    (startup / limits.name).write_bytes(limits.read_bytes())
    return {
        "IPYTHONDIR": str(home / "ipython"),
        "SCALINGLAB_JOURNAL": str(home / "predictions.json"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "OMP_NUM_THREADS": "1",
    }
