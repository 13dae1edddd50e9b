"""11-step: one step of recombination."""

import math
import random
from collections.abc import Callable

from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _walks(draw: random.Random) -> Cases:
    """Three sets of weights, each with a direction whose numbers add up to zero, so that the total weight is kept."""
    for size in (4, 5, 7):
        weights = [draw.randint(2, 60) / 10 for _ in range(size)]
        direction = [draw.choice((-1, 1)) * draw.randint(1, 12) / 4 for _ in range(size - 1)]
        direction.append(-sum(direction))
        if not direction[-1] or max(direction) <= 0:
            direction[0], direction[-1] = direction[0] + 2, direction[-1] - 2
        yield weights, direction


def _walked(weights: list[float], direction: list[float]) -> list[float]:
    """The right answer by trying: of the steps that make some weight zero, the longest that makes none negative."""
    steps = [weight / part for weight, part in zip(weights, direction, strict=True) if part > 0]
    ends = [[weight - step * part for weight, part in zip(weights, direction, strict=True)] for step in steps]
    allowed = [end for end in ends if min(end) > -1e-9]
    return [0.0 if abs(weight) < 1e-9 else weight for weight in min(allowed, key=min)]


def _by(choose: Callable[[list[float], list[float]], float]) -> Callable[..., list[float]]:
    """A wrong answer that walks a wrong distance."""

    def walk(weights: list[float], direction: list[float]) -> list[float]:
        step = choose(weights, direction)
        return [weight - step * part for weight, part in zip(weights, direction, strict=True)]

    return walk


def _ratios(weights: list[float], direction: list[float]) -> list[float]:
    """Each weight over its part of the direction; infinite for none."""
    return [weight / part if part else math.inf for weight, part in zip(weights, direction, strict=True)]


def _right_step(weights: list[float], direction: list[float]) -> float:
    return min(ratio for ratio in _ratios(weights, direction) if ratio > 0)


def _at(place: Callable[[list[float], list[float]], int]) -> Callable[..., float]:
    """The step that makes the weight at some place zero."""

    def step(weights: list[float], direction: list[float]) -> float:
        chosen = place(weights, direction)
        return weights[chosen] / (direction[chosen] or 1.0)

    return step


def _only_the_dead(weights: list[float], direction: list[float]) -> list[float]:
    first = _ratios(weights, direction).index(_right_step(weights, direction))
    return [0.0 if place == first else weight for place, weight in enumerate(weights)]


def _normalised(weights: list[float], direction: list[float]) -> list[float]:
    end = _walked(weights, direction)
    return [weight / sum(end) for weight in end]


# The messages show weights 3, 2, 1 and 4 and the direction 1, 2, -1, -2: the step is 1, and 2, 0, 2, 6 are left.
EXERCISE = Exercise(
    key="11-step",
    title="One step of recombination",
    name="step",
    cases=_walks,
    oracle=_walked,
    difficulty="medium",
    minutes=12,
    mistakes=(
        Mistake(
            "the longest step",
            _by(lambda w, v: max(ratio for ratio in _ratios(w, v) if 0 < ratio < math.inf)),
            "You walked until the last of the falling weights is zero: weights 3, 2, 1, 4 and direction 1, 2, -1, -2 "
            "give you -4 on the way, where the first to get to zero ends the walk.",
        ),
        Mistake(
            "negative numbers of the direction counted",
            _by(lambda w, v: min(abs(ratio) for ratio in _ratios(w, v))),
            "You took the smallest ratio by its size, but a weight whose number in the direction is negative grows on "
            "this walk, and can end no step.",
        ),
        Mistake(
            "walked the other way",
            _by(lambda w, v: -_right_step(w, v)),
            "You walked along the direction: weights 3, 2, 1, 4 and direction 1, 2, -1, -2 give you 4 first, where "
            "a step against the direction leaves 2.",
        ),
        Mistake(
            "most negative ratio",
            _by(lambda w, v: min(_ratios(w, v))),
            "You took the smallest of all ratios, which is negative: the walk goes the wrong way, and too far; only "
            "positive numbers of the direction make a weight fall.",
        ),
        Mistake(
            "smallest weight",
            _by(_at(lambda w, v: w.index(min(w)))),
            "You made the smallest weight zero, but the first to get there is the one that is small *for its number in "
            "the direction*.",
        ),
        Mistake(
            "largest number of the direction",
            _by(_at(lambda w, v: v.index(max(v)))),
            "You made the weight zero that falls fastest, but it may have further to fall than another.",
        ),
        Mistake(
            "the others left as they were",
            _only_the_dead,
            "You removed a weight and left the others: 3, 0, 1, 4 of 3, 2, 1, 4, and the total has changed; the whole "
            "step moves all weights, so that the moments stay.",
        ),
        Mistake(
            "one whole step",
            lambda w, v: [max(weight - part, 0.0) for weight, part in zip(w, v, strict=True)],
            "You subtracted the direction once and cut at zero: the length of the step is what has to be found, and "
            "cutting changes the moments.",
        ),
        Mistake(
            "normalised",
            _normalised,
            "Your weights are right but for their sum, which you made 1: weights 3, 2, 1, 4 have the sum 10, and the "
            "step keeps it.",
        ),
    ),
    hints=(
        "Which weights fall along this walk, and which grow?",
        "A weight `w` whose number in the direction is `v > 0` is zero at `t = w / v`.",
        "Take the smallest of these `t`, and return `weights - t * direction`.",
    ),
)
