"""07-effective: the weights that can matter, those on a path from an input to an output."""

import itertools
import random
from collections.abc import Callable

from scalinglab.exercises.exercise import Cases, Exercise, Mistake

Layers = list[list[list[int]]]


def _masks(draw: random.Random) -> Cases:
    for sizes, density in (((2, 2, 2), 0.6), ((3, 4, 3, 2), 0.45), ((3, 4, 4, 4, 2), 0.4)):
        pairs = list(itertools.pairwise(sizes))
        yield ([[[int(draw.random() < density) for _ in range(n)] for _ in range(m)] for n, m in pairs],)


def _reached(masks: Layers, layer: int, unit: int) -> bool:
    """Whether an input reaches a unit below this layer."""
    return layer == 0 or any(kept and _reached(masks, layer - 1, i) for i, kept in enumerate(masks[layer - 1][unit]))


def _reaching(masks: Layers, layer: int, unit: int) -> bool:
    """Whether a unit above this layer reaches an output."""
    if layer == len(masks) - 1:
        return True
    return any(row[unit] and _reaching(masks, layer + 1, j) for j, row in enumerate(masks[layer + 1]))


def _count(masks: Layers, wanted: Callable[[int, int, int], bool]) -> int:
    """Kept weights of which a condition on layer, unit above and unit below is true."""
    return sum(
        bool(kept and wanted(layer, j, i))
        for layer, rows in enumerate(masks)
        for j, row in enumerate(rows)
        for i, kept in enumerate(row)
    )


def _effective(masks: Layers) -> int:
    """The right answer by walking down and up from each weight."""
    return _count(masks, lambda layer, j, i: _reached(masks, layer, i) and _reaching(masks, layer, j))


def _paths(masks: Layers) -> int:
    ends = [1] * len(masks[0][0])
    for rows in masks:
        ends = [sum(kept * end for kept, end in zip(row, ends, strict=True)) for row in rows]
    return sum(ends)


def _neighbours(masks: Layers) -> int:
    """What looks one layer down and one layer up."""
    return _count(
        masks,
        lambda layer, j, i: (
            (layer == 0 or any(masks[layer - 1][i]))
            and (layer == len(masks) - 1 or any(row[j] for row in masks[layer + 1]))
        ),
    )


# The messages show [[1, 0], [1, 1]], [[1, 0], [0, 0]], [[1, 1]]: 6 kept, of which 3 lie on the one path.
EXERCISE = Exercise(
    key="07-effective",
    title="Which weights can matter?",
    name="effective",
    cases=_masks,
    oracle=_effective,
    difficulty="medium",
    minutes=15,
    place=2,
    mistakes=(
        Mistake(
            "all that are kept",
            lambda masks: _count(masks, lambda layer, j, i: True),
            "You counted all weights that are kept, 6 for `[[[1, 0], [1, 1]], [[1, 0], [0, 0]], [[1, 1]]]`: only those "
            "on a path from an input to an output can matter.",
        ),
        Mistake(
            "from below only",
            lambda masks: _count(masks, lambda layer, j, i: _reached(masks, layer, i)),
            "You asked only whether an input reaches the weight, 5 for `[[[1, 0], [1, 1]], [[1, 0], [0, 0]], [[1, "
            "1]]]`: it must also lead to an output.",
        ),
        Mistake(
            "from above only",
            lambda masks: _count(masks, lambda layer, j, i: _reaching(masks, layer, j)),
            "You asked only whether the weight leads to an output, 4 for `[[[1, 0], [1, 1]], [[1, 0], [0, 0]], "
            "[[1, 1]]]`: an input must also reach it.",
        ),
        Mistake(
            "paths counted",
            _paths,
            "You counted paths, 1 for `[[[1, 0], [1, 1]], [[1, 0], [0, 0]], [[1, 1]]]`: count the weights on them, "
            "each of them once.",
        ),
        Mistake(
            "one layer down and up",
            _neighbours,
            "You looked one layer down and one layer up: what lies there may be cut off itself, so go on until the "
            "inputs and the outputs.",
        ),
        Mistake(
            "a share of what is kept",
            lambda masks: _effective(masks) / max(1, _count(masks, lambda layer, j, i: True)),
            "You returned the share of the kept weights, 0.5 for `[[[1, 0], [1, 1]], [[1, 0], [0, 0]], [[1, 1]]]`: "
            "the exercise asks for their number.",
        ),
        Mistake(
            "either end",
            lambda masks: _count(masks, lambda layer, j, i: _reached(masks, layer, i) or _reaching(masks, layer, j)),
            "You took weights that an input reaches or that lead to an output: both must be true, of each weight.",
        ),
    ),
    hints=(
        "Which units does an input reach? Which units reach an output? A weight needs one below it and one above.",
        "Go up layer by layer: a unit is reached if one of its kept weights comes from a unit that is reached. Then "
        "go down in the same way.",
        "A kept weight `masks[l][j][i]` counts if unit `i` below layer `l` is reached and unit `j` above it "
        "reaches on.",
    ),
)
