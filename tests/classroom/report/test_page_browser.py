"""The instructor's page in a real browser: no fault that axe knows, no request, no scroll sideways, heads that sort."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from scalinglab.classroom.report.page import report
from tests.classroom.made_class import class_of

pytestmark = pytest.mark.xdist_group("browser")


def test_the_page_is_for_everybody_on_every_screen_and_its_heads_sort(browser: Browser, tmp_path: Path):
    results = class_of(12)
    file = tmp_path / "report.html"
    file.write_text(report(results), encoding="utf-8")
    asked, problems = [], []
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.goto(file.as_uri())

    for width, scheme in ((1200, "light"), (360, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    table = page.get_by_role("region", name="Points in 05 Random features").locator("table")
    names, totals = table.locator("tbody th a bdi"), table.locator("tbody .total")
    # Who has no points, as nothing was handed in or could be graded, stands last in every order.
    without = table.locator("tbody tr:has([colspan]) th a bdi").all_inner_texts()
    with_points = set(names.all_inner_texts()) - set(without)
    for order in ("descending", "ascending"):
        table.get_by_role("button", name="Total").click()
        points = [float(text) for text in totals.all_inner_texts()]
        assert points == sorted(points, reverse=order == "descending")
        assert table.get_by_role("columnheader", name="Total").get_attribute("aria-sort") == order
    assert len(set(points)) > 3
    table.get_by_role("button", name="Student").click()
    assert names.all_inner_texts() == sorted(with_points) + without
    assert table.locator("tbody tr").count() == 12
    context.close()
    assert (asked, problems) == ([file.as_uri()], [])
