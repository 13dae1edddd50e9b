"""Chapter 05, random features: the quiz."""

from __future__ import annotations

from scalinglab.exercises.quiz_item import Item, right, wrong

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Item(
        "You swap width and samples: 64 features and 512 samples become 512 features and 64 samples. What changes, on "
        "average over draws?",
        (
            wrong(
                "Nothing: both enter kappa in the same way.",
                "That settles what is learned of each mode on average. The loss also has the scatter around the "
                "average, which the two cause in different ways.",
            ),
            right(
                "The loss, but not what is learned of each mode.",
                "Kappa is the same, so the transfer functions are. The scatter around them is not, and a squared error "
                "counts it.",
            ),
            wrong(
                "Both: only data can tell what is to be learned.",
                "Too few features hide a mode just as too few samples do. On average a network cannot tell which of "
                "the two it lacks.",
            ),
        ),
    ),
    Item(
        "Width equals the number of samples, and labels are noisy. When, in the course of training, does the peak of "
        "double descent show?",
        (
            wrong(
                "From the start: it comes from the sizes.",
                "The sizes decide where training would end. On the way, the first modes are learned as in any other "
                "network.",
            ),
            wrong(
                "At the best moment of training.",
                "At its best moment a network has learned the large modes and hardly any noise: whoever stops there "
                "does not see a peak.",
            ),
            right(
                "Late, when the directions that are hardly determined are fitted.",
                "The smallest eigenvalues of a square random matrix are tiny. They take the longest, and the noise is "
                "divided by them.",
            ),
        ),
    ),
    Item(
        "In one pass of SGD no sample is seen twice. How do its training and test loss compare, and what limits it?",
        (
            right(
                "They are equal, and the noise of the batches limits both.",
                "Every batch is fresh, so the loss on it, before the step, is an unbiased test. But a batch is a noisy "
                "look at the gradient, and that costs.",
            ),
            wrong(
                "The gap between them shrinks like one over the batch size.",
                "There is no gap at all: no sample has been used before it is counted. What shrinks with the batch is "
                "the noise of the steps.",
            ),
            wrong(
                "They are equal, and both follow gradient flow with endless data.",
                "That would need the exact gradient. Noisy steps leave the weights scattered around where the flow "
                "would be.",
            ),
        ),
    ),
)
