"""Grading a class: nbgrader does it, one submission after the other, each with an end to its time and memory."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from scalinglab._checks import positive_integer
from scalinglab.classroom.grading.already_graded import HandedIn, Records, handed_in
from scalinglab.classroom.grading.class_gradebook import Gradebook, release_changed
from scalinglab.classroom.grading.environment_check import check_packages, check_solution
from scalinglab.classroom.grading.gathering import gather
from scalinglab.classroom.grading.graded_notebooks import cells_of
from scalinglab.classroom.grading.mended_class import mend_class
from scalinglab.classroom.late_rules import read_rules
from scalinglab.classroom.nbgrader.class_folder import check_class
from scalinglab.classroom.nbgrader.client import (
    DEFAULT_LIMITS,
    KERNEL_DIED,
    NO_ANSWER,
    Limits,
    Team,
    need_nbgrader,
)
from scalinglab.classroom.one_run import only_run
from scalinglab.classroom.report.written_files import write_refusal
from scalinglab.classroom.results import ClassResults

#: Characters that nbgrader takes for a pattern of file names.
_PATTERN = set("[]*?")


def grade_class(
    class_folder: Path,
    *,
    limits: Limits = DEFAULT_LIMITS,
    again: bool = False,
    retry: bool = False,
    without: Sequence[str] = (),
    jobs: int = 1,
    say: Callable[[str], None] = print,
) -> ClassResults:
    """Grade what was not graded yet, write the feedback of it, and tell all that is known about the class then.

    Parameters
    ----------
    class_folder : Path
        The folder that ``assign`` made.
    limits : Limits
    again : bool
        Grade everything anew.
    retry : bool
        Grade anew what could not be graded.
    without : sequence of str
        Packages that submissions may import although they are not installed here.
    jobs : int
        Submissions that are graded at the same time.
    say : callable
        Gets a line for each submission.

    Returns
    -------
    ClassResults
        Those included that were graded before.

    Raises
    ------
    ValueError
        If nbgrader is missing, the folder is no class, another command is at work in it, or this environment cannot
        grade it: a submission imports a package that is not installed, or a solution does not get full marks. No
        submission was run then.
    """
    need_nbgrader()
    positive_integer("jobs", jobs)
    class_folder = check_class(class_folder)
    read_rules(class_folder)  # a file that nobody can read would fail in the middle
    with only_run(class_folder) as place:
        records = Records(class_folder)
        for sentence in mend_class(class_folder, records):
            say(sentence)
        known = {work: records.problem(work) for work in handed_in(class_folder)}
        new = [work for work, problem in known.items() if again or problem is None or (retry and problem)]
        with Team(jobs, place) as team:
            if len(new) > 1:
                team.prepare(class_folder)
            check_packages(class_folder, new, without)
            for sentence in release_changed(team, class_folder, known):
                say(sentence)
            for assignment, count in Counter(work.assignment for work in new).items():
                for sentence in check_solution(team, class_folder, assignment, records, limits, submissions=count):
                    say(sentence)
            records.reopen(new)
            graded = team.each(lambda work: _grade(team, class_folder, work, records, limits), new)
            for number, (work, (problem, found)) in enumerate(graded, start=1):
                if problem:
                    write_refusal(class_folder, work.assignment, work.student, problem)
                records.keep(work, problem, found)
                say(f"{number} of {len(new)}: {work.assignment}, {work.student}: {problem or 'graded'}")
            book = Gradebook.read(team, class_folder, records)
            for sentence in (*book.changed, *_tell_again(team, class_folder, records, book)):
                say(sentence)
            return gather(class_folder, book, records)


def _grade(
    team: Team, class_folder: Path, work: HandedIn, records: Records, limits: Limits
) -> tuple[str, dict[str, Any]]:
    """Let nbgrader grade one submission; returns why it could not, or an empty text, and what came of it."""
    graded = work.notebook(class_folder, "autograded").parent
    problem, value = _unreadable(work.notebook(class_folder, "submitted")), {}
    who = (work.assignment, work.student)
    for start in () if problem else (records.start(work.assignment), {}):
        outcome = team.run("grade", class_folder, *who, records.seen(work), start, limits=limits)
        problem, value = outcome.problem, outcome.value
        if problem not in (KERNEL_DIED, NO_ANSWER):  # else for a reason outside of the submission, perhaps
            break
    if problem:  # half of it may lie there, and nbgrader would take it for graded
        shutil.rmtree(graded, ignore_errors=True)
    told = f"{KERNEL_DIED}, twice: its code ended it, or memory ran out" if problem == KERNEL_DIED else problem
    return told, value or {}


def _tell_again(team: Team, class_folder: Path, records: Records, book: Gradebook) -> Iterator[str]:
    """Write the feedback anew of whom a person gave points or a comment since it was written."""
    changed = [
        work
        for work in handed_in(class_folder)
        for state in [book.state(work.assignment, work.student)]
        if state and records.problem(work) == "" and not records.has_told(work, state)
    ]
    written = team.each(lambda work: team.run("feedback", class_folder, work.assignment, work.student), changed)
    for work, outcome in written:
        if outcome.problem:
            yield f"{work.assignment}, {work.student}: the feedback could not be written ({outcome.problem})"
        else:
            records.keep_told(work, book.state(work.assignment, work.student))
            yield f"{work.assignment}, {work.student}: feedback written anew"


def _unreadable(notebook: Path) -> str:
    if set(notebook.parts[-3]) & _PATTERN:
        return "nbgrader cannot read a folder whose name holds one of [ ] * ?: rename it"
    if not notebook.is_file():
        return f"there is no file {notebook.name} in what was handed in"
    try:
        list(cells_of(notebook))
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        return f"{notebook.name} is no notebook that can be read ({reason[0][:200]})"
    return ""
