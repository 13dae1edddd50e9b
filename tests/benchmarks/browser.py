"""How alive a panel feels, in Chromium: slider to pixels, first training point, frames, Stop, bursts, memory.

Beside it, in the same run: re-embedding (``JupyterChart.chart = ...``) and ``interactive_output``.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import nbformat
from playwright.sync_api import Locator, sync_playwright

from tests.browser.harness import Notebook, Panel, launch, serve

SETUP = """
import altair as alt, ipywidgets, numpy as np
from scalinglab.live import Axis, Lines, Panel, Slider, chart
alt.data_transformers.disable_max_rows()
alt.renderers.enable("jupyter", offline=True)
alt.JupyterChart.enable_offline()
X = Axis("n", "samples", 10, 1e4, log=True)
Y = Axis("error", "error", 1e-3, 1, log=True)
def curve(exponent, rows):
    n = np.geomspace(10, 1e4, rows)
    return {"n": n, "error": n**-exponent + 0.01}
def theirs(exponent, rows):
    columns = curve(exponent, rows)
    records = [dict(n=n, error=e) for n, e in zip(columns["n"].tolist(), columns["error"].tolist())]
    spec = chart(Lines(), x=X, y=Y, title="t", description="d")
    for layer in spec.layer:
        layer.data = alt.InlineData(values=records)
    return spec
"""
OURS = """
Panel(lambda exponent: curve(exponent, {rows}), controls=[Slider("exponent", 0.1, 1, 0.5, stops=91)],
      charts=chart(Lines(), x=X, y=Y, title="t", description="d"), title="ours {rows}")
"""
JUPYTER_CHART = """
slider_{rows} = ipywidgets.FloatSlider(0.5, min=0.1, max=1, step=0.01, description="JupyterChart {rows}")
shown_{rows} = alt.JupyterChart(theirs(0.5, {rows}))
slider_{rows}.observe(lambda change: setattr(shown_{rows}, "chart", theirs(change["new"], {rows})), "value")
ipywidgets.VBox([slider_{rows}, shown_{rows}])
"""
INTERACTIVE = """
moved_{rows} = ipywidgets.FloatSlider(0.5, min=0.1, max=1, step=0.01, description="interactive_output {rows}")
out_{rows} = ipywidgets.interactive_output(
    lambda exponent: display(theirs(exponent, {rows})), {{"exponent": moved_{rows}}})
ipywidgets.VBox([moved_{rows}, out_{rows}])
"""
TRAINING = """
from scalinglab.training import digits, train
def run(width):
    yield from train(digits(), width=width, seed=range(5), steps=20_000)
Panel(run, controls=[Slider("width", 2, 512, 32, log=True, integer=True)],
      charts=chart(Lines(detail="network", opacity=0.4), Lines(mean=True), x=Axis("step", "step", 0, 20_000),
                   y=Axis("test_error", "test error", 0.01, 1, log=True), title="t", description="d"), title="training")
"""
#: From a key press or a click to the last frame in which the pixels of an area changed, in milliseconds.
WATCH = """
window.watch = (find, quiet) => new Promise((resolve) => {
    const hash = () => {
        let sum = 0;
        for (const canvas of find().querySelectorAll('canvas')) {
            const image = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            const data = new Uint32Array(image.data.buffer);
            for (let i = 0; i < data.length; i += 1) sum = (sum * 31 + data[i]) | 0;
        }
        // Altair's own widget draws into an svg element.
        return sum + [...find().querySelectorAll('svg')].map((svg) => svg.innerHTML).join();
    };
    let start = null, last = null, seen = hash(), changes = 0;
    for (const kind of ['keydown', 'mousedown']) {
        document.addEventListener(kind, () => (start ??= performance.now()), { once: true, capture: true });
    }
    const look = () => {
        const now = performance.now(), shown = hash();
        if (start !== null && shown !== seen) { last = now; seen = shown; changes += 1; }
        const patience = last === null ? 10000 : quiet;
        if (start === null || now - (last ?? start) < patience) requestAnimationFrame(look);
        else resolve({ ms: last === null ? NaN : last - start, changes });
    };
    look();
});
"""


ROWS = (2_000, 20_000)


def write(path: Path, cells: list[str]) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


def watch(area: Locator, quiet: int, act: Callable[[], None]) -> dict[str, float]:
    """Do something, and wait until the pixels of an area have changed and then stood still for ``quiet`` ms."""
    page = area.page
    page.evaluate(
        "([area, quiet]) => { window.result = window.watch(() => area, quiet); }", [area.element_handle(), quiet]
    )
    act()
    return page.evaluate("() => window.result")


def press(panel: Panel, index: int) -> float:
    """Milliseconds from an arrow key on our slider to the last changed frame."""
    slider = panel.slider("exponent")
    slider.focus()
    key = "ArrowRight" if index % 10 < 5 else "ArrowLeft"
    return watch(panel.root, 120, lambda: panel.page.keyboard.press(key))["ms"]


def drag(cell: Locator, index: int, quiet: int) -> float:
    """The same for a drag of an ipywidgets slider (its arrow keys never reach it in JupyterLab)."""
    handle, mouse = cell.locator(".noUi-handle"), cell.page.mouse
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def move() -> None:
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + (15 if index % 4 < 2 else -15), y)
        mouse.up()

    # The whole notebook is watched, as a new output takes the place of the old one.
    return watch(cell.page.locator(".jp-Notebook"), quiet, move)["ms"]


def report(rows: int, name: str, times: list[float]) -> None:
    """Print one line of the table."""
    median, worst = statistics.median(times), max(times)
    print(f"slider to pixels, {rows:>6} rows, {name:<20} median {median:7.1f} ms  (worst {worst:7.1f}, n {len(times)})")


def contestant(notebook: Notebook, rows: int, rounds: int) -> list[float]:
    """Another way to redraw, alone in a notebook of its own: its leftovers must slow nobody else down."""
    notebook.open("theirs.ipynb")
    notebook.run_all()
    notebook.page.wait_for_timeout(3000)
    cell = notebook.page.locator(".jp-OutputArea-output").filter(has=notebook.page.locator(".noUi-handle")).last
    found = [drag(cell, index, 1000 + rows // 5) for index in range(rounds)]
    notebook.shut_down()
    return found


def burst(panel: Panel) -> str:
    """A thousand slider events at once: how long until the last value is on the screen, with nothing after it."""
    ms = panel.page.evaluate(
        """async ([area, slider]) => {
            const shown = window.watch(() => area, 700);
            document.dispatchEvent(new KeyboardEvent('keydown'));
            const began = performance.now();
            for (let i = 0; i < 1000; i += 1) {
                slider.value = i % 2 ? Number(slider.max) - (i % 7) : i % 7;
                slider.dispatchEvent(new Event('input', { bubbles: true }));
                if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve));
            }
            const ended = performance.now();
            const { ms, changes } = await shown;
            return [ms - (ended - began), changes];
        }""",
        [panel.root.element_handle(), panel.slider("exponent").element_handle()],
    )
    return f"burst of 1,000 events: last value shown {ms[0]:.0f} ms after the last event ({ms[1]} frames in all)"


def memory(panel: Panel) -> str:
    """What 500 updates leave on the page's heap after a forced collection."""
    session = panel.page.context.new_cdp_session(panel.page)

    def heap() -> float:
        for _ in range(3):
            session.send("HeapProfiler.collectGarbage")
        return session.send("Runtime.getHeapUsage")["usedSize"] / 1e6

    before = heap()
    slider = panel.slider("exponent")
    slider.focus()
    for index in range(500):
        panel.page.keyboard.press("ArrowRight" if index % 40 < 20 else "ArrowLeft")
        panel.page.wait_for_timeout(20)
    panel.page.wait_for_timeout(500)
    return f"500 updates of {panel.root.get_attribute('aria-label')}: heap {before:.1f} -> {heap():.1f} MB"


def first_point(panel: Panel, index: int) -> float:
    """Milliseconds from an arrow key to the first new frame of a training panel."""
    slider = panel.slider("width")
    slider.focus()
    return watch(panel.root, 0, lambda: panel.page.keyboard.press("ArrowRight" if index % 2 else "ArrowLeft"))["ms"]


def frame_rate(panel: Panel) -> float:
    """Frames in which the picture changed, a second, over two seconds of training."""
    return panel.page.evaluate(
        """async (area) => {
            const canvas = area.querySelector('canvas'), began = performance.now();
            let seen = '', frames = 0;
            while (performance.now() - began < 2000) {
                await new Promise((resolve) => requestAnimationFrame(resolve));
                const shown = canvas.toDataURL();
                if (shown !== seen) { frames += 1; seen = shown; }
            }
            return frames / 2;
        }""",
        panel.root.element_handle(),
    )


def stop(panel: Panel) -> float:
    """Milliseconds from a click on Stop until the panel says that it has stopped."""
    return panel.page.evaluate(
        """async (area) => {
            const began = performance.now();
            area.querySelector('.sl-run').click();
            while (area.querySelector('.sl-state').textContent !== 'stopped') {
                await new Promise((resolve) => setTimeout(resolve, 1));
                if (performance.now() - began > 5000) return NaN;
            }
            return performance.now() - began;
        }""",
        panel.root.element_handle(),
    )


def training(panel: Panel) -> list[str]:
    """First point, frames a second and Stop of a training panel."""
    first, rates, stops = [], [], []
    for index in range(10):
        first.append(first_point(panel, index))
        rates.append(frame_rate(panel))
        stops.append(stop(panel))
    return [
        f"{name}: median {statistics.median(values):.1f} {unit} (worst {worst(values):.1f}, n {len(values)})"
        for name, values, unit, worst in (
            ("first training point after the key", first, "ms", max),
            ("frames while training", rates, "a second", min),
            ("Stop after the click", stops, "ms", max),
        )
    ]


def run() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        write(folder / "ours.ipynb", [SETUP, TRAINING, *(OURS.format(rows=rows) for rows in ROWS)])
        with serve(folder, folder / "server.log") as address:
            browser = launch(playwright)
            context = browser.new_context(viewport={"width": 1300, "height": 1100})
            context.add_init_script(WATCH)
            notebook = Notebook(context.new_page(), address)
            notebook.open("ours.ipynb")
            notebook.run_all()
            notebook.panel("training").button("Stop").click()  # it would share the processor with what comes first
            for rows in ROWS:
                panel = notebook.panel(f"ours {rows}")
                report(rows, "ours", [press(panel, index) for index in range(30)])
            print(burst(notebook.panel("ours 2000")))
            print(memory(notebook.panel("ours 2000")))
            print(*training(notebook.panel("training")), sep="\n", flush=True)
            notebook.shut_down()
            for rows, rounds in zip(ROWS, (10, 4), strict=True):
                for name, code in (("JupyterChart", JUPYTER_CHART), ("interactive_output", INTERACTIVE)):
                    write(folder / "theirs.ipynb", [SETUP, code.format(rows=rows)])
                    theirs = Notebook(context.new_page(), address)
                    report(rows, name, contestant(theirs, rows, rounds))
            browser.close()
