"""One server for all browser tests; a page of its own for each notebook."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.harness import Notebook, serve
from tests.course.notebooks import COURSE


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the chapters, which the tests may save into."""
    folder = tmp_path_factory.mktemp("course") / "course"
    shutil.copytree(COURSE, folder, ignore=shutil.ignore_patterns(".*", "predictions*"))
    return folder


@pytest.fixture(scope="session")
def address(course: Path) -> Iterator[str]:
    with serve(course, course.parent / "server.log") as address:
        yield address


@contextmanager
def opened(browser: Browser, address: str, name: str) -> Iterator[Notebook]:
    """A notebook in a page of its own, which may not try to leave this machine."""
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    notebook = Notebook(context.new_page(), address, name)
    notebook.open()
    yield notebook
    photograph(notebook, name)
    context.close()
    assert notebook.foreign == []


@pytest.fixture
def open_notebook(browser: Browser, address: str) -> Iterator[Callable[[str], Notebook]]:
    """Open notebooks, each in a page of its own."""
    with ExitStack() as pages:
        yield lambda name: pages.enter_context(opened(browser, address, name))


def photograph(notebook: Notebook, name: str) -> None:
    """Keep what was seen last, in the folder that ``SCALINGLAB_SCREENSHOTS`` names."""
    if folder := os.environ.get("SCALINGLAB_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        notebook.page.screenshot(path=Path(folder) / f"{re.sub(r'[^a-z0-9_]+', '-', name)}.png")
