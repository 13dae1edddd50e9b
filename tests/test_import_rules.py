"""Who may import whom, read from the source: the architecture cannot rot unnoticed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import scalinglab
from scalinglab import live

#: One worker reads all sources, once.
pytestmark = pytest.mark.xdist_group("import rules")
PACKAGE = Path(scalinglab.__file__).parent
HELPERS = {
    "_checks",
    "_errors",
    "_files",
    "_gates",
    "_grading",
    "_growing",
    "_later",
    "_machine",
    "_powers",
    "_prepared",
    "_results",
    "bibliography",
}
THEORY = {"scaling_laws", "approximation", "random_features", "heavy_tails", "compression"}
#: What each part may import of ours beside itself and the helpers. A theory family's one torch file may use training.
MAY_IMPORT = {
    **{helper: set() for helper in HELPERS},
    **{family: set() for family in THEORY},
    "training": set(),
    "tables": set(),
    "pruning": {"training"},
    "live": set(),
    "exercises": THEORY | {"training", "pruning", "live"},
    "classroom": {"exercises"},
    "site": {"live", "exercises"},
    "cli": THEORY | {"training", "pruning", "live", "exercises", "classroom", "site", "tables"},
}
#: The one file of a theory family that may import torch and training.
TORCH_FILE = {"approximation": "networks.py", "compression": "networks.py", "heavy_tails": "networks.py"}
#: The one file of ``exercises`` that may import ``classroom``: settings that version 0.1.0 wrote ask for it.
OLD_NAME = PACKAGE / "exercises" / "assignments" / "restoring.py"
SOURCES = sorted(PACKAGE.rglob("*.py"))


@cache
def tree_of(source: Path) -> ast.Module:
    return ast.parse(source.read_text(encoding="utf-8"))


@cache
def imports(source: Path, *, top_level: bool = False) -> tuple[str, ...]:
    """Dotted names that a file imports, relative imports resolved; only those at module level if asked."""
    return tuple(_imports(source, top_level=top_level))


def _imports(source: Path, *, top_level: bool) -> Iterator[str]:
    tree = tree_of(source)
    package = ("scalinglab", *source.relative_to(PACKAGE).parts[:-1])
    for node in tree.body if top_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            stem = ".".join(part for part in (base, node.module or "") if part)
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def part_of(source: Path) -> str:
    return source.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_every_part_of_the_package_has_a_rule():
    parts = {part_of(source) for source in SOURCES} - {"__init__"}
    assert parts <= set(MAY_IMPORT)


@pytest.mark.parametrize("part", sorted(set(map(part_of, SOURCES))))
def test_a_file_imports_only_what_its_part_may(part: str):
    files = [source for source in SOURCES if part_of(source) == part]
    wrong = [f"{file.relative_to(PACKAGE)}: {said}" for file in files for said in broken(file)]
    assert wrong == []


def broken(source: Path) -> Iterator[str]:
    """Rules that a file breaks, in words."""
    part = part_of(source)
    allowed = MAY_IMPORT.get(part, set()) | HELPERS | {part}
    torch_file = source.name == TORCH_FILE.get(part)
    if torch_file:
        allowed |= {"training"}
    if source == OLD_NAME:
        allowed |= {"classroom"}
    for name in imports(source):
        head, *rest = name.split(".")
        if head == "scalinglab" and rest and rest[0] != "__version__":
            if rest[0] not in allowed:
                yield f"{part} imports {name}"
            if rest[0] != part and any(step.startswith("_") for step in rest[1:]):
                yield f"{part} reaches into {name}"
        if part in THEORY | HELPERS - {"_later"}:
            if head in {"altair", "ipywidgets", "anywidget"}:
                yield f"{part} imports {head}"
            if not torch_file and "torch" in {head, name.removeprefix("scalinglab._later.")}:
                yield f"{part} imports torch"
        if head in {"course", "tests"}:
            yield f"{part} imports {head}"


def test_each_rule_finds_what_breaks_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys.modules[__name__], "imports", lambda _: tuple(found))
    found = [
        "scalinglab.live.panel",
        "scalinglab.training._x",
        "altair",
        "torch",
        "tests.trials",
        "numpy",
        "scalinglab",
    ]
    assert [said.partition(" ")[2] for said in broken(PACKAGE / "compression" / "tree.py")] == [
        "imports scalinglab.live.panel",
        "imports scalinglab.training._x",
        "reaches into scalinglab.training._x",
        "imports altair",
        "imports torch",
        "imports tests",
    ]
    found = ["scalinglab.training._x", "scalinglab.training.train", "torch", "scalinglab._checks.fail"]
    assert list(broken(PACKAGE / "compression" / "networks.py")) == ["compression reaches into scalinglab.training._x"]


def test_other_parts_use_only_the_public_names_of_live():
    for source in SOURCES:
        for name in imports(source):
            if name.startswith("scalinglab.live.") and part_of(source) != "live":
                assert name.removeprefix("scalinglab.live.") in live.__all__, f"{source.name} imports {name}"


def test_only_the_client_of_nbgrader_imports_it():
    client = PACKAGE / "classroom" / "nbgrader"
    importing = {source for source in SOURCES for name in imports(source) if name.split(".")[0] == "nbgrader"}
    assert {source.parent for source in importing} == {client}


def test_torch_is_loaded_by_its_first_use_and_never_by_an_import():
    """``scalinglab._later`` has it; elsewhere it is named for the types alone."""
    for source in SOURCES:
        tree = tree_of(source)
        typed = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
        spared = {inner for node in typed for outer in node.body for inner in ast.walk(outer)}
        for node in set(ast.walk(tree)) - spared:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            assert "torch" not in {name.partition(".")[0] for name in names}, source


def test_students_never_load_the_classroom():
    code = "import sys, scalinglab.exercises; print(*(name for name in sys.modules if name.startswith('scalinglab')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "scalinglab.exercises" in loaded
    assert not [name for name in loaded if name.startswith("scalinglab.classroom")]


@pytest.mark.parametrize("module", ["scalinglab", "scalinglab.cli"])
def test_importing_loads_nothing_heavy(module: str):
    heavy = {"torch", "altair", "scipy", "numpy", "jupyterlab"}
    code = f"import sys, {module}; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_nothing_heavy_is_loaded_before_it_is_used():
    """Not torch by training, pruning and its tasks; not the parts of scipy, scikit-learn or an engine of JavaScript."""
    code = f"""
import importlib, pkgutil, sys, scalinglab
from scalinglab.training import digits, forward, signals, sweeping, teacher_student, text, train
for part in {sorted(set(MAY_IMPORT) - {"classroom"})}:
    package = importlib.import_module("scalinglab." + part)
    for module in pkgutil.walk_packages(getattr(package, "__path__", ()), package.__name__ + "."):
        if not module.name.endswith("__main__") and "quiz_bank" not in module.name:
            importlib.import_module(module.name)
digits(), teacher_student(64), text(1000)
heavy = ("torch", "scipy.stats", "scipy.optimize", "scipy.linalg", "scipy.special", "sklearn", "vl_convert", "psutil")
heavy += ("altair", "rfc3987_syntax")  # a first panel waits for neither
print(*(name for name in heavy if name in sys.modules))
import scalinglab._later as later
print(later.torch.ones(2).sum().item(), later.special.ndtri(0.5), "torch" in sys.modules)
for network in ("convolution", "attention", lambda width, inputs, outputs: later.torch.nn.Linear(inputs, outputs)):
    list(train(signals(20, test_samples=20), network=network, width=2, steps=2))
print("sympy" in sys.modules)  # half a second and 40 MB, which no training needs
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["", "2.0 0.0 True", "False"]
