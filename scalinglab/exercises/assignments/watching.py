"""Running one program with an end to its time and memory: what it started is ended with it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

__all__ = ["Watched", "watch"]

#: Seconds between two looks at the memory.
_PAUSE = 0.2
_TAIL = 20_000


@dataclass(frozen=True)
class Watched:
    """How a program ended: its exit code, the end of what it wrote, and why it was stopped (empty if it was not)."""

    code: int
    output: str
    stopped: str
    seconds: float


def watch(
    command: Sequence[str], *, seconds: float, memory: float, environment: Mapping[str, str] | None = None
) -> Watched:
    """Run a program until it ends, or until it has used up its time or memory.

    Parameters
    ----------
    command : sequence of str
    seconds : float
        For the program and all that it starts, by the clock.
    memory : float
        Bytes, resident, of the program and all that it started, together.
    environment : mapping, optional
        Variables beside those of this process.
    """
    begun = time.monotonic()
    with tempfile.TemporaryFile() as output:
        program = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | dict(environment or {}),
        )
        started: dict[int, psutil.Process] = {}
        stopped = ""
        try:
            while program.poll() is None and not stopped:
                time.sleep(_PAUSE)
                started |= {process.pid: process for process in _family(program.pid)}
                if time.monotonic() - begun > seconds:
                    stopped = f"it ran longer than {_duration(seconds)}"
                elif sum(map(_resident, started.values())) > memory:
                    stopped = f"it used more than {memory / 1e9:g} GB of memory"
        finally:
            _end(list(started.values()))
            if program.poll() is None:
                program.kill()
            program.wait()
        size = output.seek(0, os.SEEK_END)
        output.seek(max(0, size - _TAIL))
        return Watched(program.returncode, output.read().decode(errors="replace"), stopped, time.monotonic() - begun)


def _family(pid: int) -> list[psutil.Process]:
    """A process and all that it started, as far as they still run."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def _end(processes: Sequence[psutil.Process]) -> None:
    """End processes for good; a kernel that outlived its program is among them. A pid that others have now is not."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            if process.is_running():
                process.kill()


def _duration(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} seconds"
