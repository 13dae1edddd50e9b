"""Ways into a page: the search, the theme, one panel alone."""

from __future__ import annotations

import json
import os
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.site.conftest import Visit

pytestmark = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif("SCALINGLAB_SITE" in os.environ, reason="panels of another site may be closed"),
]


@pytest.fixture
def chapter(visit: Visit) -> str:
    """The first chapter of the site."""
    return min(path.name for path in visit.folder.glob("[0-9]*.html"))


def test_a_search_by_keys_leads_to_a_section(visit, chapter):
    page = visit.go(chapter)
    heading = page.locator("main h2").last
    page.keyboard.press("/")
    page.keyboard.type(heading.inner_text().split()[0].upper())
    found = page.get_by_role("listbox").get_by_role("option")
    expect(found.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash || !location.pathname.includes('00_')")
    page.keyboard.press("/")
    page.get_by_role("combobox", name="Search all pages").fill("qwertzuiop")
    expect(page.get_by_role("listbox")).to_have_text("Nothing was found.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_a_chosen_theme_stays_on_the_next_page(visit, chapter):
    page = visit.go(chapter)
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Change to the dark theme").click()
    place = page.locator('.sl-site-widget[data-widget="panel"]').first
    place.scroll_into_view_if_needed()
    expect(place.locator(".sl-panel")).to_have_class(re.compile(r"\bsl-dark\b"))
    page = visit.go("index.html")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(27, 27, 27)"
    page.get_by_role("button", name="Change to the light theme").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("localStorage.removeItem('scalinglab-theme')")


def test_one_panel_alone_opens_as_its_state_says(visit, chapter):
    page = visit.go(chapter)
    place = page.locator('.sl-site-widget[data-widget="panel"]').first
    place.scroll_into_view_if_needed()
    slider = place.locator("input[type=range]").first
    slider.focus()
    slider.press("End")
    text = place.locator(".sl-share input")
    shown = json.dumps(page.locator(".sl-panel").first.get_attribute("aria-label"))
    expect(text).not_to_have_value("")
    state, number = text.input_value(), place.locator("input[type=number]").first.input_value()
    place.get_by_text("Copy, paste, download").click()
    link = place.get_by_role("link", name="Link to this panel alone, as it is now")
    link.hover()
    assert str(link.get_attribute("href")).endswith(f"{chapter}?state={quote(state, safe='')}")
    link.click()
    expect(page.locator(".sl-share input")).to_have_count(1)
    expect(page.locator(".sl-share input")).to_have_value(state)
    expect(page.locator(".sl-panel input[type=number]").first).to_have_value(number)
    assert json.dumps(page.locator(".sl-panel").get_attribute("aria-label")) == shown
    expect(page.locator("h1, .sl-top, .sl-foot, .sl-code").locator("visible=true")).to_have_count(0)
    page.get_by_role("link", name="From 00 ").click()
    expect(page.locator("h1")).to_be_visible()
    page = visit.go(chapter, "?panel=no-such-one")
    expect(page.get_by_role("alert").first).to_contain_text("This page has no panel no-such-one; it has ")
