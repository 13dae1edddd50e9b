"""A program that answers requests one by one, with an end to the time and memory of each."""

from __future__ import annotations

import contextlib
import json
import math
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

#: Seconds between two looks at the answer, and at the memory.
_PAUSE = 0.02
#: Seconds between two looks at all processes there are, for those that the program has started: such a look is long.
_LISTED = 0.25
_TAIL = 20_000


@dataclass(frozen=True)
class Answer:
    """What came of a request.

    Parameters
    ----------
    value
        What the program answered; None if it gave no answer.
    stopped
        Why it was stopped; empty if it was not.
    output
        The end of what it wrote to stdout and stderr since the request.
    seconds
        How long it took.
    """

    value: Any
    stopped: str
    output: str
    seconds: float


class LimitedProgram:
    """A program that reads requests from stdin, one JSON in a line, and writes each answer to its file ``answer``.

    It is started with the first request, and again with the next one after it ended or was stopped.

    Parameters
    ----------
    command : sequence of str
    environment : mapping
        Variables beside those of this process.
    home : Path, optional
        The folder for its answers.
    apart : str
        A word in the command of a process that it starts and whose memory counts for no request.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], home: Path | None = None, *, apart: str = ""
    ) -> None:
        self._command, self._environment, self._home = list(command), dict(environment), home
        self._apart, self._known_apart = apart, dict[psutil.Process, bool]()
        self._program: subprocess.Popen[str] | None = None
        self._output: IO[bytes] | None = None
        self._changing = threading.Lock()
        self._over = False

    def ask(self, request: Mapping[str, Any], *, seconds: float, memory: float) -> Answer:
        """Send a request and wait for the answer, ``seconds`` by the clock, ``memory`` in resident bytes of all."""
        begun, stopped = time.monotonic(), ""
        with tempfile.TemporaryDirectory(prefix="scalinglab-answer-", dir=self._home) as home:
            file = Path(home, "answer.json")
            started = self._started()
            if started is None:
                return Answer(None, "it was not begun", "", 0.0)
            program, output = started
            since = output.seek(0, os.SEEK_END)
            line = json.dumps({**request, "answer": str(file)})
            assert program.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                print(line, file=program.stdin, flush=True)
            family, listed = [], -math.inf
            while not file.exists() and program.poll() is None and not stopped:
                time.sleep(_PAUSE)
                now = time.monotonic()
                if math.isfinite(memory) and now - listed > _LISTED:
                    family, listed = _family(program.pid), now
                if now - begun > seconds:
                    stopped = f"it ran longer than {_duration(seconds)}"
                elif sum(_resident(one) for one in family if not self._is_apart(one)) > memory:
                    stopped = f"it used more than {memory / 1e9:g} GB of memory"
            value = json.loads(file.read_bytes()) if file.exists() else None
        said = "" if output.closed else _end_of(output, since)
        if stopped or value is None:
            self.close()
        return Answer(value, stopped, said, time.monotonic() - begun)

    def close(self) -> None:
        """End the program, and all that it started; another thread may wait for its answer, and gets none then."""
        with self._changing:
            program, self._program = self._program, None
            output, self._output = self._output, None
        if program is not None:
            _halt(program.pid)  # or it could start one more while we list what it started
            _end(_family(program.pid))
            program.wait()
            assert program.stdin is not None
            with contextlib.suppress(OSError):
                program.stdin.close()
        if output is not None:
            output.close()

    def end(self) -> None:
        """Close for good: whoever asks from now on, in another thread too, gets no answer."""
        with self._changing:
            self._over = True
        self.close()

    def _is_apart(self, process: psutil.Process) -> bool:
        """Whether a process of ours counts for no request; what it forks has the same command, but another parent."""
        if self._apart and process not in self._known_apart:  # which a later process with its number is not
            self._known_apart[process] = False
            with contextlib.suppress(psutil.Error):
                ours = self._program is not None and process.ppid() == self._program.pid
                self._known_apart[process] = ours and self._apart in process.cmdline()
        return self._known_apart.get(process, False)

    def _started(self) -> tuple[subprocess.Popen[str], IO[bytes]] | None:
        """The program and what it writes; None after the end."""
        if self._program is None or self._program.poll() is not None:
            self.close()
        with self._changing:
            if self._over:
                return None
            if self._program is None or self._output is None:
                self._output = tempfile.TemporaryFile()  # noqa: SIM115 (read as long as the program runs)
                self._program = self._start(self._command, os.environ | self._environment, self._output)
            return self._program, self._output

    def _start(
        self, command: Sequence[str], environment: Mapping[str, str], output: IO[bytes]
    ) -> subprocess.Popen[str]:
        """Start the program, which writes all that it says to a file."""
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, text=True, env=environment
        )


def _end_of(output: IO[bytes], since: int) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(since, size - _TAIL))
    return output.read().decode(errors="replace")


def _family(pid: int) -> list[psutil.Process]:
    """A process and all that it started, as far as they still run."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _halt(pid: int) -> None:
    with contextlib.suppress(psutil.Error):
        psutil.Process(pid).suspend()


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def _end(processes: Sequence[psutil.Process]) -> None:
    """End processes for good and wait until they are gone."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(processes, timeout=5)


def _duration(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} seconds"
