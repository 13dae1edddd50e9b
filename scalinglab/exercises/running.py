"""Calling a student's function safely: in a thread with a time limit, its prints kept, its exception caught.

Where there are no threads (in a browser's Python), there is no time limit.
"""

from __future__ import annotations

import contextlib
import copy
import ctypes
import io
import linecache
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

LONGEST_PRINT = 600


@dataclass
class Run:
    """What happened: a result for every case that came to its end, then an exception or the time limit, if any."""

    results: list[Any] = field(default_factory=list)
    error: BaseException | None = None
    out_of_time: bool = False
    printed: str = ""
    printed_length: int = 0


def run(function: Callable[..., Any], cases: Sequence[tuple[Any, ...]], *, seconds: float) -> Run:
    """Call ``function`` on every case, ``seconds`` for all together. What it raises is kept, not raised."""
    outcome = Run()
    out, err = _Capture(sys.stdout), _Capture(sys.stderr)

    def work() -> None:
        out.owner = err.owner = threading.get_ident()
        try:
            for case in cases:
                # A copy, so that a function that changes its arguments spoils neither the comparison nor the next call.
                outcome.results.append(function(*copy.deepcopy(case)))
        except _OutOfTime:
            pass
        except BaseException as error:  # SystemExit too: a student's exit() must not end the notebook's kernel
            outcome.error = error

    worker = threading.Thread(target=work, name="scalinglab-check", daemon=True)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):  # type: ignore[type-var]
        try:
            worker.start()
        except RuntimeError:
            work()
        else:
            outcome.out_of_time = _outlasts(worker, seconds)
    outcome.printed = out.kept + err.kept
    outcome.printed_length = out.length + err.length
    return outcome


def is_stub(function: Callable[..., Any], error: BaseException | None) -> bool:
    """Whether an error is the exercise's untouched ``raise NotImplementedError``, not one from a library's depths."""
    if not isinstance(error, NotImplementedError):
        return False
    frames = list(traceback.walk_tb(error.__traceback__))
    code = getattr(function, "__code__", None)
    return code is None or frames[-1][0].f_code is code


def describe_error(function: Callable[..., Any], error: BaseException) -> str:
    """Type, message and line of a student's exception: ``ZeroDivisionError: ..., in line 3: `return 1 / 0```."""
    try:
        text = str(error)
    except Exception:
        text = ""
    sentence = f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    if file is None or not lines:
        return sentence
    source = linecache.getline(file, lines[-1]).strip()
    return f"{sentence}, in line {lines[-1]}" + (f": `{source[:160]}`" if source else "")


class _OutOfTime(BaseException):
    """Raised inside a thread that ran too long; no ``except Exception`` of a student catches it."""


def _outlasts(worker: threading.Thread, seconds: float) -> bool:
    """Wait for a thread to end, and stop it if it does not; whether it had to be stopped."""
    try:
        worker.join(seconds)
        return worker.is_alive()
    finally:
        _stop(worker)  # also when the student interrupts the kernel while we wait


def _stop(worker: threading.Thread) -> None:
    """Ask a thread to end, for up to a second. One that waits inside C code stays behind, as a daemon."""
    give_up = time.monotonic() + 1.0
    while worker.is_alive() and time.monotonic() < give_up:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident or 0), ctypes.py_object(_OutOfTime))
        worker.join(0.05)


class _Capture(io.TextIOBase):
    """Keeps the beginning of what one thread writes; what other threads write goes through."""

    def __init__(self, through: TextIO) -> None:
        self.through = through
        self.owner: int | None = None
        self.kept = ""
        self.length = 0

    def write(self, text: str) -> int:
        if threading.get_ident() != self.owner:
            return self.through.write(text)
        self.kept += text[: max(0, LONGEST_PRINT - len(self.kept))]
        self.length += len(text)
        return len(text)

    def flush(self) -> None:
        if threading.get_ident() != self.owner:
            self.through.flush()
