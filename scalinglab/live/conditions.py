"""Which rows a layer draws: the few kinds of Vega expressions that say it, read here as the browser reads them.

``datum.name`` stands for a column; comparisons, ``&&``, ``||`` and ``!`` may follow, as in
``"datum.lever === 'width' && !datum.used"``.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from scalinglab import _checks as checks

#: Pieces of an expression that the two languages write differently; quoted words stay as they are.
_PIECES = re.compile(r"""'[^']*'|"[^"]*"|===|!==|&&|\|\||!(?!=)|\btrue\b|\bfalse\b""")
_PYTHON = {"===": "==", "!==": "!=", "&&": " and ", "||": " or ", "!": " not ", "true": "True", "false": "False"}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def parsed(text: str) -> ast.expr:
    """An expression, read and checked.

    Raises
    ------
    ValueError
        If it holds anything but columns, constants, comparisons and their combinations.
    """
    try:
        found = ast.parse(_PIECES.sub(lambda piece: _PYTHON.get(piece[0], piece[0]), text).strip(), mode="eval").body
    except SyntaxError:
        checks.fail("only", "be a comparison such as datum.status === 'alive'", text)
    if not all(isinstance(part, _ALLOWED) for part in ast.walk(found)):
        checks.fail("only", "be made of comparisons of datum.column", text)
    return found


_ALLOWED = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Attribute, ast.Name, ast.Constant, ast.boolop, ast.expr_context)
_ALLOWED += (ast.Not, ast.USub, *_COMPARE)


def chosen(text: str, columns: Mapping[str, np.ndarray], rows: int) -> np.ndarray:
    """Which of the rows an expression chooses, as an array of truth values; all of them if it is empty."""
    return np.broadcast_to(_value(parsed(text), columns), rows).astype(bool) if text else np.ones(rows, dtype=bool)


def _value(part: ast.expr, columns: Mapping[str, np.ndarray]) -> Any:
    match part:
        case ast.Constant():
            return part.value
        case ast.Attribute():
            return columns[part.attr]
        case ast.UnaryOp(op=ast.Not()):
            return ~np.asarray(_value(part.operand, columns), dtype=bool)
        case ast.UnaryOp():
            return -_value(part.operand, columns)
        case ast.Compare():
            return _COMPARE[type(part.ops[0])](_value(part.left, columns), _value(part.comparators[0], columns))
        case ast.BoolOp():
            join = np.logical_and if isinstance(part.op, ast.And) else np.logical_or
            return join.reduce([np.asarray(_value(value, columns), dtype=bool) for value in part.values])
        case _:
            raise AssertionError(f"{ast.dump(part)} was let through")
