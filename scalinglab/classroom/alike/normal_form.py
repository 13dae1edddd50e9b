"""An answer without what a person who copies changes first: names, comments, layout, the order of helper functions.

Two answers with one form are the same program. What is **caught**: renamed arguments, variables and helpers, helpers in
another order, other comments, docstrings, annotations, blank lines and brackets, added prints and unused functions,
and other ways to import the same (``np.log``, ``numpy.log``, ``from numpy import log``). What is **not caught**:
independent statements in another order, an expression that is rewritten (``b * a`` for ``a * b``), a loop in the place
of a comprehension, a value that gets a name of its own, and renamed keywords or attributes.

Libraries were weighed in November 2026, and none fits. ``compare50`` (GPL, well kept) holds ``attrs`` below 21, with
which Jupyter does not install. ``copydetect`` (MIT, last released in March 2024, needs matplotlib) finds shared pieces
of whole files, takes every name for every other, and finds nothing in answers of a few lines. ``pycode-similar`` (MIT,
last released in August 2020) calls parts of ``ast`` that Python 3.14 has removed. Python's own ``ast`` is exact here.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

#: A line that IPython reads and Python does not.
_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
_WORD = re.compile(r"\w+")
#: What says nothing about how an answer works.
_SKIPPED = {"annotation", "returns", "type_comment", "kind", "ctx", "type_params", "type_ignores"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Form:
    """The form of one answer.

    Parameters
    ----------
    same
        Equal for two answers that are the same but for names and layout.
    size
        How many parts it has: statements and expressions of code, words of a text.
    letters
        Equal for two answers that are the same to the letter, comments included.
    """

    same: str
    size: int
    letters: str


def form_of_text(text: str) -> Form | None:
    """The form of an answer in words; None if there are none."""
    words = _WORD.findall(text.casefold())
    return Form(_hash("\0".join(words)), len(words), _hash(text)) if words else None


def statements_in(source: str) -> list[ast.stmt]:
    """What a cell of code does, in order; raises ``SyntaxError`` if Python cannot read it."""
    if source.lstrip().startswith("%%"):
        return []
    try:
        return ast.parse(_MAGIC.sub("", source)).body
    except (ValueError, RecursionError, MemoryError) as problem:  # a null byte, or brackets without end
        raise SyntaxError(str(problem)) from problem


def imported_in(statements: Iterable[ast.stmt]) -> dict[str, str]:
    """What each imported name stands for: ``{"np": "numpy", "log": "math.log"}``."""
    found = {}
    for statement in statements:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                first = alias.name.partition(".")[0]
                found[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(statement, ast.ImportFrom):
            base = "." * statement.level + (statement.module or "")
            found |= {alias.asname or alias.name: f"{base}.{alias.name}" for alias in statement.names}
    return found


def form_of_code(
    statements: Sequence[ast.stmt], name: str = "", *, imported: Mapping[str, str] | None = None, letters: str = ""
) -> Form | None:
    """The form of an answer in code.

    Parameters
    ----------
    statements
        Those of all cells that a student wrote, in order.
    name
        The function that is asked for: it counts with all that it needs of the statements, and nothing else does.
        All of them count if it is left out.
    imported
        What names stand for that were imported elsewhere.
    letters
        The text of the answer as it was typed.

    Returns
    -------
    Form or None
        None if nothing binds the name.
    """
    walk = _Walk(statements, dict(imported or {}))
    try:
        if name and not walk.begin_with(name):
            return None
        walk.through([] if name else statements)
    except RecursionError:
        return None
    return Form(_hash(" ".join(walk.told)), walk.size, _hash(letters)) if walk.size else None


class _Walk:
    """A walk through statements that tells each part, with a number in the place of a name that is bound in them."""

    def __init__(self, statements: Sequence[ast.stmt], imported: dict[str, str]) -> None:
        self.told: list[str] = []
        self.size = 0
        self._binding: dict[str, list[ast.stmt]] = {}
        for statement in statements:
            for name in _bound([statement]):
                others = [] if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)) else self._binding.get(name, [])
                self._binding[name] = [*others, statement]
        self._imported = imported | imported_in(statements)
        self._scopes: list[dict[str, str]] = [dict.fromkeys(self._binding, "")]
        self._numbers = 0
        #: The statements still to be walked through, in the order in which they were first mentioned.
        self._waiting: list[ast.stmt] = []
        self._met: set[str] = set()

    def begin_with(self, name: str) -> bool:
        """Let a name be the first; whether anything binds it. ``slope = my_slope`` leads to the function behind."""
        for _ in range(len(self._binding)):
            match self._binding.get(name, ()):
                case [ast.Assign(value=ast.Name(id=other))] if other in self._binding and other != name:
                    name = other
        if name not in self._binding:
            return False
        self._label(name)
        return True

    def through(self, statements: Sequence[ast.stmt]) -> None:
        """Tell the statements, and all that is mentioned then and not told yet."""
        self._waiting += statements
        done: set[int] = set()
        while self._waiting:
            statement = self._waiting.pop(0)
            if id(statement) not in done:
                done.add(id(statement))
                self._tell(statement)

    def _label(self, name: str) -> str:
        """What is told in the place of a name."""
        for depth in range(len(self._scopes) - 1, -1, -1):
            scope = self._scopes[depth]
            if name in scope:
                if not scope[name]:
                    self._numbers += 1
                    scope[name] = f"#{self._numbers}"
                if depth == 0 and name not in self._met:
                    self._met.add(name)
                    self._waiting += self._binding[name]
                return scope[name]
        return self._imported.get(name, name)

    def _tell(self, node: Any) -> None:
        kind = type(node)
        if kind is list:
            self.told.append("[")
            for one in node:
                self._tell(one)
            self.told.append("]")
        elif kind is ast.Name:
            self.size += 1
            self.told.append(self._label(node.id))
        elif kind is ast.Constant:
            self.size += 1
            self.told.append(f"{type(node.value).__name__}:{node.value!r}")
        elif kind is str:
            self.told.append(self._label(node))
        elif isinstance(node, ast.stmt):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._imported |= imported_in([node])
            elif not _is_silent(node):
                self.size += 1
                self._tell_parts(node)
        elif isinstance(node, ast.AST):
            self.size += isinstance(node, ast.expr)
            self._tell_parts(node)
        elif node is not None:
            self.told.append(repr(node))

    def _tell_parts(self, node: ast.AST) -> None:
        """The kind of a node and its parts; what it binds by a scope of its own is known from here on."""
        if isinstance(node, ast.Attribute | ast.keyword):
            dotted = self._dotted(node)
            name = node.attr if isinstance(node, ast.Attribute) else node.arg
            self.told.append(dotted or f"({type(node).__name__} {name}")
            if not dotted:
                self._tell(node.value)
                self.told.append(")")
            return
        self.told.append(f"({'Assign' if isinstance(node, ast.AnnAssign) else type(node).__name__}")
        inside = isinstance(node, _SCOPES)
        if inside:
            if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
                self.told.append(self._label(node.name))
            self._scopes.append(dict.fromkeys(_bound_inside(node), ""))
        for field in _parts(type(node)):
            value = getattr(node, field, None)
            self._tell([value] if field == "target" and isinstance(node, ast.AnnAssign) else value)
        if inside:
            self._scopes.pop()
        self.told.append(")")

    def _dotted(self, node: ast.AST) -> str:
        """``numpy.log`` for an attribute of something that was imported; empty for all else."""
        steps = []
        while isinstance(node, ast.Attribute):
            steps.append(node.attr)
            node = node.value
        if not steps or not isinstance(node, ast.Name) or any(node.id in scope for scope in self._scopes):
            return ""
        base = self._imported.get(node.id, "")
        self.size += len(steps) if base else 0
        return ".".join([base, *reversed(steps)]) if base else ""


@cache
def _parts(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a kind of node that count; of a comprehension first what it runs over, which binds its names."""
    skipped = _SKIPPED | ({"name"} if issubclass(kind, (*_FUNCTIONS, ast.ClassDef)) else {"simple"})
    return tuple(sorted((field for field in kind._fields if field not in skipped), key=lambda one: one != "generators"))


def _is_silent(node: ast.AST) -> bool:
    """Whether a statement changes nothing that an answer returns: a docstring, a print, an annotation, ``pass``."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Pass() | ast.Global() | ast.Nonlocal() | ast.AnnAssign(value=None):
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            return True
    return False


def _bound_inside(scope: ast.AST) -> Iterator[str]:
    """The names that a function, a class or a comprehension binds for itself."""
    match scope:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            yield from (one.arg for one in ast.walk(scope.args) if isinstance(one, ast.arg))
            body = scope.body if isinstance(scope.body, list) else [scope.body]
            yield from _bound(body)
        case ast.ClassDef(body=body):
            yield from _bound(body)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            yield from _bound([one.target for one in scope.generators])


def _bound(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The names that are bound in nodes, but not those inside of a function or a class in them, nor by an import."""
    waiting, shared = list(nodes), set()
    found: list[str] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            found += [node.id] if not isinstance(node.ctx, ast.Load) else []
            continue
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.append(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.append(name)
            case ast.MatchMapping(rest=str(name)):
                found.append(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                shared |= set(names)
        if not isinstance(node, (*_SCOPES, ast.Constant)):
            waiting += ast.iter_child_nodes(node)
    yield from (name for name in found if name not in shared)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
