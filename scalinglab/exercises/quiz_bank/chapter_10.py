"""Chapter 10, compressible networks: the quiz."""

from __future__ import annotations

from scalinglab.exercises.quiz_item import Item, right, wrong

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Item(
        "Weights are independent draws from a law with finite variance. You always keep the largest tenth. What does "
        "the relative error do as the network grows?",
        (
            wrong(
                "It goes to 0: there are more and more large weights.",
                "There are, and more and more small ones, in the same proportion. Both parts of the squared length "
                "grow alike.",
            ),
            wrong(
                "It grows: more and more weights are dropped.",
                "The error is relative. What is dropped grows, and what it is compared with grows by the same factor.",
            ),
            right(
                "It settles at a constant above 0.",
                "The share of the squared length that lies in the largest tenth is a property of the law, and it is "
                "less than all.",
            ),
        ),
    ),
    Item(
        "Each column of weights is heavy-tailed, but all columns are trained on the same mini-batches. What becomes of "
        "pruning whole columns when there are more of them?",
        (
            right(
                "It does not get better: the columns are large together.",
                "A mini-batch that throws one column far out throws all of them. Relative to one another they are as "
                "if their tails were light.",
            ),
            wrong(
                "It gets better, as each column has the same heavy-tailed law as before.",
                "Each has, but the theorem needs columns that are independent: a few must stand out from the others.",
            ),
            wrong(
                "It gets better, but half as fast.",
                "Dependence does not slow the theorem down. It takes away what it lives on: columns that are extreme "
                "by themselves.",
            ),
        ),
    ),
    Item(
        "Of two trained networks, one can be pruned much further. What do the networks of this chapter say about its "
        "test error?",
        (
            wrong(
                "It is lower: that is what the bound says.",
                "A bound says what the error cannot exceed, with high probability, and it is far above what is "
                "measured. It orders no two networks.",
            ),
            right(
                "Nothing that could be seen here.",
                "Over these networks the prunable fraction and the gap show no link, and even untrained weights are "
                "prunable to some degree.",
            ),
            wrong(
                "It is higher: weights that can go have learned nothing.",
                "No link was found in this direction either. A weight may go because others do its work.",
            ),
        ),
    ),
)
