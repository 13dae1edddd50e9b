"""Children for tests: processes that start in a moment, as they are forked from a server that has imported all once."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
import warnings
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil

from scalinglab.training import digits
from scalinglab.training.sweeps.store import Store, StoreError

#: What the code of a child finds.
NAMES = {"Path": Path, "Store": Store, "StoreError": StoreError, "json": json, "os": os, "time": time}
NAMES |= {"warnings": warnings}
PRELOADED = ["torch", "torch.optim.adam", "scalinglab.pruning", "scalinglab.training.sweeps.sweep", "sklearn.datasets"]
PRELOADED += ["pytest", __name__]

digits(100)  # which is read once, before the fork


def context() -> multiprocessing.context.ForkServerContext:
    """How children are started; there is one server for all tests of a process."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(PRELOADED)
    return found


def execute(code: str, arguments: list[str]) -> None:
    exec(code, NAMES | {"arguments": arguments})


def start(*children: tuple[str, list[str]]) -> list[BaseProcess]:
    """Begin a process for each piece of code, with ``Store``, ``arguments`` and the names above at hand."""
    processes = [context().Process(target=execute, args=child) for child in children]
    for process in processes:
        process.start()
    return processes


def wait(processes: list[BaseProcess]) -> list[int | None]:
    """How processes ended: 0, or the number of what went wrong, or that of the signal, negative."""
    for process in processes:
        process.join(60)
    return [process.exitcode for process in processes]


def kill_after(process: BaseProcess, seconds: float) -> None:
    """Kill a process when it has computed for so long, whatever else this machine has to do meanwhile."""
    with suppress(psutil.NoSuchProcess):
        started = psutil.Process(process.pid)
        until = sum(started.cpu_times()[:2]) + seconds
        while process.is_alive() and sum(started.cpu_times()[:2]) < until:
            time.sleep(0.002)
    process.kill()
    process.join()


def run(*children: tuple[str, list[str]]) -> None:
    """Run pieces of code side by side to their ends, which must be good."""
    assert wait(start(*children)) == [0] * len(children)
