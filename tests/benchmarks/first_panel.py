"""First panel alive: from the start of a chapter's kernel to the first pixels of its first panel, in JupyterLab.

Beside it, in the same run and in turn, another version of the course: a folder that ``SCALINGLAB_BEFORE`` names, such
as one that ``git worktree add --detach FOLDER COMMIT`` makes.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, sync_playwright

from scalinglab.exercises import Journal
from scalinglab.exercises.progress.chapters import chapters
from tests.benchmarks.compare import versions
from tests.browser.harness import Notebook, launch, serve

CHAPTERS = ("05", "06", "09", "11")
ROUNDS = 5
#: What first panels may wait for; it counts as shown, so that all are open.
PREDICTIONS = [key for chapter in chapters() for key in chapter.predictions]
#: A new kernel, all cells; the milliseconds until a chart of a panel shows anything that is not white.
ALIVE = """
async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.sessionContext.shutdown();
    await window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs');
    const drawn = () => [...panel.node.querySelectorAll('.sl-panel canvas')].some((canvas) => {
        if (!canvas.width || !canvas.height) return false;
        const image = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return new Uint32Array(image.buffer).some((pixel) => pixel !== 0 && pixel !== 0xffffffff);
    });
    if (drawn()) return NaN;
    const began = performance.now();
    await panel.sessionContext.changeKernel({ name: 'python3' });
    window.jupyterapp.commands.execute('notebook:run-all-cells');
    while (!drawn()) {
        if (performance.now() - began > 60000) return NaN;
        await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return performance.now() - began;
}
"""


def up_to_its_first_panel(chapter: Path, folder: Path) -> None:
    """Write the code of a chapter down to its first panel, so that the panel is in view without scrolling."""
    notebook, kept = nbformat.read(chapter, as_version=4), []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            kept.append(cell)
            if "Panel(" in cell.source:
                break
    notebook.cells = kept
    nbformat.write(notebook, folder / chapter.name)


def report(chapter: str, times: Mapping[str, list[float]]) -> None:
    """Print the medians of both versions, and that of the ratios within a round."""
    for name, values in times.items():
        print(f"chapter {chapter} {name:>6}: median {statistics.median(values):6.0f} ms  (n {len(values)})", flush=True)
    if "before" in times:
        ratios = [now / before for now, before in zip(times["now"], times["before"], strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        print(f"chapter {chapter}  ratio: median {middle:.2f}  ({low:.2f} to {high:.2f})", flush=True)


def run() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright, ExitStack() as servers:
        browser, places = launch(playwright), {}
        for name, root in versions().items():
            folder = Path(temporary) / name
            folder.mkdir()
            Journal(folder / "predictions.json").show(PREDICTIONS)
            for number in CHAPTERS:
                (chapter,) = (root / "course").glob(f"{number}_*.ipynb")
                up_to_its_first_panel(chapter, folder)
            log, variables = Path(temporary) / f"{name}.log", {"PYTHONPATH": str(root)}
            places[name] = folder, servers.enter_context(serve(folder, log, variables))
        for number in CHAPTERS:
            report(number, measured(browser, number, places))
        browser.close()


def measured(browser: Browser, number: str, places: Mapping[str, tuple[Path, str]]) -> dict[str, list[float]]:
    """Milliseconds of each version in every round, in pages of their own: for one chapter."""
    notebooks: dict[str, Notebook] = {}
    for name, (folder, address) in places.items():
        page = browser.new_context(viewport={"width": 1400, "height": 3000}).new_page()
        notebooks[name] = Notebook(page, address)
        notebooks[name].open(next(folder.glob(f"{number}_*.ipynb")).name)
        notebooks[name].run_all()  # what is compiled and cached once is not measured
    times: dict[str, list[float]] = {name: [] for name in notebooks}
    for index in range(ROUNDS):
        for name in sorted(notebooks, reverse=index % 2 == 1):
            notebooks[name].page.bring_to_front()  # a page behind another one is drawn seldom
            times[name].append(notebooks[name].page.evaluate(ALIVE))
            notebooks[name].wait_for_kernel()
    for notebook in notebooks.values():
        notebook.end_kernel()
        notebook.page.context.close()
    return times
