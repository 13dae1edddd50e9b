"""The first page of the site, the map of the course, and the page of the open projects."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from scalinglab.exercises import Journal
from scalinglab.exercises.progress.standing import standing
from scalinglab.site.markdown import Prose
from scalinglab.site.pages import PROJECTS, Site, page

#: What the course map is on this page: its model, and the picture above it.
MODEL, PICTURE = "course-map", "figures/map_chapters.svg"


def map_page(course: Path, site: Site) -> str:
    """The map of the course as HTML: which chapters there are, and what the reader has done of them."""
    shown = standing_on_site(course, site)
    prose = Prose(site.link)
    main = prose.html(_WORDS)
    if (course / PICTURE).is_file():
        main += prose.html(f"![{_PICTURE_WORDS}]({PICTURE})")
    main += prose.html("## Chapters")
    main += f'<div class="sl-cell"><div class="sl-site-widget" data-widget="map" data-model="{MODEL}">{_listed(shown)}</div></div>'
    main += prose.html(_AFTER)
    return page(
        title="Course map",
        main=main,
        models={MODEL: {"standing": shown}},
        description="An interactive course on how neural networks scale, prune and compress.",
    )


def projects_page(course: Path, site: Site) -> str:
    """The open projects as HTML."""
    prose = Prose(site.link)
    main = prose.html((course / "projects.md").read_text(encoding="utf-8"))
    return page(title="Projects", main=main, headings=prose.headings, description="Five projects of your own.")


def standing_on_site(course: Path, site: Site) -> dict[str, Any]:
    """The map of a journal that nobody has written to, its links leading to pages."""
    shown = standing(Journal(course / ".nobody.json"), folder=course)
    pages = {f"{chapter.stem}.ipynb": chapter.page for chapter in site.chapters}
    for row in shown["rows"]:
        row["link"] = pages.get(row["file"], "")
        row["here"] = False
    return shown | {"projects": PROJECTS if site.projects else ""}


def _listed(shown: dict[str, Any]) -> str:
    """The chapters as a list, for a page without JavaScript."""
    lines = []
    for row in shown["rows"]:
        name = html.escape(f"{row['number']} {row['title']}")
        title = f'<a href="{row["link"]}">{name}</a>' if row["link"] else name
        lines.append(f"<tr><td>{title}</td><td>{html.escape(row['time'])}</td></tr>")
    return f"<table><thead><tr><th>chapter</th><th>to read + to solve</th></tr></thead><tbody>{''.join(lines)}</tbody></table>"


_WORDS = """# Scaling Lab

**How do neural networks scale, prune and compress?** In this course you predict a result, measure it live, and compare it with the theory.

You can read every chapter here. Move the sliders of its panels, seal your predictions, and answer the quizzes. Your predictions stay in this browser. To change the code and solve the exercises, run the notebooks in JupyterLab.
"""

_PICTURE_WORDS = (
    "The chapters as boxes, with arrows from what you need first. From 00 to 01 and to 09. From 01 to 02, 04, 05 and 11, "
    "from 02 to 03, from 03 to 07 and to the capstone 13. Five colours mark the parts: laws, theory, pruning, compression and tails."
)

_AFTER = """An arrow in the picture leads to each chapter from the one that you need first. After chapter 01 you can go on with any of four parts, and with tails even after the first chapter.
"""
