"""Chapter 13, the capstone: the quiz."""

from __future__ import annotations

from scalinglab.exercises.quiz_item import Item, right, wrong

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Item(
        "Labels become ten times as expensive, and everything else stays. What has to be done before a new plan is "
        "chosen?",
        (
            wrong(
                "All networks must be trained again, as the best plan has changed.",
                "The best plan has changed, but no error has. Prices enter only when plans are compared.",
            ),
            wrong(
                "The laws must be fitted again, with the new prices.",
                "A law says what error a plan has. What the plan costs is no part of it.",
            ),
            right(
                "Only the costs of the plans are computed anew.",
                "Errors and their laws do not know of prices. That is what makes a fitted law worth its runs.",
            ),
        ),
    ),
    Item(
        "The best of 500 plans has a measured error of 5.0 %, the advised plan one of 5.3 %. Each number is a mean of "
        "three networks with a standard error of 0.3 %. What does that say of the advice?",
        (
            right(
                "It may well be as good as any: the smallest of 500 noisy numbers is low by luck.",
                "Among many plans that are about equally good, some come out a standard error or more too low. Trained "
                "again, the best one would lie higher on average.",
            ),
            wrong(
                "It loses 6 % of the error for sure.",
                "The difference is as large as one standard error, and the best plan was chosen for being low.",
            ),
            wrong(
                "Nothing: a reference table is no ground truth.",
                "It is noisy and still the best judge there is: a regret of 50 % would not be noise.",
            ),
            wrong(
                "The laws should be fitted to the reference table.",
                "Then they would know the answer in advance, and the comparison would test nothing.",
            ),
        ),
    ),
    Item(
        "A step size was best on all cheap runs, of at most 32 units. Your plan has 64 units. What is the most careful "
        "thing to do with little money?",
        (
            wrong(
                "Use it: what is best on small networks is best on large ones.",
                "Not in the standard scaling, where wider networks often want smaller steps; nor in the table.",
            ),
            right(
                "Look whether the best step already moved between the cheap widths, and go on in that direction.",
                "The cheap runs have three widths. A trend in them costs nothing to look at, and can be extrapolated.",
            ),
            wrong(
                "Take the smallest step, which never diverges.",
                "It is safe and learns slowly: with a fixed number of steps the network may not come to its end.",
            ),
        ),
    ),
)
