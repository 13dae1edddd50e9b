"""02-sum-or-mean: the objective of a fit that must not stop early, a sum of Huber losses."""

import math
import random
from collections.abc import Callable

import numpy as np

from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _residuals(draw: random.Random) -> Cases:
    """All within delta; all beyond it, on both sides; then some of each."""
    for ranges in (((0.2, 0.9),) * 3, ((1.5, 6.0),) * 4, ((0.2, 0.9), (2.0, 9.0)) * 3):
        delta = draw.choice((0.002, 0.005, 0.01, 0.02))
        sizes = [round(delta * draw.uniform(*part), 5) for part in ranges]
        signs = draw.sample([1, -1] * 3, len(sizes))
        yield np.array([size * sign for size, sign in zip(sizes, signs, strict=True)]), delta


def _objective(residuals: np.ndarray, delta: float) -> float:
    """The right answer as an area: the slope grows up to delta and stays there, a triangle and then a rectangle."""
    knees = [(min(abs(residual), delta), abs(residual)) for residual in residuals]
    return math.fsum(knee * knee / 2 + delta * (size - knee) for knee, size in knees)


def _pieces(
    near: Callable[..., np.ndarray], far: Callable[..., np.ndarray], size: Callable[..., np.ndarray] = np.abs
) -> Callable[[np.ndarray, float], float]:
    """A loss of two pieces, each of the residuals and delta; ``size`` is compared with delta."""
    return lambda r, delta: float(np.where(size(r) <= delta, near(r, delta), far(r, delta)).sum())


def _square(r: np.ndarray, delta: float) -> np.ndarray:
    return r**2 / 2


def _line(r: np.ndarray, delta: float) -> np.ndarray:
    return delta * (np.abs(r) - delta / 2)


# The messages show residuals 1, -5, 6 and delta 2, for which the sum is 0.5 + 8 + 10 = 18.5; and where an L-BFGS-B fit
# of 240 made-up runs of a law with exponents 0.35 and 0.37 ends, at delta 0.001, as
# tests/exercises/bank/test_chapter_02.py runs it. The sum is what is asked, as the literature's repair of the mean; it
# is no cure, as the texts say.
EXERCISE = Exercise(
    key="02-sum-or-mean",
    title="Sum or mean?",
    name="objective",
    cases=_residuals,
    oracle=_objective,
    difficulty="medium",
    minutes=12,
    mistakes=(
        Mistake(
            "mean",
            lambda r, delta: _objective(r, delta) / len(r),
            "You took the mean: of 240 runs at delta 0.001 it is about 0.000003. L-BFGS-B stops once a step gains less "
            "than 0.000000002, so a fit reaches the minimum from none of 108 starts. With the sum, it does from about "
            "a third of them.",
        ),
        Mistake(
            "squares only",
            lambda r, delta: float(_square(r, delta).sum()),
            "You squared the large residuals too, 0.5 + 12.5 + 18 = 31 for residuals 1, -5, 6 and delta 2: when 12 of "
            "240 runs are 10 % too high, a fit of squares finds alpha 0.377, and the Huber loss 0.350. The truth is "
            "0.35.",
        ),
        Mistake(
            "absolute values only",
            lambda r, delta: float(np.abs(r).sum()),
            "You added up absolute values, 1 + 5 + 6 = 12: each has a kink at 0, where L-BFGS-B finds no slope to "
            "follow. A fit reaches the minimum from hardly any of 108 starts. With a loss that is round near 0, it "
            "does from a third of them.",
        ),
        Mistake(
            "half missing",
            _pieces(lambda r, delta: r**2, _line),
            "The half of the square is missing, 1 + 8 + 10 = 19 for residuals 1, -5, 6 and delta 2: at `delta` your "
            "square has the slope 2 * delta, but the line after it only delta.",
        ),
        Mistake(
            "line without its factor",
            _pieces(_square, lambda r, delta: np.abs(r) - delta / 2),
            "Beyond `delta` your line has slope 1, 0.5 + 4 + 5 = 9.5 for residuals 1, -5, 6 and delta 2: it should go "
            "on with the slope that the square has there, `delta`.",
        ),
        Mistake(
            "line not lowered",
            _pieces(_square, lambda r, delta: delta * np.abs(r)),
            "Your line is too high, 0.5 + 10 + 12 = 22.5 for residuals 1, -5, 6 and delta 2: the loss jumps at "
            "`delta` from delta**2 / 2 to delta**2; lower the line until the two meet.",
        ),
        Mistake(
            "line lowered outside of the bracket",
            _pieces(_square, lambda r, delta: delta * np.abs(r) - delta / 2),
            "You lowered the line by `delta / 2`, 0.5 + 9 + 11 = 20.5 for residuals 1, -5, 6 and delta 2: with delta "
            "0.001 a residual of 0.01 then costs less than one of 0; lower the line by `delta` times that.",
        ),
        Mistake(
            "negative residuals taken as small",
            _pieces(_square, _line, size=lambda r: r),
            "You compared `r` itself with `delta`, so that every negative residual is squared, 0.5 + 12.5 + 10 = 23 "
            "for residuals 1, -5, 6 and delta 2; it is the size of `r` that counts.",
        ),
        Mistake(
            "negative losses",
            _pieces(_square, lambda r, delta: delta * (r - delta / 2)),
            "Your line has no absolute value, 0.5 - 12 + 10 = -1.5 for residuals 1, -5, 6 and delta 2: a fit runs away "
            "to predictions that are far too low, since they earn a negative loss.",
        ),
        Mistake(
            "divided by delta",
            lambda r, delta: _objective(r, delta) / delta,
            "You divided the sum by `delta`, 9.25 for residuals 1, -5, 6 and delta 2, which is PyTorch's "
            "`SmoothL1Loss`: a good scale for an optimizer, but the Huber loss that was asked starts as `r**2 / 2`.",
        ),
    ),
    hints=(
        "Each residual has a loss of its own: a square while it is small, a straight line when it is large.",
        "Only the size of a residual counts, `np.abs(residuals)`; `np.where(condition, near, far)` picks the piece.",
        "The pieces are `r**2 / 2` and `delta * (np.abs(r) - delta / 2)`; add up all of them, and divide by nothing.",
    ),
)
