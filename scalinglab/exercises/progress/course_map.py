"""The map of the course as a widget: it follows the journal, without a thread and without a network."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from scalinglab.exercises.journal import Journal, follow
from scalinglab.exercises.progress.standing import standing

_STATIC = Path(__file__).parents[1] / "static"
#: What draws a map, for every widget that shows one; it stands before that widget's own script and style.
SCRIPT, STYLE = ((_STATIC / f"course_map.{kind}").read_text(encoding="utf-8") for kind in ("js", "css"))


class CourseMap(anywidget.AnyWidget):
    """The map that ``course_map`` makes. ``standing`` is what it shows, as ``progress.standing`` has it.

    It reads the journal anew whenever a prediction is sealed or an answer is checked in this kernel, and whenever it
    comes into sight, as other notebooks write into the journal, too.
    """

    _esm = SCRIPT + (_STATIC / "course_map_widget.js").read_text(encoding="utf-8")
    _css = STYLE
    standing = traitlets.Dict().tag(sync=True)  # only Python writes it

    def __init__(self, journal: Journal | None = None) -> None:
        self.journal, self._folder = journal or Journal(), Path().resolve()
        super().__init__(standing=standing(self.journal, folder=self._folder))
        self.on_msg(lambda _widget, _content, _buffers: self.look())
        follow(self)

    def look(self) -> None:
        """Read the journal again."""
        self.standing = standing(self.journal, folder=self._folder)

    def __repr__(self) -> str:
        lines = (" | ".join([f"{row['number']} {row['title']}", *_cells(row)]) for row in self.standing["rows"])
        return "\n".join([*self._heads, *lines])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget, and a table with links for pages without widgets: an export, or an untrusted notebook."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle or ({}, {})
        return {**data, "text/plain": repr(self), "text/html": self.words()}, metadata

    def words(self) -> str:
        """The map as HTML, for a page without widgets."""
        rows = "".join(
            f"<tr><td>{_linked(row)}</td>{''.join(f'<td>{cell}</td>' for cell in _cells(row))}</tr>"
            for row in self.standing["rows"]
        )
        page = html.escape(self.standing["projects"])
        projects = f'<p>After each part of the course: <a href="{page}">a project of your own</a>.</p>' if page else ""
        return "".join(f"<p>{html.escape(head)}</p>" for head in self._heads) + f"<table>{rows}</table>{projects}"

    @property
    def _heads(self) -> list[str]:
        return [text for text in (self.standing["trouble"], self.standing["summary"], self.standing["rule"]) if text]


def course_map() -> CourseMap:
    """Show where you are: every chapter with its minutes, the points you earned and the predictions you sealed.

    Everything is read from your journal, ``predictions.json``.
    """
    return CourseMap()


def _linked(row: dict[str, Any]) -> str:
    name = html.escape(f"{row['number']} {row['title']}")
    return f'<a href="{html.escape(row["link"])}">{name}</a>' if row["link"] else name


def _cells(row: dict[str, Any]) -> list[str]:
    """What stands beside the title of a chapter."""
    points = f"{row['earned']:g} of {row['points']} points" if row["points"] else "no points"
    return [row["time"], points, f"{row['sealed']} of {row['asked']} sealed", "done" if row["done"] else ""]
