"""What an exercise of an instructor's own must show: the check says what it should of the stub, two right answers and
each mistake, in every set of cases that a student may get.
"""

from __future__ import annotations

import inspect
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from scalinglab.classroom.own_exercises.written import Written
from scalinglab.exercises.answers import complaint, equal, shown
from scalinglab.exercises.check_result import CheckResult
from scalinglab.exercises.checking import grade
from scalinglab.exercises.exercise import RIGHT, AlikeError, Case, Cases, Exercise, Mistake
from scalinglab.exercises.own_exercises import encoded, packed, unpacked
from scalinglab.exercises.running import describe_error, run

#: So many sets are drawn; a student's name draws one of them.
SETS = 12
_MOST_CASES = 50


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
        If it has no cases, or its solution no answers: then nothing can be tried.
    """
    exercise, sets, problems = _drawn(written)
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


class _UnfitError(ValueError):
    """A function of the exercise fails in a case; ``who`` is the mistake, or ``RIGHT``."""

    def __init__(self, who: str, sentence: str) -> None:
        super().__init__(sentence)
        self.who = who


def _drawn(written: Written) -> tuple[Exercise, list[tuple[Case, ...]], dict[str, str]]:
    """The exercise with those mistakes that can be told apart, its sets of cases, and what is wrong with the others."""
    live, problems = _live(written), dict[str, str]()
    while True:
        kept = tuple(mistake for mistake in live.mistakes if mistake.name not in problems)
        exercise = replace(live, mistakes=kept)
        try:
            sets = [exercise.draw(seed) for seed in range(SETS)]
            different = {json.dumps([encoded(case) for case in cases]): cases for cases in sets}
            return exercise, list(different.values()), problems
        except _UnfitError as found:
            if found.who == RIGHT:
                raise ValueError(str(found)) from None
            problems[found.who] = str(found)
        except AlikeError as alike:
            problems[alike.pair[1]] = _told_of(*alike.pair)


def _told_of(other: str, name: str) -> str:
    """Why a mistake cannot be told from another one, or from the right answer."""
    one, other_one = (each.replace(" ", "_") for each in (name, other))
    if other == RIGHT:
        return f"mistakes.py: {one} is right in every case and gets full points: add a case in which it is wrong"
    return (
        f"mistakes.py: {one} and {other_one} give the same answers in every case: add a case in which they differ, or "
        "delete one"
    )


def _live(written: Written) -> Exercise:
    """The exercise with the functions of its files, each safely called."""
    right = _Safely(written, RIGHT, "solution.py", written.functions["solution"])
    mistakes = tuple(
        replace(mistake, wrong=_Safely(written, mistake.name, "mistakes.py", mistake.wrong))
        for mistake in written.mistakes
    )

    def oracle(*case: Any) -> Any:
        answer = right(*case)
        if not equal(answer, answer, written.settings["tolerance"]):
            why = complaint(answer, answer)
            told = (
                why[1] if why else f"got {shown(answer, 60)}, and a check compares numbers, texts, and True or False."
            )
            raise _UnfitError(RIGHT, f"solution.py: `{_call(written, case)}`: {told}")
        return answer

    oracle.__signature__ = inspect.signature(written.functions["stub"])  # type: ignore[attr-defined]
    return Exercise(
        key=written.key,
        title=written.title,
        name=written.name,
        cases=lambda draw: _cases(written, draw),
        oracle=oracle,
        mistakes=mistakes,
        **written.settings,
    )


def _cases(written: Written, draw: random.Random) -> Cases:
    """The cases of one draw, each as the arguments of a call."""
    function, seconds = written.functions["cases"], written.settings["seconds"]
    outcome = run(lambda: list(islice(function(draw), _MOST_CASES + 1)), [()], seconds=seconds)
    if outcome.out_of_time:
        raise _UnfitError(RIGHT, f"cases.py: cases(draw) was stopped after {seconds:g} seconds: does a loop never end?")
    if outcome.error is not None:
        raise _UnfitError(RIGHT, f"cases.py: cases(draw) raised {describe_error(function, outcome.error)}")
    (found,) = outcome.results
    if not 0 < len(found) <= _MOST_CASES:
        told = "none" if not found else "more"
        raise _UnfitError(RIGHT, f"cases.py: cases(draw) must yield 1 to {_MOST_CASES} cases, got {told}")
    for each in found:
        case = each if isinstance(each, tuple) else (each,)
        if len(case) != len(written.arguments):
            wanted = f"{written.name}({', '.join(written.arguments)})"
            raise _UnfitError(RIGHT, f"cases.py: a case must have the arguments of {wanted}, got {shown(each, 60)}")
        try:
            encoded(case)
        except ValueError as problem:
            raise _UnfitError(RIGHT, f"cases.py: {problem}") from None
        yield case


def _call(written: Written, case: Case) -> str:
    pairs = zip(written.arguments, case, strict=True)
    return f"{written.name}({', '.join(f'{name}={shown(value, 60)}' for name, value in pairs)})"


class _Safely:
    """A function of an exercise: called once for each case, with an end to its time; what it raises is a sentence."""

    def __init__(self, written: Written, who: str, file: str, function: Callable[..., Any]) -> None:
        self._written, self._who, self._file, self._function = written, who, file, function
        self._known: dict[str, Any] = {}

    def __call__(self, *case: Any) -> Any:
        name = json.dumps(encoded(case))
        if name not in self._known:
            self._known[name] = self._answer(case)
        return self._known[name]

    def _answer(self, case: Case) -> Any:
        seconds = self._written.settings["seconds"]
        outcome = run(self._function, [case], seconds=seconds)
        called = f"{self._file}: {'' if self._who == RIGHT else f'{self._function.__name__} in the place of '}"
        called += f"`{_call(self._written, case)}`"
        if outcome.out_of_time:
            raise _UnfitError(self._who, f"{called} was stopped after {seconds:g} seconds: does a loop never end?")
        if outcome.error is not None:
            raise _UnfitError(self._who, f"{called} raised {describe_error(self._function, outcome.error)}")
        (answer,) = outcome.results
        if self._who != RIGHT:
            try:
                encoded(answer)
            except ValueError as problem:
                raise _UnfitError(self._who, f"{called} returned something else: {problem}") from None
        return answer


def _said(exercises: list[Exercise], answer: Callable[..., Any]) -> list[CheckResult]:
    return [grade(exercise, answer, seed=0) for exercise in exercises]


def _of_stub(exercises: list[Exercise], stub: Callable[..., Any]) -> str:
    attempted = next((one for one in _said(exercises, stub) if one.attempted), None)
    if attempted is None:
        return ""
    earned = f"gets {attempted.points} points" if attempted.points else f"counts as an attempt: {attempted.message}"
    return f"stub.py {earned}"


def _of_right(exercises: list[Exercise], file: str, answer: Callable[..., Any]) -> str:
    failed = next((one for one in _said(exercises, answer) if not one.passed), None)
    if failed is None:
        return ""
    why = failed.message
    if failed.diagnosis in [mistake.name for mistake in exercises[0].mistakes]:
        why = f"the check takes it for the mistake {failed.diagnosis!r}."
    which = "" if file == "solution.py" else ", so it or solution.py is wrong"
    return f"{file} does not get full points{which}: {why}"


def _of_mistake(exercises: list[Exercise], mistake: Mistake) -> str:
    function = mistake.name.replace(" ", "_")
    for found in _said(exercises, mistake.wrong):
        if found.passed:
            return f"mistakes.py: {function} gets full points"
        if found.diagnosis != mistake.name:
            return (
                f"mistakes.py: {function} gets another sentence than its own: {found.message} If that says enough, "
                "delete the mistake"
            )
    return ""
