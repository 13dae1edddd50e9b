"""What the search of the site looks through: the sections of all pages, as one script that a search loads."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping

from scalinglab.site.markdown import plain

_HEAD = re.compile(r'<h([123]) id="([^"]*)">(.*?)</h\1>', re.DOTALL)
#: What of a page is no text of its own.
_ASIDE = re.compile(
    r'<details class="sl-(?:run|code)">.*?</details>|<footer.*?</footer>|<div class="sl-source">.*?</div>'
    r'|<div class="sl-site-widget".*?</div>',
    re.DOTALL,
)


def search_index(pages: Mapping[str, str]) -> bytes:
    """The index as a script.

    Parameters
    ----------
    pages : mapping of str to str
        The HTML of each page by its file.
    """
    sections = [section for file, page in sorted(pages.items()) for section in sections_of(file, page)]
    listed = json.dumps(sections, ensure_ascii=False, separators=(",", ":"))
    return f"scalinglab.searchIndex = {listed};\n".encode()


def sections_of(file: str, page: str) -> list[tuple[str, str, str, str, str]]:
    """File, anchor, title of the page, heading and text of each section of a page."""
    main = _ASIDE.sub(" ", page[page.index("<main") : page.index("</main>")])
    pieces = _HEAD.split(main)
    heads = [pieces[place : place + 3] for place in range(1, len(pieces), 4)]
    title = next((plain(text) for level, _, text in heads if level == "1"), file)
    found = []
    for (level, anchor, text), body in zip(heads, pieces[4::4], strict=True):
        heading = title if level == "1" else plain(text)
        found.append((file, "" if level == "1" else html.unescape(anchor), title, heading, plain(body)))
    return found
