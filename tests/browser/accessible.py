"""What axe finds wrong on a page; of texts that look alike, it judges the colours of one."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: Mark all texts but the first that is seen of each kind: what decides about their contrast is the same in them, and in
#: all that they lie in. To look for what is behind a text takes axe most of its time.
MARK = """(within) => {
    const looks = ['color', 'backgroundColor', 'backgroundImage', 'opacity', 'fontSize', 'fontWeight', 'textShadow',
        'position', 'mixBlendMode', 'filter'];
    const [seen, kinds] = [new Set(), new Map([[null, '']])];
    const kind = (one) => {
        if (!kinds.has(one)) {
            const style = getComputedStyle(one);
            const own = [one.tagName, one.disabled, ...looks.map((look) => style[look])].join();
            kinds.set(one, `${kind(one.parentElement)} ${own}`);
        }
        return kinds.get(one);
    };
    const text = (node) => (node.nodeType === Node.TEXT_NODE ? node.data : '').trim();
    const written = (one) => [...one.childNodes].map(text).join('').length;
    for (const one of document.querySelectorAll(`:is(${within}) *`)) {
        one.removeAttribute('data-alike');
        if (!(one instanceof HTMLElement) || !written(one) || !one.checkVisibility()) continue;
        const alike = kind(one) + (written(one) > 1); // of a single character axe does not judge
        if (seen.has(alike)) one.dataset.alike = true;
        seen.add(alike);
    }
}"""
CONTRAST = "color-contrast"
#: It would fetch styles, which a page on a disk refuses; what is right it need not tell at length.
RUN = f"""([within, more]) => {{
    axe.configure({{ rules: [{{ id: '{CONTRAST}', selector: ':not([data-alike])' }}] }});
    return axe.run({{ include: [[within]] }}, {{ preload: false, resultTypes: ['violations'], ...more }});
}}"""


def findings(page: Page, within: str = "body", *, colours_only: bool = False) -> list[tuple[str, str, str]]:
    """What axe finds wrong, each with its impact and the first place; in another theme, nothing is new but colours.

    ``within`` is a selector of the parts of the page that are looked at.
    """
    page.evaluate(MARK, within)
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(RUN, [within, {"runOnly": [CONTRAST]} if colours_only else {}])
    assert CONTRAST in {one["id"] for kind in ("passes", "violations", "incomplete") for one in found[kind]}
    return [(one["id"], one["impact"], one["nodes"][0]["html"][:200]) for one in found["violations"]]


def serious(page: Page, within: str = "body", *, colours_only: bool = False) -> list[tuple[str, str, str]]:
    """Those that axe calls serious or critical."""
    return [one for one in findings(page, within, colours_only=colours_only) if one[1] in ("serious", "critical")]
