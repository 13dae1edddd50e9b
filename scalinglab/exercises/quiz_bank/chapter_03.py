"""Chapter 03, pruning across scales: the quiz."""

from __future__ import annotations

from scalinglab.exercises.quiz_item import Item, right, wrong

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Item(
        "Two networks of the same shape are pruned to the same density, in the middle of the power law. One was "
        "trained on ten times the data, and had half the error before pruning. Which has the smaller error now?",
        (
            wrong(
                "The one with more data, by a factor of two.",
                "That holds on the low plateau. On the power law the error before pruning has dropped out of the law.",
            ),
            wrong(
                "The one with less data: it had less to lose.",
                "It loses less, but it started higher, and the law ends at the same error.",
            ),
            right(
                "They are about equal.",
                "On the power law the error is the high plateau times a power of p / d. What the network could do "
                "before it was pruned is not in it.",
            ),
        ),
    ),
    Item(
        "You measure the error of a network at densities from 100 % down to 5 %, and fit the law. At 5 % the error is "
        "three times as large as before pruning. What can you predict?",
        (
            right(
                "A little way below 5 %, along the power law, and not where the high plateau begins.",
                "The slope and the power law are determined by what was measured; the plateau and the transition to it "
                "only by their product, as the end of the power law was never seen.",
            ),
            wrong(
                "The whole curve, as all its parameters are fitted.",
                "A fit always prints all of them. Those of a region that was not sampled are undetermined.",
            ),
            wrong(
                "Nothing below 5 %: a law must not be extrapolated.",
                "It may be, within a region that has been seen. The chapter leaves out whole widths and predicts them.",
            ),
        ),
    ),
    Item(
        "An error budget of 5 % is met by a dense network of 16 units, and by one of 64 units. Which do you prune, to "
        "have the fewest weights?",
        (
            wrong(
                "The narrow one: it is smaller to begin with.",
                "Its size before pruning does not count. It is also near its own limit, so that little can be taken.",
            ),
            wrong(
                "The wide one: large networks are always easier to prune.",
                "A larger share of it can be taken, but of more weights. Both effects nearly cancel at this scale.",
            ),
            wrong(
                "Neither: the smallest dense network within the budget has the fewest weights.",
                "Pruning takes most of the weights of any of them at no cost.",
            ),
            right(
                "Whichever is cheaper to train: they end with about as many weights.",
                "The error depends on w^psi d, and psi is not far from the power with which weights grow with the "
                "width. So the number of weights that a budget needs hardly depends on the width.",
            ),
        ),
    ),
)
