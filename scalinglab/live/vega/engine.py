"""Vega in a process of its own: pictures without a browser, and the bundle for browsers.

``vl_convert`` carries the Vega project's JavaScript and an engine to run it, which takes half a second to start and
60 MB of memory. So it runs beside the kernel: ``ask`` starts this file as a program, writes a request to it and reads
the answer, each a line of JSON. The program ends by itself when nobody has asked for a while.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

#: Seconds without a request after which the program ends.
IDLE = 30.0


class VegaMissingError(RuntimeError):
    """There is no ``vl_convert`` on this machine, or no way to start a process."""


# ---- in the kernel ------------------------------------------------------------------------------------------------

_programs: list[subprocess.Popen[bytes]] = []
_one_at_a_time = threading.RLock()


def ask(kind: str, what: Any) -> str:
    """Ask for a picture (``"svg"``, a specification with its data) or a bundle (``"bundle"``, a line of JavaScript).

    Raises
    ------
    VegaMissingError
        If there is no ``vl_convert``, or no way to start a process.
    ValueError
        If Vega cannot make it.
    """
    request = json.dumps([kind, what]).encode() + b"\n"
    with _one_at_a_time:
        answer = _answer(request) or _answer(request)  # again, as it may have ended just before it was asked
    if answer is None:
        raise VegaMissingError("vl-convert-python, which draws pictures, cannot be started on this machine")
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer["made"]


def _answer(request: bytes) -> dict[str, str] | None:
    """What the program says, started if it does not run; None if it has ended."""
    if not _programs or _programs[0].poll() is not None:
        end()
        with suppress(OSError):  # of a machine without processes, a browser's Python for one
            _programs.append(_started())
    for program in _programs:
        assert program.stdin is not None
        assert program.stdout is not None
        with suppress(OSError, ValueError):  # of a closed pipe, and of an empty line
            program.stdin.write(request)
            program.stdin.flush()
            return json.loads(program.stdout.readline())
    end()
    return None


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", __file__, str(IDLE)],  # -P: what lies beside this file is not found by its name
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # In a group of its own: an interrupt of the kernel is not meant for it, and an ipykernel that is shut down
        # waits for all of its group, two seconds also for those that have ended and whose end nobody has asked for.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


@atexit.register
def end() -> None:
    """End the program if it runs."""
    with _one_at_a_time:
        while _programs:
            program = _programs.pop()
            program.kill()
            program.communicate()


# ---- the program --------------------------------------------------------------------------------------------------


def _serve(idle: float) -> None:
    """Answer requests until the input ends, or none has come for so many seconds."""
    import vl_convert

    makers: dict[str, Callable[[Any], str]] = {
        "svg": lambda specification: vl_convert.vegalite_to_svg(specification, allowed_base_urls=[]),
        "bundle": vl_convert.javascript_bundle,  # pyright: ignore[reportAssignmentType]  (its arguments have names)
    }
    while True:
        patience = threading.Timer(idle, os._exit, [0])
        patience.daemon = True
        patience.start()
        line = sys.stdin.readline()
        patience.cancel()
        if not line:
            return
        kind, what = json.loads(line)
        try:
            answer = {"made": makers[kind](what)}
        except Exception as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    _serve(float(sys.argv[1]))
