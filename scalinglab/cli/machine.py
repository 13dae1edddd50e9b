"""What is missing or wrong on this machine: Python, versions, memory, browser, port, folders.

Nothing heavy is imported (the versions come from the installed metadata), so that the report takes a moment only.
"""

from __future__ import annotations

import math
import os
import platform
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from scalinglab import _machine
from scalinglab._checks import in_range, integer
from scalinglab.cli.folder import FIRST_CHAPTER, find_course

REINSTALL = "in the folder of the clone run: python -m pip install -c binder/constraints.txt -e ."
GIGABYTE = 1e9
#: Below this the second open chapter no longer fits: one takes up to 0.5 GB, JupyterLab and the browser want theirs.
SMALL_MEMORY = 2 * GIGABYTE
LITTLE_LEFT = 1 * GIGABYTE
#: Browsers for the terminal, in which JupyterLab does not work.
TEXT_BROWSERS = {"elinks", "links", "lynx", "w3m", "www-browser"}
#: Browsers for a screen that Python does not look for where there is no display.
SCREEN_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SCREEN_BROWSERS += ("microsoft-edge", "brave-browser", "firefox", "firefox-esr")
#: The packages that the sentence of a good report names.
NAMED = ("torch", "numpy", "jupyterlab", "ipywidgets", "altair")

ORDER = ("python", "packages", "memory", "processor", "browser", "port", "course", "journal", "cache")

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: its name, ``ok``, ``warning`` or ``problem``, and a sentence."""

    name: str
    state: State
    sentence: str


@dataclass(frozen=True)
class MachineReport:
    """All findings, in the order in which they were made."""

    findings: tuple[Finding, ...]
    #: What a web page of the course says in its place: it would be of the machine that made the page.
    elsewhere: ClassVar[str] = "In JupyterLab, this cell tells you what your machine lacks."

    @property
    def ready(self) -> bool:
        """Whether the course runs here; warnings do not stop it."""
        return all(finding.state != "problem" for finding in self.findings)

    def rows(self) -> list[dict[str, str]]:
        """One flat record for each finding: ``name``, ``state``, ``sentence``."""
        return [{"name": each.name, "state": each.state, "sentence": each.sentence} for each in self.findings]

    def __str__(self) -> str:
        return "\n".join(f"{each.state:8} {each.name:10} {each.sentence}" for each in self.findings)

    def _repr_markdown_(self) -> str:
        marks = {"ok": "✓ ok", "warning": "▲ warning", "problem": "✗ problem"}
        lines = [f"| {each.name} | {marks[each.state]} | {_escaped(each.sentence)} |" for each in self.findings]
        verdict = "This machine is ready." if self.ready else "This machine is **not ready**: see the problems."
        return "\n".join([verdict, "", "| what | state | what it means |", "|:--|:--|:--|", *lines])


def machine_report(*, port: int = 8888, course: str | Path | None = None) -> MachineReport:
    """Look at this machine and say, for each thing that the course needs, whether it is there.

    Parameters
    ----------
    port : int
        The port that JupyterLab would listen on, from 1 to 65535.
    course : path, optional
        The folder of the chapters; looked for if left out.

    Raises
    ------
    ValueError
        If the port is no port.
    """
    port = int(in_range("port", integer("port", port), 1, 65535))
    looks = {"python": _python, "packages": _packages, "memory": _memory, "processor": _processor, "cache": _cache}
    findings = {name: _looked(name, look) for name, look in looks.items()}
    # A notebook is read in a browser that talks to a server, so neither needs to be found again.
    if "JPY_PARENT_PID" not in os.environ:
        findings |= {"browser": _browser(), "port": _port(port)}
    findings |= {found.name: found for found in _folders(course)}
    return MachineReport(tuple(findings[name] for name in ORDER if name in findings))


def port_is_free(port: int) -> bool:
    """Whether a server on this machine could listen on 127.0.0.1 at this port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name != "nt":  # as the server itself does: a connection that is closing does not count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _looked(name: str, look: Callable[[], Finding]) -> Finding:
    """The finding, also where the package is missing that would have helped to make it."""
    try:
        return look()
    except ModuleNotFoundError as error:
        return Finding(name, "problem", f"{error.name} is missing; {REINSTALL}")


def _python() -> Finding:
    from importlib.metadata import PackageNotFoundError, metadata

    version = platform.python_version()
    try:
        wanted = str(metadata("scalinglab").json.get("requires_python", ""))
    except PackageNotFoundError:
        return Finding("python", "problem", f"scalinglab is not installed in this Python; {REINSTALL}")
    from packaging.specifiers import SpecifierSet

    if SpecifierSet(wanted).contains(version, prereleases=True):
        return Finding("python", "ok", f"Python {version}.")
    return Finding("python", "problem", f"Python {version} is here, and the course needs {wanted}; install that one.")


def _packages() -> Finding:
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    try:
        needed = [Requirement(line) for line in requires("scalinglab") or ()]
    except PackageNotFoundError:
        needed = []
    found, wrong = {}, []
    for requirement in needed:
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found[requirement.name] = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(found[requirement.name], prereleases=True):
            wrong.append(f"{requirement.name} {found[requirement.name]} is not {requirement.specifier}")
    if wrong:
        return Finding("packages", "problem", f"{', '.join(wrong)}; {REINSTALL}")
    named = ", ".join(f"{name} {found[name]}" for name in NAMED if name in found)
    return Finding("packages", "ok", f"{len(found)} packages in their ranges: {named}.")


def _memory() -> Finding:
    import psutil

    total = min(psutil.virtual_memory().total, _machine.memory_limit() or math.inf)
    available = _machine.free_memory()
    told = f"{total / GIGABYTE:.1f} GB of memory, {available / GIGABYTE:.1f} GB free"
    if total < SMALL_MEMORY:
        return Finding("memory", "warning", f"{told}: keep one chapter open at a time (each takes up to 0.5 GB).")
    if available < LITTLE_LEFT:
        return Finding("memory", "warning", f"{told}: close other programs, or kernels that you no longer need.")
    return Finding("memory", "ok", f"{told}; an open chapter takes up to 0.5 GB.")


def _processor() -> Finding:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    seen, quota = cores, _machine.cores()
    if quota is not None:
        cores = max(1, min(cores, math.ceil(quota)))
    told = f"{cores} {'core' if cores == 1 else 'cores'}"
    advice = f"set OMP_NUM_THREADS={cores} before you start, as more threads than cores make training slower."
    threads = os.environ.get("OMP_NUM_THREADS")
    if threads is None:
        if seen > cores:
            return Finding("processor", "warning", f"{told} of {seen} may be used here: {advice}")
        return Finding("processor", "ok", f"{told}; OMP_NUM_THREADS is not set, so torch uses them all.")
    if not threads.isdecimal() or not 0 < int(threads) <= cores:
        return Finding("processor", "warning", f"{told}, and OMP_NUM_THREADS is {threads!r}: {advice}")
    return Finding("processor", "ok", f"{told}; OMP_NUM_THREADS is {threads}.")


def _browser() -> Finding:
    import webbrowser

    try:
        name = Path(getattr(webbrowser.get(), "name", "") or "").name
    except webbrowser.Error:
        name = ""
    graphical = name not in TEXT_BROWSERS
    if graphical and name:
        return Finding("browser", "ok", f"The browser opens with {name}.")
    if graphical and os.name == "nt":  # there the system's own choice has no name
        return Finding("browser", "ok", "The browser opens.")
    if found := next(filter(shutil.which, SCREEN_BROWSERS), None):
        sentence = f"{found} is installed, but this session has no display: open the printed address yourself."
        return Finding("browser", "ok", sentence)
    return Finding(
        "browser", "warning", "No browser that can show JupyterLab was found: open the printed address in one yourself."
    )


def _port(port: int) -> Finding:
    if port_is_free(port):
        return Finding("port", "ok", f"Port {port} is free.")
    return Finding("port", "warning", f"Port {port} is in use: JupyterLab takes another, or choose one with --port.")


def _folders(course: str | Path | None) -> Iterator[Finding]:
    try:
        folder = find_course(course)
    except FileNotFoundError as error:
        sentence = f"{error}."
        yield Finding("course", "problem", sentence[0].upper() + sentence[1:])
        return
    chapters = len(list(folder.glob("*.ipynb")))
    if (folder / FIRST_CHAPTER).is_file():
        yield Finding("course", "ok", f"{chapters} {'chapter' if chapters == 1 else 'chapters'} in {folder}.")
    else:
        yield Finding("course", "warning", f"{folder} holds notebooks, but not the first chapter {FIRST_CHAPTER}.")
    if _writable(folder):
        yield Finding("journal", "ok", f"Your predictions are kept in {folder}.")
    else:
        yield Finding("journal", "problem", f"Your predictions cannot be kept: make {folder} writable, or copy it.")


def _cache() -> Finding:
    from platformdirs import user_cache_dir

    folder = Path(user_cache_dir("scalinglab"))
    if _writable(next(parent for parent in (folder, *folder.parents) if parent.exists())):
        return Finding("cache", "ok", f"What charts need is kept in {folder}.")
    return Finding("cache", "warning", f"{folder} is not writable: every kernel makes anew what charts need (1 s).")


def _writable(folder: Path) -> bool:
    """Whether a file can be made there; tried, as permissions alone do not tell on every system."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _escaped(sentence: str) -> str:
    """A sentence that may stand in a cell of a Markdown table."""
    return sentence.replace("\\", "\\\\").replace("|", "\\|").replace("_", "\\_").replace("*", "\\*")
