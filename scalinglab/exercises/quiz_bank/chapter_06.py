"""Chapter 06, compute-optimal: the quiz."""

from __future__ import annotations

from scalinglab.exercises.quiz_item import Item, right, wrong

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Item(
        "The loss falls slowly with training time and fast with width. Compute is their product. Which of the two "
        "should grow faster when the budget grows?",
        (
            wrong(
                "Width: a unit of it buys more.",
                "Soon it has bought all there is: its part of the loss is gone, and the part of time is left. The best "
                "division keeps the two parts in balance.",
            ),
            wrong(
                "Both alike, as compute is symmetric in them.",
                "The cost is, the loss is not. With equal growth the part of time becomes larger and larger against "
                "the part of width.",
            ),
            right(
                "Time: the weaker lever needs the larger share.",
                "In balance both parts fall by the same factor, and the slower power has to grow more to do so.",
            ),
        ),
    ),
    Item(
        "Training stops early, when only modes that are few against the width have been learned. You double the width. "
        "What becomes of the cost of being finite?",
        (
            right(
                "It is halved, whatever the task.",
                "Early the cost is a sum over modes of what their features disturb each other, of order one over the "
                "width.",
            ),
            wrong(
                "It falls by the power that the task's exponents say.",
                "That is the bottleneck at the end of training, when features are missing. Early none is missing yet.",
            ),
            wrong(
                "Nothing: early the width does not matter.",
                "It matters little, but by a definite amount: random features are not exactly orthogonal, and that "
                "costs from the first step on.",
            ),
        ),
    ),
    Item(
        "1,024 noisy samples, 1,024 features, and training is stopped at its best moment. One network with all "
        "features, or several that share them and are averaged?",
        (
            wrong(
                "Several: averaging can only remove scatter.",
                "It does, but each of the narrow networks also learns less of every mode, and no average gives that "
                "back.",
            ),
            right(
                "One: it needs no help, as early stopping has avoided the peak.",
                "What an ensemble removes is the scatter that blows up late, near width = samples. At the best moment "
                "there is little of it.",
            ),
            wrong(
                "It makes no difference, as all features are used either way.",
                "Features that are trained together can share the work; those of different networks each learn as if "
                "the others were not there.",
            ),
        ),
    ),
)
