"""Who shares an answer with whom, where that is unlikely to be a coincidence.

An answer is told if it is long enough that two people seldom write it (``FEWEST_PARTS``, ``FEWEST_WORDS``), is not the
published solution, and is rare in the class: the longer it is, the more may share it and still be told, up to half of
the class. What many wrote is taken for the natural way to write it. Where a third of a class shares its answer with
somebody, the exercise has few natural ways, and only what is longer still is told. All that is left out is counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scalinglab.classroom.alike.answers import UNREADABLE
from scalinglab.classroom.alike.normal_form import Form

#: An answer with fewer parts of code, or words of text, is told for nobody.
FEWEST_PARTS, FEWEST_WORDS = 60, 25
#: An answer with so many parts is told even if half of the class has it, one of half as many if an eighth has.
LONG = 240
#: Where more than this part of a class of so many shares its answers, twice as many parts are asked for.
CROWDED, SMALL_CLASS = 1 / 3, 10


@dataclass(frozen=True)
class Group:
    """Students whose answers are the same but for names and layout; ``letters`` if they are the same to the letter."""

    students: tuple[str, ...]
    size: int
    letters: bool = False


@dataclass(frozen=True)
class Compared:
    """The answers of a class to one part of an assignment, compared with one another.

    Parameters
    ----------
    assignment, key
        The part.
    answers
        How many were compared: neither untouched stubs nor answers that cannot be read.
    groups
        Those to ask about, the largest first.
    published
        Who has the published solution.
    usual
        How many share an answer that is too frequent in the class to say anything.
    short
        How many share an answer that is too short to say anything.
    unreadable
        How many answers Python cannot read.
    """

    assignment: str
    key: str
    answers: int
    groups: tuple[Group, ...] = ()
    published: tuple[str, ...] = ()
    usual: int = 0
    short: int = 0
    unreadable: int = 0


def compare(
    assignment: str, key: str, forms: Mapping[str, Form], *, published: Form | None = None, text: bool = False
) -> Compared:
    """Compare the answers of a class to one part.

    Parameters
    ----------
    assignment, key
    forms
        The form of each student's answer.
    published
        That of the solution.
    text
        Whether it is answered in words.
    """
    same: dict[str, list[str]] = defaultdict(list)
    for student, form in sorted(forms.items()):
        same[form.same].append(student)
    unreadable = len(same.pop(UNREADABLE.same, ()))
    answers = len(forms) - unreadable
    copied = same.pop(published.same, []) if published else []
    told, counts = [], {"usual": 0, "short": 0}
    sharing = sum(len(students) for students in same.values() if len(students) > 1)
    crowded = answers >= SMALL_CLASS and sharing > CROWDED * answers
    for students in same.values():
        if len(students) > 1:
            size = min(forms[one].size for one in students)
            fewest = FEWEST_WORDS if text else FEWEST_PARTS
            why = _why_not(len(students), size, answers, fewest)
            if crowded and size < 2 * fewest:
                why = why or "usual"
            if why:
                counts[why] += len(students)
            else:
                told.append(Group(tuple(students), size, len({forms[one].letters for one in students}) == 1))
    told.sort(key=lambda one: (-len(one.students), one.students))
    return Compared(assignment, key, answers, tuple(told), tuple(copied), unreadable=unreadable, **counts)


def _why_not(sharing: int, size: int, answers: int, fewest: int) -> str:
    """Why an answer that is shared says nothing; empty if it does."""
    if size < fewest:
        return "short"
    share = 0.5 * min(1.0, size / LONG) ** 2
    return "usual" if sharing > max(2, share * answers) else ""


@dataclass(frozen=True)
class Pair:
    """Two students and the places, ``(assignment, key)``, in which their answers are alike."""

    students: tuple[str, str]
    places: tuple[tuple[str, str], ...]


def pairs_in(compared: Sequence[Compared]) -> list[Pair]:
    """The pairs of all groups: those with most places first."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for one in compared:
        for group in one.groups:
            for place, first in enumerate(group.students):
                for second in group.students[place + 1 :]:
                    found[first, second].append((one.assignment, one.key))
    return sorted((Pair(*item) for item in ((who, tuple(where)) for who, where in found.items())), key=_order)


def _order(pair: Pair) -> tuple[int, tuple[str, str]]:
    return -len(pair.places), pair.students
