"""07-keep: a mask that keeps exactly so many weights, ties included."""

import random

from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _scores(draw: random.Random) -> Cases:
    """Scores of both signs; of those at the edge between kept and pruned several are equal."""
    for size in (5, 9, 14):
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
