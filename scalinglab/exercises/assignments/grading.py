"""Grading a class: nbgrader does it, one submission after the other, each with an end to its time and memory."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scalinglab._checks import positive, positive_integer
from scalinglab.exercises.assignments.course import assignments_in, check_course, submitted_in
from scalinglab.exercises.assignments.extra import need_nbgrader
from scalinglab.exercises.assignments.feedback import refuse
from scalinglab.exercises.assignments.packages import missing
from scalinglab.exercises.assignments.reading import cells_of
from scalinglab.exercises.assignments.records import Records, digest, environment
from scalinglab.exercises.assignments.reference import run_reference
from scalinglab.exercises.assignments.team import Team

__all__ = ["Limits", "Task", "grade_class", "outcome_of", "tasks_of"]

#: Characters that nbgrader takes for a pattern of file names.
_PATTERN = set("[]*?")


@dataclass(frozen=True)
class Limits:
    """What one submission may take, with all that it starts: minutes by the clock, and gigabytes of memory."""

    minutes: float = 5.0
    gigabytes: float = 4.0

    def __post_init__(self) -> None:
        positive("minutes", self.minutes)
        positive("gigabytes", self.gigabytes)


@dataclass(frozen=True)
class Task:
    """One submission: whose, of what, and the hash of its files."""

    assignment: str
    student: str
    digest: str


def grade_class(
    course: Path,
    *,
    limits: Limits = Limits(),
    again: bool = False,
    retry: bool = False,
    without: Sequence[str] = (),
    jobs: int = 1,
    say: Callable[[str], None] = print,
) -> list[Task]:
    """Grade what was not graded yet, and write the feedback of it.

    Parameters
    ----------
    course : Path
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
    list of Task
        All submissions, those included that were graded before.

    Raises
    ------
    ValueError
        If nbgrader is missing, the folder is no course, or this environment cannot grade it: a submission imports a
        package that is not installed, or a solution does not get full marks. No submission was run then.
    """
    need_nbgrader()
    positive_integer("jobs", jobs)
    course = check_course(course)
    records, tasks = Records(course), tasks_of(course)
    known = {task: outcome_of(course, records, task) for task in tasks}
    new = [task for task, problem in known.items() if again or problem is None or (retry and problem)]
    _check_packages(course, new, without)
    with Team(jobs) as team:
        for assignment in dict.fromkeys(task.assignment for task in new):
            for sentence in _check_reference(team, course, assignment, records, limits):
                say(sentence)
        graded = team.each(lambda task: _grade(team, course, task, limits), new)
        for number, (task, problem) in enumerate(graded, start=1):
            if problem:
                refuse(course, task.assignment, task.student, problem)
            records.keep(task.assignment, task.student, task.digest, problem)
            say(f"{number} of {len(new)}: {task.assignment}, {task.student}: {problem or 'graded'}")
    return tasks


def tasks_of(course: Path) -> list[Task]:
    """All submissions of a course, by assignment and student."""
    return [
        Task(assignment, student, digest(course / "submitted" / student / assignment, source))
        for assignment in assignments_in(course)
        for source in [digest(course / "source" / assignment)]
        for student in submitted_in(course, assignment)
    ]


def outcome_of(course: Path, records: Records, task: Task) -> str | None:
    """Why a submission could not be graded; empty if it was, None if it is still to be graded."""
    problem = records.problem(task.assignment, task.student, task.digest)
    lost = problem == "" and not _notebook(course, "autograded", task).is_file()  # by a run that was cut off
    return None if lost else problem


def _check_packages(course: Path, tasks: Sequence[Task], without: Sequence[str]) -> None:
    lacking: dict[str, list[str]] = {}
    for task in tasks:
        for package in missing(_notebook(course, "submitted", task)):
            lacking.setdefault(package, []).append(task.student)
    for package, students in sorted(lacking.items()):
        if package not in without:
            whose = f"the submission of {students[0]}" + (f" and {len(students) - 1} more" if students[1:] else "")
            raise ValueError(
                f"nothing was graded: {package} is not installed here, and {whose} imports it; install it, or let what "
                f"needs it fail with --without {package}"
            )


def _check_reference(team: Team, course: Path, assignment: str, records: Records, limits: Limits) -> Iterator[str]:
    """The solution must get full marks here; it is run again only if the source or this environment changed."""
    state = digest(course / "source" / assignment, environment(), (course / "nbgrader_config.py").read_text())
    if records.questions(assignment, state) is None:
        seconds, memory = 60 * limits.minutes, 1e9 * limits.gigabytes
        found = run_reference(team, course, assignment, seconds=seconds, memory=memory)
        records.keep_reference(assignment, state, found.questions)
        yield f"{assignment}: the solution gets full marks here, in {found.seconds:.0f} seconds"


def _grade(team: Team, course: Path, task: Task, limits: Limits) -> str:
    """Let nbgrader grade one submission; returns why it could not, or an empty text."""
    graded = _notebook(course, "autograded", task).parent
    shutil.rmtree(graded, ignore_errors=True)
    problem = _unreadable(_notebook(course, "submitted", task))
    if problem:
        return problem
    seconds, memory = 60 * limits.minutes, 1e9 * limits.gigabytes
    outcome = team.run("grade", course, task.assignment, task.student, seconds=seconds, memory=memory)
    if outcome.problem:  # half of it may lie there, and nbgrader would take it for graded
        shutil.rmtree(graded, ignore_errors=True)
    return outcome.problem or outcome.value


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


def _notebook(course: Path, step: str, task: Task) -> Path:
    return course / step / task.student / task.assignment / f"{task.assignment}.ipynb"
