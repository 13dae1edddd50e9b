"""Drive the course as a student does: ``scalinglab lab``, a real Chromium, a real kernel, no network."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Playwright, Request, expect

TOKEN = "for-this-test-only"
#: Chromium may reach this machine and nothing else; it does not try to, either.
FLAGS = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--js-flags=--expose-gc",
    "--enable-precise-memory-info",
]
#: The inputs of a slider, a choice and a switch; the box beside a slider is the same control.
CONTROLS = ("input[type=range]", "select", "input[type=checkbox]")
#: Console errors that say nothing about the course.
HARMLESS = ("favicon", "ResizeObserver loop")


def find_chromium() -> str | None:
    """An installed Chromium or Chrome, or the one that playwright itself downloaded."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"):
        if path := shutil.which(name):
            return path
    usual = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]
    usual += [rf"{os.environ.get('PROGRAMFILES', '')}\Google\Chrome\Application\chrome.exe"]
    return next((path for path in usual if Path(path).is_file()), None)


def launch(playwright: Playwright) -> Browser:
    """Start the browser, in a sandbox unless the user is root."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    flags = [*FLAGS, "--no-sandbox"] if root else FLAGS
    return playwright.chromium.launch(executable_path=find_chromium(), args=flags)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serve(
    course: Path, log: Path, environment: dict[str, str] | None = None, options: Sequence[str] = ()
) -> Iterator[str]:
    """Run ``scalinglab lab`` on a folder; yields the address of the server, and stops it with its kernels.

    ``options`` are more of those of ``jupyter lab``.
    """
    port = free_port()
    command = [sys.executable, "-m", "scalinglab.cli", "lab", "--no-browser", f"--port={port}", f"--course={course}"]
    command += ["--", *(f"--{app}.expose_app_in_browser=True" for app in ("LabApp", "JupyterNotebookApp")), *options]
    variables = os.environ | {"JUPYTER_TOKEN": TOKEN, "SCALINGLAB_JOURNAL": str(course / "predictions.json")}
    for name in ("SETTINGS", "WORKSPACES"):  # the theme is remembered there, and the user has one
        variables[f"JUPYTERLAB_{name}_DIR"] = str(log.with_name(name.lower()))
    variables.pop("IPYTHONDIR", None)  # a student's kernel: not the strict one, which waits for runs to end
    with log.open("w") as output:
        server = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=variables | (environment or {}), cwd=course
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _await_server(server, address, log)
            yield address
        finally:
            server.terminate()  # an interrupt is ignored by all that a shell has started in the background
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _await_server(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(1200):  # a machine that does much else takes its time
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")


#: What a panel says, and whether its picture is about to change.
STATE = "root.querySelector('.sl-state').textContent"
BUSY = "root.querySelector('.sl-charts').ariaBusy"
#: The panels with a run that is under way or waits for another.
RUNNING = """[...document.querySelectorAll('.sl-panel')]
    .filter((one) => /^(running|waits)/.test(one.querySelector('.sl-state')?.textContent))"""
#: Click the button that stops the run of a panel, if it has one now.
CLICK_STOP = "(root) => [...root.querySelectorAll('button')].find((one) => one.textContent === 'Stop')?.click()"
#: Click the button of each panel that runs or waits; how many there were.
STOP = f"() => {RUNNING}.map({CLICK_STOP}).length"
#: Open all that is closed, within so many milliseconds; whether as many panels are open then as there are, and nothing
#: is closed. One key may open several, and the page shows a panel only after its cell has run.
OPEN_SEALED = """async ([panels, limit]) => {
    const end = performance.now() + limit;
    const closed = () => [...document.querySelectorAll('.sl-sealed button')]
        .find((button) => button.textContent === 'Show without predicting');
    while (performance.now() < end) {
        const button = closed();
        if (button && !button.disabled) button.click();
        if (!button && document.querySelectorAll('.sl-panel').length >= panels) return true;
        await new Promise((again) => setTimeout(again, 20));
    }
    return false;
}"""
#: How often the page looks whether something is true, in milliseconds.
OFTEN = 50
#: And how often once it has waited for long: to look at all pixels takes it some of the time that it waits for.
SELDOM = 250
#: A hash of 64 bits of the charts of a panel as the browser drew them, pixel by pixel: no picture is compressed for it.
PIXELS = """(root) => {
    let [one, two] = [0x811c9dc5, 0x9e3779b9];
    const mix = (word) => {
        one = Math.imul(one ^ word, 0x01000193);
        two = Math.imul(two + word, 0x85ebca6b) ^ (two >>> 13);
    };
    for (const canvas of root.querySelectorAll('canvas')) {
        const { width, height } = canvas;
        [width, height].forEach(mix);
        if (!width || !height) continue;
        const words = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, width, height).data.buffer);
        for (let i = 0; i < words.length; i += 1) mix(words[i]);
    }
    return `${one >>> 0} ${two >>> 0}`;
}"""


class Notebook:
    """One notebook in one page of JupyterLab; the page may turn to another one.

    ``place`` is where the server has its notebooks: "notebooks" for those of Notebook 7.
    """

    def __init__(self, page: Page, address: str, place: str = "lab/tree") -> None:
        self.page = page
        self.address = address
        self.place = place
        self.name = ""
        self.foreign: list[str] = []
        self.errors: list[str] = []
        page.set_default_timeout(30_000)
        page.on("request", self._note_request)
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.reloaded = False

    def _note_request(self, request: Request) -> None:
        local = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
        if not request.url.startswith(local):
            self.foreign.append(request.url)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(word in message.text for word in HARMLESS):
            self.errors.append(message.text)

    def open(self, name: str) -> None:
        """Open a notebook and wait for its kernel; the one before it goes, and its kernel with it."""
        if self.reloaded:  # JupyterLab opens the notebook of its address anew, at any time after it is closed
            self.end_kernel()
        if self.name and not self.reloaded:
            self.close()
            self.page.evaluate("(path) => void window.jupyterapp.commands.execute('docmanager:open', { path })", name)
        else:
            self.page.goto(f"{self.address}/{self.place}/{name}?token={TOKEN}&reset")
        self.name, self.reloaded = name, False
        self.page.wait_for_function(
            """(name) => window.jupyterapp?.shell.currentWidget?.context?.path === name
                && document.querySelector('.jp-Notebook .jp-Cell')""",
            arg=name,
            timeout=60_000,
            polling=OFTEN,
        )
        self.wait_for_kernel()
        self.errors.clear()  # of the notebook before, whose kernel was ended under it

    def close(self) -> None:
        """End the kernel and close the notebook, without the question whether to save it."""
        self.end_kernel()
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.dispose()")
        self.name = ""

    def wait_for_kernel(self) -> None:
        """Wait until the kernel of the notebook is connected and idle."""
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
            timeout=60_000,
            polling=OFTEN,
        )

    def run_all(self) -> None:
        """Run all cells and wait until the kernel has nothing left to do."""
        self._execute("notebook:run-all-cells")

    def _execute(self, command: str) -> None:
        """Give a command that runs cells; wait until none runs or waits to. The prompt of a running cell is a star."""
        self.page.evaluate(
            """(command) => {
                window.ended = false;
                const done = () => (window.ended = true);
                window.jupyterapp.commands.execute(command).then(done, done);
            }""",
            command,
        )
        self.page.wait_for_function(
            """() => {
                if (!window.ended) return false;
                const panel = window.jupyterapp.shell.currentWidget;
                const cells = panel.content.widgets.filter((cell) => cell.model.type === 'code');
                return cells.every((cell) => cell.model.executionState !== 'running' && !cell.prompt?.includes('*'))
                    && cells.some((cell) => cell.model.executionCount > 0);
            }""",
            timeout=120_000,
            polling=100,
        )

    def outlast_runs(self) -> None:
        """Wait at the head of the notebook for the end of all runs; they go on faster where they are not looked at."""
        self.show_cell(0)
        self._wait_for_runs()

    def stop_runs(self) -> None:
        """Stop all runs, by their buttons."""
        while number := self.page.evaluate(STOP):
            self.page.wait_for_timeout(OFTEN * number)
        self._wait_for_runs()

    def _wait_for_runs(self) -> None:
        self.page.wait_for_function(f"() => !({RUNNING}).length", timeout=300_000, polling=100)

    def run_code(self, code: str) -> None:
        """Run code in a new cell below the others."""
        self.page.evaluate(
            """(code) => {
                const panel = window.jupyterapp.shell.currentWidget;
                panel.content.activeCellIndex = panel.content.widgets.length - 1;
                return window.jupyterapp.commands.execute('notebook:insert-cell-below').then(() => {
                    panel.content.activeCell.model.sharedModel.setSource(code);
                });
            }""",
            code,
        )
        self._execute("notebook:run-cell")

    def run_cell(self, index: int) -> None:
        """Run one cell again."""
        self.page.evaluate("(i) => (window.jupyterapp.shell.currentWidget.content.activeCellIndex = i)", index)
        self._execute("notebook:run-cell")

    def drop_last_cell(self) -> None:
        """Delete the cell that ``run_code`` has added."""
        self.page.evaluate(
            """() => {
                const cells = window.jupyterapp.shell.currentWidget.content.model.sharedModel;
                cells.deleteCell(cells.cells.length - 1);
            }"""
        )

    def choose(self, menu: str, item: str) -> None:
        """Choose an item of a menu, as a mouse does."""
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def restart(self) -> None:
        """Restart the kernel, without the question."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        self.wait_for_kernel()

    def reload(self) -> None:
        """Load the page again; wait until JupyterLab has opened again what was open, which it may do late."""
        self.reloaded = True
        self.page.reload()
        self.page.wait_for_function("() => window.jupyterapp?.restored")
        self.page.evaluate("() => window.jupyterapp.restored.then(() => true)")
        self.wait_for_kernel()

    def end_kernel(self) -> None:
        """End the kernel, and with it all runs."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def kernel_process(self) -> int:
        """The kernel's process, as it says itself; none of its names is changed."""
        told = self.page.evaluate(
            """async () => {
                const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
                const asked = { pid: "__import__('os').getpid()" };
                const request = { code: '', silent: true, store_history: false, user_expressions: asked };
                return (await kernel.requestExecute(request).done).content.user_expressions.pid;
            }"""
        )
        return int(told["data"]["text/plain"])

    def shut_down(self) -> None:
        """End the kernel and close the page."""
        self.end_kernel()
        self.page.close()

    def save(self) -> None:
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")

    def cell_errors(self) -> list[str]:
        """Name and text of every error that a cell raised, of those too that are too far down to be on the page."""
        return self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.content.widgets
                .filter((cell) => cell.model.type === 'code')
                .flatMap((cell) => cell.model.outputs.toJSON())
                .filter((output) => output.output_type === 'error')
                .map((output) => `${output.ename}: ${output.evalue}`)"""
        )

    def show_cell(self, index: int) -> None:
        """Scroll to a cell: what is out of sight is not laid out, and has neither roles nor focus."""
        self.page.evaluate("(i) => window.jupyterapp.shell.currentWidget.content.scrollToItem(i, 'start')", index)

    def open_sealed(self, panels: int) -> None:
        """Open all that waits for a prediction, one by one by the buttons that a learner has; the panels are so many.

        The page clicks: to bring each under a mouse takes it longer than to open it.
        """
        assert self.page.evaluate(OPEN_SEALED, [panels, 60_000]), "something stays closed"

    def roots(self) -> list[Locator]:
        """The elements of all panels, from top to bottom.

        Each gets a mark by which playwright finds it at once: for a class it looks into every element of the page for
        a shadow, and there are tens of thousands.
        """
        number = self.page.evaluate(
            """() => [...document.querySelectorAll('.sl-panel')]
                .map((one, i) => (one.dataset.test = `panel ${i}`)).length"""
        )
        return [self.page.locator(f"xpath=//section[@data-test='panel {i}']") for i in range(number)]

    def panels(self) -> list[Panel]:
        """All panels, from top to bottom."""
        return [Panel(root) for root in self.roots()]

    def panel(self, title: str) -> Panel:
        """The panel with this title, scrolled into view with its chart drawn."""
        return Panel(self.page.get_by_role("region", name=title, exact=True).first)


class Panel:
    """One panel on the page, through what a learner sees."""

    def __init__(self, root: Locator) -> None:
        self.root = root
        self.page = root.page
        expect(root).to_be_visible(timeout=30_000)
        root.scroll_into_view_if_needed()
        expect(root.locator("canvas").first).to_be_visible(timeout=30_000)

    def slider(self, label: str) -> Locator:
        return self.root.get_by_role("slider", name=label, exact=True)

    def controls(self) -> list[Locator]:
        """All sliders, then the choices and the switches."""
        return [control for kind in CONTROLS for control in self.root.locator(f".sl-control {kind}").all()]

    def box(self, label: str) -> Locator:
        return self.root.get_by_role("spinbutton", name=label)

    def button(self, name: str) -> Locator:
        return self.root.locator(f'button:text-is("{name}")')  # by its role, the browser names all that is there

    @property
    def state(self) -> str:
        return self.root.locator(".sl-state").inner_text()

    @property
    def alert(self) -> str:
        return self.root.locator(".sl-alert").inner_text()

    @property
    def busy(self) -> bool:
        return self.root.locator(".sl-charts").get_attribute("aria-busy") == "true"

    def wait_for_state(self, state: str, timeout: float = 30.0) -> None:
        """Wait until the panel says that it is "running", "stopped", "finished"."""
        self._wait(f"{STATE} === argument", state, timeout)

    def pixels(self) -> str:
        """A hash of the charts as the browser drew them."""
        return self.root.evaluate(PIXELS)

    def settle(self, timeout: float = 60.0) -> str:
        """Wait until no rows are awaited, no run is under way and all is drawn; the pixels then."""
        return self._wait(f"{BUSY} === 'false' && pixels(root)", None, timeout)

    def halt(self) -> str:
        """Stop a run that is under way or about to begin, by its button; the pixels when the picture stands still."""
        return self._wait(f"{STATE} === 'running' ? stop(root) : {BUSY} === 'false' && pixels(root)", None, 60.0)

    def wait_for_change(self, before: str, timeout: float = 5.0) -> str:
        """The pixels once they differ from what they were."""
        return self._wait("((now) => now !== argument && now)(pixels(root))", before, timeout)

    def _wait(self, condition: str, argument: str | None, timeout: float) -> str:
        """Wait until the page itself finds something true of the panel; what it found. Out of sight it is not drawn."""
        found = self.root.evaluate(
            f"""async (root, [argument, limit]) => {{
                root.scrollIntoViewIfNeeded();
                const [end, pixels, stop] = [performance.now() + limit, {PIXELS}, {CLICK_STOP}];
                const found = () => {condition};
                for (let [now, pause] = [found(), {OFTEN}]; ; now = found(), pause = Math.min(1.2 * pause, {SELDOM})) {{
                    if (now || performance.now() > end) return now;
                    await new Promise((again) => setTimeout(again, pause));
                }}
            }}""",
            [argument, timeout * 1000],
        )
        if not found:
            title = self.root.get_attribute("aria-label")
            raise AssertionError(f"not within {timeout:g} s of panel {title!r}: {condition}")
        return found
