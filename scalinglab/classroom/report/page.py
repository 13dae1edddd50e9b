"""The instructor's page: how a class did, what needs attention first, and what to teach next.

What it tells is found here and in the files beside; how it looks stands in ``templates/report.html`` and ``static/``.
"""

from __future__ import annotations

from statistics import mean, median
from typing import Any

from scalinglab.classroom.report.alike_findings import alike_in, left_out_in
from scalinglab.classroom.report.dot_plot import dot_plot
from scalinglab.classroom.report.html_templates import rendered, script, style
from scalinglab.classroom.report.mistakes_and_predictions import exercise_findings, prediction_findings, quiz_findings
from scalinglab.classroom.report.names_and_points import names_of
from scalinglab.classroom.report.needs_instructor import needs_attention
from scalinglab.classroom.results import ClassResults

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
    assignments = [told(results, place) for place in results.titles]
    mistakes = [(one, found, made) for one in assignments for found in one["exercises"] for made in found.mistakes]
    return rendered(
        "report.html",
        assignments=assignments,
        dot_plot=dot_plot,
        failed=sum(bool(one.problem) for one in results.submissions),
        first=sorted(mistakes, key=lambda one: -len(one[2].students))[:_FIRST],
        names=names_of(results),
        needs=needs_attention(results),
        page="",
        results=results,
        script=script(),
        style=style(),
    )


def told(results: ClassResults, place: str) -> dict[str, Any]:
    """What a page tells about one assignment; a mean is None where there are no points."""
    handed_in = {one.student: one for one in results.submissions if one.assignment == place}
    graded = [one for one in handed_in.values() if not one.problem]
    scores = {one.student: {score.key: score for score in one.scores} for one in graded}
    exercises = exercise_findings(results, place)
    points = [one.points or 0.0 for one in graded]
    columns = [[found[one.key].points for found in scores.values() if one.key in found] for one in exercises]
    return {
        "place": place,
        "title": results.titles[place],
        "parts": results.parts.get(place, ()),
        "max_points": results.max_points(place),
        "handed_in": handed_in,
        "graded": len(graded),
        "waiting": sum(one.waiting for one in exercises),
        "scores": scores,
        "mean": mean(points) if points else None,
        "median": median(points) if points else None,
        "means": [mean(column) if column else None for column in columns],
        "exercises": exercises,
        "predictions": prediction_findings(results, place),
        "quiz": quiz_findings(results, place),
        "alike": alike_in(results, place),
        "left_out": left_out_in(results, place),
    }
