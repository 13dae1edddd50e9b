"""nbgrader, whose steps run in a process of their own: one that can be stopped, and that brings what nbgrader needs."""

from __future__ import annotations

import importlib.util
import math
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalinglab.exercises.assignments.watching import Helper

__all__ = ["Nbgrader", "Outcome", "need_nbgrader"]

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


class Nbgrader:
    """nbgrader's steps for course folders, in one process for many of them; to be used in a ``with`` statement."""

    def __enter__(self) -> Nbgrader:
        self._home = tempfile.TemporaryDirectory(prefix="scalinglab-grading-")
        # nbgrader calls alembic, which lies beside Python and is not found where the environment is not activated.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        command = [sys.executable, "-m", "scalinglab.exercises.assignments.worker"]
        settings = _kernel_settings(Path(self._home.name))
        self._helper = Helper(command, {"PATH": path} | settings)
        return self

    def __exit__(self, *_: object) -> None:
        self._helper.end()
        self._home.cleanup()

    def run(
        self, step: str, course: Path, *arguments: str, seconds: float = math.inf, memory: float = math.inf
    ) -> Outcome:
        """Run one step of ``worker``: ``release``, ``grade`` or ``scores``.

        Parameters
        ----------
        step, course, arguments
            The step, the course folder, and what the step takes besides.
        seconds, memory
            What it may take, with all that it starts: by the clock, and resident bytes.
        """
        request = {"step": step, "course": str(course), "arguments": arguments}
        answer = self._helper.ask(request, seconds=seconds, memory=memory)
        told = answer.value or {"problem": answer.stopped or "nbgrader ended without an answer"}
        return Outcome(told.get("value"), told["problem"], told.get("log", answer.output), answer.seconds)


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
