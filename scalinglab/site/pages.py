"""The pages of the site: what stands around a text, and a chapter's text between the pieces that its cells became."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalinglab.site.assets import SCRIPTS
from scalinglab.site.compiling import compiled_models
from scalinglab.site.markdown import Prose, highlighted
from scalinglab.site.parts import Cell, Part

#: A cell that only has an exercise checked.
_CHECK = re.compile(r"\s*check\([^\n]*\)\s*")
#: Where the course map stands, and the page of the open projects.
HOME, PROJECTS = "index.html", "projects.html"


@dataclass(frozen=True)
class Chapter:
    """One chapter of the site: the name of its notebook without the ending, and its title without the number."""

    stem: str
    title: str

    @property
    def number(self) -> str:
        """The two digits that its name begins with."""
        return self.stem[:2]

    @property
    def page(self) -> str:
        """The file of its page."""
        return f"{self.stem}.html"


@dataclass(frozen=True)
class Site:
    """What all pages of a site know of it.

    Parameters
    ----------
    chapters
        The chapters that have a page, in order.
    repository
        ``"OWNER/REPO"`` on GitHub, for links to Binder; empty for none.
    projects
        Whether there is a page of open projects.
    """

    chapters: tuple[Chapter, ...]
    repository: str = ""
    projects: bool = True

    def link(self, address: str) -> str | None:
        """Where a link of a notebook leads on the site; None if that is not there."""
        file, mark, anchor = address.partition("#")
        if file == "projects.md":
            return f"{PROJECTS}{mark}{anchor}" if self.projects else None
        if not file.endswith(".ipynb"):
            return address
        if anchor == "Course-map":
            return HOME
        pages = {f"{chapter.stem}.ipynb": chapter.page for chapter in self.chapters}
        return f"{pages[file]}{mark}{anchor}" if file in pages else None


def chapter_page(chapter: Chapter, cells: Iterable[Cell], parts: Mapping[str, list[Part]], site: Site) -> str:
    """A chapter as HTML.

    Parameters
    ----------
    chapter : Chapter
    cells : iterable of Cell
        Its cells as they stand in the notebook.
    parts : mapping of str to list of Part
        What the outputs of its code cells became, by the cell.
    site : Site

    Raises
    ------
    ValueError
        If a formula cannot be typeset.
    """
    prose, pieces, folded = Prose(site.link), list[str](), list[str]()

    def unfold() -> None:
        if folded:
            code = "".join(map(highlighted, folded))
            pieces.append(f'<details class="sl-code"><summary>Code</summary>{code}</details>')
            folded.clear()

    for cell in cells:
        if cell.kind == "markdown":
            unfold()
            made = prose.html(cell.source)
            pieces.append(made + _run(chapter, site) if not any("<h1" in piece for piece in pieces) else made)
        elif cell.kind == "code":
            if _CHECK.fullmatch(cell.source):  # only a notebook checks; the box of the exercise says so
                unfold()
            elif cell.folded:
                folded.append(cell.source)
            else:
                unfold()
                pieces.append(highlighted(cell.source))
            shown = "".join(part.html for part in parts.get(cell.id, ()))
            if shown:  # its code, and that of the cells before it, is folded below
                pieces.append(f'<div class="sl-cell" id="cell-{html.escape(cell.id)}">{shown}</div>')
                unfold()
    unfold()
    models = {name: traits for each in parts.values() for part in each for name, traits in part.models.items()}
    place = site.chapters.index(chapter)
    before = site.chapters[place - 1] if place else None
    after = site.chapters[place + 1] if place + 1 < len(site.chapters) else None
    return page(
        title=f"{chapter.number} {chapter.title}",
        main="\n".join(pieces),
        headings=prose.headings,
        models=compiled_models(models),
        way=(before, after),
        description=_first_question("".join(pieces)),
        data={"chapter": chapter.number, "stem": chapter.stem},
    )


def page(
    *,
    title: str,
    main: str,
    headings: Iterable[tuple[int, str, str]] = (),
    models: Mapping[str, Any] | None = None,
    way: tuple[Chapter | None, Chapter | None] = (None, None),
    description: str = "",
    data: Mapping[str, str] | None = None,
) -> str:
    """A page of the site around its text."""
    words = {
        "title": html.escape(title),
        "description": html.escape(description),
        "main": main,
        "contents": _contents(headings),
        "models": _json(models or {}),
        "early": "".join(
            f'<link rel="{when}" as="script" href="{name}">\n' for when, name in _early(main, models or {})
        ),
        "scripts": "\n".join(f'<script src="assets/{name}" defer></script>' for name in SCRIPTS[1:]),
        "first": SCRIPTS[0],
        "top": _turn(*way, kind="top"),
        "foot": _turn(*way, kind="foot"),
        "data": "".join(f' data-{name}="{html.escape(value)}"' for name, value in (data or {}).items()),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: words[found[1]], _TEMPLATE)


_TEMPLATE = (Path(__file__).parent / "templates" / "page.html").read_text(encoding="utf-8")


def _early(main: str, models: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the first panel of a page needs, so that the browser reads it along with the page and not after it.

    The data of a panel that waits for a prediction are read when the browser has nothing else to do.
    """
    first = re.search(r'data-widget="panel" data-model="([^"]+)"', main)
    if first is None:
        return []
    traits = models[html.unescape(first[1])]
    data = ("prefetch" if traits["closed"] else "preload", traits["baked"]["path"].removeprefix("../"))
    return [("preload", "assets/panel.js"), data, ("preload", "assets/vega.js")]


def _json(models: Mapping[str, Any]) -> str:
    """JSON that may stand in a script."""
    return json.dumps(models, ensure_ascii=False, separators=(",", ":"), sort_keys=True).replace("<", "\\u003c")


def _contents(headings: Iterable[tuple[int, str, str]]) -> str:
    """The sections of a page as links."""
    lines = [f'<li><a href="#{anchor}">{text}</a></li>' for level, anchor, text in headings if level == 2]
    if not lines:
        return ""
    folded = f"<details open><summary>On this page</summary><ol>{''.join(lines)}</ol></details>"
    return f'<nav class="sl-contents" aria-label="On this page">{folded}</nav>'


def _turn(before: Chapter | None, after: Chapter | None, *, kind: str) -> str:
    """Previous | map | next."""

    def told(chapter: Chapter | None, word: str) -> str:
        if chapter is None:
            return "<span></span>" if kind == "foot" else ""
        name = html.escape(f"{chapter.number} {chapter.title}")
        short = f'{chapter.number} <span class="sl-name">{html.escape(chapter.title)}</span>'
        if kind == "foot":
            return f'<span><small>{word}</small><a href="{chapter.page}">{name}</a></span>'
        arrow = ("← {}", "{} →")[word == "Next"].format(short)
        return f'<a href="{chapter.page}" rel="{word[:4].lower()}">{arrow}</a>'

    return f'{told(before, "Previous")}<a href="{HOME}" class="sl-to-map">Course map</a>{told(after, "Next")}'


def _run(chapter: Chapter, site: Site) -> str:
    """How to run this chapter instead of reading it."""
    notebook = f"notebooks/{chapter.stem}.ipynb"
    ways = [
        "<p>This page shows the chapter as it ran. Its panels move, and it keeps your predictions in this browser. "
        "To change code and solve exercises, open the notebook in JupyterLab. In a clone of the course:</p>"
        f"<pre>.venv/bin/scalinglab lab</pre><p>It opens the course; this chapter is <code>{chapter.stem}.ipynb</code>."
    ]
    if site.repository:
        address = f"https://mybinder.org/v2/gh/{site.repository}/HEAD?urlpath=lab/tree/course/{chapter.stem}.ipynb"
        ways.append(
            f'Or <a href="{html.escape(address)}">open it on Binder</a>: that needs no installation, but some minutes.'
        )
    ways.append(f'You can also <a href="{notebook}" download>download the notebook</a>.</p>')
    return f'<details class="sl-run"><summary>Run this chapter</summary><div id="run">{" ".join(ways)}</div></details>'


def _first_question(main: str) -> str:
    """The question that a chapter opens with, for those who list pages."""
    found = re.search(r"<p><strong>(.*?)</strong></p>", main, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])) if found else ""
