"""One server and one page for all browser tests; the page turns from notebook to notebook."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scalinglab.exercises import Journal
from tests.browser.harness import Notebook, serve
from tests.course.notebooks import COURSE

#: Starts kernels by forking where it can be done safely. Only the server loads it.
MANAGER = "tests.browser.warm_kernels.WarmKernelManager"
#: What a student of the capstone has sealed: a plan of more weights than the brief allows.
PLAN = {
    "network": "perceptron",
    "width": "64",
    "samples": "600",
    "batch": "16",
    "step": "0.1",
    "rounds": "0",
    "error": 9.0,
}


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the chapters, which the tests may save into, with a journal for the panel that shows the class."""
    folder = tmp_path_factory.mktemp("course") / "course"
    shutil.copytree(COURSE, folder, ignore=shutil.ignore_patterns(".*", "predictions*"))
    journal = Journal(folder / "class" / "ada.json")
    for name, value in PLAN.items():
        journal.seal(f"13-{name}", value, question=name)
    return folder


@pytest.fixture(scope="session")
def address(course: Path) -> Iterator[str]:
    path = os.pathsep.join([str(COURSE.parent), os.environ.get("PYTHONPATH", "")])
    forked = [f"--AsyncMappingKernelManager.kernel_manager_class={MANAGER}"] * (sys.platform == "linux")
    with serve(course, course.parent / "server.log", {"PYTHONPATH": path}, forked) as address:
        yield address


@contextmanager
def page_of_its_own(browser: Browser, address: str, place: str = "lab/tree") -> Iterator[Notebook]:
    """A page for JupyterLab, or Notebook 7, which may not try to leave this machine."""
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    notebook = Notebook(context.new_page(), address, place)
    yield notebook
    photograph(notebook)
    context.close()
    assert notebook.foreign == []


@pytest.fixture(scope="session")
def lab(browser: Browser, address: str) -> Iterator[Notebook]:
    """JupyterLab in the page that all tests share, as a student has it: it is loaded once."""
    with page_of_its_own(browser, address) as notebook:
        yield notebook


def photograph(notebook: Notebook, name: str = "") -> None:
    """Keep what is seen, in the folder that ``SCALINGLAB_SCREENSHOTS`` names."""
    if folder := os.environ.get("SCALINGLAB_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        notebook.page.screenshot(path=Path(folder) / f"{re.sub(r'[^a-z0-9_]+', '-', name or notebook.name)}.png")
