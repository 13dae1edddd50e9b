"""Changed versions of a module: cosmic-ray's operators, at places that a seed draws."""

from __future__ import annotations

import ast
import random
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider

#: One or two for each kind of thing; all of cosmic-ray's would draw comparisons and signs most of the time.
OPERATORS = (
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Pow_Mul", "Mod_Mul")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("FloorDiv_Mul", "BitAnd_BitOr", "BitOr_BitAnd")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Eq_NotEq", "Is_IsNot")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt", "NotEq_Eq", "IsNot_Is")),
    *(f"ReplaceUnaryOperator_{pair}" for pair in ("USub_UAdd", "Delete_USub", "Delete_Not", "Delete_Invert")),
    *("AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ExceptionReplacer", "NumberReplacer"),
    "ZeroIterationForLoop",
)
EQUIVALENT = tomllib.loads(Path(__file__).with_name("equivalent.toml").read_text())["equivalent"]


@dataclass(frozen=True)
class Mutant:
    """A module with one change: where it is, the line before and after, and the whole text."""

    line: int
    before: str
    after: str
    source: str


def bare(source: str) -> str:
    """What Python does of a text: its tree without annotations, as nobody evaluates these."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if hasattr(node, name):
                setattr(node, name, None)
    return ast.dump(tree)


def places(source: str) -> dict[tuple[int, int], list[tuple[str, int]]]:
    """What can be changed at each place: names of operators, and which of their changes it is."""
    found: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for name in OPERATORS:
        operator = OperatorProvider()[name]()
        starts = [start for node in ast_nodes(get_ast(source)) for start, _ in operator.mutation_positions(node)]
        for occurrence, start in enumerate(starts):
            found.setdefault(start, []).append((name, occurrence))
    return found


def no_change(before: str, after: str) -> bool:
    """Imports for types, the star before arguments by name, and a ``zip`` that checks lengths which are equal."""
    return (
        "TYPE_CHECKING" in before
        or re.sub(r"\*,", "/,", before) == re.sub(r"\*,", "/,", after)
        or re.sub(r"strict=True\b", "strict=False", before) == re.sub(r"strict=True\b", "strict=False", after)
    )


def mutants(source: str, count: int, seed: str) -> list[Mutant]:
    """At most so many changes, each at another place; none that is known to change nothing."""
    draw, wanted, known = random.Random(seed), [], {(one["before"], one["after"]) for one in EQUIVALENT}
    possible = sorted(places(source).items())
    draw.shuffle(possible)
    original, lines = bare(source), source.splitlines()
    for (line, _), changes in possible:
        name, occurrence = draw.choice(changes)
        try:
            changed = mutate_code(source, OperatorProvider()[name](), occurrence)
            ast.parse(changed)
        except (AttributeError, SyntaxError):  # cosmic-ray 8.7 at ``except module.Error``, and ``**`` in a dict
            continue
        before, after = lines[line - 1].strip(), changed.splitlines()[line - 1].strip()
        if len(wanted) == count or (before, after) in known or no_change(before, after) or bare(changed) == original:
            continue
        wanted.append(Mutant(line, before, after, changed))
    return sorted(wanted, key=lambda one: one.line)
