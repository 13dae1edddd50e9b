"""The pages in Chromium, from a disk and without a network: each in both themes and on three widths, every slider.

They hold for any site: for that of two small chapters, and for that of the course if ``SCALINGLAB_SITE`` names one.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessible import serious
from tests.site.conftest import Visit

pytestmark = pytest.mark.xdist_group("browser")

WIDTHS = (1400, 1000, 400)
#: Where axe looks: colours depend on the theme, sizes on the width.
LOOKED_AT = {(1400, "light"), (1400, "dark"), (400, "light")}
#: What a chart shows, as a number; 0 as long as there is none.
PIXELS = """(panel) => [...panel.querySelectorAll("canvas")].reduce((sum, canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((all, byte) => (all * 31 + byte) | 0, sum);
}, 0)"""


def pages(folder: Path) -> list[str]:
    """The pages of a site, the map first."""
    return sorted((path.name for path in folder.glob("*.html")), key=lambda name: (name[0].isdigit(), name))


def bring_to_life(page: Page) -> None:
    """Scroll through a page until each of its widgets is drawn."""
    for place in page.locator(".sl-site-widget").all():
        place.scroll_into_view_if_needed()
        expect(place).to_have_attribute("data-state", "live")


def open_all(page: Page) -> None:
    """Open what waits for a prediction, by the buttons that a reader has."""
    page.evaluate(
        """() => {
            const shut = () => [...document.querySelectorAll(".sl-sealed button")].find((one) => !one.disabled);
            while (shut()) shut().click();
        }"""
    )
    expect(page.locator(".sl-sealed")).to_have_count(0, timeout=20_000)


def too_wide(page: Page) -> list[str]:
    """What makes a page wider than its window; charts shrink a little later than that."""
    return page.evaluate(
        """async () => {
            const wide = () => document.documentElement.scrollWidth > innerWidth;
            for (let wait = 0; wide() && wait < 100; wait += 1) await new Promise((again) => setTimeout(again, 50));
            const clips = (one) => getComputedStyle(one).overflowX !== "visible";
            const scrolls = (one) => one && (clips(one) || scrolls(one.parentElement));
            const out = (one) => one.getBoundingClientRect().right > innerWidth + 1 && !scrolls(one.parentElement);
            const found = wide() ? [...document.querySelectorAll("body *")].filter(out) : [];
            return found.map((one) => one.outerHTML.slice(0, 120));
        }"""
    )


def settled(panel) -> None:
    """Wait until a panel is drawn; a run is played back for some seconds."""
    expect(panel.locator(".sl-charts")).to_have_attribute("aria-busy", "false", timeout=20_000)


def test_each_page_in_both_themes_and_on_three_widths(visit: Visit):
    for name in pages(visit.folder):
        visit.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page = visit.go(name)
        bring_to_life(page)
        open_all(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for theme in ("dark", "light"):
                page.emulate_media(color_scheme=theme)
                assert too_wide(page) == [], (name, width, theme)
                if (width, theme) in LOOKED_AT:
                    assert serious(page, colours_only=theme == "dark") == [], (name, width, theme)


def test_every_slider_moves_its_chart(visit: Visit):
    visit.page.set_viewport_size({"width": 1400, "height": 900})
    for name in pages(visit.folder):
        page = visit.go(name)
        bring_to_life(page)
        open_all(page)
        for panel in page.locator(".sl-panel").all():
            panel.scroll_into_view_if_needed()
            settled(panel)
            for slider in panel.locator("input[type=range]").all():
                before = panel.evaluate(PIXELS)
                drag(page, slider)
                settled(panel)
                title = panel.get_attribute("aria-label")
                told = "no picture for exactly" in panel.locator(".sl-caption").inner_text()
                assert told or panel.evaluate(PIXELS) != before, (name, title, slider.get_attribute("aria-label"))
                assert panel.locator(".sl-alert").inner_text() == ""


def drag(page: Page, slider) -> None:
    """Take the knob of a slider from where it stands to the farther end of it."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    share = slider.evaluate("(one) => (one.value - one.min) / (one.max - one.min)")
    start, end = box["x"] + 8 + share * (box["width"] - 16), box["x"] + (box["width"] - 2 if share < 0.5 else 2)
    middle = box["y"] + box["height"] / 2
    page.mouse.move(start, middle)
    page.mouse.down()
    page.mouse.move((start + end) / 2, middle)
    page.mouse.move(end, middle)
    page.mouse.up()


def test_a_prediction_and_a_quiz_are_answered(visit: Visit):
    """On the first page that has one."""
    for button in ("Seal my prediction", "Choose"):
        (name, *_) = [
            name for name in pages(visit.folder) if f'"button":"{button}"' in (visit.folder / name).read_text()
        ]
        visit.forget()
        page = visit.go(name)
        bring_to_life(page)
        has = page.locator(".slab-predict", has=page.get_by_role("button", name=button, exact=True)).first
        asked = page.get_by_role("region", name=str(has.get_attribute("aria-label")), exact=True)
        box = asked.locator("input[type=number]")
        box.fill("12") if box.count() else asked.locator("input[type=radio]").first.check()
        asked.get_by_role("button", name=button, exact=True).click()
        told = asked.locator(".slab-predict-reveal, .slab-predict-tries")
        expect(told).to_contain_text(re.compile(r"\w"))
        record = page.evaluate("JSON.parse(localStorage.getItem('scalinglab/predictions.json')).predictions")
        assert len(record) == 1


def test_without_javascript_the_page_reads_with_pictures(browser: Browser, site: Path):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    for name in pages(site):
        page.goto((site / name).as_uri())
        assert page.locator("h1").inner_text()
        for image in page.locator(".sl-site-widget img").all():
            assert image.get_attribute("alt")
            assert (site / str(image.get_attribute("src"))).is_file()
        places = page.locator(".sl-site-widget")
        assert all(place.inner_text().strip() for place in places.all())
        for fold in page.locator(".sl-site-widget noscript details, .sl-site-widget details").all():
            fold.locator("summary").first.click()
            assert fold.inner_text().strip()
    context.close()
