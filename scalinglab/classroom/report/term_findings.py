"""What a term shows that a single assignment does not: mistakes that come back, and predictions week by week."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from scalinglab._checks import number
from scalinglab.classroom.report.mistakes_and_predictions import quiz_findings
from scalinglab.classroom.results import Asked, ClassResults, Submission
from scalinglab.exercises.wording import CLOSE, factor

#: A prediction is near within this factor, as the map of the course has it.
NEAR = 2.0
#: Where a mistake was made: ``(assignment, key of the part)``.
Place = tuple[str, str]


@dataclass(frozen=True)
class ComingBack:
    """A mistake that was made by several students or in several places.

    Parameters
    ----------
    diagnosis
    students
        Who made it, in order.
    places
        How often in each place, in the order of the term.
    """

    diagnosis: str
    students: tuple[str, ...]
    places: dict[Place, int]

    @property
    def times(self) -> int:
        """How often it was made."""
        return sum(self.places.values())

    @property
    def assignments(self) -> int:
        """In how many assignments it was made."""
        return len({assignment for assignment, _ in self.places})


@dataclass(frozen=True)
class Repeated:
    """One student's mistake that came back in another part of the term."""

    student: str
    diagnosis: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Calibration:
    """How close a class's predictions came, in one assignment or in all.

    Parameters
    ----------
    numbers
        How many numbers were compared with what is true.
    right, near
        How many of them were within 5 %, and how many within a factor of 2; the first are among the second.
    above, below
        How many of those that were not right were too large, and too small.
    off
        The median factor; infinite if half of them have the wrong sign or are zero, None without any.
    choices, chosen
        How many choices were compared, and how many of them were right.
    quiz, quiz_right
        The same of the first choices in the quiz.
    peeked
        Predictions that were sealed after the answer was shown, which count nowhere here.
    """

    numbers: int = 0
    right: int = 0
    near: int = 0
    above: int = 0
    below: int = 0
    off: float | None = None
    choices: int = 0
    chosen: int = 0
    quiz: int = 0
    quiz_right: int = 0
    peeked: int = 0


@dataclass(frozen=True)
class Misjudged:
    """A question that a class misjudged: by which median factor, and how many said too much or too little."""

    question: Asked
    assignment: str
    said: int
    off: float
    above: int
    below: int


@dataclass(frozen=True)
class _Said:
    """A number beside what is true of it."""

    key: str
    off: float
    above: bool


def coming_back(results: ClassResults) -> list[ComingBack]:
    """The mistakes with a name that came back, the most frequent first."""
    made: dict[str, list[tuple[str, Place]]] = defaultdict(list)
    for student, diagnosis, place in _mistakes(results):
        made[diagnosis].append((student, place))
    found = [
        ComingBack(diagnosis, tuple(sorted({who for who, _ in each})), dict(Counter(place for _, place in each)))
        for diagnosis, each in made.items()
        if len(each) > 1
    ]
    return sorted(found, key=lambda one: (-one.times, one.diagnosis))


def repeated(results: ClassResults) -> list[Repeated]:
    """The mistakes that a student made in more than one place: those in most places first."""
    made: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for student, diagnosis, place in _mistakes(results):
        made[student, diagnosis].append(place)
    found = [Repeated(*who, tuple(places)) for who, places in made.items() if len(places) > 1]
    return sorted(found, key=lambda one: (-len(one.places), one.student, one.diagnosis))


def _mistakes(results: ClassResults) -> Iterable[tuple[str, str, Place]]:
    for one in results.submissions:
        for score in one.scores:
            if score.diagnosis and score.attempted and not score.passed and not score.waits:
                yield one.student, score.diagnosis, (one.assignment, score.key)


def calibrations(results: ClassResults) -> dict[str, Calibration]:
    """How close the predictions of each assignment came, and under ``""`` those of all."""
    known = {one.key: one for one in results.questions}
    counts: dict[str, Counter[str]] = {name: Counter() for name in results.titles}
    said: dict[str, list[_Said]] = {name: [] for name in results.titles}
    for one in results.submissions:
        numbers, counted = _compared(one, known)
        said[one.assignment] += numbers
        counts[one.assignment] += counted
    for name in results.titles:
        quiz = quiz_findings(results, name)
        counts[name] += Counter(quiz=sum(one.answered for one in quiz), quiz_right=sum(one.right for one in quiz))
    found = {name: _calibration(said[name], counts[name]) for name in results.titles}
    everything = [one for each in said.values() for one in each]
    return found | {"": _calibration(everything, sum(counts.values(), Counter()))}


def misjudged(results: ClassResults, *, fewest: int = 3) -> list[Misjudged]:
    """The questions for a number, those that the class misjudged most first; with fewer answers none is told."""
    known = {one.key: one for one in results.questions}
    said: dict[tuple[str, str], list[_Said]] = defaultdict(list)
    for one in results.submissions:
        for number_said in _compared(one, known)[0]:
            said[one.assignment, number_said.key].append(number_said)
    found = [
        Misjudged(known[key], assignment, len(each), median(one.off for one in each), *_sides(each))
        for (assignment, key), each in said.items()
        if len(each) >= fewest and key in known
    ]
    return sorted((one for one in found if one.off >= CLOSE), key=lambda one: (-one.off, one.question.key))


def _compared(one: Submission, known: dict[str, Asked]) -> tuple[list[_Said], Counter[str]]:
    """The numbers that a submission predicted beside what is true, and how many choices it made and got right."""
    numbers, counts = [], Counter(peeked=sum(key in one.predictions for key in one.peeked))
    for key, value in one.predictions.items():
        asked = known.get(key)
        true = asked.truth if asked and asked.truth is not None else one.turned_out.get(key)
        if key in one.peeked or true is None or (asked and asked.choices and true not in asked.choices):
            continue
        if isinstance(value, str) or isinstance(true, str):
            if isinstance(value, str) and isinstance(true, str):
                counts += Counter(choices=1, chosen=int(value == true))
        elif _is_finite(value) and _is_finite(true):
            numbers.append(_Said(key, factor(value, true, asked.unit if asked else ""), value > true))
    return numbers, counts


def _calibration(said: list[_Said], counts: Counter[str]) -> Calibration:
    above, below = _sides(said)
    return Calibration(
        numbers=len(said),
        right=sum(one.off < CLOSE for one in said),
        near=sum(one.off <= NEAR for one in said),
        above=above,
        below=below,
        off=median(one.off for one in said) if said else None,
        **{name: counts[name] for name in ("choices", "chosen", "quiz", "quiz_right", "peeked")},
    )


def _sides(said: list[_Said]) -> tuple[int, int]:
    """How many numbers were too large, and how many too small."""
    wrong = [one.above for one in said if one.off >= CLOSE]
    return sum(wrong), len(wrong) - sum(wrong)


def _is_finite(value: object) -> bool:
    try:
        return math.isfinite(number("value", value))
    except ValueError:
        return False
