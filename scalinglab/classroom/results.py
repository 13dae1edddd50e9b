"""What grading finds, as plain data: one record for each submission, and what the class predicted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Score:
    """What one submission earned in one exercise.

    Parameters
    ----------
    key
        The exercise, ``"05-endless"``.
    points, max_points
        Earned, and to be earned.
    diagnosis
        The recognised mistake, or None: ``CheckResult.diagnosis``, or the type of an exception.
    message
        The sentence that the student reads; empty if there is none.
    attempted
        False for an untouched stub.
    """

    key: str
    points: float
    max_points: float
    diagnosis: str | None = None
    message: str = ""
    attempted: bool = True

    @property
    def passed(self) -> bool:
        """Whether all points were earned."""
        return self.points == self.max_points


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
        In the order of the exercises; empty if the submission could not be graded.
    name
        What the student wrote into the first cell; it draws the numbers.
    problem
        A sentence that says why it could not be graded; empty if it was.
    predictions
        What the submitted journal holds, by key; without the quiz.
    quiz
        The first choices of the quiz, by key.
    """

    student: str
    assignment: str
    scores: tuple[Score, ...] = ()
    name: str = ""
    problem: str = ""
    predictions: Mapping[str, float | str] = field(default_factory=dict)
    quiz: Mapping[str, str] = field(default_factory=dict)

    @property
    def points(self) -> float | None:
        """The sum of the scores; None if it could not be graded."""
        return None if self.problem else sum(score.points for score in self.scores)


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
    exercises
        Key to title and points of each exercise of these assignments, in order.
    submissions
        By assignment, then by student.
    students
        Everybody who handed something in or stands in ``students.csv``, in the order of their ids.
    questions
        The predictions of these assignments, in order.
    """

    titles: Mapping[str, str]
    exercises: Mapping[str, tuple[str, float]]
    submissions: tuple[Submission, ...]
    students: tuple[Student, ...]
    questions: tuple[Asked, ...] = ()

    def by_student(self) -> dict[tuple[str, str], Submission]:
        """The submissions by student and assignment: to look up thousands."""
        return {(one.student, one.assignment): one for one in self.submissions}

    def max_points(self, assignment: str) -> float:
        """What can be earned in one assignment."""
        return sum(points for key, (_, points) in self.exercises.items() if key[:2] == assignment[:2])
