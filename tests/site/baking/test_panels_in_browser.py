"""A panel on a page answers as in JupyterLab, and says in words where it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, expect

from tests.site.conftest import Visit

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def opened(visit: Visit):
    """The page of the first chapter, with nothing to predict any more."""
    if not (visit.folder / "00_first.html").exists():
        pytest.skip("looks at the chapters that were written for tests")
    page = visit.go("00_first.html")
    page.evaluate("scalinglab.gates.show(['00-width'])")
    return page


def panel(page, name: str) -> Locator:
    place = page.locator(f'.sl-site-widget[data-model="00-{name}"]')
    place.scroll_into_view_if_needed()
    expect(place.locator(".sl-panel")).to_be_visible()
    return place


@contextmanager
def unreadable(visit: Visit, *names: str) -> Iterator[None]:
    """Files of the site are not there for a while."""
    for name in names:
        (visit.folder / name).rename(visit.folder / f"{name}.away")
    try:
        yield
    finally:
        for name in names:
            (visit.folder / f"{name}.away").rename(visit.folder / name)


def move(place: Locator, label: str, value: float) -> None:
    box = place.get_by_role("spinbutton", name=label, exact=True)
    box.fill(str(value))
    box.press("Enter")


def test_a_function_is_followed_exactly_at_its_stops_and_nearly_elsewhere(opened):
    place = panel(opened, "curve")
    caption, alert = place.locator(".sl-caption"), place.locator(".sl-alert")
    expect(caption).to_have_text("At a = 1, a red curve.")
    place.get_by_role("button", name="steep").click()
    expect(caption).to_have_text("At a = 3, a red curve.")
    place.get_by_role("combobox").select_option("blue")
    expect(caption).to_have_text("At a = 3, a blue curve.")
    move(place, "a", 3.001)
    near = "This page has no picture for exactly these values. The nearest one is shown: a = 3."
    near += " For any other value, run this chapter in JupyterLab."
    expect(caption).to_have_text(f"{near}\nAt a = 3, a blue curve.")
    expect(place.get_by_role("spinbutton", name="a", exact=True)).to_have_value("3.001")
    move(place, "a", 4.5)
    expect(alert).to_have_text("A must be from 0.5 to 4, got 4.5")
    place.get_by_role("button", name="Reset").click()
    expect(alert).to_have_text("")
    expect(caption).to_have_text("At a = 1, a red curve.")


def test_tasks_are_ticked_off_when_they_are_done_and_by_hand(opened):
    place = panel(opened, "curve")
    first, second = place.locator(".sl-tasks input").all()
    expect(first).not_to_be_checked()
    slider = place.get_by_role("slider", name="a", exact=True)
    slider.press("End")
    expect(first).to_be_checked()
    second.check()
    slider.press("Home")
    expect(first).to_be_checked()
    expect(second).to_be_checked()


def test_a_pasted_state_is_shown_and_one_that_does_not_fit_gets_a_sentence(opened):
    place = panel(opened, "curve")
    place.get_by_text("Copy, paste, download").click()
    text = place.locator(".sl-share input")
    text.fill("curve?a=3.0&c=0.0&kind=blue")
    text.press("Enter")
    expect(place.locator(".sl-caption")).to_have_text("At a = 3, a blue curve.")
    text.fill("dots?on=true")
    text.press("Enter")
    expect(place.locator(".sl-alert")).to_have_text("State must belong to the panel 'curve', got one of 'dots'")


def test_a_run_is_played_back_stopped_and_resumed(opened):
    place = panel(opened, "run")
    run, state, caption = place.locator(".sl-run"), place.locator(".sl-state"), place.locator(".sl-caption")
    expect(caption).to_have_text("Step 20.")
    expect(place.locator(".sl-budget")).to_have_text("20 steps. This run took less than 0.1 s when the page was made.")
    opened.evaluate("scalinglab.models['00-run'].baked.seconds.fill(3)")  # long enough to be stopped
    run.click()
    expect(run).to_have_text("Stop")
    run.click()
    expect(state).to_have_text("stopped")
    assert caption.inner_text() != "Step 20."
    rows = opened.evaluate("scalinglab.live['00-run'].get('frame').sets.rows.rows")
    assert caption.inner_text() == f"Step {rows - 1}."
    expect(run).to_have_text("Resume")
    run.click()
    expect(state).to_have_text("finished")
    expect(caption).to_have_text("Step 20.")
    expect(run).to_have_text("Run again")


@pytest.mark.parametrize(("took", "plays"), [(0.02, 0.02), (0.4, 0.4), (5, 5), (90, 6)])
def test_a_run_plays_at_the_speed_it_had_or_faster(opened, took, plays):
    """As the page's own clock has it, which is moved by hand: 21 snapshots, the last one when it is over."""
    place = panel(opened, "run")
    expect(place.locator(".sl-state")).to_have_text("finished")
    told = opened.evaluate(
        """async (took) => {
            const { kernel } = scalinglab.live['00-run'];
            const [now, later] = [performance.now, globalThis.setTimeout];
            const began = now.call(performance);
            let [clock, next] = [began, undefined];
            performance.now = () => clock;
            globalThis.setTimeout = (call) => (next = call);
            try {
                kernel.baked.seconds.fill(took);
                kernel.act({ action: 'again' });
                const seen = [];
                for (clock += 10; kernel.state === 'running'; clock += 10) {
                    next();
                    seen.push([(clock - began) / 1000, kernel.shown - kernel.here.first]);
                }
                return seen;
            } finally {
                performance.now = now;
                globalThis.setTimeout = later;
                kernel.baked.seconds.fill(0.05);
            }
        }""",
        took,
    )
    assert told[-1] == [pytest.approx(plays, abs=0.02), 20]
    assert all(step == pytest.approx(min(20, 20 * time / plays), abs=1.01) for time, step in told)


def test_a_new_value_cancels_the_run_before_it(opened):
    place = panel(opened, "run")
    slider = place.get_by_role("slider", name="speed")
    slider.press("Home")
    slider.press("End")
    expect(place.locator(".sl-state")).to_have_text("finished")
    last = opened.evaluate("scalinglab.live['00-run'].get('frame').sets.rows.columns.y.bytes.at(-1)")
    assert last == pytest.approx(2.718281828**-4, abs=2e-5)


def test_pictures_that_could_not_be_read_are_read_when_somebody_tries_again(visit: Visit):
    """Of an open panel the picture stays, with a button; a closed one says it in its box and stays closed."""
    if not (visit.folder / "00_first.html").exists():
        pytest.skip("looks at the chapters that were written for tests")
    before = list(visit.problems)
    page = visit.go("00_first.html")
    page.evaluate("localStorage.clear()")
    with unreadable(visit, "data/00/curve.js", "data/00/run.js"):
        page = visit.go("00_first.html")
        curve = page.locator('.sl-site-widget[data-model="00-curve"]')
        curve.scroll_into_view_if_needed()
        sentence = "he pictures of this panel could not be read. Check your connection, then try again."
        expect(curve.get_by_role("alert")).to_contain_text(f"T{sentence}")
        expect(curve.locator("img")).to_be_visible()
        curve.get_by_role("button", name="Try again").click()
        expect(curve.get_by_role("alert")).to_have_count(1)
        expect(curve.get_by_role("alert")).to_contain_text(sentence)
        run = page.locator('.sl-site-widget[data-model="00-run"]')
        run.scroll_into_view_if_needed()
        run.get_by_role("button", name="Show without predicting").click()
        expect(run.get_by_role("alert")).to_have_text(f"T{sentence}")
    run.get_by_role("button", name="Show without predicting").click()
    expect(run.locator(".sl-state")).to_have_text("finished")
    curve.get_by_role("button", name="Try again").click()
    expect(curve.locator(".sl-caption")).to_have_text("At a = 1, a red curve.")
    expect(curve.locator("canvas")).to_be_visible()
    expect(curve.get_by_role("button", name="Try again")).to_have_count(0)
    visit.problems[:] = before  # the browser has told of files that were not there
