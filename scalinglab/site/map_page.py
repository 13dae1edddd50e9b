"""The first page of the site, the map of the course, and the page of the open projects."""

from __future__ import annotations

import html
from pathlib import Path

from scalinglab.exercises.progress.chapters import chapters
from scalinglab.site.lesson import map_part
from scalinglab.site.markdown import Prose
from scalinglab.site.pages import Site, page

PICTURE = "figures/map_chapters.svg"


def map_page(course: Path, site: Site) -> str:
    """The map of the course as HTML: which chapters there are, and what the reader has done of them."""
    prose = Prose(site.link)
    main = prose.html(_WORDS)
    if (course / PICTURE).is_file():
        main += prose.html(f"![{_PICTURE_WORDS}]({PICTURE})")
    main += prose.html("## Chapters")
    shown = map_part("course", _listed(site))
    main += f'<div class="sl-cell">{shown.html}</div>'
    main += prose.html(_AFTER) + _JOURNAL
    return page(
        title="Course map",
        main=main,
        models=shown.models,
        description="An interactive course on how neural networks scale, prune and compress.",
    )


def projects_page(course: Path, site: Site) -> str:
    """The open projects as HTML."""
    prose = Prose(site.link)
    main = prose.html((course / "projects.md").read_text(encoding="utf-8"))
    return page(title="Projects", main=main, headings=prose.headings, description="Five projects of your own.")


def _listed(site: Site) -> str:
    """The chapters as a list, for a page without JavaScript."""
    pages = {f"{chapter.stem}.ipynb": chapter.page for chapter in site.chapters}
    lines = []
    for one in chapters():
        name = html.escape(f"{one.number} {one.title}")
        title = f'<a href="{pages[one.file]}">{name}</a>' if one.file in pages else name
        time = f"{one.minutes} + {one.solving}" if one.solving else str(one.minutes)
        lines.append(f"<tr><td>{title}</td><td>{time}</td></tr>")
    head = "<tr><th>chapter</th><th>minutes to read + to solve</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{''.join(lines)}</tbody></table>"


_WORDS = """# Scaling Lab

**How do neural networks scale, prune and compress?** In this course you predict a result, measure it live,
and compare it with the theory.

You can read every chapter here. Move the sliders of its panels, seal your predictions, and answer the quizzes.
Your predictions stay in this browser. To change the code and solve the exercises, run the notebooks in JupyterLab.
"""

_PICTURE_WORDS = (
    "The chapters as boxes, with arrows from what you need first. From 00 to 01 and to 09. From 01 to 02, 04, 05 "
    "and 11, from 02 to 03, from 03 to 07 and to the capstone 13. Five colours mark the parts: laws, theory, pruning, "
    "compression and tails."
)

_AFTER = """An arrow in the picture leads to each chapter from the one that you need first. After chapter 01 you can
go on with any of four parts, and with tails even after the first chapter.

## Your journal

Your journal holds your predictions, your quiz answers and the hints that you have seen. Download it here and load it in
JupyterLab, or load the `predictions.json` that JupyterLab has written.
"""

_JOURNAL = """<div class="sl-journal" role="group" aria-label="My journal" hidden>
<button type="button">Download my journal</button>
<label>Load a downloaded journal <input type="file" accept=".json,application/json"></label>
<p role="status"></p>
</div>
<noscript><p>The journal needs JavaScript.</p></noscript>
"""
