"""A term of two assignments and five students, of whom everything is known."""

from __future__ import annotations

from scalinglab.classroom.alike.groups import Compared, Group
from scalinglab.classroom.results import Asked, ClassResults, Part, Score, Student, Submission

FIRST, SECOND, LAST = "01_power_laws", "05_random_features", "06_compute_optimal"
TITLES = {FIRST: "01 Power laws", SECOND: "05 Random features", LAST: "06 Compute-optimal"}
PARTS = {
    FIRST: (Part("01-exponent", "The exponent", 10.0), Part("01-offset", "The offset", 15.0)),
    SECOND: (Part("05-ridge", "The best ridge", 20.0),),
    LAST: (Part("06-average", "An average", 10.0),),
}
QUESTIONS = (
    Asked("01-data", "How many percent with 75?", "%", (), 0, 90, truth=30.0),
    Asked("01-width", "Which width?", "", ("8", "64"), truth="64"),
    Asked("05-overfit", "By what factor?", "times", (), 1, 1000, log=True, truth=20.0),
    Asked("05-own", "How far will yours be off?", "", (), 0, 100, truth=None),
)


def right(key: str, points: float) -> Score:
    return Score(key, points, points, message="All agree.")


def wrong(key: str, points: float, diagnosis: str | None) -> Score:
    return Score(key, 0.0, points, diagnosis, "Look at the sign.")


def term() -> ClassResults:
    """Ana and Ben hand in both, Cy one that cannot be graded, Dee one that a person has to grade, Eve nothing."""
    submissions = (
        Submission(
            "ana",
            FIRST,
            (wrong("01-exponent", 10, "forgot the sign"), right("01-offset", 15)),
            predictions={"01-data": 30.5, "01-width": "64"},
        ),
        Submission(
            "ben",
            FIRST,
            (wrong("01-exponent", 10, "forgot the sign"), wrong("01-offset", 15, "forgot the sign")),
            predictions={"01-data": 50.0, "01-width": "8"},
            late="it came 2.0 hours after the due date",
            penalty=0.0,
        ),
        Submission("cy", FIRST, problem="it ran for more than 5 minutes", predictions={"01-data": 5.0}),
        Submission(
            "ana",
            SECOND,
            (wrong("05-ridge", 20, "forgot the sign"),),
            predictions={"05-overfit": 100.0, "05-own": 10.0},
            turned_out={"05-own": 5.0},
        ),
        Submission(
            "ben",
            SECOND,
            (right("05-ridge", 20),),
            penalty=5.0,
            predictions={"05-overfit": 20.0, "05-own": 3.0},
            peeked=frozenset({"05-overfit"}),
        ),
        Submission(
            "dee",
            SECOND,
            (Score("05-ridge", 0.0, 20.0, None, "A person has to grade this.", waits=True),),
            predictions={"05-overfit": 2.0},
        ),
    )
    students = (
        Student("ana", "Ana", "Núñez"),
        Student("ben", "Ben", "=1+1"),
        Student("cy"),
        Student("dee", "Dee", "Dee"),
        Student("eve", "Eve", "Moss"),
    )
    compared = (
        Compared(FIRST, "01-exponent", 2, (Group(("ana", "ben"), 80),), published=("cy",), short=4, usual=7),
        Compared(FIRST, "01-offset", 2, (), unreadable=3),
        Compared(SECOND, "05-ridge", 3, (Group(("ana", "ben", "dee"), 120, letters=True),)),
    )
    return ClassResults(TITLES, PARTS, submissions, students, QUESTIONS, compared=compared, unlisted=("cy",))
