"""Where the benchmark of the site finds its chapters: as pages on a web server, and as notebooks for JupyterLab."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, BrowserContext

from scalinglab.exercises.progress.chapters import chapters
from scalinglab.site.building import build_site
from tests.benchmarks.browser import SETUP, WATCH
from tests.browser.harness import free_port
from tests.course.notebooks import COURSE

#: Chapters, with a panel of each that is a function with a slider.
CHAPTERS = {
    "00": "Power law",
    "06": "The frontier",
    "08": "Ceilings",
    "10": "How many weights it takes",
    "13": "Advice",
}
MADE, MADE_TITLE = "77_made", "made of 2000 rows"
#: What first panels may wait for; it counts as shown, so that all are open.
PREDICTIONS = [key for chapter in chapters() for key in chapter.predictions]
MADE_PANEL = """
Panel(lambda exponent: curve(exponent, 2_000), controls=[Slider("exponent", 0.1, 1, 0.5, stops=91)],
      charts=chart(Lines(), x=X, y=Y, title="t", description="d"), title="made of 2000 rows")
"""


@dataclass(frozen=True)
class Places:
    """Where the chapters are: as pages, in JupyterLab, and as notebooks by their stems."""

    pages: str
    lab: str
    notebooks: dict[str, Path]


def made(folder: Path) -> Path:
    """A chapter with one panel of 2,000 rows."""
    code = "from scalinglab.live import Axis, Lines, Panel, Slider, chart\nimport numpy as np"
    definitions = SETUP[SETUP.index("X = Axis") : SETUP.index("def theirs")]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 77 Made")])
    notebook.cells += [nbformat.v4.new_code_cell(each.strip()) for each in (code, definitions, MADE_PANEL)]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / f"{MADE}.ipynb"
    nbformat.write(notebook, path)
    return path


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder on a web server of this machine."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()


def pages_in(folder: Path) -> tuple[Path, dict[str, Path]]:
    """A site with the made chapter and those of the course that are measured, and their notebooks by stem."""
    own, site = folder / "course", folder / "site"
    shutil.copytree(COURSE / "figures", own / "figures")  # the map of the site shows one
    wanted = [path for number in CHAPTERS for path in COURSE.glob(f"{number}_*.ipynb")]
    if given := os.environ.get("SCALINGLAB_SITE"):
        shutil.copytree(given, site)
        wanted = [path for path in wanted if (site / f"{path.stem}.html").is_file()]
        build_site(own, [made(own)], site, kept=folder / "kept", say=lambda line: None)
    else:
        build_site(COURSE, wanted, site)
        build_site(own, [made(own)], site, kept=folder / "kept", say=lambda line: None)
    return site, {path.stem: path for path in [*wanted, own / f"{MADE}.ipynb"]}


def cell_of(path: Path, title: str = "") -> int:
    """The number of the cell with the first panel, or with that of a title."""
    cells = nbformat.read(path, as_version=4).cells
    panels = (at for at, cell in enumerate(cells) if cell.cell_type == "code" and "Panel(" in cell.source)
    return next(at for at in panels if f'title="{title}' in cells[at].source)


def cut(path: Path, title: str, folder: Path) -> str:
    """Write a chapter down to the panel with a title, so that no run of a later one takes part; returns its name."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = notebook.cells[: cell_of(path, title) + 1]
    nbformat.write(notebook, folder / f"cut_{path.name}")
    return f"cut_{path.name}"


def context_of(browser: Browser, journal: str) -> BrowserContext:
    """A browser with nothing in its cache, in which all predictions count as shown."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.add_init_script(WATCH)
    context.add_init_script(f"try {{ localStorage['scalinglab/predictions.json'] = {journal!r} }} catch {{}}")
    return context


def middle(values: Sequence[float]) -> str:
    """The median with the quartiles."""
    low, median, high = statistics.quantiles(values, n=4)
    return f"{median:8.1f} ({low:.1f} to {high:.1f}, n {len(values)})"
