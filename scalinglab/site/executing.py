"""Run the cells of a chapter in this process, as a kernel runs them, and keep what they put out as live objects."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import linecache
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scalinglab._errors import sentence
from scalinglab.site.parts import Cell, Executed, Output


class CellError(ValueError):
    """A cell of a chapter fails; the sentence names it."""


def evaluated(source: str, file: str, names: dict[str, Any]) -> Any:
    """Run a cell line by line in a namespace; returns what its last line is worth, or None.

    Parameters
    ----------
    source : str
        The cell.
    file : str
        What tracebacks call it.
    names : dict
        The namespace, which the cell changes.
    """
    body = ast.parse(source, file).body
    last = body[-1] if body else None
    lines, shown = (body[:-1], last.value) if isinstance(last, ast.Expr) else (body, None)
    exec(compile(ast.Module(lines, []), file, "exec"), names)
    return None if shown is None else eval(compile(ast.Expression(shown), file, "eval"), names)


def execute(path: Path, folder: Path) -> Executed:
    """Run a chapter from top to bottom, with a journal that nobody has written to.

    What waits for a prediction stays closed, and the run of a panel gets no further than its first picture.

    Parameters
    ----------
    path : Path
        The notebook.
    folder : Path
        Where the journal of the run lies; nothing is kept there that anyone needs later.

    Raises
    ------
    CellError
        If a cell fails, or a thread that one has started.
    """
    notebook = json.loads(path.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "__main__"}
    raised: list[BaseException] = []
    cells: list[Cell] = []
    with _apart(path, folder, raised):
        for number, written in enumerate(notebook["cells"], start=1):
            source = "".join(written["source"])
            outputs: list[Output] = []
            if written["cell_type"] == "code":
                try:
                    outputs = _run(source, f"<{path.name}, cell {number}>", names)
                    if raised:
                        raise raised[0]
                except Exception as error:
                    raise CellError(
                        f"{path.name}: cell {number} ({written.get('id', 'without a name')}) failed: {sentence(error)}"
                    ) from error
            folded = bool(written.get("metadata", {}).get("jupyter", {}).get("source_hidden"))
            name = str(written.get("id", f"cell-{number}"))
            cells.append(Cell(name, written["cell_type"], source, folded, tuple(outputs)))
    prose = "\n".join(cell.source for cell in cells if cell.kind == "markdown")
    heading = re.search(r"^# (.+)$", prose, re.MULTILINE)
    return Executed(path.stem, heading[1].strip() if heading else path.stem, tuple(cells), names)


def bundle_of(value: Any) -> dict[str, Any]:
    """A value by MIME types, as a notebook keeps it; of a widget, which needs a kernel, only what it says of itself."""
    found: dict[str, Any] = {"text/plain": repr(value)}
    for name, kind in _KINDS.items():
        method = getattr(value, name, None)
        if callable(method) and (made := method()) is not None:
            found[kind] = made
    return found


_KINDS = {
    "_repr_html_": "text/html",
    "_repr_markdown_": "text/markdown",
    "_repr_svg_": "image/svg+xml",
    "_repr_latex_": "text/latex",
}


def _run(source: str, file: str, names: dict[str, Any]) -> list[Output]:
    """Run one cell; what it prints, what it shows by ``display``, and what its last line is worth."""
    outputs: list[Output] = []
    printed = io.StringIO()

    def flush() -> None:
        if text := printed.getvalue():
            outputs.append(Output(None, {"text/plain": text}))
            printed.truncate(printed.seek(0))

    def display(*values: Any, **_: Any) -> None:
        flush()
        outputs.extend(Output(value, bundle_of(value)) for value in values)

    names["display"] = display
    lines = source.splitlines(keepends=True)
    linecache.cache[file] = (len(source), None, lines, file)  # what looks for the source of a function finds it
    with contextlib.redirect_stdout(printed):
        value = evaluated(source, file, names)
    flush()
    if value is not None and not source.rstrip().endswith(";"):
        display(value)
    return outputs


@contextlib.contextmanager
def _apart(path: Path, folder: Path, raised: list[BaseException]) -> Iterator[None]:
    """Let a chapter run beside nothing of the user's: with an empty journal, in the folder where it lies."""
    before, hook, here = os.environ.get(_JOURNAL), threading.excepthook, Path.cwd()
    os.environ[_JOURNAL] = str(folder / "predictions.json")
    threading.excepthook = lambda error: raised.append(error.exc_value or RuntimeError(str(error.exc_type)))
    os.chdir(path.parent)
    try:
        yield
    finally:
        os.chdir(here)
        threading.excepthook = hook
        if before is None:
            del os.environ[_JOURNAL]
        else:
            os.environ[_JOURNAL] = before


#: The variable that names the learner's file.
_JOURNAL = "SCALINGLAB_JOURNAL"
