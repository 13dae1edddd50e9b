"""Chapters executed in this process: every test that looks at one looks at the same run of its cells.

A cell runs as a kernel runs it: line by line, in the one namespace of the chapter, and what its last line is worth is
shown. A panel that is shown goes on with its run, and the next cell waits for its end. An error in a cell, in a
background run or in a thread, and any warning, fails the tests of the chapter. A real kernel runs the same cells in
JupyterLab (``tests/browser/test_chapters.py``).
"""

from __future__ import annotations

import contextlib
import functools
import io
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scalinglab._grading import being_graded
from scalinglab.exercises import Prediction
from scalinglab.live import Panel, Prose, Table
from scalinglab.live.rows import Columns, records_of
from scalinglab.site.executing import evaluated
from tests.course.notebooks import code_cells, prose

#: Seconds that the run of one panel may take.
PATIENCE = 300


@dataclass(frozen=True)
class Shown:
    """What a cell shows: the value of its last line, if it has one, and the same as text."""

    cell: str
    value: Any
    text: str


@dataclass
class Page:
    """What can be read of a chapter: all that stands on the page as text, and the rows of its panels by their names."""

    text: str
    rows: dict[str, dict[str, Any]]


@dataclass(repr=False)
class Chapter:
    """A chapter that was run from top to bottom; ``chapter["name"]`` is a name of its namespace.

    What waits for a prediction was opened after the last cell, as a learner opens it who does not predict.
    """

    path: Path
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "chapter"})
    shown: list[Shown] = field(default_factory=list)
    #: The data sets of each panel and its caption at the end of its run, by the panel's name.
    ends: dict[str, dict[str, Any]] = field(default_factory=dict)
    captions: dict[str, str] = field(default_factory=dict)
    #: What cells printed, and what they wrote to the standard error.
    printed: io.StringIO = field(default_factory=io.StringIO)
    complaints: io.StringIO = field(default_factory=io.StringIO)
    #: What threads raised.
    raised: list[BaseException] = field(default_factory=list)
    #: The page after Run All, before anything was opened, and then with all open.
    untouched: Page | None = None
    opened: Page | None = None

    def __repr__(self) -> str:
        return f"Chapter({self.path.stem})"

    def __getitem__(self, name: str) -> Any:
        return self.names[name]

    def of(self, kind: type | tuple[type, ...]) -> list[Any]:
        """The shown values of a type or of several, from top to bottom."""
        return [one.value for one in self.shown if isinstance(one.value, kind)]

    @property
    def panels(self) -> list[Panel]:
        return self.of(Panel)

    @property
    def predictions(self) -> list[Prediction]:
        return self.of(Prediction)

    def drawn(self, name: str, rows: str = "rows") -> list[dict[str, Any]]:
        """The rows that a panel drew at the end of its run; its name is its title in small letters, with hyphens."""
        return records_of(self.ends[name][rows])

    def table(self, caption: str) -> list[dict[str, Any]]:
        """The rows of the table whose caption begins so."""
        (found,) = [table for table in self.of(Table) if table.caption.startswith(caption)]
        return found.rows

    @functools.cached_property
    def probed(self) -> list[tuple[Panel, dict[str, Any], dict[str, Columns]]]:
        """Each panel at all values that are worth a test, and the first rows that it draws there.

        Most choices and switches stand at one of their own probes, and so does many a preset: such values occur once.
        Those at which the panel opened are known: its run went to its end.
        """
        return [
            (panel, values, self.ends[panel.name] if values == panel._positions.start else panel.evaluate(2, **values))
            for panel in self.panels
            for values in {repr(values): values for values in panel.probes()}.values()
        ]

    @functools.cached_property
    def pictures(self) -> list[tuple[Panel, str, dict[str, Columns]]]:
        """Each panel as an SVG picture, and the rows that are in it."""
        return [(panel, panel.svg(), dict(panel.data)) for panel in self.panels]

    def run(self, source: str) -> None:
        """Run one cell, show the value of its last line, and wait for the run that this starts.

        Raises what the cell, the run or a thread raised.
        """
        value = evaluated(source, self.path.name, self.names)
        if value is not None:
            self.shown.append(Shown(source, value, _text(value)))
        if isinstance(value, Panel) and not value.closed:
            value.resume()
            self.finish(value)
        if self.raised:
            raise self.raised[0]

    def finish(self, panel: Panel) -> None:
        """Wait for the end of a panel's run."""
        panel.wait(PATIENCE)
        self.ends[panel.name], self.captions[panel.name] = panel.data, panel.status.get("caption", "")
        if self.raised:
            raise self.raised[0]

    def open(self) -> None:
        """Open all that waits for a prediction, without one."""
        self.untouched = self.page()
        for one in self.of((Panel, Table, Prose)):
            if one.closed:
                one.show()
            if isinstance(one, Panel):
                self.finish(one)
        self.opened = self.page()

    def page(self) -> Page:
        """What can be read now."""
        shown = [one.value if isinstance(one.value, str) else _text(one.value) for one in self.shown]
        status = [f"{panel.status.get('caption', '')} {panel.status.get('budget', '')}" for panel in self.panels]
        return Page(
            "\n".join([prose(self.path), *shown, *status, self.printed.getvalue()]),
            {panel.name: panel.data for panel in self.panels if not panel.closed},
        )


def _text(value: Any) -> str:
    """What a notebook writes of a value; the richer forms are made too, as a notebook makes them."""
    for name in ("_repr_html_", "_repr_markdown_"):
        if method := getattr(value, name, None):
            method()
    return repr(value)


def execute(path: Path, journal: Path | None = None) -> Chapter:
    """Run the cells of a chapter, with a journal that nobody has written to or with this one."""
    chapter = Chapter(path)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCALINGLAB_JOURNAL", str(journal or Path(folder) / "predictions.json"))
        patch.setattr(threading, "excepthook", lambda error: chapter.raised.append(error.exc_value))
        with contextlib.redirect_stdout(chapter.printed), contextlib.redirect_stderr(chapter.complaints):
            for cell in code_cells(path):
                chapter.run(cell)
            if not being_graded():
                chapter.open()
    return chapter


@functools.cache
def _attempted(path: Path) -> Chapter | Exception:
    try:
        return execute(path)
    except Exception as error:
        return error


def executed(path: Path) -> Chapter:
    """A chapter as it runs, once in this process; an error of its cells is raised for each who asks."""
    found = _attempted(path)
    if isinstance(found, Exception):
        raise found
    return found
