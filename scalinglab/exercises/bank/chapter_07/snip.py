"""07-snip: the scores of SNIP by hand."""

import itertools
import math
import random
from collections.abc import Callable
from statistics import fmean

from scalinglab.exercises.exercise import Case, Exercise, Mistake

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
EXERCISE = Exercise(
    key="07-snip",
    title="SNIP by hand",
    name="snip",
    cases=_networks,
    oracle=_snip,
    difficulty="medium",
    minutes=15,
    tolerance=1e-6,
    mistakes=(
        Mistake(
            "absolute value first",
            _wrong_snip(lambda w, g: fmean([abs(w * each) for each in g])),
            "You took absolute values of each example before the mean, 5, 5, 16, 4 for inputs (1, 3) and (2, -1), "
            "targets 6 and 7, hidden weights (1, 1) and (2, -1), output weights 1 and 2: derivatives of different "
            "examples may cancel, and the loss is that of all of them.",
        ),
        Mistake(
            "the gradient alone",
            _wrong_snip(lambda w, g: abs(fmean(g))),
            "You returned the size of the gradient, 3, 5, 8, 4 for inputs (1, 3) and (2, -1), targets 6 and 7, "
            "hidden weights (1, 1) and (2, -1), output weights 1 and 2: what is removed is the whole weight, so the "
            "loss changes by about the derivative times the weight.",
        ),
        Mistake(
            "with signs",
            _wrong_snip(lambda w, g: w * fmean(g)),
            "You kept the signs, 3, -5, 16, 4 for inputs (1, 3) and (2, -1), targets 6 and 7, hidden weights (1, 1) "
            "and (2, -1), output weights 1 and 2: SNIP keeps what changes the loss most, up or down.",
        ),
        Mistake(
            "rectifier forgotten",
            _wrong_snip(lambda w, g: abs(w * fmean(g)), rectify=False),
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
            _wrong_snip(lambda w, g: 2 * abs(w * fmean(g))),
            "You differentiated the square without the half in front: every score is twice what it should be.",
        ),
        Mistake(
            "weights above left out",
            _wrong_snip(lambda w, g: abs(w * fmean(g)), above=False),
            "You left out the output weights, 3, 5, 8, 2 for inputs (1, 3) and (2, -1), targets 6 and 7, hidden "
            "weights (1, 1) and (2, -1), output weights 1 and 2: on its way down the error is multiplied by the "
            "weight above the unit.",
        ),
        Mistake(
            "normalized",
            _normalized,
            "You divided by the sum of all scores, 28 for inputs (1, 3) and (2, -1), targets 6 and 7, hidden weights "
            "(1, 1) and (2, -1), output weights 1 and 2: the paper does so, too, and the ranking is the same, but "
            "the exercise asks for the scores themselves.",
        ),
        Mistake(
            "the weight squared",
            _wrong_snip(lambda w, g: w * w * abs(fmean(g))),
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
