"""How the package is cut into files: no circle of imports, and folders and files that can be taken in at a glance."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import scalinglab

PACKAGE = Path(scalinglab.__file__).parent
MOST_LINES, MOST_FILES = 350, 20
SOURCES = sorted(PACKAGE.rglob("*.py"))


def module_name(source: Path) -> str:
    """The dotted name of a file, ``scalinglab.live.panel``; for the ``__init__`` of a folder that of the folder."""
    parts = source.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(source): source for source in SOURCES}


def at_module_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that are not inside of a function or a class: those under ``if TYPE_CHECKING`` are among them."""
    for statement in body:
        yield statement
        for block in ("body", "orelse", "finalbody", "handlers"):
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from at_module_level(getattr(statement, block, []))


def imported_by(name: str) -> set[str]:
    """The modules of ours that a module names in its imports; what a folder's ``__init__`` then imports is its own."""
    source = MODULES[name]
    package = name.split(".") if source.name == "__init__.py" else name.split(".")[:-1]
    found = set()
    for statement in at_module_level(ast.parse(source.read_text(encoding="utf-8")).body):
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            above = package[: len(package) - statement.level + 1] if statement.level else []
            base = ".".join([*above, *filter(None, [statement.module])])
            found |= {
                f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base for alias in statement.names
            }
    return found & set(MODULES)


def test_no_circle_of_imports():
    """Also not for the types alone: two files that need each other are one file, or a third one is missing."""
    graph = {name: imported_by(name) for name in MODULES}
    assert graph["scalinglab.exercises.bank.chapter_00.parameters"] == {"scalinglab.exercises.exercise"}
    TopologicalSorter(graph).prepare()  # a CycleError names the circle


def test_a_circle_would_be_found(tmp_path, monkeypatch):
    texts = {
        "one": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from scalinglab import two",
        "two": "def later():\n    import scalinglab.one\nimport scalinglab.three",
        "three": "try:\n    from .one import name\nexcept ImportError:\n    pass",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.setitem(MODULES, f"scalinglab.{name}", tmp_path / f"{name}.py")
    graph = {f"scalinglab.{name}": imported_by(f"scalinglab.{name}") for name in texts}
    assert list(graph.values()) == [{"scalinglab.two"}, {"scalinglab.three"}, {"scalinglab.one"}]
    with pytest.raises(CycleError):
        TopologicalSorter(graph).prepare()


def test_no_file_is_longer_than_one_idea():
    lines = {
        str(source.relative_to(PACKAGE)): len(source.read_text(encoding="utf-8").splitlines()) for source in SOURCES
    }
    assert {file: count for file, count in lines.items() if count > MOST_LINES} == {}


def test_no_folder_holds_more_files_than_one_remembers():
    files = Counter(str(source.parent.relative_to(PACKAGE)) for source in SOURCES)
    assert {folder: count for folder, count in files.items() if count > MOST_FILES} == {}


def test_the_public_names_of_a_folder_stand_in_one_place():
    own = [source for source in SOURCES if "__all__" in source.read_text(encoding="utf-8")]
    assert [str(source.relative_to(PACKAGE)) for source in own if source.name != "__init__.py"] == []
