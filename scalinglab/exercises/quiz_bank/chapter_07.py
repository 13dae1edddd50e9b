"""Chapter 07, lottery tickets: the quiz."""

from __future__ import annotations

from scalinglab.exercises.quiz_item import Item, right, wrong

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Item(
        "Two masks keep one weight in a hundred. One was found by a score that looks at data, the other one is random "
        "with ERK's counts, and trains better. What do you look at first?",
        (
            wrong(
                "The learning rate of the first network.",
                "Both were trained alike. Something that differs between the masks is a better place to begin.",
            ),
            right(
                "How many of the kept weights of each lie on a path from an input to an output.",
                "At such a density it ranks most methods by itself. A score over all layers may leave a layer nearly "
                "empty, and then its other weights are paid for and useless.",
            ),
            wrong(
                "Whether the score took the absolute value.",
                "That decides which weights are large, but you would see the damage in the layers' counts and paths.",
            ),
        ),
    ),
    Item(
        "A paper finds a mask before training, and reports that shuffling it within each layer costs no accuracy, at a "
        "density of 10 %. What follows?",
        (
            wrong(
                "The method is useless.",
                "It may have found good counts for the layers, which random pruning in equal shares does not have.",
            ),
            wrong(
                "The mask is a lottery ticket, as it trains however it is shuffled.",
                "If any mask with these counts trains as well, then this one is nothing special.",
            ),
            wrong(
                "Masks never matter, only counts do.",
                "In the chapter shuffling costs 15 points or more at 1.6 %, as it breaks paths. The density counts.",
            ),
            right(
                "At this density the method has found how many weights each layer needs, and not which ones.",
                "That is the finding of Frankle and others. It says nothing about much lower densities.",
            ),
        ),
    ),
    Item(
        "Iterative pruning beats SNIP by seven points, at the same density and with 400 steps of training each. Its "
        "search took 5,600 steps. What would make the comparison fair?",
        (
            right(
                "Let SNIP's network train for 6,000 steps, and compare again.",
                "Every step counts. At 5 % that closes most of the gap; at 2 % it closes nothing, so there the search "
                "has found something that time does not buy.",
            ),
            wrong(
                "Nothing: both networks have the same size and were trained alike.",
                "One of them comes out of fifteen trainings. Whoever pays for them may spend the steps otherwise.",
            ),
            wrong(
                "Give SNIP the weights at the end of the search.",
                "That would be another method, pruning after training, and not a price for the first one.",
            ),
        ),
    ),
)
