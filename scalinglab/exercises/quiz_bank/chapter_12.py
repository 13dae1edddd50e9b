"""Chapter 12, the dynamical lottery ticket: the quiz."""

from __future__ import annotations

from scalinglab.exercises.quiz_item import Item, right, wrong

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Item(
        "A neuron of mass 8 stands for eight equal ones. It is trained by Adam, without the 1/c rule. How does it "
        "learn?",
        (
            wrong(
                "Eight times as fast as its copies.",
                "So it would under plain descent, where the mass is a factor of every step. Adam divides it out again.",
            ),
            right(
                "As its copies would.",
                "Adam divides a gradient by the size that it usually has. A constant factor is in both and drops out.",
            ),
            wrong(
                "An eighth as fast as its copies.",
                "Nothing divides by the mass here: the mass is in the gradient and in the size by which Adam divides.",
            ),
        ),
    ),
    Item(
        "Training is rich: neurons move far. You keep moments up to order 7 instead of 1. What becomes of the gap to "
        "the full network, at the end of training?",
        (
            wrong(
                "It falls by powers of ten, as it does before training.",
                "Before training the network is a smooth function of where each neuron stands. What training makes of "
                "that place is not.",
            ),
            wrong(
                "It grows: high moments are sensitive to noise.",
                "All moments are kept to rounding here, high ones too. They are no harm, they just do not help.",
            ),
            right(
                "Little or nothing.",
                "Where a neuron ends depends on where it began in a way that is rough. The order pays for smooth "
                "functions only.",
            ),
        ),
    ),
    Item(
        "Compression to the square root of the number of examples doubles the exponent of a law. What has been saved?",
        (
            right(
                "Work after the compression: all labels were needed before it.",
                "Each compressed set has the loss of all that it stands for. Collecting those, and looking at each "
                "once, is paid all the same.",
            ),
            wrong(
                "Data: half as many powers of ten have to be collected.",
                "The compressed examples carry weights that are worked out from all the others. Without those there "
                "is nothing to compress.",
            ),
            wrong(
                "Nothing at all: it is the same law in another unit.",
                "It is the same law against another axis, but that axis has a price: training on few examples is "
                "cheaper.",
            ),
        ),
    ),
)
