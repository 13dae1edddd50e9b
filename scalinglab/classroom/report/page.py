"""The instructor's page: how a class did, what needs attention first, and what to teach next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import mean, median

from scalinglab.classroom.report.assignment_section import assignment_part, link_to, made_by
from scalinglab.classroom.report.html_pieces import NOTHING, bar, marked, people, plain, table
from scalinglab.classroom.report.mistakes_and_predictions import ExerciseFinding, exercise_findings
from scalinglab.classroom.report.names_and_points import in_points, names_of, sentence
from scalinglab.classroom.report.needs_instructor import needs_attention
from scalinglab.classroom.results import ClassResults

_STATIC = Path(__file__).parent / "static"
#: How many of the most frequent mistakes open the page.
_FIRST = 3
_COPIED = "They have the same numbers, so answers can be copied."
_EMPTY = "All who leave it empty have the same numbers, so answers can be copied."
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>How the class did</title>
<style>
{style}
</style>
</head>
<body>
<main>
{body}
</main>
<script>
{script}
</script>
</body>
</html>
"""


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
    names = names_of(results)
    found = {assignment: exercise_findings(results, assignment) for assignment in results.titles}
    parts = [
        "<h1>How the class did</h1>",
        _numbers(results),
        _attention(results, names),
        _teach_next(results, found),
        _overview(results),
        *(assignment_part(results, assignment, found[assignment], names) for assignment in results.titles),
    ]
    style, script = ((_STATIC / name).read_text(encoding="utf-8").strip() for name in ("report.css", "report.js"))
    return _PAGE.format(style=style, script=script, body="\n".join(filter(None, parts)))


def _numbers(results: ClassResults) -> str:
    """The class in three numbers."""
    failed = sum(bool(one.problem) for one in results.submissions)
    students, graded = len(results.students), len(results.submissions) - failed
    shown = [(students, "student" if students == 1 else "students"), (graded, "graded"), (failed, "not graded")]
    listed = "".join(f"<li><strong>{count:,}</strong> {word}</li>" for count, word in shown)
    return f'<ul class="numbers" aria-label="The class in three numbers">{listed}</ul>'


def _attention(results: ClassResults, names: Mapping[str, str]) -> str:
    """What needs the instructor before any grade is handed back."""
    found, titles = needs_attention(results), results.titles
    failed: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in found.not_graded:
        failed[one.assignment, one.problem].append(one.student)
    items = [("Not graded", one, students, marked(sentence(problem))) for (one, problem), students in failed.items()]
    items += [("Nothing handed in", one, students, "") for one, students in found.missing.items()]
    items += [
        ("The same name in the first cell", one, students, _COPIED)
        for students, all_ in found.same_name
        for one in all_
    ]
    items += [("No name in the first cell", one, students, _EMPTY) for one, students in found.no_name.items()]
    merged: dict[tuple[str, tuple[str, ...], str], list[str]] = defaultdict(list)
    for what, assignment, students, why in items:
        merged[what, tuple(students), why].append(plain(titles.get(assignment, assignment)))
    listed = "".join(
        f"<li><strong>{what}</strong>, {', '.join(where)}: {people(names, students, why)}</li>"
        for (what, students, why), where in merged.items()
    )
    if items:
        return f'<section class="needs"><h2>What needs you</h2><ul>{listed}</ul></section>'
    calm = "Nothing: all work is in and graded, and everybody has numbers of their own."
    said = calm if results.submissions else "Nothing yet: no work has been handed in."
    return f'<section class="needs calm"><h2>What needs you</h2><p>{said}</p></section>'


def _teach_next(results: ClassResults, found: Mapping[str, list[ExerciseFinding]]) -> str:
    """The most frequent mistakes of all assignments."""
    made = [
        (assignment, finding, mistake)
        for assignment, findings in found.items()
        for finding in findings
        for mistake in finding.mistakes
    ]
    first = sorted(made, key=lambda one: -len(one[2].students))[:_FIRST]
    items = [
        f"<li>{made_by(mistake, finding)} <small>{link_to(finding.key, finding.title)}, "
        f"{plain(results.titles[assignment])}</small></li>"
        for assignment, finding, mistake in first
    ]
    listed = f"<ol>{''.join(items)}</ol>"
    return f'<section class="teach"><h2>What to teach next</h2>{listed}</section>' if items else ""


def _overview(results: ClassResults) -> str:
    """Mean and median points of each assignment."""
    rows = "".join(_overview_row(results, assignment) for assignment in results.titles)
    columns = ("Assignment", "Handed in", "Not graded", "Mean", "Median", "Of")
    caption = "Points in each assignment, of those who were graded"
    shown = table(columns, rows, caption=caption, label="Assignments")
    return f"<section><h2>Assignments</h2>{shown}</section>" if rows else ""


def _overview_row(results: ClassResults, assignment: str) -> str:
    handed_in = [one for one in results.submissions if one.assignment == assignment]
    points = [one.points for one in handed_in if one.points is not None]
    whole = results.max_points(assignment)
    middle = mean(points) if points else 0.0
    level = bar(("right", middle / whole)) if points and whole else ""
    shown = [
        f"{len(handed_in):,} of {len(results.students):,}",
        f"{len(handed_in) - len(points):,}",
        f"{in_points(middle)} {level}" if points else NOTHING,
        in_points(median(points)) if points else NOTHING,
        in_points(whole),
    ]
    cells = "".join(f"<td>{cell}</td>" for cell in shown)
    return f'<tr><th scope="row">{link_to(assignment, results.titles[assignment])}</th>{cells}</tr>'
