"""What comes first on a page: its first panel is read with its text, and what is in view is drawn before the rest."""

from __future__ import annotations

import re

import pytest

from tests.site.conftest import Visit

pytestmark = pytest.mark.xdist_group("browser")

#: Two widgets that note when they are drawn: one a little below the window, then one in it that takes as long as is
#: waited for ``finish``.
TWO = """() => {
    window.drawn = [];
    scalinglab.loading.set("noted.js", Promise.resolve());
    const ended = new Promise((resolve) => (window.finish = resolve));
    scalinglab.widgets.noted = {
        render({ model }) {
            drawn.push(model.get("name"));
            return model.get("name") === "in view" ? ended : undefined;
        },
    };
    const root = document.createElement("div");
    for (const [name, top] of [["near", innerHeight + 50], ["in view", 0]]) {
        scalinglab.models[name] = { name };
        root.innerHTML += `<p class="sl-site-widget" data-widget="noted" data-model="${name}"
            style="position: fixed; top: ${top}px">${name}</p>`;
    }
    document.body.append(root);
    scalinglab.mount(root);
}"""


def early(page: str) -> dict[str, str]:
    """How each script is asked for before its turn: ``preload`` at once, ``prefetch`` when there is nothing to do."""
    return {name: how for how, name in re.findall(r'<link rel="(pre\w+)" as="script" href="([^"]+)">', page)}


def test_what_a_page_reads_early_is_what_its_first_panel_needs(visit: Visit):
    seen = 0
    for path in visit.folder.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        named = early(text)
        assert all((visit.folder / name).is_file() for name in named), path.name
        first = re.search(r'data-widget="panel" data-model="(\d\d)-([^"]+)">(.)', text)
        assert bool(named) == bool(first), path.name
        if first:
            seen += 1
            data = f"data/{first[1]}/{first[2]}.js"
            shut = re.search(rf'"{first[1]}-{first[2]}":\{{[^\n]*?"closed":"([^"]*)"', text)
            assert shut is not None
            own = {data: "prefetch" if shut[1] else "preload"}
            assert named == {"assets/panel.js": "preload", "assets/vega.js": "preload"} | own
    assert seen


def test_what_is_in_view_is_drawn_before_what_is_near(visit: Visit):
    page = visit.go("index.html")
    page.evaluate(TWO)
    page.wait_for_function("drawn.length > 0")
    page.wait_for_timeout(200)  # enough for the other one, if it did not wait
    assert page.evaluate("drawn") == ["in view"]
    page.evaluate("finish()")
    page.wait_for_function("drawn.length > 1")
    assert page.evaluate("drawn") == ["in view", "near"]
