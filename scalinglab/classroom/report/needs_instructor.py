"""What needs the instructor first: what has no points yet, who handed in nothing or late, whose work is the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from scalinglab.classroom.report.names_and_points import sentence
from scalinglab.classroom.results import ClassResults
from scalinglab.exercises.seeds import student_seed

_COPIED = "They have the same numbers, so answers can be copied."
_EMPTY = "All who leave it empty have the same numbers, so answers can be copied."

_UNLISTED = "They are in the tables by the names of their folders; add them to the list, or correct its ids."
_UNTIMED = (
    "So they count as in time. If they came late, write when into `timestamp.txt` beside the notebook in "
    "`submitted/`, and grade again."
)
_SHARED = "Their predictions were sealed at the same seconds: the file was copied, or they worked together."


@dataclass(frozen=True)
class Need:
    """What to look at before any grade is handed back: of which students (ids), in which assignments, and why."""

    what: str
    students: tuple[str, ...]
    why: str
    assignments: tuple[str, ...]


def needs_attention(results: ClassResults) -> list[Need]:
    """Look through a class for what a table of points does not show; the same in many assignments is one need."""
    found: dict[tuple[str, tuple[str, ...], str], list[str]] = defaultdict(list)
    for what, assignment, students, why in _by_assignment(results):
        found[what, tuple(students), why].append(assignment)
    return [Need(*need, tuple(assignments)) for need, assignments in found.items()]


def _by_assignment(results: ClassResults) -> Iterator[tuple[str, str, list[str], str]]:
    """``(what, assignment, students, why)``, the most urgent first."""
    failed, no_name, same_numbers = (defaultdict[tuple[str, str | int], list[str]](list) for _ in range(3))
    for one in results.submissions:
        if one.problem:
            failed[one.assignment, one.problem].append(one.student)
        elif one.name.strip():
            same_numbers[one.assignment, student_seed(one.name, one.assignment)].append(one.student)
        else:
            no_name[one.assignment, ""].append(one.student)
    for (assignment, problem), students in failed.items():
        yield "Not graded", assignment, students, sentence(str(problem))
    yield from _open_points(results)
    yield from _journals(results)
    handed_in = results.by_student()
    for assignment in results.titles:
        if missing := [one.id for one in results.students if (one.id, assignment) not in handed_in]:
            yield "Nothing handed in", assignment, missing, ""
        if strange := [who for who in results.unlisted if (who, assignment) in handed_in]:
            yield "Not in students.csv", assignment, strange, _UNLISTED
    for (assignment, _), students in same_numbers.items():
        if len(students) > 1:
            yield "The same name in the first cell", assignment, students, _COPIED
    for (assignment, _), students in no_name.items():
        yield "No name in the first cell", assignment, students, _EMPTY


def _open_points(results: ClassResults) -> Iterator[tuple[str, str, list[str], str]]:
    """Points that a person has to give or to look at, and work that came late."""
    waits, review, silent, late, untimed = (defaultdict[tuple[str, str], list[str]](list) for _ in range(5))
    for one in results.submissions:
        titles = results.titles_of(one.assignment)
        if one.late:
            late[one.assignment, one.late].append(one.student)
        if one.untimed:
            untimed[one.assignment, _UNTIMED].append(one.student)
        for score in one.scores:
            title = titles.get(score.key, score.key)
            if score.waits:
                waits[one.assignment, title].append(one.student)
            if score.review:
                review[one.assignment, f"{title}: {score.review}"].append(one.student)
            if score.diagnosis == "no result":
                silent[one.assignment, f"{title}: {score.message}"].append(one.student)
    for what, found in (
        ("To be graded by a person", waits),
        ("Points by hand for an earlier answer", review),
        ("A check that showed nothing", silent),
        ("Late", late),
        ("No time of arrival", untimed),
    ):
        for (assignment, why), students in found.items():
            yield what, assignment, students, sentence(why)


def _journals(results: ClassResults) -> Iterator[tuple[str, str, list[str], str]]:
    """Journals that cannot be read, and journals that are one and the same."""
    damaged, same = (defaultdict[tuple[str, object], list[str]](list) for _ in range(2))
    for one in results.submissions:
        if one.journal:
            damaged[one.assignment, one.journal].append(one.student)
        if one.sealed:
            same[one.assignment, one.sealed].append(one.student)
    for (assignment, why), students in damaged.items():
        yield "A journal that cannot be read", assignment, students, sentence(f"{why} It was kept as it is")
    for (assignment, _), students in same.items():
        if len(students) > 1:
            yield "One journal for several students", assignment, students, _SHARED
