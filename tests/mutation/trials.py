"""Tests of a changed module, in a process that is forked with the libraries loaded and nothing of ours."""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

#: Loaded once, before the forks; ours are loaded in each, so that nothing that they computed is kept.
LIBRARIES = [
    "numpy",
    "scipy.stats",
    "scipy.optimize",
    "scipy.integrate",
    "scipy.special",
    "scipy.interpolate",
    "torch",
    "sklearn.datasets",
    "altair",
    "ipywidgets",
    "nbformat",
    "pandas",
    "hypothesis.extra.numpy",
    "playwright.sync_api",
    "pytest",
]
OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "--assert=plain", "-o", "addopts=--import-mode=importlib"]
MEMORY = 16 * 2**30


class Changed(importlib.abc.MetaPathFinder):
    """Finds one module, with another text than its file has."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.source = name, source

    def find_spec(self, fullname: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        file, source = str(path_of(self.name)), self.source

        class Loader(importlib.machinery.SourceFileLoader):
            def get_code(self, fullname: str) -> object:
                return compile(source, file, "exec", dont_inherit=True)

        return importlib.util.spec_from_file_location(fullname, file, loader=Loader(fullname, file))


def path_of(module: str) -> Path:
    return Path(*module.split(".")).with_suffix(".py")


def load_libraries() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    import hypothesis

    # The same examples each time, none that another mutant failed, and no search for a smaller one.
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile(
        "mutation", derandomize=True, database=None, deadline=None, phases=phases, report_multiple_bugs=False
    )
    hypothesis.settings.load_profile("mutation")


def _child(module: str, source: str, tests: Sequence[str], loud: bool) -> int:
    import pytest

    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    if not loud:
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
    sys.meta_path.insert(0, Changed(module, source))
    return int(pytest.main([*OPTIONS, *tests]))


def start(module: str, source: str, tests: Sequence[str], *, loud: bool = False) -> int:
    """Begin the tests in a process of its own; its number."""
    sys.stdout.flush()
    process = os.fork()
    if process:
        return process
    code = 3
    try:
        code = _child(module, source, tests, loud)
    finally:
        os._exit(code)


def finished(processes: dict[int, float], seconds: float) -> Iterator[tuple[int, bool]]:
    """Numbers of processes that have ended, and whether their tests passed; those that take too long are stopped."""
    for process, since in list(processes.items()):
        if time.monotonic() - since > seconds:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process, signal.SIGKILL)
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            yield process, status == 0
