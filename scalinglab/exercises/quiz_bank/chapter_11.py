"""Chapter 11, universal compression: the quiz."""

from __future__ import annotations

from scalinglab.exercises.quiz_item import Item, right, wrong

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Item(
        "10,000 points of the plane are replaced by 10,000 points on a slanted line. All moments up to order 5 are to "
        "be kept. How many weighted points are needed now?",
        (
            wrong(
                "As many as before: each point still has two coordinates.",
                "On a line one coordinate follows from the other, and so most of the moments are combinations of a "
                "few.",
            ),
            right(
                "Fewer: as many as there are moments in one dimension.",
                "On a line every polynomial of the plane is one of a single variable, of the same degree.",
            ),
            wrong(
                "Two, the ends of the line.",
                "At the ends, two weights can keep the total and the mean. The moment of order 2 is wrong already.",
            ),
        ),
    ),
    Item(
        "You may keep 256 points of the plane, and will average a ReLU of them. How do you spend the 256?",
        (
            wrong(
                "On one cell with the highest order that fits.",
                "A kink is far from all polynomials, of high degree too. High orders pay for functions that are "
                "analytic well beyond the points.",
            ),
            wrong(
                "On order 1 in a single cell: the function is piecewise linear.",
                "In a cell that the kink crosses, linear moments are not enough, and a single cell is crossed for "
                "certain. Most of the 256 points would be left over, too.",
            ),
            right(
                "On a low order in many small cells.",
                "Most of the cells do not meet the kink, and there a linear function is exact. In the few others, "
                "being small keeps the error small.",
            ),
        ),
    ),
    Item(
        "The labels of a regression become ten times noisier. How many more weighted examples does it take to keep the "
        "squared loss of all examples, for every smooth model?",
        (
            right(
                "None.",
                "The label enters the loss as y and as its square. Their moments with the inputs are kept, whatever "
                "the values are.",
            ),
            wrong(
                "A hundred times as many, to average the noise out.",
                "That is what random examples would need. A compressed set does not estimate the average over all, it "
                "reproduces it.",
            ),
            wrong(
                "As many as one dimension more costs.",
                "That is so for a general loss, which may be any function of the label. A squared loss is a polynomial "
                "of degree 2 in it.",
            ),
        ),
    ),
)
