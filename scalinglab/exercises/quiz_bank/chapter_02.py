"""Chapter 02, error across scales: the quiz."""

from __future__ import annotations

from scalinglab.exercises.quiz_item import Item, right, wrong

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Item(
        "A joint law is fitted, and the interval of its offset goes from 0 to 0.05. What is known about the error with "
        "endless data and width?",
        (
            wrong(
                "It is about 0.025.",
                "The middle of an interval is no measurement. Values near 0 fit as well, with other exponents.",
            ),
            wrong(
                "It is 0, as the interval holds 0.",
                "That 0 cannot be excluded does not make it true: 0.04 cannot be excluded either.",
            ),
            right(
                "It is probably below 0.05, and these data say no more.",
                "An offset that is small against all measured errors trades against the exponents. What is known is a "
                "bound.",
            ),
        ),
    ),
    Item(
        "In the law `L = E + a N^-alpha + b D^-beta` the two exponents are equal. The budget, 6 N D, grows a hundred "
        "times. What should happen to N and D?",
        (
            right(
                "Both grow ten times.",
                "Equal exponents keep both terms in balance when N and D grow alike, and their product has to grow a "
                "hundred times.",
            ),
            wrong(
                "N grows a hundred times: the model is what learns.",
                "Then the term of the data stays where it is and soon is all that is left of the loss.",
            ),
            wrong(
                "That cannot be said without a and b.",
                "The amplitudes decide how many tokens each parameter gets, but not how that changes with the budget: "
                "that is a matter of the exponents.",
            ),
            wrong(
                "Both grow a hundred times.",
                "That would cost ten thousand times as much: the budget is a product.",
            ),
        ),
    ),
    Item(
        "A fit stops when a step improves the objective by less than a fixed tolerance. You replace the sum over the "
        "runs by their mean. What happens?",
        (
            wrong(
                "Nothing: both have their minimum at the same place.",
                "They do, but what counts is where the search ends. The improvements of a mean are smaller by the "
                "number of runs, and fall below the tolerance earlier.",
            ),
            right(
                "The fit may stop before it has arrived.",
                "The tolerance is absolute and the objective has become small, so a long flat valley looks like its "
                "end.",
            ),
            wrong(
                "The fit becomes more robust, as a mean does not grow with the number of runs.",
                "Robust against outliers is what the Huber loss is for. The scale of the objective only decides when "
                "the search gives up.",
            ),
        ),
    ),
)
