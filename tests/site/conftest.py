"""Every test has a journal of its own; the pages for browser tests are built once.

``SCALINGLAB_SITE`` names a site that was built before. Then the tests of pages look at that one instead: in continuous
integration, at chapters of the course.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from scalinglab.site.building import build_site
from tests.site.chapters import write_course


@pytest.fixture(autouse=True)
def journal_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that predictions and checks of this test write."""
    path = tmp_path / "predictions.json"
    monkeypatch.setenv("SCALINGLAB_JOURNAL", str(path))
    return path


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of two small chapters, or the one that ``SCALINGLAB_SITE`` names."""
    if given := os.environ.get("SCALINGLAB_SITE"):
        return Path(given).resolve()
    folder = tmp_path_factory.mktemp("site")
    chapters = write_course(folder / "course")
    return build_site(folder / "course", chapters, folder / "site", jobs=1, kept=folder / "kept").folder


@dataclass
class Visit:
    """A page of the site in a browser without a network, and what went wrong there."""

    page: Page
    folder: Path
    problems: list[str] = field(default_factory=list)

    def go(self, name: str, query: str = "") -> Page:
        """Open a page from the disk."""
        self.page.goto((self.folder / name).as_uri() + query)
        return self.page

    def forget(self) -> None:
        """Keep nothing of what was sealed; all pages of a disk share it, so any page can let it go."""
        if not self.page.url.startswith("file:"):
            self.go("index.html")
        self.page.evaluate("localStorage.clear()")


@pytest.fixture(scope="module")
def visit(browser: Browser, site: Path) -> Iterator[Visit]:
    """One browser for the tests of a file; nothing may go wrong in it, and nothing may be asked of another place."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, offline=True, accept_downloads=True)
    context.set_default_timeout(10_000)
    visit = Visit(context.new_page(), site)
    visit.page.on("pageerror", lambda error: visit.problems.append(str(error)))
    visit.page.on("console", lambda told: visit.problems.append(told.text) if told.type == "error" else None)
    visit.page.on("request", lambda asked: _foreign(asked.url, visit))
    yield visit
    context.close()
    assert visit.problems == []


def _foreign(address: str, visit: Visit) -> None:
    if not address.startswith((visit.folder.as_uri(), "data:", "blob:")):
        visit.problems.append(f"asked for {address}")
