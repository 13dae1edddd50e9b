"""Chapter 01, power laws: the exponent of a law, the error of a mean over seeds, and a law with an offset."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import combinations

import numpy as np

from scalinglab.exercises.bank.three_errors import THREE_ERRORS
from scalinglab.exercises.exercise import Case, Exercise, Mistake

__all__ = ["EXERCISES"]


def _measured_laws(draw: random.Random) -> tuple[Case, ...]:
    """Two points; then five and six with noise at uneven distances, where the two ends alone say something else."""
    return tuple(_measured_law(draw, points, noise) for points, noise in ((2, 0.0), (5, 0.1), (6, 0.1)))


def _measured_law(draw: random.Random, points: int, noise: float) -> Case:
    """Sizes, and errors that fall from about a half as a power law; ``noise`` is relative, one standard deviation."""
    sizes = np.array(sorted(draw.sample([2**power for power in range(4, 13)], points)))
    first, alpha = draw.uniform(0.4, 0.6), draw.uniform(0.2, 0.6)
    errors = [first * (size / sizes[0]) ** -alpha * math.exp(draw.gauss(0.0, noise)) for size in sizes]
    return sizes, np.array(errors).round(4)


def _exponent(sizes: np.ndarray, errors: np.ndarray) -> float:
    """Least squares without a fit: the mean of the slopes of all pairs, weighted by their squared log distances."""
    pairs = combinations(zip(np.log(sizes), np.log(errors), strict=True), 2)
    steps = [(right[0] - left[0], left[1] - right[1]) for left, right in pairs]
    return sum(across * down for across, down in steps) / sum(across**2 for across, _ in steps)


def _fall(x: np.ndarray, y: np.ndarray) -> float:
    return -float(np.polyfit(x, y, 1)[0])


def _intercept(sizes: np.ndarray, errors: np.ndarray) -> float:
    return float(np.polyfit(np.log(sizes), np.log(errors), 1)[1])


# The messages show errors 0.5 and 0.05 at sizes 100 and 10,000: exponent 0.5, amplitude 5.
_EXPONENT = Exercise(
    key="01-exponent",
    title="The exponent",
    name="exponent",
    cases=_measured_laws,
    oracle=_exponent,
    difficulty="easy",
    minutes=8,
    points=10,
    tolerance=1e-5,  # a fit that a numerical search made is right too
    mistakes=(
        Mistake(
            "sign not turned",
            lambda sizes, errors: -_exponent(sizes, errors),
            "That is the slope, -0.5 for errors 0.5 and 0.05 at sizes 100 and 10,000; the law `size**-alpha` has the "
            "minus already, so an error that falls has a positive exponent.",
        ),
        Mistake(
            "log10 of the errors only",
            lambda sizes, errors: _exponent(sizes, errors) / math.log(10),
            "You mixed log10 of the errors with the natural logarithm of the sizes: errors 0.5 and 0.05 at sizes 100 "
            "and 10,000 give 1 / 4.61, but 1 / 2 with one logarithm for both.",
        ),
        Mistake(
            "log10 of the sizes only",
            lambda sizes, errors: _exponent(sizes, errors) * math.log(10),
            "You mixed the natural logarithm of the errors with log10 of the sizes: errors 0.5 and 0.05 at sizes 100 "
            "and 10,000 give 2.3 / 2, but 1 / 2 with one logarithm for both.",
        ),
        Mistake(
            "no logarithms",
            _fall,
            "You fitted a line through the numbers themselves, which falls by 0.000045 for each unit of size from 0.5 "
            "at size 100 to 0.05 at 10,000; a power law is straight only in the logarithms of both.",
        ),
        Mistake(
            "logarithm of the errors only",
            lambda sizes, errors: _fall(sizes, np.log(errors)),
            "You left the sizes without a logarithm: that line is an exponential, on which the step from size 100 to "
            "200 counts as much as the one from 10,000 to 10,100.",
        ),
        Mistake(
            "logarithm of the sizes only",
            lambda sizes, errors: _fall(np.log(sizes), errors),
            "You left the errors without a logarithm: that line goes from 0.5 at size 100 to 0.05 at size 10,000, and "
            "is below zero at 100,000, which no error is.",
        ),
        Mistake(
            "swapped axes",
            lambda sizes, errors: _fall(np.log(errors), np.log(sizes)),
            "You swapped the axes: errors 0.5 and 0.05 at sizes 100 and 10,000 give you 2 in the place of 1 / 2; the "
            "noise is in the errors, so they are the `y` of `polyfit(x, y, 1)`.",
        ),
        Mistake(
            "two points only",
            lambda sizes, errors: math.log(errors[0] / errors[-1]) / math.log(sizes[-1] / sizes[0]),
            "You used the first and the last point only: for errors 0.5, 0.3, 0.2, 0.05 at sizes 10, 100, 1,000, "
            "10,000 these say 0.333, but the best line through all four says 0.318.",
        ),
        Mistake(
            "returned the intercept",
            _intercept,
            "You returned the intercept, the logarithm of the amplitude: log(5) = 1.61 for errors 0.5 and 0.05 at "
            "sizes 100 and 10,000; the exponent sits in the slope.",
        ),
        Mistake(
            "returned the amplitude",
            lambda sizes, errors: math.exp(_intercept(sizes, errors)),
            "You returned the amplitude, the error that the law has at size 1: 5 for errors 0.5 and 0.05 at sizes 100 "
            "and 10,000; the exponent says how fast it falls from there.",
        ),
    ),
    hints=(
        "Take the logarithm of both sides of the law: which quantity is now a straight line in which other one?",
        "The line is `log(error) = log(amplitude) - alpha * log(size)`; `np.polyfit(x, y, 1)` gives a slope first.",
        "Give it the logarithms of all sizes as `x` and of all errors as `y`; keep the slope, and mind its sign.",
    ),
)


def _seeds(draw: random.Random) -> tuple[Case, ...]:
    """Errors of two runs, where the median is the mean, then of five and of eight."""
    return tuple((np.array([round(draw.gauss(0.15, 0.02), 3) for _ in range(runs)]),) for runs in (2, 5, 8))


def _mean_and_error(errors: np.ndarray) -> tuple[float, float]:
    """The error from the differences of all pairs, whose mean square is twice the variance; no mean is needed."""
    count = len(errors)
    squares = sum((one - other) ** 2 for one, other in combinations(errors, 2))
    return math.fsum(errors) / count, math.sqrt(squares / (count - 1)) / count


def _spread(change: Callable[[float, int], float]) -> Callable[[np.ndarray], tuple[float, float]]:
    """The right mean beside a wrong number made of the standard deviation (of ``n - 1``) and ``n``."""
    return lambda errors: (float(np.mean(errors)), change(float(np.std(errors, ddof=1)), len(errors)))


# The messages show errors 0.10, 0.12, 0.12 and 0.18: mean 0.13, deviation 0.0346, standard error 0.0173.
_STANDARD_ERROR = Exercise(
    key="01-standard-error",
    title="The error bar",
    name="mean_and_error",
    cases=_seeds,
    oracle=_mean_and_error,
    difficulty="easy",
    minutes=6,
    points=10,
    mistakes=(
        Mistake(
            "standard deviation",
            _spread(lambda deviation, n: deviation),
            "You returned the standard deviation, 0.0346 for errors 0.10, 0.12, 0.12, 0.18: how far a single seed lies "
            "from the mean; the mean itself is known better, the more seeds the better.",
        ),
        Mistake(
            "standard deviation with ddof=0",
            lambda errors: (float(np.mean(errors)), float(np.std(errors))),
            "You returned `np.std(errors)`, 0.03 for errors 0.10, 0.12, 0.12, 0.18: how far these seeds lie from their "
            "own mean; ask for `ddof=1`, then go from one seed to the mean of all.",
        ),
        Mistake(
            "divided by n",
            _spread(lambda deviation, n: deviation / n),
            "You divided the deviation by n: for errors 0.10, 0.12, 0.12, 0.18 that promises 0.0087, half of what is "
            "true; it is variances that shrink like 1 / n, so deviations shrink more slowly.",
        ),
        Mistake(
            "ddof=0",
            lambda errors: (float(np.mean(errors)), float(np.std(errors)) / math.sqrt(len(errors))),
            "You get 0.015 for errors 0.10, 0.12, 0.12, 0.18 in the place of 0.0173: the seeds lie too close to their "
            "own mean, so their squares are divided by n - 1 (`ddof=1`), not by n.",
        ),
        Mistake(
            "variance in the place of the deviation",
            _spread(lambda deviation, n: deviation**2 / math.sqrt(n)),
            "You began from the variance: for errors 0.10, 0.12, 0.12, 0.18 it is 0.0012, in squared units; take its "
            "root, 0.0346, before you go on to the mean.",
        ),
        Mistake(
            "variance of the mean",
            _spread(lambda deviation, n: deviation**2 / n),
            "You are one step early, at the variance of the mean: 0.0003 for errors 0.10, 0.12, 0.12, 0.18 is in "
            "squared units; a standard error is in the units of the errors.",
        ),
        Mistake(
            "median",
            lambda errors: (float(np.median(errors)), _mean_and_error(errors)[1]),
            "Your error is right, but it belongs to the mean: for errors 0.10, 0.12, 0.12, 0.18 you gave the median, "
            "0.12, where the mean is 0.13.",
        ),
        Mistake(
            "wrong order",
            lambda errors: _mean_and_error(errors)[::-1],
            "Both numbers are right, but the other way round: for errors 0.10, 0.12, 0.12, 0.18 the pair begins with "
            "the mean, 0.13.",
        ),
    ),
    hints=(
        "If another person took as many seeds, how far would their mean lie from yours? Less far than a single seed.",
        "Find the standard deviation of a single seed first (`ddof=1`: the mean was estimated from the same seeds).",
        "The variance of a mean of n seeds is the variance of one divided by n; the standard error is its square root.",
    ),
)


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
_OFFSET = Exercise(
    key="01-offset",
    title="What it takes",
    name="samples_needed",
    cases=_offset_laws,
    oracle=_samples_needed,
    difficulty="medium",
    minutes=12,
    points=15,
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


EXERCISES = (_EXPONENT, _STANDARD_ERROR, _OFFSET, THREE_ERRORS)
