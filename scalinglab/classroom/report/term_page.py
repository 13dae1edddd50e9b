"""The page of a term: points by student and week, mistakes that come back, predictions, answers that are alike."""

from __future__ import annotations

import re
from collections import Counter

from scalinglab.classroom.report.alike_findings import left_out_in, pairs_of
from scalinglab.classroom.report.html_templates import rendered, script, style
from scalinglab.classroom.report.names_and_points import names_of
from scalinglab.classroom.report.needs_instructor import needs_attention
from scalinglab.classroom.report.page import told
from scalinglab.classroom.report.term_findings import calibrations, coming_back, misjudged, repeated
from scalinglab.classroom.report.term_tables import state_of
from scalinglab.classroom.results import ClassResults

#: How much of each list is shown; the tables have all mistakes, and the page of the assignments all answers.
_MISTAKES, _QUESTIONS, _PAIRS = 20, 8, 100
_NUMBER = re.compile(r"\d\d\b")


def term_page(results: ClassResults) -> str:
    """Write the page that tells an instructor how a class did over a term.

    Parameters
    ----------
    results
        What ``read_results`` found.

    Returns
    -------
    str
        One HTML document that needs no other file, network or script; the same results give the same text. Its links
        lead to ``report.html`` beside it, and to nbgrader's feedback, seen from the folder ``grades``.
    """
    found = results.by_student()
    assignments = [told(results, name) for name in results.titles]
    back = coming_back(results)
    pairs = pairs_of(results)
    return rendered(
        "term.html",
        assignments=assignments,
        back=back[:_MISTAKES],
        back_left=len(back) - len(back[:_MISTAKES]),
        calibrations=calibrations(results),
        failed=sum(bool(one.problem) for one in results.submissions),
        found=found,
        left_out={name: left_out_in(results, name) for name in results.titles},
        max_points=sum(results.max_points(name) for name in results.titles),
        misjudged=misjudged(results)[:_QUESTIONS],
        names=names_of(results),
        needs=needs_attention(results),
        page="report.html",
        pairs=pairs[:_PAIRS],
        pairs_left=len(pairs) - len(pairs[:_PAIRS]),
        repeated=repeated(results),
        results=results,
        script=script(),
        short=_short_titles(results),
        state_of=state_of,
        style=style(),
        totals=_totals(results),
    )


def _totals(results: ClassResults) -> dict[str, float]:
    """The points of each student who has any grade."""
    found: dict[str, float] = {}
    for one in results.submissions:
        if one.points is not None:
            found[one.student] = found.get(one.student, 0.0) + one.points
    return found


def _short_titles(results: ClassResults) -> dict[str, str]:
    """What stands over a narrow column: the number of a chapter, if no other has it; else the title."""
    numbers = {name: _NUMBER.match(title) for name, title in results.titles.items()}
    often = Counter(match[0] for match in numbers.values() if match)
    return {
        name: match[0] if match and often[match[0]] == 1 else results.titles[name] for name, match in numbers.items()
    }
