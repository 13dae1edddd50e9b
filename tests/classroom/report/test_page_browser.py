"""The instructor's page in a real browser: no fault that axe knows, no request, no scroll sideways, heads that sort."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scalinglab.classroom.alike.groups import Compared, Group
from scalinglab.classroom.report.page import report
from scalinglab.classroom.report.term_page import term_page
from scalinglab.classroom.results import ClassResults
from tests.browser.accessible import findings
from tests.classroom.made_class import class_of

pytestmark = pytest.mark.xdist_group("browser")


def a_term(size: int) -> ClassResults:
    """So many students with thirteen assignments, of whom some have answers that are alike."""
    results = class_of(size)
    titles, parts, submissions, compared = {}, {}, [], []
    for number in range(1, 14):
        old = ("01_power_laws", "05_random_features")[number % 2]
        name = f"{number:02}_week"
        titles[name], parts[name] = f"{number:02} A week of the term", results.parts[old]
        submissions += [replace(one, assignment=name) for one in results.submissions if one.assignment == old]
        ids = [one.id for one in results.students]
        groups = (Group((ids[0], ids[number % 5 + 1]), 90), Group(tuple(ids[6:9]), 150, letters=True))
        compared.append(Compared(name, results.parts[old][0].key, size, groups, usual=4, short=3))
    told = {"titles": titles, "parts": parts, "submissions": tuple(submissions), "compared": tuple(compared)}
    return replace(results, **told, unlisted=(results.students[3].id,))


@cache
def page_of_a_term(size: int) -> str:
    """The instructor's page, which is the same for every screen."""
    return term_page(a_term(size))


@pytest.mark.parametrize("width", [1400, 400])
def test_the_term_of_300_students_is_for_everybody_on_every_screen(browser: Browser, tmp_path: Path, width: int):
    file = tmp_path / "term.html"
    file.write_text(page_of_a_term(300), encoding="utf-8")
    asked, problems = [], []
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.goto(file.as_uri())
    small = tmp_path / "small.html"
    small.write_text(page_of_a_term(12), encoding="utf-8")

    table = page.get_by_role("region", name="Points by student and assignment").locator("table")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    region = page.get_by_role("region", name="Points by student and assignment")
    region.focus()
    page.keyboard.press("End")  # by keyboard to the last row; the heads stay in sight
    for _ in range(200):  # the page's own policy forbids what waits for a function
        if region.evaluate("region => region.scrollTop") > 1000:
            break
        page.wait_for_timeout(50)
    assert region.evaluate("region => region.scrollTop") > 1000
    head, box = table.locator("thead th").first.bounding_box(), region.bounding_box()
    assert head
    assert box
    assert abs(head["y"] - box["y"]) < 3
    if width == 1400:
        assert region.evaluate("region => region.scrollWidth <= region.clientWidth")  # a term fits without scrolling
    table.get_by_role("button", name="Total").click()
    totals = [float(text) for text in table.locator("tbody td.total[data-value]").all_inner_texts()]
    assert len(totals) > 280
    assert totals == sorted(totals, reverse=True)

    page.goto(small.as_uri())  # axe takes minutes for 3,900 cells
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert findings(page, colours_only=scheme == "dark") == []
    context.close()
    assert (asked, problems) == ([file.as_uri(), small.as_uri()], [])


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
        assert findings(page) == []
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
