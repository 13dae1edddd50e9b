"""A process that has imported what a chapter needs, and becomes a kernel for each submission by forking.

Importing torch, altair and the package takes longer than most submissions; a fork takes milliseconds, and what one
submission does to its own process is nothing to the next. ``forked_kernels`` starts it, and writes lines of JSON: first
the names of the modules and the file of results that kernels start with, then ``{"start": ..., "folder": ...,
"environment": ...}``, answered with the ``pid``, and ``{"poll": pid}``, answered with the ``code`` with which that
kernel ended, or None.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scalinglab._later import quick_jsonschema
from scalinglab._prepared import load_results


def main() -> None:
    """Import, then answer requests until stdin ends; the kernels end with this process."""
    sys.path[:] = [folder for folder in sys.path if folder not in ("", os.getcwd())]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    load(**json.loads(sys.stdin.readline()))
    gc.collect()
    gc.freeze()  # or the first collection of each kernel would copy the memory that all share
    running: dict[int, int | None] = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "start" in request:
            pid = os.fork()
            if pid == 0:
                become_kernel(request)
            running[pid] = None
            with contextlib.suppress(OSError):
                os.setpgid(pid, pid)
            answer: dict[str, Any] = {"pid": pid}
        else:
            answer = {"code": _code(running, request["poll"])}
        print(json.dumps(answer), flush=True)
    for pid in [one for one in running if _code(running, one) is None]:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def load(modules: Sequence[str], results: Sequence[str]) -> None:
    """Import modules, and the kernel's own, and load results; what cannot be had is left to the submissions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quick_jsonschema()
        for name in ("ipykernel.kernelapp", "ipykernel.ipkernel", *modules):
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        if results:
            with contextlib.suppress(Exception):
                load_results(Path(results[0]), results[1])


def become_kernel(request: dict[str, Any]) -> None:
    """Be the kernel of one submission, as ``python -m ipykernel_launcher`` is one, and end."""
    code = 1
    try:
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)  # the requests and answers are not for submissions
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()  # or all submissions would draw the same numbers
        from ipykernel.kernelapp import IPKernelApp

        words = [*request["start"], f"--IPKernelApp.parent_handle={os.getppid()}"]
        sys.argv = ["ipykernel_launcher", *words]
        app = IPKernelApp.instance()
        app.initialize(words)
        app.start()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        os._exit(code)


def _code(running: dict[int, int | None], pid: int) -> int | None:
    """The code with which a kernel ended, negative for a signal; None while it runs."""
    if running.get(pid, 1) is None:
        ended, status = os.waitpid(pid, os.WNOHANG)
        running[pid] = os.waitstatus_to_exitcode(status) if ended else None
    return running.get(pid, 1)


if __name__ == "__main__":
    main()
