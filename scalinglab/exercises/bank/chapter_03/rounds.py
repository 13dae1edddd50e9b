"""03-rounds: the rounds of pruning that lead to a number of weights."""

import math
import random

from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _cuts(draw: random.Random) -> tuple[Case, ...]:
    """Networks of a few thousand weights; the last one is there already."""
    cases: list[Case] = []
    for _ in range(4):
        total, fraction = draw.randint(2000, 20_000), draw.choice([0.1, 0.2, 0.25, 0.3])
        rounds = draw.randint(5, 14)
        # Between two rounds, so that no rounding of a logarithm decides.
        cases.append((total, round(total * (1 - fraction) ** (rounds - draw.uniform(0.35, 0.65))), fraction))
    return (*cases, (cases[0][0], cases[0][0], cases[0][2]))


def _counted(total: float, kept: float, fraction: float) -> int:
    """The right answer by doing it."""
    left, done = float(total), 0
    while left > kept:
        left, done = left * (1 - fraction), done + 1
    return done


# The messages show 1,000 weights of which at most 300 are to be left, 20 % in each round: 6 rounds leave 262.
EXERCISE = Exercise(
    key="03-rounds",
    title="Rounds",
    name="rounds",
    cases=_cuts,
    oracle=_counted,
    tolerance=0.0,
    difficulty="easy",
    minutes=6,
    mistakes=(
        Mistake(
            "the same number in each round",
            lambda total, kept, fraction: math.ceil((total - kept) / (fraction * total)),
            "You took the same number of weights in each round: 1,000 weights to 300 would be 4 rounds, but each round "
            "prunes a fraction of what is *left*, and 6 are needed.",
        ),
        Mistake(
            "one too few",
            lambda total, kept, fraction: _counted(total, kept, fraction) - 1,
            "You rounded down: after your last round more than `kept` weights are left.",
        ),
        Mistake(
            "one too many",
            lambda total, kept, fraction: _counted(total, kept, fraction) + 1,
            "You counted one round too many: training the dense network is not a round, and where all weights may be "
            "kept the answer is 0.",
        ),
        Mistake(
            "fraction kept",
            lambda total, kept, fraction: math.ceil(math.log(kept / total) / math.log(fraction)),
            "You multiplied by `fraction` in each round, but that is what is pruned: 1,000 weights to 300 would be 1 "
            "round, where 6 are right.",
        ),
        Mistake(
            "not a whole number",
            lambda total, kept, fraction: math.log(kept / total) / math.log(1 - fraction),
            "You returned a number with decimals, but a round is done or not done: round up.",
        ),
        Mistake(
            "how many are pruned",
            lambda total, kept, fraction: math.ceil(
                math.log(max(1 - kept / total, 1e-9)) / math.log(1 - fraction) if kept < total else 0
            ),
            "You counted the rounds until `total - kept` weights are left, but `kept` is the number that stays.",
        ),
    ),
    hints=(
        "How many weights are left after one round, and after two? Each is a product.",
        "After r rounds `total * (1 - fraction) ** r` weights are left.",
        "Take logarithms and round up, or count in a loop; if `kept` equals `total`, no round is needed.",
    ),
)
