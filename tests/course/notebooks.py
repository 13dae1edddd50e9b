"""The chapters as data, for the tests that read them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

COURSE = Path(__file__).parents[2] / "course"
CHAPTERS = sorted(COURSE.glob("*.ipynb"))
#: Chapters in which no network is trained.
TRAIN_NOTHING = ("05", "06")
#: The capstone trains nothing before a plan is sealed.
TRAINS_LATE = "13"


def load(chapter: Path) -> dict[str, Any]:
    return json.loads(chapter.read_text(encoding="utf-8"))


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def code_cells(chapter: Path) -> list[str]:
    return [source(cell) for cell in load(chapter)["cells"] if cell["cell_type"] == "code"]


def panels_in(chapter: Path) -> int:
    """How many panels the cells of a chapter make."""
    return sum(len(re.findall(r"^Panel\(", cell, re.MULTILINE)) for cell in code_cells(chapter))


def prose(chapter: Path) -> str:
    return "\n\n".join(source(cell) for cell in load(chapter)["cells"] if cell["cell_type"] == "markdown")


def title(chapter: Path) -> str:
    """The title of a chapter, with its number."""
    return prose(chapter).partition("\n")[0].removeprefix("# ")


def navigation(chapter: Path) -> str:
    """The line at both ends of a chapter: the one before, the map of the course, and the next one."""
    place = CHAPTERS.index(chapter)
    links = [f"[{title(each)}]({each.name})" for each in CHAPTERS]
    before = f"Previous: {links[place - 1]}" if place else "This is the first chapter"
    after = f"Next: {links[place + 1]}" if place + 1 < len(CHAPTERS) else "this is the last chapter"
    return f"{before} | [Course map]({CHAPTERS[0].name if place else ''}#Course-map) | {after}"


def anchors(chapter: Path) -> set[str]:
    """What a link to a part of a chapter may end in: its headings, as JupyterLab names them."""
    return {heading.replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", prose(chapter), re.MULTILINE)}
