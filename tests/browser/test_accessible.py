"""What the helper of the accessibility tests does not look at twice hides nothing that axe would find."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.accessible import findings

pytestmark = pytest.mark.xdist_group("browser")

ROWS = "<tr><td>one</td><td><b>i</b> and <i>more</i></td></tr>" * 6
PAGE = f"""<!doctype html><html lang="en"><head><title>Pale</title><style>%s</style></head>
<body><main><h1>Rows</h1><table><tr><th>A</th><th>B</th></tr>{ROWS}</table></main></body></html>"""
#: A style, and how many places of all that are pale by it are told.
PALE = {
    "": 0,
    "td { color: #888 }": 1,
    "tr:nth-child(4) { background: #555 }": 1,  # a row among others of its kind
    "tr:last-child td { color: #888; font-weight: bold; font-size: 60px }": 0,  # large enough
    "table { opacity: 0.4 }": 1,
    "i { color: #888 } tr:first-child b { display: none }": 1,
}


def test_a_pale_text_is_found_wherever_it_stands(browser: Browser):
    context = browser.new_context()
    page = context.new_page()
    for style, told in PALE.items():
        page.set_content(PAGE % style)
        for colours_only in (False, True):
            found = [(rule, impact) for rule, impact, _ in findings(page, colours_only=colours_only)]
            assert found == [("color-contrast", "serious")] * told, style
    page.set_content(PAGE.replace("<th>A</th>", '<th><img src="data:,"></th>') % "")
    assert "image-alt" in [rule for rule, *_ in findings(page)]
    context.close()
