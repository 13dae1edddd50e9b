"""The files of an instructor's own exercise, read and run; whatever is wrong with them is one sentence."""

from __future__ import annotations

import ast
import inspect
import linecache
import re
import sys
import tomllib
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalinglab._checks import fail, positive, positive_integer
from scalinglab.exercises.exercise import POINTS, Mistake
from scalinglab.exercises.running import run

SCRIPTS = ("stub", "solution", "second", "cases", "mistakes")
FILES = ("text.md", *(f"{name}.py" for name in SCRIPTS), "settings.toml")
#: The files of the small exercise that works.
TEMPLATE = Path(__file__).parent / "template"
#: Names that the cell of a check needs, and the one beside it.
_TAKEN = ("check", "hint", "student")
#: Seconds that reading one file may take, with all that it imports.
_PATIENCE = 60.0
_NOTE = re.compile(r"^[ \t]*#:.*\n?", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)


@dataclass(frozen=True)
class Written:
    """An exercise as its files have it.

    Parameters
    ----------
    key, title, text
        ``"own-half-life"``, and what the student reads.
    stub, answer
        The source of both cells, without the notes for the instructor.
    name, arguments
        Of the function that is asked for.
    functions
        The function of ``stub``, ``solution``, ``second`` and ``cases``, by the name of its file.
    mistakes
        Each with its sentence.
    settings
        ``difficulty``, ``minutes``, ``tolerance``, ``seconds`` and ``hints``, as ``Exercise`` takes them.
    """

    key: str
    title: str
    text: str
    stub: str
    answer: str
    name: str
    arguments: tuple[str, ...]
    functions: dict[str, Callable[..., Any]]
    mistakes: tuple[Mistake, ...]
    settings: dict[str, Any]


def read_written(folder: Path, key: str) -> Written:
    """Read the folder of an exercise.

    Raises
    ------
    ValueError
        If a file is missing, does not run, or lacks what belongs in it.
    """
    texts = {name: _text(folder / name) for name in FILES}
    title, text = _title_and_text(texts["text.md"])
    with _importable(folder):
        found = {name: _run(folder / f"{name}.py", texts[f"{name}.py"]) for name in SCRIPTS}
    name = _asked_for(texts["stub.py"])
    if ast.dump(ast.parse(texts["solution.py"])) == ast.dump(ast.parse(texts["second.py"])):
        raise ValueError("second.py is solution.py once more: write the same answer in another way")
    _check_left_over(texts)
    functions = {script: _function(found[script], script, name) for script in ("stub", "solution", "second")}
    arguments = _arguments(functions["stub"])
    _check_arguments(name, arguments, functions["solution"])
    return Written(
        key=key,
        title=title,
        text=text,
        stub=_NOTE.sub("", texts["stub.py"]).strip(),
        answer=_NOTE.sub("", texts["solution.py"]).strip(),
        name=name,
        arguments=arguments,
        functions=functions | {"cases": _function(found["cases"], "cases", "cases")},
        mistakes=_mistakes(texts["mistakes.py"], found["mistakes"]),
        settings=_settings(texts["settings.toml"]),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ValueError(f"{path} is missing: an exercise has the files {', '.join(FILES)}") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise ValueError(f"{path} cannot be read as text in UTF-8 ({problem})") from None


def _check_left_over(texts: dict[str, str]) -> None:
    """Another function needs another text and other hints than those of the template, which are easily forgotten."""
    old = {name: (TEMPLATE / name).read_text(encoding="utf-8") for name in ("stub.py", "text.md", "settings.toml")}
    if _asked_for(texts["stub.py"]) == _asked_for(old["stub.py"]):
        return
    left = {
        "the text": _title_and_text(texts["text.md"]) == _title_and_text(old["text.md"]),
        "the hints": _settings(texts["settings.toml"])["hints"] == _settings(old["settings.toml"])["hints"],
    }
    for what, same in left.items():
        if same:
            file = "text.md" if what == "the text" else "settings.toml"
            raise ValueError(f"{file} still has {what} of the small exercise: write your own there")


def _title_and_text(markdown: str) -> tuple[str, str]:
    head, _, rest = _COMMENT.sub("", markdown).strip().partition("\n")
    title, text = head.lstrip("#").strip(), rest.strip()
    if not head.startswith("#") or not title or not text:
        raise ValueError("text.md must begin with a title, such as # What is left, and go on with the text below it")
    return title, text


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Let the files of an exercise import one another, without a trace in this process or in the folder."""
    names, before = (*SCRIPTS,), sys.dont_write_bytecode
    kept = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
        sys.path.remove(str(folder))
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(kept)


def _run(path: Path, text: str) -> dict[str, Any]:
    """The names that a file of Python binds."""
    names: dict[str, Any] = {"__name__": path.stem, "__file__": str(path)}
    linecache.checkcache(str(path))
    try:
        code = compile(text, str(path), "exec")
    except (SyntaxError, ValueError) as error:
        line = f", in line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        words = error.msg if isinstance(error, SyntaxError) else error
        raise ValueError(f"{path.name} does not run: {type(error).__name__}: {words}{line}") from None
    outcome = run(lambda: exec(code, names), [()], seconds=_PATIENCE)
    if outcome.out_of_time:
        raise ValueError(f"{path.name} does not run: it was stopped after {_PATIENCE:g} seconds")
    if outcome.error is not None:
        raise ValueError(f"{path.name} does not run: {_told(outcome.error, path)}")
    return names


def _told(error: BaseException, path: Path) -> str:
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == str(path)]
    return f"{type(error).__name__}: {error}" + (f", in line {lines[-1]}" if lines else "")


def _defined(text: str) -> list[ast.FunctionDef]:
    return [one for one in ast.parse(text).body if isinstance(one, ast.FunctionDef)]


def _asked_for(stub: str) -> str:
    """The name of the one function of a stub that is still to be written."""
    raising = [one.name for one in _defined(stub) if any(map(_raises, ast.walk(one)))]
    if len(raising) != 1:
        told = f", got {' and '.join(raising)}" if raising else f": {_lacking(stub)}"
        raise ValueError(f"stub.py must have one function with the line raise NotImplementedError{told}")
    if raising[0] in _TAKEN:
        raise ValueError(f"stub.py must not call its function {raising[0]}, as every notebook has that name already")
    return raising[0]


def _lacking(stub: str) -> str:
    """Which of the two a stub lacks, the function or its line."""
    names = [one.name for one in _defined(stub)]
    return (
        f"{' and '.join(names)} {'lacks' if len(names) == 1 else 'lack'} this line" if names else "it has no function"
    )


def _raises(node: ast.AST) -> bool:
    return isinstance(node, ast.Raise) and node.exc is not None and "NotImplementedError" in ast.unparse(node.exc)


def _function(names: dict[str, Any], script: str, name: str) -> Callable[..., Any]:
    if not callable(names.get(name)):
        whose = "" if script in ("stub", "cases") else ", as the stub calls it"
        raise ValueError(f"{script}.py must define the function {name}{whose}")
    return names[name]


def _arguments(stub: Callable[..., Any]) -> tuple[str, ...]:
    parameters = inspect.signature(stub).parameters
    plain = all(one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD for one in parameters.values())
    if not parameters or not plain:
        raise ValueError("stub.py must have a function with one or more plain arguments, without * and /")
    return tuple(parameters)


def _check_arguments(name: str, arguments: tuple[str, ...], solution: Callable[..., Any]) -> None:
    """The text, the stub and the messages of the check speak of the same arguments, so the solution must have them."""
    found = tuple(inspect.signature(solution).parameters)
    if found != arguments:
        wanted, got = (f"({', '.join(names)})" for names in (arguments, found))
        raise ValueError(f"solution.py: {name} must have the arguments that it has in stub.py, {wanted}, got {got}")


def _mistakes(text: str, names: dict[str, Any]) -> tuple[Mistake, ...]:
    defined = [one.name for one in _defined(text) if not one.name.startswith("_")]
    twice = [name for name, count in Counter(defined).items() if count > 1]
    if twice:
        raise ValueError(f"mistakes.py defines {twice[0]} twice: a mistake needs a name of its own")
    found: dict[str, Mistake] = {}
    for name in defined:
        sentence = " ".join((names[name].__doc__ or "").split())
        if not sentence:
            raise ValueError(f"mistakes.py: {name} needs a docstring, the sentence that the student reads")
        if sentence in found:
            other = found[sentence].name.replace(" ", "_")
            raise ValueError(f"mistakes.py: {other} and {name} have the same sentence: each needs one of its own")
        found[sentence] = Mistake(name.replace("_", " "), names[name], sentence)
    return tuple(found.values())


def _settings(text: str) -> dict[str, Any]:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ValueError(f"settings.toml is not TOML: {problem}") from None
    known = ("difficulty", "minutes", "tolerance", "seconds", "hints")
    lacking, unknown = [one for one in known if one not in found], [one for one in found if one not in known]
    if lacking or unknown:
        told = [f"lacks {' and '.join(lacking)}"] if lacking else []
        which = "which is" if len(unknown) == 1 else "which are"
        told += [f"has {' and '.join(unknown)}, {which} none of {', '.join(known)}"] if unknown else []
        raise ValueError(f"settings.toml {', and '.join(told)}")
    hints = found["hints"]
    if not isinstance(hints, list) or len(hints) != 3 or not all(isinstance(one, str) and one.strip() for one in hints):
        fail("settings.toml: hints", "be exactly three texts, none of them empty", hints)
    if found["difficulty"] not in list(POINTS):
        raise ValueError(f"settings.toml: difficulty must be one of {', '.join(POINTS)}, got {found['difficulty']!r}")
    checked = {
        "minutes": positive_integer("settings.toml: minutes", found["minutes"]),
        "tolerance": positive("settings.toml: tolerance", found["tolerance"]),
        "seconds": positive("settings.toml: seconds", found["seconds"]),
    }
    return {"difficulty": found["difficulty"], "hints": tuple(hints)} | checked
