"""07-erk: counts that add up, by the Erdos-Renyi shares of layers."""

import itertools
import math
import random
from collections.abc import Sequence
from fractions import Fraction

from scalinglab.exercises.exercise import Case, Exercise, Mistake

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


def _first(wanted: Sequence[Fraction], kept: int) -> list[int]:
    counts = [math.floor(each) for each in wanted]
    return [counts[0] + kept - sum(counts), *counts[1:]]


# The messages show layers of 64 x 64, 64 x 64 and 10 x 64, 128 + 128 + 74 inputs and outputs: of 1000 weights they keep
# 387.88, 387.88 and 224.24, so 388, 388, 224; of 4000 the last one is full, 1680, 1680, 640.
EXERCISE = Exercise(
    key="07-erk",
    title="Counts that add up",
    name="erk",
    cases=_shapes,
    oracle=_erk,
    difficulty="hard",
    minutes=20,
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
            "You returned densities, 0.0947, 0.0947, 0.35 of 1000 weights for 64 x 64, 64 x 64 and 10 x 64: the "
            "exercise asks how many weights each layer keeps.",
        ),
        Mistake(
            "equal counts",
            lambda shapes, kept: _add_up([Fraction(kept, len(shapes))] * len(shapes), kept),
            "You gave every layer the same number of weights, 334, 333, 333 of 1000: counts are in proportion to "
            "inputs plus outputs.",
        ),
    ),
    hints=(
        "Share `kept` in proportion to inputs plus outputs. Does a layer get more than it has?",
        "Keep such a layer whole, take its weights off `kept`, and share the rest among the other layers, until no "
        "layer is too small.",
        "Round everything down; the weights that are missing then go, one each, to the largest remainders.",
    ),
)
