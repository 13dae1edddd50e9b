"""Each chapter in JupyterLab as a student meets it: run all, move every control, look at the pixels, no network."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.accessible import serious
from tests.browser.conftest import photograph
from tests.browser.harness import Notebook, Panel
from tests.browser.kernel_memory import peak_memory
from tests.chapter_table import LIMIT, README, cells
from tests.course.notebooks import CHAPTERS, TRAIN_NOTHING, TRAINS_LATE, code_cells, panels_in
from tests.course.test_prose import LATER

CHAPTERS_OF = {path.name: path for path in CHAPTERS}

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem, scope="module")
def chapter(request, lab: Notebook) -> Iterator[Notebook]:
    """A chapter after Run All, opened once for all tests of this module; its kernel ends with them.

    Its runs are stopped: tests/course runs the same to their ends.
    """
    lab.open(Path(request.param).name)
    lab.run_all()
    lab.open_sealed(panels_in(request.param))
    lab.stop_runs()
    yield lab
    photograph(lab)


#: Which key moves a control; for a choice, the place of the next one.
MOVE = """(one) => {
    if (one.type === 'select-one') return (one.selectedIndex + 1) % one.options.length;
    if (one.type === 'checkbox') return 'Space';
    return one.value === one.min ? 'ArrowRight' : 'ArrowLeft';
}"""


def move(control: Locator) -> None:
    """Move a slider by one stop, take the next choice, or turn a switch, as the keyboard does."""
    key = control.evaluate(MOVE)
    if isinstance(key, int):  # the list that an arrow would open is drawn by the system, where no test sees it
        control.select_option(index=key)
    else:
        control.press(key)


def drag(slider: Locator) -> None:
    """Drag a slider from its middle to a quarter of its way, or to three quarters if it stands near the first."""
    slider.scroll_into_view_if_needed()
    value, low, high = float(slider.input_value()), *(float(slider.get_attribute(end)) for end in ("min", "max"))
    direction = 1 if value < low + 0.4 * (high - low) else -1
    box = slider.bounding_box()
    mouse, middle = slider.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + box["width"] / 2, middle)
    mouse.down()
    for step in range(1, 11):
        mouse.move(box["x"] + box["width"] * (0.5 + direction * step / 40), middle)
        slider.page.wait_for_timeout(16)
    mouse.up()


def changes(panel: Panel, before: str, act: Callable[[], None]) -> str:
    """Do something that must change the picture; the pixels then."""
    act()
    panel.wait_for_change(before, timeout=60)  # of a run that was stopped, all is computed anew
    return panel.halt()


def test_every_control_of_every_panel_changes_the_picture(chapter):
    roots, panels = chapter.roots(), []
    assert len(roots) == panels_in(CHAPTERS_OF[chapter.name]) > 0
    assert chapter.cell_errors() == []
    for root in roots:
        panels.append(panel := Panel(root))
        picture = panel.settle()
        for control in panel.controls():
            picture = changes(panel, picture, partial(move, control))
            assert panel.alert == ""
    panel = next(panel for panel in panels if panel.root.locator("input[type=range]").count())
    moved = changes(panel, panel.settle(), partial(drag, panel.controls()[0]))
    changes(panel, moved, panel.button("Reset").click)
    assert (chapter.errors, chapter.foreign) == ([], [])
    assert chapter.cell_errors() == []


def test_the_box_of_a_check_gives_a_hint(chapter):
    button = chapter.page.locator('button:text-is("Hint")')
    assert bool(button.count()) == (chapter.name[:2] < "13")
    if button.count():
        button.first.click()
        told = chapter.page.locator('button:text-is("Next hint") + div:visible', has_text="Hint 1 of 3.")
        expect(told).to_have_count(1)


#: Whether JupyterLab, not loaded anew, shows a notebook.
SHOWS = "(name) => window.same && window.jupyterapp.shell.currentWidget?.context?.path === name"
#: Close a notebook that is open in the background, and end its kernel.
CLOSE = """async (name) => {
    const [other] = [...window.jupyterapp.shell.widgets('main')].filter((one) => one.context?.path === name);
    await other.sessionContext.ready;
    await other.sessionContext.shutdown();
    other.dispose();
}"""


@pytest.mark.parametrize("chapter", CHAPTERS[:1], ids=lambda path: path.stem, indirect=True)
def test_the_map_leads_to_a_chapter_and_its_first_line_leads_back(chapter):
    page, following = chapter.page, CHAPTERS[1].name
    course_map = page.get_by_role("region", name="Map of the course")
    course_map.scroll_into_view_if_needed()
    # The answer was shown after the map was drawn.
    course_map.get_by_role("button", name="0 of 1 sealed in chapter 00: show what I said").press("Enter")
    expect(course_map).to_contain_text("00-width You had the answer shown without a prediction.")
    page.evaluate("() => (window.same = true)")
    course_map.get_by_role("link", name="01 Power laws").press("Enter")
    page.wait_for_function(SHOWS, arg=following)
    page.locator(".jp-NotebookPanel:visible").get_by_role("link", name="Course map").first.click()
    page.wait_for_function(SHOWS, arg=chapter.name)
    expect(page.get_by_role("heading", name="Course map")).to_be_in_viewport()
    page.evaluate(CLOSE, following)


#: Open all folds of the answers; formulas of them that are still TeX, outside of code, and how many are typeset.
FORMULAS = """() => {
    const answers = [...document.querySelectorAll('.jp-OutputArea [aria-label=Answer]')];
    for (const fold of answers.flatMap((one) => [...one.querySelectorAll('details')])) fold.open = true;
    const part = (node) => (node.nodeType === Node.TEXT_NODE ? node.data : words(node));
    const words = (one) => (/^(CODE|MJX-CONTAINER)$/.test(one.nodeName) ? '' : [...one.childNodes].map(part).join(''));
    const raw = answers.map(words).filter((text) => /\\$[^$]+\\$/.test(text));
    return [raw, answers.reduce((sum, one) => sum + one.querySelectorAll('mjx-container').length, 0)];
}"""


def test_formulas_of_answers_are_typeset(chapter):
    wanted = sum(text.count("$") for code in code_cells(CHAPTERS_OF[chapter.name]) for text in LATER.findall(code)) > 0
    deadline = time.monotonic() + 20
    while (found := chapter.page.evaluate(FORMULAS))[0] and time.monotonic() < deadline:
        chapter.page.wait_for_timeout(50)
    assert found[0] == []
    assert bool(found[1]) == wanted


#: The height of the page's view, how far down a panel's tasks, controls and charts reach, and its nearest chart.
FITS = """(root) => {
    const bottom = (one) => one.getBoundingClientRect().bottom - root.getBoundingClientRect().top;
    const bottoms = (what) => [...root.querySelectorAll(what)].map(bottom);
    const view = document.querySelector('.jp-WindowedPanel-outer').clientHeight;
    const controls = Math.max(0, ...bottoms('.sl-control'));
    return [view, Math.max(...bottoms('.sl-side, .sl-chart')), Math.max(controls, Math.min(...bottoms('.sl-chart')))];
}"""


#: How many charts a panel has, and in how many columns.
STAND = """(root) => {
    const places = [...root.querySelectorAll('.sl-figure')].map((one) => Math.round(one.getBoundingClientRect().left));
    return [places.length, new Set(places).size];
}"""


#: What of a panel reaches beyond its right edge, where the page would cut it.
CUT = """(root) => {
    const inner = root.getBoundingClientRect().right - parseFloat(getComputedStyle(root).paddingRight) + 1;
    const parts = [...root.querySelectorAll('canvas, button, input, select, label, p, .sl-key')];
    const cut = parts.filter((one) => one.offsetParent && one.getBoundingClientRect().right > inner);
    return cut.map((one) => one.outerHTML.slice(0, 80));
}"""


#: The panels and the predictions.
OURS = ".jp-OutputArea section"
#: What lies outside of them goes until ``PUT_BACK``: in another size a page lays out all that it has, and axe walks
#: through it, through what is hidden too, formulas and code, most of it.
STRIP = """(ours) => {
    const looked = [...document.querySelectorAll(ours)];
    window.gone = [];
    const leave = (one) => {
        for (const child of [...one.children]) {
            if (looked.includes(child) || child.matches('style, link')) continue;
            if (looked.some((each) => child.contains(each))) leave(child);
            else window.gone.push([child, document.createComment('')]);
        }
    };
    document.querySelectorAll('.jp-Notebook').forEach(leave);
    window.gone.forEach(([one, place]) => one.replaceWith(place));
}"""
PUT_BACK = "() => window.gone.forEach(([one, place]) => place.replaceWith(one))"


#: Sizes of a page, beside the list of files unless it is a phone's, and what of ``FITS`` is to be in one view there.
PAGES = {(1400, 900): 1, (1000, 700): 2, (400, 800): None}


def test_a_panel_is_in_one_view_and_nothing_of_it_is_cut(chapter):
    """Tasks, controls and charts on a laptop's screen; on a small one the controls, and at least one chart.

    No row of charts is shorter than it must be: four stand two by two, or all in a row. On a phone nothing is cut.
    """
    page = chapter.page
    size, panels, bad = page.viewport_size, chapter.roots(), {}
    page.evaluate(STRIP, OURS)
    for (width, height), wanted in PAGES.items():
        if wanted is None:
            page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
        page.set_viewport_size({"width": width, "height": height})
        for panel in panels:
            panel.scroll_into_view_if_needed()  # charts out of sight are not fitted
            deadline = time.monotonic() + 2  # for the charts to be drawn in their new size
            while (found := wrong(panel, wanted)) and time.monotonic() < deadline:
                page.wait_for_timeout(50)
            if found:
                bad[width, panel.get_attribute("aria-label")] = found
    page.set_viewport_size(size)
    page.evaluate(PUT_BACK)
    assert bad == {}


def wrong(panel: Locator, wanted: int | None) -> list[Any]:
    """What of a panel is cut, does not fit into one view, or stands in another number of columns than it could."""
    cut = panel.evaluate(CUT)
    if wanted is None:
        return cut
    (view, *reach), (charts, columns) = panel.evaluate(FITS), panel.evaluate(STAND)
    rows = math.ceil(charts / max(columns, 1))
    too_high = [(view, reach)] if reach[wanted - 1] > view else []
    return cut + too_high + ["columns"] * (columns != math.ceil(charts / max(rows, 1)))


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells the memory of a process")


@on_linux
def test_a_chapter_that_trains_nothing_has_loaded_no_torch(chapter):
    loaded = "libtorch" in Path(f"/proc/{chapter.kernel_process()}/maps").read_text()
    assert loaded == (chapter.name[:2] not in TRAIN_NOTHING) or chapter.name[:2] == TRAINS_LATE


@on_linux
def test_the_kernel_needs_the_memory_that_the_readme_states(chapter):
    """After every control of every panel was moved.

    A tenth more is left for other builds of torch and of the C library, and for several runs that meet; not above the
    limit of all chapters.
    """
    stated = cells(README.read_text(encoding="utf-8"))[chapter.name[:2]]["memory"]
    peak = peak_memory(chapter.kernel_process())
    print(f"peak memory of the kernel of {chapter.name}: {peak:.0f} MB, stated: {stated}")
    assert peak < min(LIMIT, 1.1 * int(stated.removesuffix(" MB")))


#: Of a table, whose rows and plain cells are made alike, two rows and three columns stay: to look for what is behind
#: a text takes axe most of its time.
TRIM = """(ours) => {
    document.querySelectorAll(`${ours} tbody tr:nth-child(n+3)`).forEach((one) => one.remove());
    const cells = `${ours} :is(th, td):nth-child(n+4):not(:has(*))`;
    document.querySelectorAll(cells).forEach((one) => one.remove());
}"""


#: Open all folds of the panels; the places of those whose charts were not drawn yet.
UNFOLD = """() => [...document.querySelectorAll('.sl-panel')].flatMap((root, i) => {
    root.querySelectorAll('details').forEach((one) => (one.open = true));
    return root.querySelector('canvas') ? [] : [i];
})"""
#: Whether a panel is drawn in the colours of a dark page.
DARK = "(root) => root.classList.contains('sl-dark')"


#: JupyterLab hides what is beyond the part of a page in view, body included: to axe, no other panel would be there.
SEEN = """body, .jp-WindowedPanel-outer, .jp-Notebook, .lm-Widget {
    overflow: visible !important;
    contain: none !important;
}"""


def test_no_panel_has_a_serious_accessibility_finding(chapter):
    panels = chapter.roots()
    for place in chapter.page.evaluate(UNFOLD):  # those that no test before this one has looked at
        Panel(panels[place]).settle()
    chapter.page.evaluate(TRIM, OURS)
    chapter.page.evaluate(STRIP, OURS)
    hidden = chapter.page.add_style_tag(content=SEEN)
    assert serious(chapter.page, OURS) == []
    # In the other theme nothing is new but colours; the charts are drawn anew in theirs. It stays for the next chapter.
    first = Panel(panels[0])
    before, theme = first.pixels(), "Light" if first.root.evaluate(DARK) else "Dark"
    chapter.page.evaluate(
        f"() => window.jupyterapp.commands.execute('apputils:change-theme', {{ theme: 'JupyterLab {theme}' }})"
    )
    expect(chapter.page.locator(".sl-panel.sl-dark")).to_have_count(len(panels) if theme == "Dark" else 0)
    first.wait_for_change(before)
    assert serious(chapter.page, OURS, colours_only=True) == []
    hidden.evaluate("(style) => style.remove()")
    chapter.page.evaluate(PUT_BACK)


@pytest.mark.parametrize("chapter", CHAPTERS[:1], ids=lambda path: path.stem, indirect=True)
def test_a_pale_text_of_a_panel_is_found(chapter):
    styles = (SEEN, ".sl-panel .sl-control label { color: #777 }")
    hidden = [chapter.page.add_style_tag(content=style) for style in styles]
    assert [one[:2] for one in serious(chapter.page, OURS, colours_only=True)] == [("color-contrast", "serious")]
    for style in hidden:
        style.evaluate("(one) => one.remove()")
    assert serious(chapter.page, OURS, colours_only=True) == []
