"""What passes between the steps of a build: the cells of a chapter that was run, and the pieces of its page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Output:
    """One thing that a cell puts out.

    Parameters
    ----------
    value : object
        The object itself; None of what was printed.
    bundle : dict of str to object
        The same by MIME types, as a notebook keeps it; of a widget only ``text/plain``.
    """

    value: Any
    bundle: dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """One cell of a chapter that was run.

    Parameters
    ----------
    id : str
        Its name in the notebook.
    kind : {"code", "markdown", "raw"}
        What it is.
    source : str
        What stands in it.
    folded : bool
        Whether the notebook shows its code only where a reader unfolds it.
    outputs : tuple of Output
        What it puts out, in order.
    """

    id: str
    kind: Literal["code", "markdown", "raw"]
    source: str
    folded: bool = False
    outputs: tuple[Output, ...] = ()


@dataclass(frozen=True, repr=False)
class Executed:
    """A chapter that was run from top to bottom, with nothing predicted.

    Parameters
    ----------
    stem : str
        The name of its file without the ending, ``"03_pruning_across_scales"``.
    title : str
        Its first heading.
    cells : tuple of Cell
        All cells, in order.
    names : dict of str to object
        The names that its code has left, as a kernel would hold them.
    """

    stem: str
    title: str
    cells: tuple[Cell, ...]
    names: dict[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """The number that its name begins with, ``"03"``."""
        return self.stem.partition("_")[0]

    def __repr__(self) -> str:
        return f"Executed({self.stem})"


@dataclass(frozen=True)
class Part:
    """A piece of a page: what one output becomes.

    Parameters
    ----------
    cell_id : str
        The cell that it comes from.
    html : str
        What stands on the page.
    models : dict of str to dict
        The traits of each model that its widgets show, by the model's name; all of it can be written as JSON.
    files : dict of str to bytes
        Files that belong to it, by their paths from the folder of the site, ``"data/03/train-it.js"``.
    report : tuple of str
        Lines that the build prints.
    """

    cell_id: str
    html: str
    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    report: tuple[str, ...] = ()
