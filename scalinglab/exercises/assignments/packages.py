"""Packages that notebooks import and this environment lacks: told before grading, never found as a class of zeros."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path

from scalinglab.exercises.assignments.reading import cells_of

__all__ = ["imported", "missing"]


def missing(notebook: Path) -> list[str]:
    """The packages that a notebook imports and that are neither installed here nor files beside it."""
    try:
        sources = [cell.source for cell in cells_of(notebook) if cell.cell_type == "code"]
    except Exception:  # no notebook: grading names that
        return []
    return sorted(name for name in imported(sources) if not _is_there(name, notebook.parent))


def imported(sources: Iterable[str]) -> set[str]:
    """The top-level names that cells import; an import inside ``try`` may fail, and is left out."""
    return {name for source in sources for node in _parsed(source) for name in _imports(node)}


def _parsed(source: str) -> list[ast.stmt]:
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return ast.parse(TransformerManager().transform_cell(source)).body  # %magics and !commands become calls
    except (SyntaxError, ValueError, RecursionError):
        return []


def _imports(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Try):
        return
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module.partition(".")[0]
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)


def _is_there(name: str, folder: Path) -> bool:
    try:
        found = importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        found = False
    return found or (folder / f"{name}.py").is_file() or (folder / name).is_dir()
