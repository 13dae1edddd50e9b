"""A term as tables for a spreadsheet: points by student and week, mistakes that come back, predictions week by week."""

from __future__ import annotations

import math

from scalinglab.classroom.report.names_and_points import clean, in_points, names_of
from scalinglab.classroom.report.spreadsheets import as_csv, guarded
from scalinglab.classroom.report.term_findings import Calibration, calibrations, coming_back
from scalinglab.classroom.results import ClassResults, Submission
from scalinglab.exercises.wording import to_plain


def state_of(submission: Submission | None) -> str:
    """What stands beside the points of one student in one assignment; empty if there is nothing to tell."""
    if submission is None:
        return "not handed in"
    if submission.problem:
        return f"not graded: {clean(to_plain(submission.problem))}"
    waiting = sum(score.waits for score in submission.scores)
    told = [f"{waiting} part{'s' * (waiting != 1)} to be graded by a person"] if waiting else []
    told += ["points by hand to be looked at"] if any(score.review for score in submission.scores) else []
    told += [clean(submission.late)] if submission.late else []
    told += [f"{in_points(submission.penalty)} points off for lateness"] if submission.penalty else []
    return ", ".join(told)


def points_csv(results: ClassResults) -> str:
    """A line for each student: the points of every assignment, what has to be said of them, and their sum.

    Points are those of nbgrader's gradebook, less what is taken off for lateness. A cell is empty where there are none.
    """
    head = ["Student ID", "First name", "Last name"]
    for name, title in results.titles.items():
        head += [f"{title} (of {in_points(results.max_points(name))})", f"{title}: remarks"]
    found, rows = results.by_student(), []
    for student in results.students:
        made = [found.get((student.id, name)) for name in results.titles]
        points = [one.points if one else None for one in made]
        cells = [
            text
            for one, earned in zip(made, points, strict=True)
            for text in ("" if earned is None else in_points(earned), state_of(one))
        ]
        total = in_points(sum(one for one in points if one is not None))
        rows.append([student.id, student.first_name, student.last_name, *cells, total])
    whole = sum(results.max_points(name) for name in results.titles)
    return as_csv([[*map(guarded, line)] for line in [[*head, f"Total (of {in_points(whole)})"], *rows]])


def mistakes_csv(results: ClassResults) -> str:
    """A line for each mistake that came back, with who made it and where."""
    names = names_of(results)
    rows = [["Mistake", "Times", "Students", "Assignments", "Where", "Who"]]
    for one in coming_back(results):
        where = [f"{results.titles[place]}: {results.titles_of(place).get(key, key)}" for place, key in one.places]
        who = [names.get(student, student) for student in one.students]
        counts = [str(one.times), str(len(one.students)), str(one.assignments)]
        rows.append([one.diagnosis, *counts, " | ".join(where), " | ".join(who)])
    return as_csv([[*map(guarded, line)] for line in rows])


def predictions_csv(results: ClassResults) -> str:
    """A line for each assignment and one for the term: how close the predictions came, and how many were right."""
    head = ["Assignment", "Numbers predicted", "Within 5 %", "Within a factor of 2", "Too high", "Too low"]
    head += ["Median factor off", "Choices", "Choices right", "Quiz answers", "Quiz right at first choice"]
    head += ["Sealed after the answer was shown"]
    found = calibrations(results)
    rows = [[title, *_numbers(found[name])] for name, title in results.titles.items()]
    return as_csv([[*map(guarded, line)] for line in [head, *rows, ["The term", *_numbers(found[""])]]])


def _numbers(one: Calibration) -> list[str]:
    off = "" if one.off is None else "infinite" if math.isinf(one.off) else f"{one.off:.3g}"
    before = [one.numbers, one.right, one.near, one.above, one.below]
    after = [one.choices, one.chosen, one.quiz, one.quiz_right, one.peeked]
    return [*map(str, before), off, *map(str, after)]
