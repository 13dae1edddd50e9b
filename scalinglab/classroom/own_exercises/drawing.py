"""Cases drawn from the files of an instructor's own exercise; whatever stands in their way is one sentence."""

from __future__ import annotations

import inspect
import json
import random
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Any

from scalinglab.classroom.own_exercises.written import Written
from scalinglab.exercises.answers import complaint, distance, equal, in_one_line, shown
from scalinglab.exercises.exercise import RIGHT, AlikeError, Case, Cases, Exercise
from scalinglab.exercises.own_exercises import encoded
from scalinglab.exercises.running import describe_error, run

#: So many sets are drawn; a student's name draws one of them.
SETS = 12
_MOST_CASES = 50
TOO_LONG = "does a loop never end? If it only needs longer, raise seconds in settings.toml"


class _UnfitError(ValueError):
    """A function of the exercise fails in a case; ``who`` is the mistake, or ``RIGHT``."""

    def __init__(self, who: str, sentence: str) -> None:
        super().__init__(sentence)
        self.who = who


def drawn(written: Written) -> tuple[Exercise, list[tuple[Case, ...]], dict[str, str]]:
    """The exercise with those mistakes that can be told apart, its sets of cases, and what is wrong with the others.

    Raises
    ------
    ValueError
        If there are no cases, the solution has no answer to one, or either changes from call to call.
    """
    _check_draws(written)
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
    right, again = (_Safely(written, RIGHT, "solution.py", written.functions["solution"]) for _ in range(2))
    mistakes = tuple(
        replace(mistake, wrong=_Safely(written, mistake.name, "mistakes.py", mistake.wrong))
        for mistake in written.mistakes
    )

    def oracle(*case: Any) -> Any:
        answer = right(*case)
        if why := _unfit(answer, written.settings["tolerance"]):
            raise _UnfitError(RIGHT, f"solution.py: `{_call(written, case)}`: {why}")
        if not equal(again(*case), answer, written.settings["tolerance"]):
            raise _UnfitError(RIGHT, changing(_call(written, case), answer, again(*case)))
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


def _unfit(answer: Any, tolerance: float) -> str:
    """Why a check cannot compare an answer of the solution with others; empty if it can."""
    try:
        encoded(answer)
    except ValueError as problem:
        return str(problem)
    try:
        if equal(answer, answer, tolerance):
            return ""
        why = complaint(answer, answer)
    except ValueError:
        return f"got {one_line(answer)}, whose rows are not equally long"
    return why[1] if why else f"got {one_line(answer)}, and a check compares numbers, texts, and True or False."


def changing(call: str, one: Any, other: Any) -> str:
    """What is said of a solution with two results in one case."""
    results = f"{one_line(one)} and {one_line(other)}{place(one, other)}"
    return f"solution.py gives different results in two calls of `{call}`: {results}"


def place(one: Any, other: Any) -> str:
    """Where two results differ, if they are so long that both look the same in a sentence."""
    if one_line(one) != one_line(other) or complaint(other, one) is not None:
        return ""
    return f" ({distance(other, one)})"


def _check_draws(written: Written) -> None:
    """The same draw must give the same cases: a student meets them again tomorrow."""
    one, other = ([encoded(case) for case in _cases(written, random.Random(0))] for _ in range(2))
    if json.dumps(one) != json.dumps(other):
        raise ValueError(
            "cases.py: cases(draw) yields other numbers when it is called again with the same draw: take all random "
            "numbers from draw, or from np.random.default_rng(draw.randrange(10**9))"
        )


def _cases(written: Written, draw: random.Random) -> Cases:
    """The cases of one draw, each as the arguments of a call."""
    function, seconds = written.functions["cases"], written.settings["seconds"]
    outcome = run(lambda: list(islice(function(draw), _MOST_CASES + 1)), [()], seconds=seconds)
    if outcome.out_of_time:
        raise _UnfitError(RIGHT, f"cases.py: cases(draw) was stopped after {seconds:g} seconds: {TOO_LONG}")
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
            raise _UnfitError(RIGHT, f"cases.py: a case must have the arguments of {wanted}, got {one_line(each)}")
        try:
            encoded(case)
        except ValueError as problem:
            raise _UnfitError(RIGHT, f"cases.py: {problem}") from None
        yield case


def _call(written: Written, case: Case) -> str:
    pairs = zip(written.arguments, case, strict=True)
    return f"{written.name}({', '.join(f'{name}={one_line(value)}' for name, value in pairs)})"


def one_line(value: Any) -> str:
    """A value for a sentence: short, and without a line's end."""
    return in_one_line(shown(value, 60))


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
        arguments: list[Any] = []

        def called_with(*given: Any) -> Any:
            arguments.extend(given)
            return self._function(*given)

        outcome = run(called_with, [case], seconds=seconds)
        called = f"{self._file}: {'' if self._who == RIGHT else f'{self._function.__name__} in the place of '}"
        called += f"`{_call(self._written, case)}`"
        if outcome.out_of_time:
            raise _UnfitError(self._who, f"{called} was stopped after {seconds:g} seconds: {TOO_LONG}")
        if outcome.error is not None:
            raise _UnfitError(self._who, f"{called} raised {describe_error(self._function, outcome.error)}")
        (answer,) = outcome.results
        if self._who == RIGHT:
            self._check_arguments(case, arguments)
        else:
            try:
                encoded(answer)
            except ValueError as problem:
                raise _UnfitError(self._who, f"{called} returned something else: {problem}") from None
        return answer

    def _check_arguments(self, case: Case, after: list[Any]) -> None:
        """A function that changes its arguments spoils them for a mistake that calls it."""
        for name, before, now in zip(self._written.arguments, case, after, strict=True):
            try:
                same = json.dumps(encoded(now)) == json.dumps(encoded(before))
            except ValueError:
                same = False
            if not same:
                call = _call(self._written, case)
                told = f"{self._file} changes its argument {name} in `{call}`: let it work on a copy"
                raise _UnfitError(self._who, told)
