"""What needs the instructor first: what could not be graded, who handed nothing in, whose numbers are the same."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from scalinglab.classroom.results import ClassResults, Submission
from scalinglab.exercises.seeds import student_seed


@dataclass(frozen=True)
class Attention:
    """What to look at before any grade is handed back; students by id, assignments by name.

    Parameters
    ----------
    not_graded
        The submissions that could not be graded.
    missing
        Who handed nothing in, by assignment; without the assignments that everybody handed in.
    same_name
        ``(students, assignments)``: two or more students whose names in the first cell draw the same numbers.
    no_name
        Who left the name empty, by assignment. Their numbers are the same, too.
    """

    not_graded: tuple[Submission, ...]
    missing: dict[str, tuple[str, ...]]
    same_name: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    no_name: dict[str, tuple[str, ...]]

    def __bool__(self) -> bool:
        return any((self.not_graded, self.missing, self.same_name, self.no_name))


def needs_attention(results: ClassResults) -> Attention:
    """Look through a class for what a table of points does not show."""
    handed_in = {(one.student, one.assignment) for one in results.submissions}
    missing = {
        assignment: tuple(one.id for one in results.students if (one.id, assignment) not in handed_in)
        for assignment in results.titles
    }
    no_name = {
        assignment: tuple(one.student for one in _graded(results, assignment) if not one.name.strip())
        for assignment in results.titles
    }
    return Attention(
        not_graded=tuple(one for one in results.submissions if one.problem),
        missing={assignment: students for assignment, students in missing.items() if students},
        same_name=_same_names(results),
        no_name={assignment: students for assignment, students in no_name.items() if students},
    )


def _graded(results: ClassResults, assignment: str) -> list[Submission]:
    return [one for one in results.submissions if one.assignment == assignment and not one.problem]


def _same_names(results: ClassResults) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Students that share a name, each group once with all assignments in which it does."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for assignment in results.titles:
        by_seed: dict[int, list[str]] = defaultdict(list)
        for one in _graded(results, assignment):
            if one.name.strip():
                by_seed[student_seed(one.name, assignment)].append(one.student)
        for students in by_seed.values():
            if len(students) > 1:
                found[tuple(students)].append(assignment)
    return tuple((students, tuple(assignments)) for students, assignments in found.items())
