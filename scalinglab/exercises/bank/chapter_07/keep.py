"""07-keep: a mask that keeps exactly so many weights, ties included."""

import random
from collections.abc import Callable
from typing import Any

from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _scores(draw: random.Random) -> Cases:
    """Scores of both signs; of those at the edge between kept and pruned several are equal."""
    for size in (5, 9, 24):
        scores = [float(draw.randint(-4, 6)) for _ in range(size)]
        kept = draw.randint(2, size - 2)
        edge = sorted(scores, reverse=True)[kept - 1]
        for place in draw.sample(range(size), size // 3):
            scores[place] = edge
        yield scores, kept


def _keep(scores: list[float], kept: int) -> list[int]:
    """The right answer by counting, for each weight, those that come before it."""
    before = [
        sum(other > score or (other == score and index < place) for index, other in enumerate(scores))
        for place, score in enumerate(scores)
    ]
    return [int(rank < kept) for rank in before]


def _last(scores: list[float], kept: int) -> list[int]:
    """The last of equal scores and not the first."""
    return _keep(scores[::-1], kept)[::-1]


def _compared(function: Callable[..., Any], case: tuple[list[float], int]) -> Any:
    """An answer as it is compared: if only its choice among equal scores is wrong, it stands for all of that kind.

    NumPy promises no order among equal scores: which of them ``argsort`` puts first depends on the machine.
    """
    answer, right = function(*case), _keep(*case)
    try:
        marks = list(answer) if set(answer) <= {0, 1} and len(answer) == len(right) else right
    except TypeError:  # no list of marks
        return answer
    mine, theirs = (sorted(score for score, mark in zip(case[0], each, strict=True) if mark) for each in (marks, right))
    return _last(*case) if marks != right and mine == theirs else answer


def _edge(scores: list[float], kept: int) -> float:
    return sorted(scores, reverse=True)[kept - 1]


# The messages show the scores 3, 1, 1, 1 and -2, of which 2 are kept: 1, 1, 0, 0, 0.
EXERCISE = Exercise(
    key="07-keep",
    title="Exactly so many",
    name="keep",
    cases=_scores,
    oracle=_keep,
    difficulty="easy",
    minutes=6,
    look=_compared,
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
            "equal scores out of order",
            _last,
            "You kept the right scores, but of equal ones not always the first: of 3, 1, 1, 1, -2 you may have kept "
            "the fourth and not the second. `np.argsort` promises no order among equal scores, and a sorted list that "
            "is reversed has the later ones first.",
            by_luck=True,
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
