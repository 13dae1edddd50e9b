"""What grading finds, as plain data: one record for each submission, and what the class predicted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scalinglab.classroom.alike.groups import Compared


@dataclass(frozen=True)
class Part:
    """What an assignment gives points for: an exercise of the bank, or a cell of the instructor's own.

    Parameters
    ----------
    key
        The exercise, ``"05-endless"``, or nbgrader's name of the cell; one part of an assignment has it.
    title
    points
        What can be earned, as nbgrader's gradebook has it.
    """

    key: str
    title: str
    points: float


@dataclass(frozen=True)
class Score:
    """What one submission earned in one part of its assignment.

    Parameters
    ----------
    key
        The part.
    points, max_points
        Earned, and to be earned.
    diagnosis
        The recognised mistake, or None: ``CheckResult.diagnosis``, or the type of an exception.
    message
        The sentence that the student reads; empty if there is none.
    attempted
        False for an untouched stub.
    waits
        Whether a person still has to give the points.
    review
        A sentence, if points by hand and the newest answer do not belong together any more.
    """

    key: str
    points: float
    max_points: float
    diagnosis: str | None = None
    message: str = ""
    attempted: bool = True
    waits: bool = False
    review: str = ""

    @property
    def passed(self) -> bool:
        """Whether all points were earned."""
        return self.points >= self.max_points and not self.waits


@dataclass(frozen=True)
class Submission:
    """One student's notebook of one chapter, graded or with the reason why not.

    Parameters
    ----------
    student
        The name of the folder below ``submitted/``.
    assignment
        The chapter, ``"05_random_features"``.
    scores
        In the order of the parts; empty if the submission could not be graded.
    name
        What the student wrote into the first cell; it draws the numbers.
    problem
        A sentence that says why it could not be graded; empty if it was.
    predictions
        What the submitted journal holds, by key; without the quiz.
    quiz
        The first choices of the quiz, by key.
    penalty
        Points that nbgrader takes off for lateness.
    late
        Who says that it was late, and how much; empty if nobody does.
    time
        When the LMS took it, by its own clock; empty if it does not tell.
    untimed
        Whether nobody tells when it came, although its assignment is due at some time.
    journal
        What is wrong with the journal that was handed in; empty if nothing is.
    sealed
        When each prediction and choice of this chapter was sealed, as one text that differs between two people; empty
        with less than two of them.
    turned_out
        What the submitted journal holds as true of its predictions, by key: where the truth depends on what was said.
    peeked
        The predictions that were sealed after their answer was shown.
    """

    student: str
    assignment: str
    scores: tuple[Score, ...] = ()
    name: str = ""
    problem: str = ""
    predictions: Mapping[str, float | str] = field(default_factory=dict)
    quiz: Mapping[str, str] = field(default_factory=dict)
    penalty: float = 0.0
    late: str = ""
    time: str = ""
    untimed: bool = False
    journal: str = ""
    sealed: str = ""
    turned_out: Mapping[str, float | str] = field(default_factory=dict)
    peeked: frozenset[str] = frozenset()

    @property
    def points(self) -> float | None:
        """The sum of the scores less the penalty, as in nbgrader's gradebook; None if it could not be graded."""
        return None if self.problem else max(0.0, sum(score.points for score in self.scores) - self.penalty)


@dataclass(frozen=True)
class Asked:
    """One prediction of a chapter and what is true.

    ``text``, ``unit``, ``choices``, ``low``, ``high`` and ``log`` are those of ``predict``; ``truth`` is a number, a
    text, or None if it depends on what was said or could not be worked out.
    """

    key: str
    text: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    log: bool = False
    truth: float | str | None = None


@dataclass(frozen=True)
class Student:
    """A line of ``students.csv``: the columns that ``nbgrader db student import`` reads."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass(frozen=True)
class ClassResults:
    """All that the instructor's page and the tables for an LMS are made of.

    Parameters
    ----------
    titles
        The title of each assignment by its name, in order: ``{"05_random_features": "05 Random features"}``.
    parts
        What each assignment gives points for, in order.
    submissions
        By assignment, then by student.
    students
        Everybody who handed something in or stands in ``students.csv``, in the order of their ids.
    questions
        The predictions of these assignments, in order.
    due
        When an assignment is due, and what lateness costs: sentences, by its name; those without are left out.
    compared
        Who has the same answers, for each part that is answered in a notebook.
    unlisted
        Who handed something in and does not stand in ``students.csv``, if there is such a list.
    """

    titles: Mapping[str, str]
    parts: Mapping[str, tuple[Part, ...]]
    submissions: tuple[Submission, ...]
    students: tuple[Student, ...]
    questions: tuple[Asked, ...] = ()
    due: Mapping[str, str] = field(default_factory=dict)
    compared: tuple[Compared, ...] = ()
    unlisted: tuple[str, ...] = ()

    def by_student(self) -> dict[tuple[str, str], Submission]:
        """The submissions by student and assignment: to look up thousands."""
        return {(one.student, one.assignment): one for one in self.submissions}

    def max_points(self, assignment: str) -> float:
        """What can be earned in one assignment."""
        return sum(part.points for part in self.parts.get(assignment, ()))

    def titles_of(self, assignment: str) -> dict[str, str]:
        """The title of each part of an assignment, by key."""
        return {part.key: part.title for part in self.parts.get(assignment, ())}
