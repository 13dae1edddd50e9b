"""Checking a student's answer: right, or the mistake's name and a sentence that teaches; never an exception."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from scalinglab._checks import positive
from scalinglab._grading import being_graded
from scalinglab.exercises.answers import complaint, distance, equal, is_inexact, shown
from scalinglab.exercises.bank import find
from scalinglab.exercises.check_result import CheckResult
from scalinglab.exercises.exercise import Case, Exercise
from scalinglab.exercises.hints import waiting
from scalinglab.exercises.journal import Journal, JournalError
from scalinglab.exercises.running import Run, describe_error, is_stub, run
from scalinglab.exercises.seeds import FIRST_VARIANT, student_seed
from scalinglab.exercises.wording import share


def check(
    key: str, answer: Any, *, student: str = "", variant: str = FIRST_VARIANT, points: float | None = None
) -> CheckResult:
    """Check an answer, write the attempt and its points into the journal, and say what to do next.

    Parameters
    ----------
    key
        The exercise, ``"00-parameters"``.
    answer
        The student's function. Whatever it does (raise, loop for ever, print, return nonsense), the result says so and
        no exception leaves this call.
    student
        A name; the numbers of the cases vary with it.
    variant
        A letter from A to Z; the numbers vary with it, too. An assignment may have another one than the chapter.
    points
        What a right answer earns in an assignment; in the journal, and if left out, what the exercise says.

    Raises
    ------
    ValueError
        If no exercise has this key, the student's name is not text, or ``variant`` or ``points`` are none: mistakes of
        the notebook, not of the answer.
    """
    exercise = find(key)
    seed = student_seed(student, key, variant)
    worth = exercise.points if points is None else positive("points", points)
    result = replace(grade(exercise, answer, seed=seed), student=student)
    journal, notes = Journal(), list(result.notes)
    try:
        if result.attempted and not being_graded():
            earned = {"points": result.points, "max_points": result.max_points}
            journal.add_attempt(key, **earned, diagnosis=result.diagnosis, seed=seed)
        seen = journal.hints_shown(key)
    except JournalError as problem:
        notes += [f"This attempt was not recorded. {problem}"] if result.attempted else []
        seen = 0
    if not result.passed:
        notes.append(waiting(key, seen))
    if worth != exercise.points:
        result = replace(result, points=result.points * worth / exercise.points, max_points=worth)
    return replace(result, notes=(*notes, *journal.notices))


def grade(exercise: Exercise, answer: Any, *, seed: int) -> CheckResult:
    """Compare an answer with the cases of a seed; writes nothing. This is what a grader calls."""
    cases = exercise.draw(seed)
    refused = _refuse(exercise, answer, cases[0])
    if refused:
        return refused
    outcome = run(lambda *case: exercise.answer(answer, case), cases, seconds=exercise.seconds)
    if not outcome.results and is_stub(answer, outcome.error):
        return _open(exercise, cases[0])
    result = _broken(exercise, answer, cases, outcome) or _judge(exercise, cases, outcome)
    return _with_prints(result, outcome)


def _open(exercise: Exercise, case: Case) -> CheckResult:
    title = exercise.title if exercise.title.endswith("?") else f"{exercise.title}."
    about = f"{title} {exercise.difficulty.capitalize()}, about {exercise.minutes} minutes."
    message = f"{about} Write your answer in place of the line with `raise`, run that cell, then run this one again."
    if is_inexact(exercise.oracle(*case)):
        message += f" Numbers count as right if their relative error is at most {share(exercise.tolerance)}."
    return CheckResult(exercise.key, 0, exercise.points, attempted=False, message=message)


def _failed(exercise: Exercise, diagnosis: str | None, message: str) -> CheckResult:
    return CheckResult(exercise.key, 0, exercise.points, attempted=True, message=message, diagnosis=diagnosis)


def _refuse(exercise: Exercise, answer: Any, case: Case) -> CheckResult | None:
    """An answer that cannot be called as asked."""
    if not callable(answer):
        message = (
            f"Hand over the function itself, `{exercise.name}`, not the result of calling it: got {shown(answer, 60)}."
        )
        return _failed(exercise, "not a function", message)
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # a built-in function without a readable signature: calling it will tell
        return None
    try:
        signature.bind(*case)
    except TypeError:
        message = (
            f"`{exercise.name}` must take ({', '.join(exercise.arguments)}) in this order; yours takes {signature}."
        )
        return _failed(exercise, "wrong arguments", message)
    return None


def _broken(exercise: Exercise, answer: Callable[..., Any], cases: Sequence[Case], outcome: Run) -> CheckResult | None:
    """A call that did not come to its end."""
    if outcome.out_of_time:
        call = exercise.call(cases[min(len(outcome.results), len(cases) - 1)])
        message = f"`{call}` was stopped after {exercise.seconds:g} seconds: does a loop never end?"
        return _failed(exercise, "ran too long", message)
    if outcome.error is not None:
        call = exercise.call(cases[len(outcome.results)])
        return _failed(exercise, "raised an error", f"`{call}` raised {describe_error(answer, outcome.error)}.")
    return None


def _judge(exercise: Exercise, cases: Sequence[Case], outcome: Run) -> CheckResult:
    """Right, a known mistake, an answer of the wrong kind, or the first case that fails; in this order."""
    got, expected = outcome.results, [exercise.oracle(*case) for case in cases]
    right = [equal(mine, theirs, exercise.tolerance) for mine, theirs in zip(got, expected, strict=True)]
    if all(right):
        message = f"All {len(cases)} cases agree."
        return CheckResult(exercise.key, exercise.points, exercise.points, attempted=True, message=message)
    for mistake in exercise.mistakes:
        wrong = [exercise.answer(mistake.wrong, case) for case in cases]
        lucky = [one and mistake.by_luck for one in right]
        if all(luck or equal(a, b, exercise.tolerance) for luck, a, b in zip(lucky, got, wrong, strict=True)):
            return _failed(exercise, mistake.name, mistake.message)
    first = right.index(False)
    found = complaint(got[first], expected[first])
    where = f"`{exercise.call(cases[first])}`"
    if found:
        return _failed(exercise, found[0], f"{where}: {found[1]}")
    message = f"{where} returned {shown(got[first])}, which is {distance(got[first], expected[first])}."
    if exercise.entries:
        message = f"{where}: what is not right is {_entries_off(exercise, got[first], expected[first])}."
    return _failed(exercise, None, message + (f" {sum(right)} of {len(cases)} cases agree." if len(cases) > 1 else ""))


def _entries_off(exercise: Exercise, got: Any, expected: Any) -> str:
    pairs = zip(exercise.entries, got, expected, strict=True)
    return ", and ".join(entry for entry, mine, right in pairs if not equal(mine, right, exercise.tolerance))


def _with_prints(result: CheckResult, outcome: Run) -> CheckResult:
    if not outcome.printed_length:
        return result
    hidden = outcome.printed_length - len(outcome.printed)
    note = f"Your code printed {outcome.printed_length:,} characters{'; only the beginning is kept' if hidden else ''}."
    return replace(result, printed=outcome.printed, notes=(*result.notes, note))
