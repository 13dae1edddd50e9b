"""Chapter 07, lottery tickets: exactly so many weights, SNIP by hand, weights that can matter, counts that add up."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Sequence
from fractions import Fraction

from scalinglab.exercises.exercise import Case, Exercise, Mistake

__all__ = ["EXERCISES"]


def _scores(draw: random.Random) -> tuple[Case, ...]:
    """Scores of both signs; of those at the edge between kept and pruned several are equal."""
    cases = []
    for size in (5, 9, 14):
        scores = [float(draw.randint(-4, 6)) for _ in range(size)]
        kept = draw.randint(2, size - 2)
        edge = sorted(scores, reverse=True)[kept - 1]
        for place in draw.sample(range(size), size // 3):
            scores[place] = edge
        cases.append((scores, kept))
    return tuple(cases)


def _keep(scores: list[float], kept: int) -> list[int]:
    """The right answer by counting, for each weight, those that come before it."""
    before = [
        sum(other > score or (other == score and index < place) for index, other in enumerate(scores))
        for place, score in enumerate(scores)
    ]
    return [int(rank < kept) for rank in before]


def _edge(scores: list[float], kept: int) -> float:
    return sorted(scores, reverse=True)[kept - 1]


# The messages show the scores 3, 1, 1, 1 and -2, of which 2 are kept: 1, 1, 0, 0, 0.
_KEEP = Exercise(
    key="07-keep",
    title="Exactly so many",
    name="keep",
    cases=_scores,
    oracle=_keep,
    difficulty="easy",
    minutes=6,
    points=10,
    mistakes=(
        Mistake(
            "all that are equal",
            lambda scores, kept: [int(score >= _edge(scores, kept)) for score in scores],
            "You kept all that are at least as large as the last one kept, 4 of the scores 3, 1, 1, 1, -2 where 2 were "
            "asked: a threshold cannot choose between equal scores.",
        ),
        Mistake(
            "none that are equal",
            lambda scores, kept: [int(score > _edge(scores, kept)) for score in scores],
            "You kept only what is larger than the last one that should stay, 1 of the scores 3, 1, 1, 1, -2 where 2 "
            "were asked: a threshold cannot choose between equal scores.",
        ),
        Mistake(
            "the last of the equal ones",
            lambda scores, kept: _keep(scores[::-1], kept)[::-1],
            "Of equal scores you kept the last ones, the fourth of 3, 1, 1, 1, -2 and not the second: the lower place "
            "goes first.",
        ),
        Mistake(
            "without signs",
            lambda scores, kept: _keep([abs(score) for score in scores], kept),
            "You ranked by absolute values, so of 3, 1, 1, 1, -2 you kept the -2: scores may have signs, those of "
            "GraSP do, and the largest ones stay.",
        ),
        Mistake(
            "the smallest kept",
            lambda scores, kept: _keep([-score for score in scores], kept),
            "You kept the smallest scores, 1 and -2 of 3, 1, 1, 1, -2: a score says how important a weight is.",
        ),
        Mistake(
            "what is pruned",
            lambda scores, kept: [1 - mark for mark in _keep(scores, kept)],
            "You marked what is pruned, 3 of the scores 3, 1, 1, 1, -2: a mask has a 1 where a weight stays.",
        ),
        Mistake(
            "one too many",
            lambda scores, kept: _keep(scores, kept + 1),
            "You kept one weight too many, 3 of the scores 3, 1, 1, 1, -2 where 2 were asked.",
        ),
        Mistake(
            "places, not marks",
            lambda scores, kept: [
                sum(other > s or (other == s and j < i) for j, other in enumerate(scores)) for i, s in enumerate(scores)
            ],
            "You returned ranks, 0, 1, 2, 3, 4 for the scores 3, 1, 1, 1, -2: a mask has a 1 for each rank below the "
            "number that is kept, and a 0 for the others.",
        ),
    ),
    hints=(
        "Sort the places, not the scores: then you know which weights come first.",
        "Sort by the pair `(-score, place)`, so that of equal scores the lower place comes first.",
        "The first `kept` places of `sorted(range(len(scores)), key=lambda i: (-scores[i], i))` get a 1.",
    ),
)


Rows = list[list[float]]


def _networks(draw: random.Random) -> tuple[Case, ...]:
    """Networks of two inputs, no unit of which is near the edge of its rectifier for any example."""
    cases = []
    while len(cases) < 3:
        units, examples = (2, 2) if not cases else (3, 4)
        matrix = lambda rows, columns: [[draw.randint(-20, 20) / 10 for _ in range(columns)] for _ in range(rows)]  # noqa: E731
        inputs, hidden = matrix(examples, 2), matrix(units, 2)
        targets, output = matrix(1, examples)[0], matrix(1, units)[0]
        before = [sum(w * x for w, x in zip(row, values, strict=True)) for row in hidden for values in inputs]
        if min(map(abs, before)) > 0.05 and min(map(abs, output)) > 0 and min(before) < 0 < max(before):
            cases.append((inputs, targets, hidden, output))
    return tuple(cases)


def _loss(inputs: Rows, targets: list[float], hidden: Rows, output: list[float]) -> float:
    errors = [
        sum(
            v * max(0.0, sum(w * x for w, x in zip(row, values, strict=True)))
            for v, row in zip(output, hidden, strict=True)
        )
        - target
        for values, target in zip(inputs, targets, strict=True)
    ]
    return math.fsum(error**2 for error in errors) / (2 * len(errors))


def _snip(inputs: Rows, targets: list[float], hidden: Rows, output: list[float]) -> Rows:
    """The right answer by what the score means: the change of the loss if a weight is scaled a little, both ways."""

    def scaled(unit: int, place: int, factor: float) -> float:
        changed = [list(row) for row in hidden]
        changed[unit][place] *= factor
        return _loss(inputs, targets, changed, output)

    step = 1e-4
    return [
        [abs(scaled(unit, place, 1 + step) - scaled(unit, place, 1 - step)) / (2 * step) for place in range(len(row))]
        for unit, row in enumerate(hidden)
    ]


Terms = list[list[list[float]]]


def _terms(
    inputs: Rows, targets: list[float], hidden: Rows, output: list[float], *, rectify: bool = True, above: bool = True
) -> Terms:
    """Derivatives of the examples' losses by each weight: (unit, place, example)."""
    found: Terms = [[[] for _ in row] for row in hidden]
    for values, target in zip(inputs, targets, strict=True):
        before = [sum(w * x for w, x in zip(row, values, strict=True)) for row in hidden]
        error = sum(v * max(0.0, h) for v, h in zip(output, before, strict=True)) - target
        for unit, h in enumerate(before):
            for place, x in enumerate(values):
                open_ = h > 0 or not rectify
                found[unit][place].append(error * (output[unit] if above else 1.0) * x * open_)
    return found


def _each(terms: Terms, hidden: Rows, score: Callable[[float, list[float]], float]) -> Rows:
    return [
        [score(w, g) for w, g in zip(row, gradients, strict=True)] for row, gradients in zip(hidden, terms, strict=True)
    ]


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _wrong_snip(score: Callable[[float, list[float]], float], **how: bool) -> Callable[..., Rows]:
    """A wrong answer with another score of a weight and its derivatives."""
    return lambda inputs, targets, hidden, output: _each(_terms(inputs, targets, hidden, output, **how), hidden, score)


def _normalized(inputs: Rows, targets: list[float], hidden: Rows, output: list[float]) -> Rows:
    found = _snip(inputs, targets, hidden, output)
    total = math.fsum(itertools.chain(*found))
    return [[score / total for score in row] for row in found]


# The messages show the inputs (1, 3) and (2, -1), targets 6 and 7, hidden weights (1, 1) and (2, -1), output weights 1
# and 2: the units put out 4 and 0 (the second is off), then 1 and 5, so the errors are -2 and 4, and the scores (3, 5)
# and (16, 4).
_SNIP = Exercise(
    key="07-snip",
    title="SNIP by hand",
    name="snip",
    cases=_networks,
    oracle=_snip,
    difficulty="medium",
    minutes=15,
    points=15,
    tolerance=1e-6,
    mistakes=(
        Mistake(
            "absolute value first",
            _wrong_snip(lambda w, g: _mean([abs(w * each) for each in g])),
            "You took absolute values of each example before the mean, 5, 5, 16, 4 for inputs (1, 3) and (2, -1), "
            "targets 6 and 7, hidden weights (1, 1) and (2, -1), output weights 1 and 2: derivatives of different "
            "examples may cancel, and the loss is that of all of them.",
        ),
        Mistake(
            "the gradient alone",
            _wrong_snip(lambda w, g: abs(_mean(g))),
            "You returned the size of the gradient, 3, 5, 8, 4 for inputs (1, 3) and (2, -1), targets 6 and 7, "
            "hidden weights (1, 1) and (2, -1), output weights 1 and 2: what is removed is the whole weight, so the "
            "loss changes by about the derivative times the weight.",
        ),
        Mistake(
            "with signs",
            _wrong_snip(lambda w, g: w * _mean(g)),
            "You kept the signs, 3, -5, 16, 4 for inputs (1, 3) and (2, -1), targets 6 and 7, hidden weights (1, 1) "
            "and (2, -1), output weights 1 and 2: SNIP keeps what changes the loss most, up or down.",
        ),
        Mistake(
            "rectifier forgotten",
            _wrong_snip(lambda w, g: abs(w * _mean(g)), rectify=False),
            "You let derivatives through units that are off, 3, 5, 12, 10 for inputs (1, 3) and (2, -1), targets 6 "
            "and 7, hidden weights (1, 1) and (2, -1), output weights 1 and 2: the second unit puts out zero for the "
            "first example, and its weights do not matter there.",
        ),
        Mistake(
            "a sum over examples",
            _wrong_snip(lambda w, g: abs(w * math.fsum(g))),
            "You added over the examples: the loss is their mean, so divide by how many there are.",
        ),
        Mistake(
            "the half forgotten",
            _wrong_snip(lambda w, g: 2 * abs(w * _mean(g))),
            "You differentiated the square without the half in front: every score is twice what it should be.",
        ),
        Mistake(
            "weights above left out",
            _wrong_snip(lambda w, g: abs(w * _mean(g)), above=False),
            "You left out the output weights, 3, 5, 8, 2 for inputs (1, 3) and (2, -1), targets 6 and 7, hidden "
            "weights (1, 1) and (2, -1), output weights 1 and 2: on its way down the error is multiplied by the "
            "weight above the unit.",
        ),
        Mistake(
            "normalized",
            _normalized,
            "You divided by the sum of all scores, 28 for inputs (1, 3) and (2, -1), targets 6 and 7, hidden weights "
            "(1, 1) and (2, -1), output weights 1 and 2: the paper does so, too, and the ranking is the same, but "
            "asked are the scores themselves.",
        ),
        Mistake(
            "the weight squared",
            _wrong_snip(lambda w, g: w * w * abs(_mean(g))),
            "You multiplied by the weight twice, 3, 5, 32, 4 for inputs (1, 3) and (2, -1), targets 6 and 7, hidden "
            "weights (1, 1) and (2, -1), output weights 1 and 2: once is right.",
        ),
    ),
    hints=(
        "Write the output, the error of one example, and the derivative of half its square by one hidden weight.",
        "It is the error, times the output weight of the unit, times the input; and 0 where the unit is off.",
        "Take the mean over examples, multiply by the weight, and only then take the absolute value.",
    ),
)


Layers = list[list[list[int]]]


def _masks(draw: random.Random) -> tuple[Case, ...]:
    cases = []
    for sizes, density in (((2, 2, 2), 0.6), ((3, 4, 3, 2), 0.45), ((3, 4, 4, 4, 2), 0.4)):
        pairs = list(itertools.pairwise(sizes))
        cases.append(([[[int(draw.random() < density) for _ in range(n)] for _ in range(m)] for n, m in pairs],))
    return tuple(cases)


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
_EFFECTIVE = Exercise(
    key="07-effective",
    title="Which weights can matter?",
    name="effective",
    cases=_masks,
    oracle=_effective,
    difficulty="medium",
    minutes=15,
    points=15,
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
            "asked is their number.",
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


Shapes = list[tuple[int, int]]


def _shapes(draw: random.Random) -> tuple[Case, ...]:
    """A case without a full layer and two with one; no remainder is near another one, or near a whole number."""
    cases: list[Case] = []
    while len(cases) < 3:
        inputs, width, outputs = draw.randint(20, 80), draw.randint(30, 90), draw.randint(3, 12)
        shapes = [(width, inputs), (width, width), (outputs, width)]
        size = sum(a * b for a, b in shapes)
        kept = round(size * (draw.uniform(0.02, 0.08) if not cases else draw.uniform(0.45, 0.8)))
        wanted = _wanted(shapes, kept)
        full = [w == a * b for w, (a, b) in zip(wanted, shapes, strict=True)]
        rest = sorted(float(w % 1) for w, whole in zip(wanted, full, strict=True) if not whole)
        gaps = [later - earlier for earlier, later in itertools.pairwise([0.0, *rest, 1.0])]
        if sum(full) == min(1, len(cases)) and min(gaps) > 0.02:
            cases.append((shapes, kept))
    return tuple(cases)


def _wanted(shapes: Shapes, kept: int) -> list[Fraction]:
    """What each layer should keep, as a fraction: the layers that fill up first are filled first."""
    order = sorted(range(len(shapes)), key=lambda layer: Fraction(math.prod(shapes[layer]), sum(shapes[layer])))
    wanted, left = [Fraction(0)] * len(shapes), Fraction(kept)
    for turn, layer in enumerate(order):
        share = Fraction(sum(shapes[layer]), sum(sum(shapes[other]) for other in order[turn:]))
        wanted[layer] = min(Fraction(math.prod(shapes[layer])), left * share)
        left -= wanted[layer]
    return wanted


def _add_up(wanted: Sequence[float | Fraction], kept: int) -> list[int]:
    """Rounded down, and then up by the largest remainders until the sum is right."""
    counts = [math.floor(each) for each in wanted]
    order = sorted(range(len(wanted)), key=lambda layer: counts[layer] - wanted[layer])
    for layer in order[: max(0, kept - sum(counts))]:
        counts[layer] += 1
    return counts


def _erk(shapes: Shapes, kept: int) -> list[int]:
    """The right answer with fractions, layer by layer."""
    return _add_up(_wanted(shapes, kept), kept)


def _plain(shapes: Shapes, kept: int) -> list[Fraction]:
    total = sum(map(sum, shapes))
    return [Fraction(kept * sum(shape), total) for shape in shapes]


def _capped(shapes: Shapes, kept: int) -> list[Fraction]:
    return [min(Fraction(math.prod(shape)), want) for shape, want in zip(shapes, _plain(shapes, kept), strict=True)]


def _uniform(shapes: Shapes, kept: int) -> list[Fraction]:
    size = sum(map(math.prod, shapes))
    return [Fraction(kept * math.prod(shape), size) for shape in shapes]


# The messages show layers of 64 x 64, 64 x 64 and 10 x 64, 128 + 128 + 74 inputs and outputs: of 1000 weights they keep
# 387.88, 387.88 and 224.24, so 388, 388, 224; of 4000 the last one is full, 1680, 1680, 640.
_ERK = Exercise(
    key="07-erk",
    title="Counts that add up",
    name="erk",
    cases=_shapes,
    oracle=_erk,
    difficulty="hard",
    minutes=20,
    points=20,
    mistakes=(
        Mistake(
            "rounded down",
            lambda shapes, kept: [math.floor(each) for each in _wanted(shapes, kept)],
            "You rounded down, 387, 387, 224 of 1000 weights for 64 x 64, 64 x 64 and 10 x 64: that is 998, and the "
            "two that are left go where the remainders are largest.",
        ),
        Mistake(
            "rounded up",
            lambda shapes, kept: [math.ceil(each) for each in _wanted(shapes, kept)],
            "You rounded up, 388, 388, 225 of 1000 weights for 64 x 64, 64 x 64 and 10 x 64: that is one too many.",
        ),
        Mistake(
            "the rest to the first layer",
            lambda shapes, kept: _first(_wanted(shapes, kept), kept),
            "You gave what rounding left over to the first layer, 389, 387, 224 of 1000 weights for 64 x 64, 64 x 64 "
            "and 10 x 64: one more each goes to the layers with the largest remainders.",
        ),
        Mistake(
            "the same share everywhere",
            lambda shapes, kept: _add_up(_uniform(shapes, kept), kept),
            "You kept the same share of each layer, 464, 464, 72 of 1000 weights for 64 x 64, 64 x 64 and 10 x 64: a "
            "layer's count is in proportion to its inputs plus outputs.",
        ),
        Mistake(
            "more than there are",
            lambda shapes, kept: _add_up(_plain(shapes, kept), kept),
            "You let a layer keep more weights than it has, 897 of the 640 of a 10 x 64 layer when 4000 are kept: such "
            "a layer is kept whole.",
        ),
        Mistake(
            "not spread again",
            lambda shapes, kept: [math.floor(each + Fraction(1, 2)) for each in _capped(shapes, kept)],
            "You cut a full layer to its size and left it at that, 1552, 1552, 640 of 4000 for 64 x 64, 64 x 64 and "
            "10 x 64: that is 3744, and the other layers share what it could not take.",
        ),
        Mistake(
            "densities",
            lambda shapes, kept: [
                float(each / math.prod(shape)) for each, shape in zip(_wanted(shapes, kept), shapes, strict=True)
            ],
            "You returned densities, 0.0947, 0.0947, 0.35 of 1000 weights for 64 x 64, 64 x 64 and 10 x 64: asked is "
            "how many weights each layer keeps.",
        ),
        Mistake(
            "equal counts",
            lambda shapes, kept: _add_up([Fraction(kept, len(shapes))] * len(shapes), kept),
            "You gave every layer as many weights, 334, 333, 333 of 1000: counts are in proportion to inputs plus "
            "outputs.",
        ),
    ),
    hints=(
        "Share `kept` in proportion to inputs plus outputs. Does a layer get more than it has?",
        "Keep such a layer whole, take its weights off `kept`, and share the rest among the other layers, until no "
        "layer is too small.",
        "Round everything down; the weights that are missing then go, one each, to the largest remainders.",
    ),
)


def _first(wanted: Sequence[Fraction], kept: int) -> list[int]:
    counts = [math.floor(each) for each in wanted]
    return [counts[0] + kept - sum(counts), *counts[1:]]


EXERCISES = (_KEEP, _SNIP, _EFFECTIVE, _ERK)
