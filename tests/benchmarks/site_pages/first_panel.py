"""The first panel of a chapter: as a page, and as a notebook with Run All, from the same kind of start.

JupyterLab is measured twice. "address" is like for like: a browser with nothing in its cache goes to the address of the
notebook, as one goes to the address of the page; the server runs. "lab" is stricter: JupyterLab is open already, and
only the notebook is opened in it, while the page is still read from nothing.
"""

from __future__ import annotations

import itertools
import statistics

from playwright.sync_api import Browser

from tests.benchmarks.site_pages.places import MADE, Places, cell_of, context_of, middle
from tests.browser.harness import TOKEN, Notebook

ROUNDS = 5
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
#: Run All as soon as a notebook can; then the same, until a moment of the page's clock.
RUN_ALL = f"""
    await panel.context.ready;
    await panel.sessionContext.ready;
    window.jupyterapp.commands.execute('notebook:run-all-cells');
    for (let frame = 0; !{DRAWN}; frame += 1) {{
        if (performance.now() - began > 120000) return NaN;
        if (frame % 10 === 0) panel.content.scrollToItem(cell, 'start');
        await new Promise((resolve) => requestAnimationFrame(resolve));
    }}
    return performance.now() - began;
"""
#: From the moment at which a notebook is opened in a JupyterLab that is there.
ALIVE_IN_LAB = f"""async ([path, cell]) => {{
    const began = performance.now();
    const panel = await window.jupyterapp.commands.execute('docmanager:open', {{ path }});
    {RUN_ALL}
}}"""
#: From the navigation to the address of a notebook.
ALIVE_FROM_ADDRESS = f"""async ([path, cell]) => {{
    const began = 0;
    const opened = () => window.jupyterapp?.shell.currentWidget;
    while (opened()?.context?.path !== path) await new Promise((resolve) => requestAnimationFrame(resolve));
    const panel = opened();
    {RUN_ALL}
}}"""


def first_panels(browser: Browser, places: Places, journal: str) -> None:
    """Milliseconds to the first panel of each chapter, and how they compare with both ways into JupyterLab."""
    lab = Notebook(browser.new_context(viewport={"width": 1400, "height": 1000}).new_page(), places.lab)
    lab.open(f"{MADE}.ipynb")  # with it JupyterLab is there
    lab.close()
    ratios: dict[str, list[float]] = {"lab": [], "address": []}
    for stem, path in places.notebooks.items():
        if stem == MADE:
            continue
        cell = [path.name, cell_of(path)]
        ways = {
            "page": lambda stem=stem: page_alive(browser, f"{places.pages}/{stem}.html", journal),
            "lab": lambda cell=cell: lab_alive(lab, cell),
            "address": lambda cell=cell: address_alive(browser, places.lab, cell),
        }
        times: dict[str, list[float]] = {name: [] for name in ways}
        for order in itertools.islice(itertools.cycle(itertools.permutations(ways)), ROUNDS):
            for name in order:
                times[name].append(ways[name]())
        for name, values in times.items():
            print(f"first panel, {stem:28} {name:7} {middle(values)} ms", flush=True)
        for name, found in ratios.items():
            found.append(
                statistics.median(page / other for page, other in zip(times["page"], times[name], strict=True))
            )
            print(f"first panel, {stem:28} page / {name:7} {found[-1]:8.3f}", flush=True)
    lab.page.context.close()
    for name, found in ratios.items():
        print(
            f"first panel, page / {name}: median of the chapters {statistics.median(found):.3f}, worst {max(found):.3f}"
        )


def page_alive(browser: Browser, address: str, journal: str) -> float:
    """One cold visit of a page."""
    context = context_of(browser, journal)
    page = context.new_page()
    page.goto(address, wait_until="commit")
    found = page.evaluate(ALIVE_ON_PAGE)
    context.close()
    return found


def lab_alive(lab: Notebook, cell: list[object]) -> float:
    """A chapter opened in the JupyterLab that is there."""
    lab.page.bring_to_front()
    found = lab.page.evaluate(ALIVE_IN_LAB, cell)
    lab.close()
    return found


def address_alive(browser: Browser, lab: str, cell: list[object]) -> float:
    """One cold visit of a notebook's address, in a workspace of its own, so that nothing else is opened."""
    page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    notebook = Notebook(page, lab)
    name = f"cold{next(_numbers)}"
    page.goto(f"{lab}/lab/workspaces/{name}/tree/{cell[0]}?token={TOKEN}", wait_until="commit")
    page.wait_for_url("**/tree/**", wait_until="commit")
    found = page.evaluate(ALIVE_FROM_ADDRESS, cell)
    notebook.shut_down()
    page.context.close()
    return found


_numbers = itertools.count()
