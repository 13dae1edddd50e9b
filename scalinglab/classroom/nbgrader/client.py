"""nbgrader, whose steps run in processes of their own, one or several: they can be stopped, and find what they need."""

from __future__ import annotations

import importlib.util
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from scalinglab._checks import positive
from scalinglab.classroom.nbgrader.limited_program import LimitedProgram

Item = TypeVar("Item")
Result = TypeVar("Result")

INSTALL = "python -m pip install -c binder/constraints.txt -e '.[instructor]'"


#: How a step may end for a reason outside of a submission, too: it is worth a second try.
KERNEL_DIED = "the kernel died while the notebook ran"
NO_ANSWER = "nbgrader ended without an answer"


#: The program that is forked for each kernel; its memory counts for no submission.
SERVER = "scalinglab.classroom.nbgrader.kernel_server"


@dataclass(frozen=True)
class Limits:
    """What one submission may take, with all that it starts: minutes by the clock, and gigabytes of memory."""

    minutes: float = 5.0
    gigabytes: float = 4.0

    def __post_init__(self) -> None:
        positive("minutes", self.minutes)
        positive("gigabytes", self.gigabytes)


DEFAULT_LIMITS = Limits()


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
    """nbgrader's steps, in one process for many of them; to be used in a ``with`` statement.

    Parameters
    ----------
    place : Path, optional
        A temporary folder, in which all goes that is needed meanwhile.
    """

    def __init__(self, place: Path | None = None) -> None:
        self._place = place

    def __enter__(self) -> Nbgrader:
        self._home = tempfile.TemporaryDirectory(prefix="scalinglab-grading-", dir=self._place)
        # nbgrader calls alembic, which lies beside Python and is not found where the environment is not activated.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        command = [sys.executable, "-m", "scalinglab.classroom.nbgrader.worker", str(os.getpid())]
        home = Path(self._home.name)
        self._program = LimitedProgram(command, {"PATH": path} | _kernel_settings(home), home, apart=SERVER)
        return self

    def __exit__(self, *_: object) -> None:
        self._program.end()
        self._home.cleanup()

    def run(self, step: str, class_folder: Path, *arguments: Any, limits: Limits | None = None) -> Outcome:
        """Run one step of ``worker``: ``release``, ``grade``, ``feedback``, ``scores`` and others.

        Parameters
        ----------
        step, class_folder, arguments
            The step, the folder of the class, and what the step takes besides, as JSON has it.
        limits
            What it may take; None for as much as there is.
        """
        request = {"step": step, "class_folder": str(class_folder), "arguments": arguments}
        seconds, memory = (60 * limits.minutes, 1e9 * limits.gigabytes) if limits else (math.inf, math.inf)
        answer = self._program.ask(request, seconds=seconds, memory=memory)
        told = answer.value or {"problem": answer.stopped or NO_ANSWER}
        return Outcome(told.get("value"), told["problem"], told.get("log", answer.output), answer.seconds)


def _kernel_settings(home: Path) -> dict[str, str]:
    """What kernels inherit: limits before the first cell, this environment's Python, and a journal that is dropped."""
    startup = home / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    limits = Path(__file__).parent / "kernel" / "00-limits.py"
    (startup / limits.name).write_bytes(limits.read_bytes())
    return {
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "SCALINGLAB_JOURNAL": str(home / "predictions.json"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "OMP_NUM_THREADS": "1",
    }


class Team:
    """As many ``Nbgrader`` as there are jobs; to be used in a ``with`` statement.

    Each writes to the gradebook for moments only, so that they seldom wait for one another.

    Parameters
    ----------
    jobs : int
    place : Path, optional
        A temporary folder for all that is needed meanwhile.
    """

    def __init__(self, jobs: int, place: Path | None = None) -> None:
        self.place = place
        self._members = [Nbgrader(place) for _ in range(jobs)]
        self._free: SimpleQueue[Nbgrader] = SimpleQueue()
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="scalinglab-grading")

    def __enter__(self) -> Team:
        for member in self._members:
            self._free.put(member.__enter__())
        return self

    def __exit__(self, *_: object) -> None:
        # First nothing new, then an end to what runs (after Ctrl-C it does), then the threads that waited for it.
        self._threads.shutdown(wait=False, cancel_futures=True)
        for member in self._members:
            member.__exit__()
        self._threads.shutdown()

    def prepare(self, class_folder: Path) -> None:
        """Let all members import what they need, at once and while others do something else."""
        for _ in self._members:
            self._threads.submit(self.run, "ready", class_folder)

    def run(self, step: str, class_folder: Path, *arguments: Any, limits: Limits | None = None) -> Outcome:
        """``Nbgrader.run`` by the next member that is free."""
        member = self._free.get()
        try:
            return member.run(step, class_folder, *arguments, limits=limits)
        finally:
            self._free.put(member)

    def each(self, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[tuple[Item, Result]]:
        """Do something with every item, several at a time; item and result come as they are done."""
        started = {self._threads.submit(work, item): item for item in items}
        for done in as_completed(started):
            yield started[done], done.result()
