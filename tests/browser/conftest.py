"""One server for all browser tests; a page of its own for each notebook."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
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


@pytest.fixture
def open_notebook(browser: Browser, address: str, request) -> Iterator[Callable[[str], Notebook]]:
    """Open notebooks in pages of their own; afterwards, no page may have tried to leave this machine."""
    opened: list[Notebook] = []

    def opens(name: str) -> Notebook:
        context = browser.new_context(viewport={"width": 1300, "height": 1000})
        notebook = Notebook(context.new_page(), address, name)
        opened.append(notebook)
        notebook.open()
        return notebook

    yield opens
    for notebook in opened:
        photograph(notebook, request.node.name)
        notebook.page.context.close()
        assert notebook.foreign == []


def photograph(notebook: Notebook, name: str) -> None:
    """Keep what was seen last, in the folder that ``SCALINGLAB_SCREENSHOTS`` names."""
    if folder := os.environ.get("SCALINGLAB_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        notebook.page.screenshot(path=Path(folder) / f"{re.sub(r'[^a-z0-9_]+', '-', name)}.png")
