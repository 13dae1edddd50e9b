"""A panel on a page answers as in JupyterLab, and says in words where it cannot."""

from __future__ import annotations

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


def test_a_new_value_cancels_the_run_before_it(opened):
    place = panel(opened, "run")
    slider = place.get_by_role("slider", name="speed")
    slider.press("Home")
    slider.press("End")
    expect(place.locator(".sl-state")).to_have_text("finished")
    last = opened.evaluate("scalinglab.live['00-run'].get('frame').sets.rows.columns.y.bytes.at(-1)")
    assert last == pytest.approx(2.718281828**-4, abs=2e-5)
