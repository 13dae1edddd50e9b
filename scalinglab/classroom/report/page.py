"""The instructor's page: how a class did, what needs attention first, and what to teach next.

What it tells is found here and in the files beside; how it looks stands in ``templates/report.html`` and ``static/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import mean, median

from markupsafe import Markup

from scalinglab.classroom.report.dot_plot import dot_plot
from scalinglab.classroom.report.html_templates import rendered
from scalinglab.classroom.report.mistakes_and_predictions import (
    ExerciseFinding,
    PredictionFinding,
    QuizFinding,
    exercise_findings,
    prediction_findings,
    quiz_findings,
)
from scalinglab.classroom.report.names_and_points import names_of
from scalinglab.classroom.report.needs_instructor import needs_attention
from scalinglab.classroom.results import ClassResults, Score, Submission

_STATIC = Path(__file__).parent / "static"
#: How many of the most frequent mistakes open the page.
_FIRST = 3


def report(results: ClassResults) -> str:
    """Write the page that tells an instructor how a class did.

    Parameters
    ----------
    results
        What grading found.

    Returns
    -------
    str
        One HTML document that needs no other file, network or script; the same results give the same text. Its links
        lead to nbgrader's feedback, seen from the folder ``grades``.
    """
    assignments = [_Assignment(results, place) for place in results.titles]
    mistakes = [(one, found, made) for one in assignments for found in one.exercises for made in found.mistakes]
    return rendered(
        "report.html",
        assignments=assignments,
        dot_plot=dot_plot,
        failed=sum(bool(one.problem) for one in results.submissions),
        first=sorted(mistakes, key=lambda one: -len(one[2].students))[:_FIRST],
        names=names_of(results),
        needs=needs_attention(results),
        results=results,
        script=Markup((_STATIC / "report.js").read_text(encoding="utf-8").strip()),
        style=Markup((_STATIC / "report.css").read_text(encoding="utf-8").strip()),
    )


@dataclass(frozen=True)
class _Assignment:
    """What the page tells about one assignment; points are None where there are none."""

    results: ClassResults
    place: str

    @property
    def title(self) -> str:
        return self.results.titles[self.place]

    @property
    def max_points(self) -> float:
        return self.results.max_points(self.place)

    @cached_property
    def handed_in(self) -> dict[str, Submission]:
        """The submissions, by student."""
        return {one.student: one for one in self.results.submissions if one.assignment == self.place}

    @cached_property
    def graded(self) -> list[Submission]:
        return [one for one in self.handed_in.values() if not one.problem]

    @property
    def mean(self) -> float | None:
        return mean(one.points or 0.0 for one in self.graded) if self.graded else None

    @property
    def median(self) -> float | None:
        return median(one.points or 0.0 for one in self.graded) if self.graded else None

    @cached_property
    def exercises(self) -> list[ExerciseFinding]:
        return exercise_findings(self.results, self.place)

    @property
    def means(self) -> list[float | None]:
        """The mean points of each exercise."""
        scores = [self.scores(one) for one in self.graded]
        columns = [[score.points for score in column if score] for column in zip(*scores, strict=True)]
        return [mean(column) if column else None for column in columns]

    @property
    def predictions(self) -> list[PredictionFinding]:
        return prediction_findings(self.results, self.place)

    @property
    def quiz(self) -> list[QuizFinding]:
        return quiz_findings(self.results, self.place)

    def scores(self, submission: Submission) -> list[Score | None]:
        """A submission's score in each exercise."""
        found = {score.key: score for score in submission.scores}
        return [found.get(one.key) for one in self.exercises]
