"""Chapter 01, power laws: the quiz."""

from __future__ import annotations

from scalinglab.exercises.quiz_item import Item, right, wrong

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Item(
        "Errors at widths 2 to 8 lie on a straight line (logarithmic axes), to within a few percent. What does it say "
        "about width 256?",
        (
            wrong(
                "What the line says there: a power law has no scale of its own.",
                "A law has no scale as long as its form holds. Here the data set a floor that five small widths cannot "
                "show, and the line dives below it.",
            ),
            right(
                "Very little: a good fit says nothing about the form beyond its range.",
                "A floor, or a bend towards guessing, is invisible over a short range. Only sizes that were held back "
                "tell.",
            ),
            wrong(
                "What the line says, give or take its standard error, which grows on the way.",
                "A standard error is about the parameters of **this** form, as if the form were known. If the form is "
                "wrong, the truth can lie many of them away.",
            ),
        ),
    ),
    Item(
        "A fitted exponent has a statistical error (few seeds) and an error of form (a straight line where there is an "
        "offset). You train with four times as many seeds. What happens?",
        (
            wrong(
                "Both errors are halved.",
                "Seeds average out the scatter of single runs. A wrong form is wrong for the means too, however sure "
                "they are.",
            ),
            wrong(
                "The statistical error falls to a quarter, the other one stays.",
                "It is the variance of a mean that falls to a quarter; the error is its root. That the other one stays "
                "is right.",
            ),
            right(
                "The statistical error is halved, the other one stays.",
                "Errors of means fall like one over the root of the number of seeds, and no number of seeds mends a "
                "form.",
            ),
        ),
    ),
    Item(
        "All networks of a chart are tested on the same few hundred images. Someone repeats it with as many other test "
        "images. What do the dots do?",
        (
            right(
                "They all move together, and the bars over seeds do not tell how far.",
                "Seeds vary the start and the order of training; the test images were the same in all runs, so their "
                "share of the uncertainty is in no bar.",
            ),
            wrong(
                "Each moves by itself, mostly within its bar.",
                "The bars come from other starts on the same images. Hard test images are hard for all networks, so "
                "the dots share what they move by.",
            ),
            wrong(
                "Nothing: a mean over twenty seeds averages the test images out.",
                "Twenty runs on one test set are twenty looks at the same images. More seeds do not make them more "
                "images.",
            ),
        ),
    ),
)
