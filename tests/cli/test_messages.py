"""No message of a command recommends an option that this command does not have.

Read from the source: every text in a function that a command's ``run`` can reach, by the names that functions use.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import scalinglab
from scalinglab.cli import COMMANDS, main

PACKAGE = Path(scalinglab.__file__).parent
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
#: What a text means that names an option of another program: of a kernel, and of ``scalinglab`` itself.
OF_OTHERS = {"--log-level", "--help"}


@cache
def module_of(name: str) -> ast.Module | None:
    path = PACKAGE.parent.joinpath(*name.split("."))
    file = next((one for one in (path.with_suffix(".py"), path / "__init__.py") if one.is_file()), None)
    return ast.parse(file.read_text(encoding="utf-8")) if file else None


@cache
def names_of(module: str) -> dict[str, tuple[str, str]]:
    """Where each name of a module is defined: module and name; also those that are imported inside functions."""
    tree = module_of(module)
    assert tree is not None
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scalinglab"):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found[alias.asname or alias.name] = (inner, "") if module_of(inner) else (node.module, alias.name)
    return found | {name: (module, name) for name in definitions_in(module)}


@cache
def definitions_in(module: str) -> dict[str, ast.stmt]:
    tree = module_of(module)
    found: dict[str, ast.stmt] = {}
    for node in tree.body if tree else []:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        for target in node.targets if isinstance(node, ast.Assign) else ():
            if isinstance(target, ast.Name):
                found[target.id] = node
    return found


def reached_from(module: str, name: str) -> dict[tuple[str, str], ast.stmt]:
    """All definitions of the package that one uses, and that those use."""
    found: dict[tuple[str, str], ast.stmt] = {}
    waiting = [(module, name)]
    while waiting:
        module, name = place = waiting.pop()
        if name not in definitions_in(module):  # a name that a folder's __init__ hands on
            waiting += [names_of(module)[name]] if module_of(module) and name in names_of(module) else []
            continue
        if place in found:
            continue
        found[place] = definitions_in(module)[name]
        known = names_of(module)
        for node in ast.walk(found[place]):
            if isinstance(node, ast.Name) and node.id in known:
                waiting.append(known[node.id])
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
                inner, own = known[node.value.id]
                waiting += [] if own else [(inner, node.attr)]
    return found


def texts_in(node: ast.stmt) -> Iterator[str]:
    """The texts of a definition but for its docstrings."""
    told = {
        id(one.body[0].value)
        for one in ast.walk(node)
        if isinstance(one, ast.FunctionDef | ast.ClassDef) and isinstance(one.body[0], ast.Expr)
    }
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in told:
            yield one.value


@pytest.mark.parametrize("command", COMMANDS)
def test_a_message_names_only_options_of_its_command(command: str):
    parser = argparse.ArgumentParser()
    import_module(f"scalinglab.cli.{command}").add_arguments(parser)
    own = {option for action in parser._actions for option in action.option_strings if action.help != argparse.SUPPRESS}
    named = {
        (option, *place)
        for place, node in reached_from(f"scalinglab.cli.{command}", "run").items()
        for text in texts_in(node)
        for option in OPTION.findall(text)
    }
    hidden = {"--chapters"} if command == "assign" else set()  # its old name, which a sentence says
    assert {option for option, *_ in named} - OF_OTHERS - hidden <= own, named


def test_it_reads_the_messages_that_there_are():
    reached = reached_from("scalinglab.cli.assign", "run")
    assert ("scalinglab.cli.folder", "find_course") in reached
    assert ("scalinglab.classroom.assigning", "_check_free") in reached
    assert ("scalinglab.classroom.grading.whole_class", "grade_class") not in reached
    told = {text for node in reached_from("scalinglab.cli.grade", "run").values() for text in texts_in(node)}
    assert any("--without" in text for text in told)


@pytest.mark.parametrize("command", [["lab"], ["check"], ["solutions", "05"], ["assign", "05", "--class", "new"]])
def test_the_option_that_names_the_chapters_is_the_same_for_all(command, tmp_path, capsys, monkeypatch):
    """Where no chapters are found the sentence names an option, and what it says helps."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("scalinglab.__file__", str(tmp_path / "site-packages" / "scalinglab" / "__init__.py"))
    assert main(command) == (1 if command == ["check"] else 2)
    said = capsys.readouterr()
    assert "name the chapters with --course DIR" in said.out + said.err
    if command[0] in ("solutions", "assign"):
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "01_one.ipynb").write_text("{}")
        assert main([*command, "--course", "mine"]) == 2
        assert "chapter must be one of 01, got '05'" in capsys.readouterr().err
