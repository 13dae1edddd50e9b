"""What goes wrong in a real course: Stop, bad values, bursts, reloads, restarts, two chapters, a run left alone."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, expect

from scalinglab.exercises.quiz_items import items_of
from tests.browser.cells import CURVE, RUN, SETUP, stop, unfold, write
from tests.browser.conftest import page_of_its_own, photograph
from tests.browser.harness import Notebook, Panel

pytestmark = pytest.mark.xdist_group("browser")


def test_all_browser_tests_run_in_one_worker(request):
    # Two browsers at a time starve each other, and a page cannot be shared between workers.
    assert request.node.nodeid.endswith("@browser") or not hasattr(request.config, "workerinput")


PICTURE = re.compile(r'<img[^>]*src="data:image/svg\+xml')


@pytest.fixture(scope="module", autouse=True)
def left_alone(course: Path, browser: Browser, address: str) -> Iterator[tuple[Notebook, float]]:
    """A run whose page the browser has frozen, as it does with a hidden tab, and when; other tests run meanwhile."""
    write(course / "alone.ipynb", [SETUP, CURVE, RUN])
    with page_of_its_own(browser, address) as notebook:
        notebook.open("alone.ipynb")
        notebook.run_all()
        notebook.panel("Run").wait_for_state("running")
        set_life(notebook, "frozen")
        yield notebook, time.monotonic()
        notebook.end_kernel()


@pytest.fixture
def notebook(course: Path, lab: Notebook) -> Notebook:
    """A notebook with a closed-form panel and a run of twenty seconds, after Run All; its kernel serves all tests."""
    if lab.name != "faults.ipynb":
        write(course / "faults.ipynb", [SETUP, CURVE, RUN])
        lab.open("faults.ipynb")
    lab.errors.clear()
    lab.run_all()
    return lab


@pytest.fixture
def curve(lab: Notebook, request: pytest.FixtureRequest) -> Panel:
    """The closed-form panel, made anew, with the run beside it stopped: it has nothing to do with what is looked at."""
    if lab.name == "faults.ipynb":
        lab.errors.clear()
        lab.stop_runs()
        lab.run_cell(1)
    else:
        stop(request.getfixturevalue("notebook").panel("Run"))
    return lab.panel("Curve")


def set_life(notebook: Notebook, state: str) -> None:
    """Freeze a page, or wake it up."""
    session = notebook.page.context.new_cdp_session(notebook.page)
    session.send("Page.setWebLifecycleState", {"state": state})


def progress(panel) -> int:
    """Steps that the panel says are done; -1 where it says nothing, as between two runs."""
    return int(panel.root.locator(".sl-left").inner_text().split(" of ")[0] or -1)


def test_stop_holds_the_run_and_resume_goes_on(notebook):
    panel = notebook.panel("Run")
    panel.wait_for_state("running")
    expect(panel.root.locator(".sl-left")).to_contain_text("left")
    assert panel.busy
    panel.button("Stop").click()
    panel.wait_for_state("stopped")
    held, picture = progress(panel), panel.settle()
    notebook.page.wait_for_timeout(500)
    assert progress(panel) == held
    assert panel.pixels() == picture
    panel.button("Resume").click()
    panel.wait_for_state("running")
    panel.wait_for_change(picture)
    assert progress(panel) > held
    panel.button("Stop").click()


#: What the browser tells a page before and after it prints; drawing has ended before the next task begins.
PRINT = "(async (moment) => { dispatchEvent(new Event(moment)); await new Promise((then) => setTimeout(then)); })"


def test_a_run_out_of_sight_goes_on_is_printed_as_it_stands_and_drawn_once_somebody_looks(notebook):
    panel, page = notebook.panel("Run"), notebook.page
    panel.wait_for_state("running")
    size = page.viewport_size
    page.set_viewport_size({"width": 1300, "height": 400})
    notebook.show_cell(0)
    page.wait_for_timeout(200)
    picture, done = panel.pixels(), progress(panel)
    page.wait_for_timeout(800)
    assert panel.pixels() == picture
    assert progress(panel) > done
    page.evaluate(f"() => {PRINT}('beforeprint')")
    printed = panel.pixels()
    assert printed != picture  # what is printed is up to date
    page.evaluate(f"() => {PRINT}('afterprint')")
    held = panel.pixels()
    page.wait_for_timeout(400)
    assert panel.pixels() == held
    panel.wait_for_change(held)
    page.set_viewport_size(size)
    panel.button("Stop").click()


def test_a_new_value_starts_the_run_over(notebook):
    panel = notebook.panel("Run")
    panel.wait_for_state("running")
    notebook.page.wait_for_timeout(1500)
    before = progress(panel)
    panel.slider("slope").press("ArrowRight")
    deadline = time.monotonic() + 10
    while not 0 <= progress(panel) < before:
        assert time.monotonic() < deadline, "the run goes on from where it was"
        notebook.page.wait_for_timeout(20)
    panel.button("Stop").click()


def test_a_value_that_does_not_fit_is_a_sentence_and_the_next_one_heals_it(curve):
    picture, box = curve.settle(), curve.box("slope")
    box.fill("100000")
    box.press("Enter")
    expect(curve.root.locator(".sl-alert")).to_have_text("Slope must be from 0 to 4, got 100000")
    expect(box).to_have_attribute("aria-invalid", "true")
    assert curve.pixels() == picture
    height = curve.root.locator(".sl-status").evaluate("(one) => one.offsetHeight")
    box.fill("2")
    box.press("Enter")
    curve.wait_for_change(picture)
    expect(curve.root.locator(".sl-alert")).to_have_text("")
    # What is below does not jump up under the learner's hand.
    assert curve.root.locator(".sl-status").evaluate("(one) => one.offsetHeight") == height
    expect(box).not_to_have_attribute("aria-invalid", "true")
    expect(curve.slider("slope")).to_have_attribute("aria-valuetext", "2")
    box.fill("0.015625")
    box.press("Enter")
    expect(curve.slider("slope")).to_have_attribute("aria-valuetext", "0.01563")
    assert box.input_value() == "0.015625"
    assert box.evaluate("(box) => box.scrollWidth <= box.clientWidth"), "its last digits are cut"


def test_a_healthy_panel_never_says_that_the_kernel_is_lost(notebook):
    panel = notebook.panel("Curve")
    panel.settle()
    panel.slider("slope").press("ArrowRight")
    for _ in range(2):
        panel.button("Reset").click()
        notebook.page.wait_for_timeout(1000)
    assert panel.state == ""
    notebook.page.wait_for_timeout(4500)
    assert panel.alert == ""


def test_an_exception_is_a_sentence_and_the_panel_goes_on(curve):
    before = curve.settle()
    curve.slider("slope").press("Home")
    expect(curve.root.locator(".sl-alert")).to_have_text("ArithmeticError: slope zero has no curve")
    expect(curve.root.locator(".sl-key")).to_have_count(0)
    curve.wait_for_change(before)  # the curve of the value before is gone
    curve.slider("slope").press("End")
    curve.wait_for_change(before)
    expect(curve.root.locator(".sl-alert")).to_have_text("")


def test_a_burst_of_a_thousand_events_ends_with_the_last_value(curve):
    curve.slider("slope").evaluate(
        """(slider) => {
            for (let i = 0; i < 1000; i += 1) {
                slider.value = 1 + (i * 7) % 60;
                slider.dispatchEvent(new Event('input', { bubbles: true }));
            }
            slider.value = 30;
            slider.dispatchEvent(new Event('input', { bubbles: true }));
        }"""
    )
    last = curve.slider("slope").get_attribute("aria-valuetext")
    curve.settle()
    assert curve.box("slope").input_value() == last
    curve.root.get_by_text("Rows behind the chart").click()
    rows = curve.root.locator("tbody tr")
    expect(rows).to_have_count(51)
    # The table shows what was drawn: at x = 0.5, y = 0.5 to the power of the slope.
    x, y = rows.nth(25).locator("td").all_inner_texts()
    assert float(y) == pytest.approx(float(x) ** float(last), rel=1e-5)


def test_a_state_is_copied_pasted_and_refused(curve):
    picture = curve.settle()
    curve.root.get_by_text("Copy, paste, download").click()
    line = curve.root.get_by_label("State of this panel as text")
    assert line.input_value() == "curve?slope=1.0"
    line.fill("curve?slope=3.5")
    line.press("Enter")
    curve.wait_for_change(picture)
    assert curve.box("slope").input_value() == "3.5"
    line.fill("run?slope=1")
    line.press("Enter")
    expect(curve.root.locator(".sl-alert")).to_contain_text("State must belong to the panel 'curve'")


def test_chart_and_rows_can_be_downloaded(curve):
    curve.root.get_by_text("Copy, paste, download").click()
    starts = {"Chart as PNG": b"\x89PNG", "Chart as SVG": b"<svg", "Rows as CSV": b"x,y\n0,0\n0.02,0.02\n"}
    for name, start in starts.items():
        with curve.page.expect_download() as download:
            curve.button(name).click()
        content = Path(download.value.path()).read_bytes()
        assert content.startswith(start), name
        assert ("SVG" not in name) or b">the curve</text>" in content, "the legend is in the picture"
    assert len(content.splitlines()) == 52


def test_a_page_reload_in_the_middle_of_a_run_changes_nothing(notebook):
    panel = notebook.panel("Run")
    panel.wait_for_state("running")
    panel.slider("slope").press("ArrowRight")
    value = panel.slider("slope").get_attribute("aria-valuetext")
    notebook.save()
    notebook.reload()
    panel = notebook.panel("Run")
    panel.wait_for_state("running")
    assert panel.slider("slope").get_attribute("aria-valuetext") == value
    panel.wait_for_change(panel.pixels())
    panel.button("Stop").click()
    panel.wait_for_state("stopped")
    assert notebook.errors == []


def test_a_second_view_shows_the_same(notebook):
    notebook.run_code("runs")
    panels = notebook.page.get_by_role("region", name="Run", exact=True)
    expect(panels).to_have_count(2)
    panels.nth(1).get_by_role("slider", name="slope").press("ArrowRight")
    expect(panels.nth(0).get_by_role("slider", name="slope")).to_have_attribute("aria-valuetext", "1.067")
    panels.nth(0).get_by_role("button", name="Stop").click()
    expect(panels.nth(1).locator(".sl-state")).to_have_text("stopped")
    notebook.drop_last_cell()


DASHBOARD = """
from ipywidgets import HTML, Tab, VBox, jslink
one, two = (Panel(curve, controls=[Slider("slope", 0, 4, 1)], charts=drawn, title=title) for title in ("One", "Two"))
late = Panel(run, controls=[Slider("slope", 0, 4, 1)], charts=drawn, title="Late")
told = HTML("nothing yet")
def tell(change):
    told.value = f"slope {change['new']['slope']:g}, {12 / (4 - change['new']['slope']):.3g}"
one.observe(tell)
jslink((one.widget, "value"), (two.widget, "value"))
Tab([VBox([one.widget, told, two.widget]), late.widget], titles=["Curves", "A run"])
"""


def test_panels_are_widgets_of_a_dashboard(notebook):
    """In a box and in a tab: moved by keyboard, heard by a function, linked in the page; a run goes on once shown."""
    stop(notebook.panel("Run"))
    notebook.run_code(DASHBOARD)
    one, told = notebook.panel("One"), notebook.page.locator(".widget-html")
    before = one.settle()
    one.slider("slope").press("ArrowRight")
    one.wait_for_change(before)
    expect(told).to_contain_text("slope 1.067, 4.09")
    two = notebook.panel("Two")
    expect(two.slider("slope")).to_have_attribute("aria-valuetext", "1.067")
    assert two.settle() == one.settle()
    two.slider("slope").press("End")
    expect(one.slider("slope")).to_have_attribute("aria-valuetext", "4")
    expect(one.root.locator(".sl-alert")).to_have_text(
        "A function that observes this panel failed. ZeroDivisionError: float division by zero"
    )
    assert one.settle() == two.settle() != before
    one.slider("slope").press("ArrowLeft")
    expect(one.root.locator(".sl-alert")).to_have_text("")
    photograph(notebook, "dashboard")
    notebook.page.get_by_role("tab", name="A run").click()
    late = notebook.panel("Late")
    late.wait_for_state("running")
    late.wait_for_change(late.pixels())
    stop(late)
    photograph(notebook, "dashboard-tab")
    notebook.drop_last_cell()


def test_runs_take_turns_and_the_one_that_waits_says_so(notebook):
    notebook.run_code(RUN.replace("runs", "later").replace('"Run"', '"Later"'))
    run, later = notebook.panel("Run"), notebook.panel("Later")
    waits = "waits until the run of another panel has ended"
    later.wait_for_state(waits)
    assert later.busy
    later.slider("slope").press("ArrowRight")
    later.wait_for_state("running")
    run.wait_for_state(waits)
    run.button("Stop").click()
    run.wait_for_state("stopped")
    assert later.state == "running"
    later.button("Stop").click()
    later.wait_for_state("stopped")
    notebook.drop_last_cell()


def test_after_a_kernel_restart_the_panel_says_what_to_do(notebook):
    panel = notebook.panel("Run")
    notebook.restart()
    panel.slider("slope").press("ArrowRight")
    expect(panel.root.locator(".sl-alert")).to_contain_text("run this cell again", timeout=15_000)
    notebook.run_all()
    panel = notebook.panel("Run")
    panel.wait_for_state("running")
    panel.button("Stop").click()


def test_a_run_left_alone_goes_on_and_ends(left_alone):
    """A run of twenty seconds whose page is frozen for most of them."""
    notebook, since = left_alone
    time.sleep(max(0.0, since + 18 - time.monotonic()))
    set_life(notebook, "active")
    panel = notebook.panel("Run")
    panel.wait_for_state("finished")
    assert progress(panel) == 2000
    assert panel.root.locator(".sl-caption").inner_text() == "at 2000"
    # A frozen page may miss that a comm was opened; JupyterLab then does not know the one that is closed.
    assert [error for error in notebook.errors if not error.startswith("Comm not found")] == []


def test_two_open_chapters_live_side_by_side(notebook, left_alone):
    both = [notebook, left_alone[0]]
    both[1].run_all()
    for each in both:
        panel = each.panel("Curve")
        before = panel.settle()
        panel.slider("slope").press("End")
        panel.wait_for_change(before)
        each.panel("Run").button("Stop").click()


def test_the_exported_page_shows_a_picture_in_place_of_the_widget(notebook, course, tmp_path):
    notebook.panel("Run").button("Stop").click()
    notebook.save()
    saved = nbformat.read(course / "faults.ipynb", as_version=4)
    assert "widgets" not in json.loads((course / "faults.ipynb").read_text())["metadata"]
    page, _ = HTMLExporter().from_notebook_node(saved)
    assert len(PICTURE.findall(page)) == 2
    assert "widget-view+json" not in page


def test_rows_written_in_place_draw_the_same_as_fresh_ones(course, lab):
    """More rows, fewer rows, series that come and go: then the same picture as in a view that is made anew."""
    code = """
def changing(rows, kind):
    words = ["a", "b", "c"][: 1 if kind == "one" else 3]
    return [{"x": i / rows, "y": (j + i / rows) / 3, "word": w, "status": "alive" if i % 2 else "dead"}
            for j, w in enumerate(words) for i in range(rows)]
layers = (Lines(by="word"), Points(only="datum.status === 'dead'", colour="#888888"), Lines(mean=True))
drawn = chart(*layers, x=Axis("x", "x", 0, 1), y=Axis("y", "y", 0, 1), title="t", description="d")
several = Panel(changing, controls=[Slider("rows", 2, 60, 10, integer=True), Choice("kind", ["three", "one"])],
                charts=drawn, title="Changing")
several
"""
    write(course / "rows.ipynb", [SETUP.replace("Lines, Panel", "Lines, Panel, Points"), code])
    lab.open("rows.ipynb")
    lab.run_all()
    panel = lab.panel("Changing")
    for key in ("End", "Home", "ArrowRight", "End", "ArrowLeft"):
        panel.slider("rows").press(key)
        panel.settle()
        panel.root.get_by_label("kind").select_option("one" if key == "Home" else "three")
    drawn = panel.settle()
    lab.run_code("several")
    assert Panel(lab.page.get_by_role("region", name="Changing", exact=True).nth(1)).settle() == drawn
    assert lab.errors == []


def test_predictions_and_quizzes_outlive_the_kernel(course, lab):
    """Answered by keyboard in JupyterLab itself, which has shortcuts for most keys; then the kernel is restarted."""
    (course / "predictions.json").unlink(missing_ok=True)  # of chapters that other tests have answered
    asked = 'predict("05-kernel", "How many?", low=0, high=10, reveal=lambda: 4.0)'
    panel = CURVE[:-1] + ', tasks=[("Drag *slope* to 4.", {"slope": 4}), "Look."], after="05-kernel")'
    table = 'from scalinglab.live import Table\nTable([{"answer": 4}], caption="All of it", after="05-kernel")'
    imports = SETUP + "from scalinglab.exercises import predict, quiz"
    write(course / "asked.ipynb", [imports, asked, 'quiz("05")', panel, table], folded=True)
    lab.open("asked.ipynb")
    lab.run_all()
    region = lambda name: lab.page.get_by_role("region", name=name)  # noqa: E731
    question, item = region("Prediction 05-kernel"), region("Question 1 of the quiz of chapter 05")
    first, second, *_ = (option.text for option in items_of("05")[0].options)
    lab.show_cell(1)
    question.get_by_label("Your prediction").focus()
    closed, button = lab.page.locator(".sl-sealed"), lab.page.get_by_role("button", name="Show without predicting")
    expect(closed).to_have_count(2)
    expect(closed.first).to_contain_text("It opens when you have sealed your prediction above.")
    caption = lab.page.locator(".jp-OutputArea caption", has_text="All of it")
    expect(caption).to_have_count(0)
    lab.page.keyboard.type("8")
    lab.page.keyboard.press("Enter")
    expect(question).to_contain_text("You said 8, measured 4: off by a factor of 2.")
    expect(button).to_have_count(0)
    expect(caption).to_be_visible()
    curve = lab.panel("Curve")
    curve.settle()
    by_itself, by_hand = curve.root.locator(".sl-tasks input").all()
    curve.slider("slope").press("End")
    expect(by_itself).to_be_checked()
    by_hand.check()
    expect(curve.root.locator(".sl-done")).to_have_count(2)
    unfold(lab, curve)
    lab.show_cell(2)
    expect(item).to_be_visible()
    for choice in (first, second):
        item.get_by_label(choice).focus()
        lab.page.keyboard.press("Space")
        lab.page.keyboard.press("Enter")
        expect(item).to_contain_text(f'"{choice}"')
    expect(item.get_by_role("button", name="Choose")).to_be_hidden()
    lab.restart()
    lab.run_all()
    lab.show_cell(1)
    expect(question).to_contain_text("You said 8, measured 4: off by a factor of 2.")
    lab.show_cell(2)
    expect(item).to_contain_text(f'✗ Wrong. "{first}"')
    expect(item).to_contain_text(f'✓ Right. "{second}"')
    assert (lab.errors, lab.cell_errors()) == ([], [])
