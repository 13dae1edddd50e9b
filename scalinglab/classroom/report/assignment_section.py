"""One assignment on the instructor's page: points by student and exercise, mistakes, and what else was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean
from urllib.parse import quote

from scalinglab.classroom.report.answers_section import predictions_part, quiz_part
from scalinglab.classroom.report.html_pieces import NOTHING, bar, marked, person, plain, share, table
from scalinglab.classroom.report.mistakes_and_predictions import (
    ExerciseFinding,
    MistakeMade,
    prediction_findings,
    quiz_findings,
)
from scalinglab.classroom.report.names_and_points import in_points
from scalinglab.classroom.results import ClassResults, Score, Submission

#: Sign and word of a score; its colour never stands alone.
_SIGNS = {
    "right": ("✓", "right"),
    "part": ("◐", "partly right"),
    "wrong": ("✗", "not right"),
    "open": ("○", "not attempted"),
}


def assignment_part(
    results: ClassResults, assignment: str, found: Sequence[ExerciseFinding], names: Mapping[str, str]
) -> str:
    """All about one assignment."""
    title, place = plain(results.titles[assignment]), plain(assignment)
    if not any(one.assignment == assignment for one in results.submissions):
        return f'<section class="assignment" id="{place}"><h2>{title}</h2><p>Nothing has been handed in.</p></section>'
    parts = [
        f"<h2>{title}</h2>",
        _points(results, assignment, found, names),
        _exercises(found, names),
        predictions_part(prediction_findings(results, assignment)),
        quiz_part(quiz_findings(results, assignment)),
    ]
    return f'<section class="assignment" id="{place}">{"".join(parts)}</section>'


def link_to(place: str, title: str) -> str:
    """A link to an assignment or an exercise on this page."""
    return f'<a href="#{plain(quote(place))}">{plain(title)}</a>'


def made_by(mistake: MistakeMade, finding: ExerciseFinding) -> str:
    """``12 of 30: forgot the biases``, with the sentence that they read."""
    start = f"<strong>{len(mistake.students)} of {finding.graded}: {plain(mistake.diagnosis)}.</strong>"
    sentence = f"{'' if mistake.alike else 'For example: '}{marked(mistake.sentence)}" if mistake.sentence else ""
    return f"{start} {sentence}".rstrip()


def _points(results: ClassResults, assignment: str, found: Sequence[ExerciseFinding], names: Mapping[str, str]) -> str:
    """The table of students by exercises."""
    handed_in, columns = results.by_student(), [one.key for one in found]
    heads = [f"{plain(one.title)} <small>of {in_points(results.exercises[one.key][1])}</small>" for one in found]
    heads = ["Student", *heads, f"Total <small>of {in_points(results.max_points(assignment))}</small>"]
    rows = "".join(
        _row(student.id, assignment, handed_in.get((student.id, assignment)), columns, names)
        for student in results.students
    )
    signs = ", ".join(f"{sign} {word}" for sign, word in _SIGNS.values())
    caption = f"Points by student and exercise: {signs}. A name leads to the student's feedback."
    label, foot = f"Points in {results.titles[assignment]}", _means(results, assignment, columns)
    return f"<h3>Points</h3>{table(heads, rows, caption=caption, label=label, kind='points', foot=foot)}"


def _row(
    student: str, assignment: str, submission: Submission | None, columns: Sequence[str], names: Mapping[str, str]
) -> str:
    """One student: points, or in one cell why there are none."""
    name, under = person(names, student), ""
    if plain(student) not in name:
        under = f" <small><bdi>{plain(student)}</bdi></small>"
    if submission is None:
        return f'<tr><th scope="row">{name}{under}</th>{_reason("not handed in", columns)}</tr>'
    place = "/".join(
        quote(part, safe="", errors="surrogatepass") for part in (student, assignment, f"{assignment}.html")
    )
    head = f'<th scope="row"><a href="../feedback/{place}">{name}</a>{under}</th>'
    if submission.problem:
        return f"<tr>{head}{_reason(f'not graded: {marked(submission.problem)}', columns)}</tr>"
    scores = {score.key: score for score in submission.scores}
    cells = "".join(_cell(scores.get(key)) for key in columns)
    points = submission.points or 0.0
    total = f'<td class="total" data-value="{in_points(points)}">{in_points(points)}</td>'
    return f"<tr>{head}{cells}{total}</tr>"


def _reason(why: str, columns: Sequence[str]) -> str:
    """Why there are no points, in one cell, and an empty total."""
    cell = f'<td class="none" colspan="{len(columns)}">{why}</td>' if columns else ""
    return f'{cell}<td class="none">{NOTHING}</td>'


def _cell(score: Score | None) -> str:
    if score is None:
        return f'<td class="none">{NOTHING}</td>'
    kind = "right" if score.passed else "part" if score.points > 0 else "wrong" if score.attempted else "open"
    sign, word = _SIGNS[kind]
    why = f' title="{plain(score.diagnosis)}"' if score.diagnosis else ""
    points = in_points(score.points)
    unseen = f'<span class="unseen">{word}</span>'
    return (
        f'<td class="{kind}" data-value="{points}"{why}><span aria-hidden="true">{sign}</span> {points} {unseen}</td>'
    )


def _means(results: ClassResults, assignment: str, columns: Sequence[str]) -> str:
    """The row below: the mean of those who were graded."""
    graded = [one for one in results.submissions if one.assignment == assignment and not one.problem]
    if not graded:
        return ""
    earned = {key: [score.points for one in graded for score in one.scores if score.key == key] for key in columns}
    shown = [*(in_points(mean(points)) if points else NOTHING for points in earned.values())]
    shown.append(in_points(mean(one.points or 0.0 for one in graded)))
    cells = "".join(f"<td>{cell}</td>" for cell in shown)
    return f'<tfoot><tr><th scope="row">Mean of {len(graded)} graded</th>{cells}</tr></tfoot>'


def _exercises(found: Sequence[ExerciseFinding], names: Mapping[str, str]) -> str:
    """Who solved what, and which mistakes were made."""
    return "<h3>Exercises</h3>" + "".join(_exercise(one, names) for one in found) if found else ""


def _exercise(found: ExerciseFinding, names: Mapping[str, str]) -> str:
    head = f'<h4 id="{plain(found.key)}">{plain(found.title)} <small>{plain(found.key)}</small></h4>'
    if not found.graded:
        return f"{head}<p>Nothing graded yet.</p>"
    counts = {"right": found.solved, "wrong": found.attempted, "open": found.untouched}
    level = bar(*((kind, count / found.graded) for kind, count in counts.items()))
    words = {"right": "solved it", "wrong": "not yet", "open": "did not attempt it"}
    told = "; ".join(
        f'<span class="{kind}" aria-hidden="true">{_SIGNS[kind][0]}</span> {share(count, found.graded)} {words[kind]}'
        for kind, count in counts.items()
        if count or kind == "right"
    )
    items = [
        f"<li>{made_by(one, found)} <details><summary>Who</summary> {_listed(names, one.students)}</details></li>"
        for one in found.mistakes
    ]
    if found.unnamed:
        items.append(f"<li><strong>{found.unnamed} of {found.graded}: another wrong answer.</strong></li>")
    mistakes = f"<ul>{''.join(items)}</ul>" if items else ""
    return f'<div class="exercise">{head}{level}<p>{told}</p>{mistakes}</div>'


def _listed(names: Mapping[str, str], students: Sequence[str]) -> str:
    return ", ".join(person(names, student) for student in students)
