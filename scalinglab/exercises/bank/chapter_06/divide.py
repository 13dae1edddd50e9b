"""06-divide: how a larger budget is divided between width and time."""

import random
from collections.abc import Callable

from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _budgets(draw: random.Random) -> tuple[Case, ...]:
    """A hard task with a < b, a hard one with a > b, an easy one, and one so easy that width grows faster than time."""
    hard = round(draw.uniform(2, 2.6), 2)
    b, wide = round(draw.uniform(1.2, 1.6), 2), round(draw.uniform(1.2, 1.4), 2)
    return (
        (draw.choice([10.0, 100.0]), round(1 + hard * draw.uniform(0.3, 0.45), 2), hard),
        (round(draw.uniform(3, 8), 1), round(1 + 2 * draw.uniform(0.8, 0.95), 2), 2.0),
        (1000.0, round(1 + b * draw.uniform(1.2, 1.35), 2), b),
        (10.0, round(2 * wide + draw.uniform(1.3, 2.0), 2), wide),
    )


def _divided(factor: float, a: float, b: float) -> list[float]:
    """The right answer by searching: the width and time whose terms of the loss are largest, balanced at a huge budget.

    In logarithms (base C) the loss is the largest of its terms, -x(a - 1)/b of time C^x, -y min(a - 1, b) of width C^y
    and, for an easy task, -y - x (1 - 1/b); the best x = 1 - y makes the largest as small as it can be.
    """

    def largest(x: float) -> float:
        terms = [-x * (a - 1) / b, -(1 - x) * min(a - 1, b)]
        if a - 1 > b:
            terms.append(-(1 - x) - x * (1 - 1 / b))
        return max(terms)

    low, high = 0.0, 1.0
    for _ in range(200):  # the largest of straight lines is convex
        one, two = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, two) if largest(one) <= largest(two) else (one, high)
    return [factor ** (1 - low), factor**low]


def _share(time: Callable[[float, float], float]) -> Callable[[float, float, float], list[float]]:
    """A wrong answer from a wrong exponent of time; width gets the rest of the budget."""
    return lambda factor, a, b: [factor ** (1 - time(a, b)), factor ** time(a, b)]


def _swapped(time: Callable[[float, float], float]) -> Callable[[float, float, float], list[float]]:
    """The same with the pair swapped: width gets the share of time."""
    return _share(lambda a, b: 1 - time(a, b))


def _published(a: float, b: float) -> float:
    model = min(a - 1, 2 * b)
    return b * model / (a - 1 + b * model)


def _correct(a: float, b: float) -> float:
    return b / (1 + b) if a - 1 <= b else b / a


# The messages show a = 1.5, b = 1.25 and a = 3, b = 1.25, and a budget ten times as large.
EXERCISE = Exercise(
    key="06-divide",
    title="Ten times the budget",
    name="divide",
    cases=_budgets,
    oracle=_divided,
    tolerance=1e-6,
    difficulty="medium",
    minutes=12,
    mistakes=(
        Mistake(
            "published law for an easy task",
            _share(_published),
            "For easy tasks, a - 1 > b, you used the published exponents: for a = 3, b = 1.25 and ten times the budget "
            "they say width times 2.8, but a term of width and time together takes over, and the truth is 3.8.",
        ),
        Mistake(
            "hard law for every task",
            _share(lambda a, b: b / (1 + b)),
            "You used time ~ C^(b / (1 + b)) for every task: that balance of time against width holds for a - 1 < b; "
            "beyond, a third term takes the place of the width's.",
        ),
        Mistake(
            "easy law for every task",
            _share(lambda a, b: b / a),
            "You used time ~ C^(b / a) for every task, which would give a = 1.5, b = 1.25 only 1.5 times the width for "
            "ten times the budget; the third term matters for a - 1 > b only.",
        ),
        Mistake(
            "split evenly",
            _share(lambda a, b: 0.5),
            "You split the factor evenly: that is right only if loss falls equally fast with width and with time, and "
            "here width has the exponent a - 1 and time only (a - 1) / b.",
        ),
        Mistake(
            "width and time swapped",
            _swapped(_correct),
            "You swapped the two: the answer is the factor of the width first, then that of the time.",
        ),
        Mistake(
            "swapped for hard tasks",
            _swapped(lambda a, b: b / (1 + b) if a - 1 <= b else 1 - b / a),
            "For hard tasks you swapped the two: width reaches one mode more at the smaller price, so it needs the "
            "smaller share, and its factor comes first; your easy tasks are right.",
        ),
        Mistake(
            "swapped for easy tasks",
            _swapped(lambda a, b: b / a if a - 1 > b else 1 - b / (1 + b)),
            "For easy tasks you swapped the two: put your exponents into both terms, t^(-(a-1)/b) and "
            "t^(-(1-1/b)) / N, and see whether they fall equally fast; your hard tasks are right.",
        ),
        Mistake(
            "hard law, swapped",
            _swapped(lambda a, b: b / (1 + b)),
            "You swapped the two and used one balance for every task: the factor of the width comes first, and beyond "
            "a - 1 = b a third term takes the place of the width's.",
        ),
        Mistake(
            "easy law, swapped",
            _swapped(lambda a, b: b / a),
            "You swapped the two and used the third term for every task: the factor of the width comes first, and for "
            "a - 1 < b the terms of time and of width alone are in balance.",
        ),
        Mistake(
            "published law, swapped",
            _swapped(_published),
            "You swapped the two and used the published exponents: the factor of the width comes first, and for easy "
            "tasks, a - 1 > b, a term of width and time together takes over.",
        ),
        Mistake(
            "exponents instead of factors",
            lambda factor, a, b: [1 - _correct(a, b), _correct(a, b)],
            "You returned the exponents, but asked is by what factor width and time grow: raise the budget's factor to "
            "each of them.",
        ),
        Mistake(
            "exponents of the loss",
            lambda factor, a, b: [factor ** (a - 1), factor ** ((a - 1) / b)],
            "You raised the factor to the exponents with which the loss falls in width and in time: the slower lever "
            "must grow more, and the two factors multiply to that of the budget.",
        ),
        Mistake(
            "budget spent twice",
            lambda factor, a, b: [factor, factor],
            "You gave the whole factor to both, but compute is width times time: the two factors must multiply to that "
            "of the budget.",
        ),
        Mistake(
            "border at a = b",
            _share(lambda a, b: b / (1 + b) if a <= b else b / a),
            "You took a task for easy as soon as a > b: the border is a - 1 = b, where (a - 1) / b reaches 1.",
        ),
    ),
    hints=(
        "Compute is width times time, so the two factors multiply to that of the budget: one exponent is enough.",
        "At the optimum the two largest terms of the loss fall equally fast: which two are they, below and above?",
        "Hard: t^(-(a-1)/b) against N^(-(a-1)), so time ~ C^(b/(1+b)). Easy: t^(-(a-1)/b) against t^(-(1-1/b)) / N, so "
        "time ~ C^(b/a).",
    ),
)
