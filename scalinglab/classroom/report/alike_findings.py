"""Answers that are alike, as the pages tell them: who, where, and what was left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scalinglab.classroom.alike.groups import Compared, pairs_in
from scalinglab.classroom.results import ClassResults, Score


@dataclass(frozen=True)
class Alike:
    """Students with the same answer, but for names and layout, to one part of an assignment.

    Parameters
    ----------
    key, title
        The part.
    students
    size
        How many parts the answer has.
    letters
        Whether the answers are the same to the letter.
    mistake
        The diagnosis that all of them have; empty if there is none.
    """

    key: str
    title: str
    students: tuple[str, ...]
    size: int
    letters: bool
    mistake: str


@dataclass(frozen=True)
class LeftOut:
    """How many answers to one part were compared, and which of them are not told although they are shared."""

    title: str
    answers: int
    published: int
    usual: int
    short: int
    unreadable: int


@dataclass(frozen=True)
class PairTold:
    """Two students, and where their answers are alike: ``(assignment, key, title of the part)``."""

    students: tuple[str, str]
    places: tuple[tuple[str, str, str], ...]


def alike_in(results: ClassResults, assignment: str) -> list[Alike]:
    """The groups of one assignment, part by part."""
    submissions = results.by_student()
    found = []
    for one in _of(results, assignment):
        for group in one.groups:
            made = [submissions.get((student, assignment)) for student in group.students]
            scores = [score for each in made if each for score in each.scores if score.key == one.key]
            title = results.titles_of(assignment).get(one.key, one.key)
            found.append(Alike(one.key, title, group.students, group.size, group.letters, _mistake(scores)))
    return found


def left_out_in(results: ClassResults, assignment: str) -> list[LeftOut]:
    """What was compared in one assignment and is not told."""
    titles: Mapping[str, str] = results.titles_of(assignment)
    return [
        LeftOut(titles.get(one.key, one.key), one.answers, len(one.published), one.usual, one.short, one.unreadable)
        for one in _of(results, assignment)
    ]


def pairs_of(results: ClassResults) -> list[PairTold]:
    """Every two students with an answer that is alike: those with most of them first."""
    titles = {name: results.titles_of(name) for name in results.titles}
    return [
        PairTold(one.students, tuple((where, key, titles.get(where, {}).get(key, key)) for where, key in one.places))
        for one in pairs_in(results.compared)
    ]


def _of(results: ClassResults, assignment: str) -> list[Compared]:
    return [one for one in results.compared if one.assignment == assignment]


def _mistake(scores: list[Score]) -> str:
    """The diagnosis that all have."""
    made = {score.diagnosis or "" for score in scores if not score.passed} if scores else set()
    return made.pop() if len(made) == 1 and not any(score.passed for score in scores) else ""
