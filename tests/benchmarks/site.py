"""The course as pages beside the course in JupyterLab, in one run and in turn: the first panel, a slider, a drag.

``SCALINGLAB_SITE`` names a site that was built before; without it the chapters are built, into the user's cache.
"""

from __future__ import annotations

import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from scalinglab.exercises import Journal
from scalinglab.exercises.progress.chapters import chapters
from scalinglab.site.building import build_site
from tests.benchmarks.browser import SETUP, WATCH, watch
from tests.browser.harness import Notebook, free_port, launch, serve
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
ROUNDS, PRESSES = 5, 30
#: What first panels may wait for; it counts as shown, so that all are open.
PREDICTIONS = [key for chapter in chapters() for key in chapter.predictions]
DRAWN = """[...document.querySelectorAll('.sl-panel canvas')].some((canvas) => {
    if (!canvas.width || !canvas.height || !canvas.checkVisibility()) return false;
    const image = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return new Uint32Array(image.buffer).some((pixel) => pixel !== 0 && pixel !== 0xffffffff);
})"""
#: Milliseconds from the navigation until a panel shows anything; the page is scrolled to its first panel.
ALIVE_ON_PAGE = f"""async () => {{
    while (!{DRAWN}) {{
        if (performance.now() > 120000) return NaN;
        document.querySelector('.sl-site-widget[data-widget="panel"]')?.scrollIntoView();
        await new Promise((resolve) => requestAnimationFrame(resolve));
    }}
    return performance.now();
}}"""
#: The same from the moment at which a notebook is opened in a JupyterLab that is there, with Run All as soon as it can.
ALIVE_IN_LAB = f"""async ([path, cell]) => {{
    const began = performance.now();
    const panel = await window.jupyterapp.commands.execute('docmanager:open', {{ path }});
    await panel.context.ready;
    await panel.sessionContext.ready;
    window.jupyterapp.commands.execute('notebook:run-all-cells');
    for (let frame = 0; !{DRAWN}; frame += 1) {{
        if (performance.now() - began > 120000) return NaN;
        if (frame % 10 === 0) panel.content.scrollToItem(cell, 'start');
        await new Promise((resolve) => requestAnimationFrame(resolve));
    }}
    return performance.now() - began;
}}"""
#: Two seconds of frames with nothing to do, and two in each of which a slider is moved: frames a second, and in how
#: many of them a chart was drawn anew.
DRAG = """async ([area, slider]) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const clear = CanvasRenderingContext2D.prototype.clearRect;
    let drawn = false;
    CanvasRenderingContext2D.prototype.clearRect = function (...where) {
        drawn = true;
        return clear.apply(this, where);
    };
    const rate = async (act) => {
        let [frames, redrawn] = [0, 0];
        await frame();
        const began = performance.now();
        while (performance.now() - began < 2000) {
            act(frames);
            await frame();
            frames += 1;
            redrawn += drawn;
            drawn = false;
        }
        const seconds = (performance.now() - began) / 1000;
        return [frames / seconds, redrawn / seconds];
    };
    const last = Number(slider.max);
    const alone = await rate(() => {});
    const dragged = await rate((number) => {
        slider.value = Math.abs((number % (2 * last)) - last);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
    });
    CanvasRenderingContext2D.prototype.clearRect = clear;
    return { alone: alone[0], frames: dragged[0], redrawn: dragged[1] };
}"""
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


# ---- the first panel --------------------------------------------------------------------------------------------


def first_panels(browser: Browser, places: Places, journal: str) -> None:
    """Milliseconds to the first panel of each chapter, on the page and in a JupyterLab that is open already."""
    lab_page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    notebook = Notebook(lab_page, places.lab)
    notebook.open(f"{MADE}.ipynb")  # with it JupyterLab is there
    notebook.close()
    ratios: list[float] = []
    for stem, path in places.notebooks.items():
        if stem == MADE:
            continue
        times: dict[str, list[float]] = {"page": [], "lab": []}
        for index in range(ROUNDS):
            for where in sorted(times, reverse=index % 2 == 1):
                if where == "page":
                    times[where].append(page_alive(browser, f"{places.pages}/{stem}.html", journal))
                else:
                    lab_page.bring_to_front()
                    times[where].append(lab_page.evaluate(ALIVE_IN_LAB, [path.name, cell_of(path)]))
                    notebook.close()
        own = [page / lab for page, lab in zip(times["page"], times["lab"], strict=True)]
        ratios.append(statistics.median(own))
        for where, values in times.items():
            print(f"first panel, {stem:28} {where:5} {middle(values)} ms", flush=True)
        print(f"first panel, {stem:28} ratio {statistics.median(own):8.3f}", flush=True)
    lab_page.close()
    print(f"first panel: median of the chapters' ratios {statistics.median(ratios):.3f}, worst {max(ratios):.3f}")


def page_alive(browser: Browser, address: str, journal: str) -> float:
    """One cold visit of a page."""
    context = context_of(browser, journal)
    page = context.new_page()
    page.goto(address, wait_until="commit")
    found = page.evaluate(ALIVE_ON_PAGE)
    context.close()
    return found


# ---- sliders ----------------------------------------------------------------------------------------------------


def sliders(browser: Browser, places: Places, journal: str, lab: Path) -> None:
    """Milliseconds from an arrow key to the last changed pixel, and frames while a slider is dragged on the page."""
    context = context_of(browser, journal)
    page = context.new_page()
    notebook = Notebook(context.new_page(), places.lab)
    for stem, path in places.notebooks.items():
        title = CHAPTERS.get(stem[:2], MADE_TITLE)
        notebook.page.bring_to_front()
        notebook.open(cut(path, title, lab))
        notebook.run_all()
        notebook.outlast_runs()
        notebook.show_cell(cell_of(path, title))
        page.goto(f"{places.pages}/{stem}.html")
        areas = {
            where: each.get_by_role("region", name=title) for where, each in (("page", page), ("lab", notebook.page))
        }
        page.locator('.sl-site-widget[data-widget="panel"]', has_text=title).first.scroll_into_view_if_needed()
        times: dict[str, list[float]] = {"page": [], "lab": []}
        for block in range(PRESSES // 10):
            for where in sorted(areas, reverse=block % 2 == 1):
                areas[where].page.bring_to_front()
                times[where] += presses(areas[where], 10)
        report(f"{stem[:2]}, {title}", times)
        page.bring_to_front()
        slider = areas["page"].locator("input[type=range]").first
        found = page.evaluate(DRAG, [areas["page"].element_handle(), slider.element_handle()])
        told = "{redrawn:.1f} charts drawn a second, {frames:.1f} frames; {alone:.1f} frames with nothing to do"
        print(f"drag on the page, {stem[:2]}: {told.format(**found)}", flush=True)
        notebook.close()
    context.close()


def presses(area: Locator, count: int) -> list[float]:
    """Milliseconds of key presses on the first slider of a panel, of those that changed its picture."""
    area.locator("canvas").first.wait_for()
    slider = area.locator("input[type=range]").first
    slider.focus()
    found = []
    for index in range(count):
        key = "ArrowRight" if index % 10 < 5 else "ArrowLeft"
        found.append(pressed(area, area.page, key))
    return [each for each in found if not math.isnan(each)]


def pressed(area: Locator, page: Page, key: str) -> float:
    """One key press; not a number if the picture stays."""
    return watch(area, 150, lambda: page.keyboard.press(key))["ms"]


def report(name: str, times: dict[str, list[float]]) -> None:
    """Print both medians and their ratio."""
    for where, values in times.items():
        print(f"slider to pixels, {name:40} {where:5} {middle(values)} ms", flush=True)
    ratio = statistics.median(times["page"]) / statistics.median(times["lab"])
    print(f"slider to pixels, {name:40} ratio {ratio:8.3f}", flush=True)


def run() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        site, notebooks = pages_in(folder)
        lab = folder / "lab"
        lab.mkdir()
        for path in notebooks.values():
            shutil.copy(path, lab)
        journal = Journal(lab / "predictions.json")
        journal.show(PREDICTIONS)
        text = (lab / "predictions.json").read_text(encoding="utf-8")
        with served(site) as pages, serve(lab, folder / "server.log") as address:
            browser = launch(playwright)
            places = Places(pages, address, notebooks)
            sliders(browser, places, text, lab)
            first_panels(browser, places, text)
            browser.close()
