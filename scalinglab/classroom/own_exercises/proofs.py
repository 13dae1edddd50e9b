"""What an exercise of an instructor's own must show: the check says what it should of the stub, two right answers and
each mistake, in every set of cases that a student may get.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scalinglab.classroom.own_exercises.drawing import TOO_LONG, changing, drawn, one_line, place
from scalinglab.classroom.own_exercises.written import Written
from scalinglab.exercises.answers import equal, in_one_line
from scalinglab.exercises.check_result import CheckResult
from scalinglab.exercises.checking import grade
from scalinglab.exercises.exercise import Exercise, Mistake
from scalinglab.exercises.own_exercises import packed, unpacked
from scalinglab.exercises.running import run


@dataclass(frozen=True)
class Row:
    """What the check says of one answer: ``problem`` is empty if it says what is ``wanted``."""

    what: str
    wanted: str
    problem: str = ""


@dataclass(frozen=True)
class Proved:
    """An exercise that was tried.

    Parameters
    ----------
    exercise
        As the students get it.
    rows
        What was tried, in the order of the files.
    data
        What the file beside a notebook holds.
    """

    exercise: Exercise
    rows: tuple[Row, ...]
    data: dict[str, Any]

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for each thing that is not as it should be."""
        return tuple(row.problem for row in self.rows if row.problem)


def prove(written: Written) -> Proved:
    """Try an exercise, in the form in which students get it.

    Raises
    ------
    ValueError
        If it has no cases, or its solution no answers, or they change: then nothing can be tried.
    """
    exercise, sets, problems = drawn(written)
    # Written and read, so that what is tried is what the file will hold.
    data = json.loads(json.dumps(packed(exercise, sets)))
    one_by_one = [unpacked(data | {"sets": [each]}) for each in data["sets"]]
    points = f"{exercise.points} points"
    rows = [
        Row("the stub", "not attempted", _of_stub(one_by_one, written.functions["stub"])),
        Row("solution.py", points, _of_right(one_by_one, "solution.py", written.functions["solution"])),
        Row("second.py", points, _of_right(one_by_one, "second.py", written.functions["second"])),
    ]
    for mistake in written.mistakes:
        problem = problems.get(mistake.name) or _of_mistake(one_by_one, mistake)
        rows.append(Row(f"mistake: {mistake.name}", "0 points, its own sentence", problem))
    return Proved(unpacked(data), tuple(rows), data)


def _said(exercises: list[Exercise], answer: Callable[..., Any]) -> list[CheckResult]:
    return [grade(exercise, answer, seed=0) for exercise in exercises]


def _of_stub(exercises: list[Exercise], stub: Callable[..., Any]) -> str:
    attempted = next((one for one in _said(exercises, stub) if one.attempted), None)
    if attempted is None:
        return ""
    earned = f"gets {attempted.points} points" if attempted.points else f"counts as an attempt: {_why(attempted)}"
    return f"stub.py {earned}"


def _of_right(exercises: list[Exercise], file: str, answer: Callable[..., Any]) -> str:
    tried = zip(exercises, _said(exercises, answer), strict=True)
    exercise, failed = next(((each, said) for each, said in tried if not said.passed), (None, None))
    if exercise is None or failed is None:
        return ""
    differ = _differing(exercise, answer)
    if file == "solution.py":
        return changing(*differ) if differ else f"{file} does not get full points: {_why(failed)}"
    start = f"{file} does not get full points, so it or solution.py is wrong"
    if differ is None:
        return f"{start}: {_why(failed)}"
    call, right, other = differ
    told = (
        f"{start}. `{call}`: solution.py gave {one_line(right)}, and {file} gave {one_line(other)}{place(right, other)}"
    )
    if failed.diagnosis in [mistake.name for mistake in exercise.mistakes]:
        told += f". The check takes it for the mistake {failed.diagnosis!r}"
    return told


def _differing(exercise: Exercise, answer: Callable[..., Any]) -> tuple[str, Any, Any] | None:
    """The first call in which an answer is not the solution's, and both results; None if it does not come that far."""
    cases = exercise.draw(0)
    outcome = run(answer, cases, seconds=exercise.seconds)
    if len(outcome.results) < len(cases):
        return None
    both = (
        (exercise.call(case), exercise.oracle(*case), mine) for case, mine in zip(cases, outcome.results, strict=True)
    )
    return next((one for one in both if not equal(one[2], one[1], exercise.tolerance)), None)


def _why(failed: CheckResult) -> str:
    """What the check says, and what an instructor can do about it."""
    message = in_one_line(failed.message)
    return message.replace("does a loop never end?", TOO_LONG) if failed.diagnosis == "ran too long" else message


def _of_mistake(exercises: list[Exercise], mistake: Mistake) -> str:
    function = mistake.name.replace(" ", "_")
    for found in _said(exercises, mistake.wrong):
        if found.passed:
            return f"mistakes.py: {function} gets full points"
        if found.diagnosis != mistake.name:
            return (
                f"mistakes.py: {function} gets another sentence than its own: {_why(found)} If that says enough, "
                "delete the mistake"
            )
    return ""
