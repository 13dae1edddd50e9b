"""Take the README's picture: ``python -m tests.browser.picture`` photographs the panel of chapter 00."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.harness import Notebook, launch, serve
from tests.course.notebooks import COURSE, panels_in

TARGET = COURSE / "figures" / "panel.png"


def take(target: Path) -> None:
    """Run the chapter, make the network narrower, and photograph both runs."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        shutil.copy(COURSE / "00_start_here.ipynb", folder)
        with serve(folder, folder / "server.log") as address:
            browser = launch(playwright)
            page = browser.new_page(viewport={"width": 1300, "height": 1500}, device_scale_factor=1.5)
            notebook = Notebook(page, address)
            notebook.open("00_start_here.ipynb")
            notebook.run_all()
            notebook.open_sealed(panels_in(COURSE / "00_start_here.ipynb"))
            panel = notebook.panel("Live training")
            panel.wait_for_state("finished")
            panel.button("narrow").click()
            panel.settle()
            target.parent.mkdir(exist_ok=True)
            panel.root.screenshot(path=target)
            browser.close()


if __name__ == "__main__":
    take(TARGET)
