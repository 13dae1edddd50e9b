"""Chapter 04, the lower limit: the quiz."""

from __future__ import annotations

from scalinglab.exercises.quiz_item import Item, right, wrong

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Item(
        "A student of a noiseless teacher, of the same architecture, has three samples for each unknown. Adam leaves a "
        "test error of a hundredth. What is missing?",
        (
            wrong(
                "Samples.",
                "The second-order learner sees the same samples and gets to rounding: they were enough.",
            ),
            wrong(
                "Capacity.",
                "Teacher and student have the same architecture, so some setting of the weights is right everywhere.",
            ),
            right(
                "Optimisation.",
                "The samples determine the answer, and the network can represent it. Adam does not get there in its "
                "budget.",
            ),
        ),
    ),
    Item(
        "A target has frequencies up to 10. The learner is told that there might be frequencies up to 20. There is no "
        "noise. What becomes of the cliff of its error at 21 samples?",
        (
            wrong(
                "It stays: the target has 21 unknowns.",
                "The learner does not know that half of its own unknowns are zero. It has to find that out from "
                "samples, one for each.",
            ),
            right(
                "It moves to 41 samples.",
                "The learner's own unknowns count, twice its band and one. From there on they are all determined, "
                "those that are zero too.",
            ),
            wrong(
                "It goes, and a power law is left.",
                "A power law is what a target without any band leaves. This one has a band, and it lies within the "
                "learner's.",
            ),
        ),
    ),
    Item(
        "Labels are noisy, and there are just as many samples as unknowns: the best fit is worse than guessing. What "
        "helps, with the same samples?",
        (
            right(
                "Stop gradient descent early.",
                "What is learned last are the directions that the samples hardly determine, and there the fit learns "
                "noise. The error of optimisation is negative then.",
            ),
            wrong(
                "A better optimizer.",
                "It would reach the best fit to the samples sooner, and that fit is the trouble.",
            ),
            wrong(
                "A wider band for the learner.",
                "Then there are more unknowns than samples, and the fit has even more room for the noise.",
            ),
        ),
    ),
)
