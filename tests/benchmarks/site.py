"""The course as pages beside the course in JupyterLab, in one run and in turn: the first panel, a slider, a drag.

``SCALINGLAB_SITE`` names a site that was built before; without it the chapters are built, into the user's cache.
"""

from __future__ import annotations

import math
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from scalinglab.exercises import Journal
from tests.benchmarks.browser import watch
from tests.benchmarks.site_pages.first_panel import first_panels
from tests.benchmarks.site_pages.places import (
    CHAPTERS,
    MADE_TITLE,
    PREDICTIONS,
    Places,
    cell_of,
    context_of,
    cut,
    middle,
    pages_in,
    served,
)
from tests.browser.harness import Notebook, launch, serve

PRESSES = 30
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
