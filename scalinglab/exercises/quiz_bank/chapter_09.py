"""Chapter 09, heavy tails: the quiz."""

from __future__ import annotations

from scalinglab.exercises.quiz_item import Item, right, wrong

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Item(
        "Linear regression with normal inputs and normal noise, trained by SGD with a constant step size. Can the "
        "stationary law of the weights have infinite variance?",
        (
            wrong(
                "No: sums of normal numbers are normal.",
                "The steps are not only added. Each also multiplies the weights by a random matrix, and products of "
                "random factors have power tails.",
            ),
            right(
                "Yes, between a critical and a largest step size.",
                "There the factors shrink the weights typically, but not in mean square: a stationary law exists, and "
                "its variance does not.",
            ),
            wrong(
                "Only where SGD diverges.",
                "Divergence begins at the largest step size. The variance ends earlier, at the critical one.",
            ),
        ),
    ),
    Item(
        "A sample comes from Student's t with 3 degrees of freedom, whose variance is finite. A method for stable laws "
        "says index 1.7, Hill's method nearly 3. Whom do you believe about the variance?",
        (
            wrong(
                "The stable method: it uses all points and scatters less.",
                "It scatters less around a number that it cannot leave: no stable law has an index above 2, so it "
                "reads anything as 2 or less.",
            ),
            wrong(
                "Neither: the truth lies in between.",
                "The two answer different questions, one about the middle and one about the tail. An average answers "
                "none.",
            ),
            right(
                "Hill's method: the variance is a matter of the tail.",
                "It looks at the largest points only and may find any index. That it does so far out is its weakness "
                "elsewhere: with stable laws near 2 it is far too high.",
            ),
        ),
    ),
    Item(
        "Batches of 1 and a step size of 0.6 become batches of 2 and a step size of 1.2; inputs have one dimension and "
        "variance 1. What happens to the tail of the weights?",
        (
            right(
                "It becomes heavier: the variance is infinite now.",
                "The critical step size goes from 0.67 to 1 only. The ratio of step and batch decides alone in the "
                "limit of small steps, and these are not small.",
            ),
            wrong(
                "Nothing: step size over batch size is the same.",
                "That is the law of small steps. Near the edge the square of the step counts too, and it has grown "
                "four times.",
            ),
            wrong(
                "It becomes lighter: a larger batch has less noise.",
                "The larger batch alone would do that, and the larger step undoes more of it than is gained.",
            ),
        ),
    ),
)
