"""08-corrected: information after the correction of Miller and Madow."""

import itertools
import math
import random
from collections.abc import Callable, Sequence

from scalinglab.exercises.exercise import Cases, Exercise, Mistake

Table = Sequence[Sequence[int]]


def _tables(draw: random.Random) -> Cases:
    """Tables with an empty cell, in which rows, columns and cells differ in number."""
    yield ([[draw.randint(6, 12), 0, 2], [draw.randint(1, 4), draw.randint(5, 9), 3]],)
    for rows, columns in ((4, 3), (5, 6)):
        table = [[draw.choice([0, 1, 2, 3, 5, 8, 13]) for _ in range(columns)] for _ in range(rows)]
        for place in range(max(rows, columns)):  # no row or column is empty
            table[place % rows][place % columns] += draw.randint(1, 6)
        table[0][columns - 1] = 0
        yield (table,)


def _parts(table: Table) -> tuple[list[int], list[int], list[int]]:
    return [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)], [*itertools.chain(*table)]


def _plug_in(counts: Sequence[int]) -> float:
    total = sum(counts)
    return -math.fsum(count / total * math.log2(count / total) for count in counts if count)


def _seen(counts: Sequence[int]) -> int:
    return sum(count > 0 for count in counts)


def _information(table: Table) -> float:
    rows, columns, both = _parts(table)
    return _plug_in(rows) + _plug_in(columns) - _plug_in(both)


def _corrections(table: Table) -> float:
    """What the correction adds in all, in units of 1 / (2 counts) nats."""
    rows, columns, both = _parts(table)
    return _seen(rows) + _seen(columns) - _seen(both) - 1


def _with(corrections: Callable[[Table], float]) -> Callable[[Table], float]:
    """A wrong answer with other corrections, in the same units."""
    return lambda table: _information(table) + corrections(table) / (2 * sum(_parts(table)[2]) * math.log(2))


def _corrected(table: Table) -> float:
    """The right answer by adding up every pair, one count after the other, as a sum of surprises."""
    rows, columns, both = _parts(table)
    total = sum(both)
    surprises = [
        count * math.log2(count * total / (rows[row] * columns[column]))
        for row, line in enumerate(table)
        for column, count in enumerate(line)
        if count
    ]
    return (math.fsum(surprises) + _corrections(table) / 2 / math.log(2)) / total


EXERCISE = Exercise(
    key="08-corrected",
    title="Correct for the bias",
    name="corrected",
    cases=_tables,
    oracle=_corrected,
    difficulty="medium",
    minutes=15,
    tolerance=1e-8,
    mistakes=(
        Mistake(
            "not corrected",
            _information,
            "You returned the plug-in estimate: it takes frequencies for probabilities, and is too large on average.",
        ),
        Mistake(
            "correction in nats",
            lambda table: _information(table) + _corrections(table) / (2 * sum(_parts(table)[2])),
            "You added nats to bits: the correction is (outcomes - 1) / (2 counts) nats, and a nat is 1.44 bits.",
        ),
        Mistake(
            "correction subtracted",
            _with(lambda table: -_corrections(table)),
            "You subtracted the corrections from the entropies: a plug-in entropy is too small, so each gets more.",
        ),
        Mistake(
            "the 2 lost",
            _with(lambda table: 2 * _corrections(table)),
            "You lost the 2 below the fraction: it is (outcomes - 1) / (2 counts).",
        ),
        Mistake(
            "empty cells counted",
            _with(lambda table: len(table) + len(table[0]) - len(_parts(table)[2]) - 1),
            "You counted cells that are empty: only outcomes that were seen count.",
        ),
        Mistake(
            "the 1 lost",
            _with(lambda table: _corrections(table) + 1),
            "You lost the -1: each entropy gets (outcomes - 1), and of three entropies one is subtracted.",
        ),
        Mistake(
            "only the pairs corrected",
            _with(lambda table: 1 - _seen(_parts(table)[2])),
            "You corrected the entropy of the pairs alone: those of rows and columns are too small as well.",
        ),
        Mistake(
            "entropies in nats",
            lambda table: _corrected(table) * math.log(2),
            "You took natural logarithms: asked are bits, so divide by log 2 at the end.",
        ),
        Mistake(
            "cut off at zero and counts not normalised",
            lambda table: _corrected(table) * sum(_parts(table)[2]),
            "You summed over counts and did not divide by their number: probabilities are counts over all counts.",
        ),
    ),
    hints=(
        "Write one function for the corrected entropy of a list of counts, and use it three times.",
        "In bits it is `-sum(p * log2(p))` plus `(seen - 1) / (2 * total * log(2))`; `seen` counts what is not zero.",
        "The lists are the sums of the rows, those of the columns, and all cells: add two, subtract the last.",
    ),
)
