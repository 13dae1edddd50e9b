"""01-offset: the samples that bring a law with an offset down to a target."""

import math
import random
from collections.abc import Callable

import numpy as np

from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _offset_laws(draw: random.Random) -> tuple[Case, ...]:
    """No offset; two laws with one, rounded up from below and from above a half; then a target below it, and at it.

    Below the offset the exponent is 0.5: the power is a square there, which hides that the gap is negative.
    """
    simple = _reachable(draw, 0.0, 0.1, 0.4)
    laws = [_reachable(draw, round(draw.uniform(0.05, 0.2), 2), *part) for part in ((0.6, 0.9), (0.1, 0.4))]
    amplitude, offset = round(draw.uniform(1, 3), 1), round(draw.uniform(0.1, 0.2), 2)
    below = (round(offset - draw.uniform(0.02, 0.08), 3), amplitude, 0.5, offset)
    return simple, *laws, below, (offset, *laws[0][1:3], offset)


def _reachable(draw: random.Random, offset: float, low: float, high: float) -> Case:
    """A law whose answer, before it is rounded up, has a fraction from ``low`` to ``high``.

    So it lies 0.1 or more from a whole number, and below 20,000: no rounding error of the computer (below 10^-10
    here) decides, and every right formula, with a small tolerance or without, is rounded up to the same number.
    """
    while True:
        amplitude, exponent = round(draw.uniform(1, 3), 1), round(draw.uniform(0.3, 0.7), 2)
        target = round(offset + draw.uniform(0.05, 0.2), 3)
        samples = (amplitude / (target - offset)) ** (1 / exponent)
        if samples < 20_000 and low <= samples % 1 <= high:
            return target, amplitude, exponent, offset


def _samples_needed(target: float, amplitude: float, exponent: float, offset: float) -> float:
    """The right answer without solving for it: the law is tried at whole numbers, doubled and then halved between."""
    if target <= offset:
        return math.inf
    short, enough = 0, 1
    while amplitude * enough**-exponent + offset > target:
        short, enough = enough, 2 * enough
    while enough - short > 1:
        middle = (short + enough) // 2
        if amplitude * middle**-exponent + offset > target:
            short = middle
        else:
            enough = middle
    return enough


def _solved(target: float, amplitude: float, exponent: float, offset: float) -> float:
    """The samples before they are rounded up; below the offset what the square makes of the negative gap."""
    gap = abs(target - offset)
    return (amplitude / gap) ** (1 / exponent) if gap else math.inf


def _guarded(formula: Callable[..., float], whole: Callable[[float], float] = math.ceil) -> Callable[..., float]:
    """A wrong formula, or a wrong way to make its result whole, behind the right guard: infinity where it belongs."""
    return lambda *law: math.inf if math.isinf(_samples_needed(*law)) else whole(formula(*law))


# The messages show amplitude 1, exponent 0.5, offset 0.1 and target 0.4: (1 / 0.3)**2 = 11.1, so 12 samples.
EXERCISE = Exercise(
    key="01-offset",
    title="What it takes",
    name="samples_needed",
    cases=_offset_laws,
    oracle=_samples_needed,
    difficulty="medium",
    minutes=12,
    mistakes=(
        Mistake(
            "ignored the offset",
            _guarded(lambda target, amplitude, exponent, _: (amplitude / target) ** (1 / exponent)),
            "Your formula leaves out the offset: to bring `n**-0.5 + 0.1` down to 0.4 it says 7 samples, with which "
            "the error is still 0.38 + 0.1 = 0.48.",
        ),
        Mistake(
            "ignored the offset and its limit",
            lambda target, amplitude, exponent, _: math.ceil((amplitude / target) ** (1 / exponent)),
            "You never used `offset`: to bring `n**-0.5 + 0.1` down to 0.4 you say 7 samples, which leave 0.48, and "
            "down to 0.05 you say 400, though no number of samples gets below 0.1.",
        ),
        Mistake(
            "added the offset",
            _guarded(lambda target, amplitude, exponent, offset: (amplitude / (target + offset)) ** (1 / exponent)),
            "You added the offset to the target: to bring `n**-0.5 + 0.1` down to 0.4 you say 4 samples, which leave "
            "0.5 + 0.1 = 0.6; on the other side of the equation it changes its sign.",
        ),
        Mistake(
            "not rounded",
            _guarded(_solved, float),
            "Your formula is right, but round up: you say that 11.1 samples bring `n**-0.5 + 0.1` down to 0.4, and "
            "there are no tenths of samples.",
        ),
        Mistake(
            "rounded down",
            _guarded(_solved, math.floor),
            "You rounded down: to bring `n**-0.5 + 0.1` down to 0.4 takes 11.1 samples, and with 11 the error is "
            "0.4015, still above the target.",
        ),
        Mistake(
            "rounded to the nearest",
            _guarded(_solved, round),
            "You rounded to the nearest whole number, often too few: to bring `n**-0.5 + 0.1` down to 0.4 takes 11.1 "
            "samples, and with 11 the error is 0.4015, still above the target.",
        ),
        Mistake(
            "exponent not inverted",
            _guarded(lambda target, amplitude, exponent, offset: (amplitude / (target - offset)) ** exponent),
            "You took the power `exponent`, but its inverse undoes the law: to bring `n**-0.5 + 0.1` down to 0.4 you "
            "say 2 samples, which leave 0.71 + 0.1 = 0.81.",
        ),
        Mistake(
            "upside down",
            _guarded(lambda *law: 1 / _solved(*law)),
            "You say that one sample is always enough: to bring `n**-0.5 + 0.1` down to 0.4 you square 0.3 in place "
            "of 1 / 0.3; turn the fraction, or the sign of the power.",
        ),
        Mistake(
            "a number below the offset",
            lambda *law: float(np.ceil(_solved(*law))),
            "Below the offset no number is enough: to bring `n**-0.5 + 0.1` down to 0.05 you say (1 / -0.05)**2 = 400 "
            "samples, but they leave 0.15, and more of them never get below 0.1.",
        ),
        Mistake(
            "zero below the offset",
            lambda *law: 0 if math.isinf(_samples_needed(*law)) else _samples_needed(*law),
            "Below the offset you answer 0, as if no sample were needed: `n**-0.5 + 0.1` never gets down to 0.05, and "
            "the number for never is `math.inf`.",
        ),
    ),
    hints=(
        "Which part of the error can more samples still remove? Write `target` for the error and solve for `n`.",
        "Bring the offset to the other side: `amplitude * n**-exponent = target - offset`; a power undoes a power.",
        "Raise `amplitude / (target - offset)` to `1 / exponent` and round up, but first answer `math.inf` where the "
        "gap is zero or less.",
    ),
)
