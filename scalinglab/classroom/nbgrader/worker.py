"""nbgrader's steps for the folders of classes, asked for line by line on stdin: what ``client.Nbgrader`` starts.

The only module that imports nbgrader's programs. A request names a step, a class, arguments and a file for the
answer: JSON with ``problem`` (empty if all went well), ``log`` and ``value``.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
import traceback
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from scalinglab._files import write_atomically
from scalinglab._later import nbformat, quick_jsonschema
from scalinglab._prepared import VARIABLE as RESULTS
from scalinglab.classroom.nbgrader.check_outputs import answers_in
from scalinglab.classroom.nbgrader.class_folder import CONFIG, notebook_of
from scalinglab.classroom.nbgrader.client import KERNEL_DIED
from scalinglab.classroom.submissions.people import listed
from scalinglab.classroom.submissions.versions import TIME_NAME
from scalinglab.exercises.own_exercises import VARIABLE

_RETRIES = 3
#: Seconds between two looks whether the program that asks is still there.
_PAUSE = 0.2

#: What nbgrader's runs end with, in words for whoever reads a name of it.
_WORDS = {
    "DeadKernelError": KERNEL_DIED,
    "Kernel died before replying": KERNEL_DIED,
    "Kernel didn't respond": KERNEL_DIED,
    "CellTimeoutError": "a cell ran on after its time was up, and could not be stopped",
}


def main() -> None:
    """Answer requests until stdin ends, or the program that asks is killed."""
    threading.Thread(target=_end_with, args=(int(sys.argv[1]),), daemon=True).start()
    quick_jsonschema()  # before nbgrader loads it
    warnings.simplefilter("ignore")  # SQLAlchemy's, about nbgrader's queries; here only, not in the kernels
    steps = {"release": _release, "grade": _grade, "feedback": _feedback, "scores": _scores, "due": _due, "book": _book}
    steps["ready"] = _ready
    for line in sys.stdin:
        request = json.loads(line)
        # What the checks of one submission noted down is nothing to the next.
        Path(os.environ["SCALINGLAB_JOURNAL"]).unlink(missing_ok=True)
        try:
            told = steps[request["step"]](Path(request["class_folder"]), *request["arguments"])
        except Exception as error:
            told = {"problem": f"{type(error).__name__}: {error}", "log": traceback.format_exc()}
        write_atomically(Path(request["answer"]), json.dumps(told).encode())


def _end_with(asking: int) -> None:
    """End with all that was started here when the program that asks is gone: the next one must find nobody at work."""
    while os.getppid() == asking if os.name == "posix" else psutil.pid_exists(asking):
        time.sleep(_PAUSE)
    for started in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            started.kill()
    os._exit(1)


def _ready(class_folder: Path) -> dict[str, Any]:
    """Import what the other steps need, and do nothing."""
    from scalinglab.classroom.nbgrader import feedback_page

    del feedback_page
    _nbgrader(class_folder)
    return {"problem": ""}


def _release(class_folder: Path, *assignments: str) -> dict[str, Any]:
    """Release sources; nbgrader removes a release that it cannot make anew, so what was there is put back then.

    Other notebooks that lie in a source are passed over: nbgrader refuses them once there are submissions.
    """
    nbgrader = _nbgrader(class_folder)
    for assignment in assignments:
        file = notebook_of(class_folder, "release", assignment)
        before = file.read_bytes() if file.is_file() else None
        nbgrader.coursedir.notebook_id = assignment
        told = _told(nbgrader.generate_assignment(assignment))
        if told["problem"]:
            if before is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(file, before)
            return told
    return {"problem": ""}


def _due(class_folder: Path, changed: dict[str, str]) -> dict[str, Any]:
    """Enter due dates by assignment; the ``value`` is those of all assignments then, in UTC, or None."""
    from scalinglab.classroom.nbgrader.deadlines import due_dates, set_due_date

    with _nbgrader(class_folder).gradebook as gradebook:
        for assignment, due in changed.items():
            set_due_date(gradebook, assignment, due)
        return {"problem": "", "value": due_dates(gradebook)}


def _grade(
    class_folder: Path, assignment: str, student: str, seen: dict[str, Any], start: dict[str, Any]
) -> dict[str, Any]:
    """Grade a submission in a kernel that starts with the modules and results that are named, and write its feedback.

    Of the source alone, ``start`` names a file in which its kernel may ``keep`` results.

    The ``value`` is the ``state`` of it in the gradebook then, its ``answers`` as hashes, the points by hand that are
    ``gone``, and the ``problem`` with its feedback, if there is one.
    """
    from scalinglab.classroom.nbgrader.deadlines import forget_time, penalize
    from scalinglab.classroom.nbgrader.feedback_page import write_feedback
    from scalinglab.classroom.nbgrader.forked_kernels import KernelServer
    from scalinglab.classroom.nbgrader.gradebook import review, states

    KernelServer.use(start.get("modules", []), start.get("results", []))
    os.environ.pop(RESULTS, None)
    if "keep" in start:
        os.environ[RESULTS] = start["keep"]
    os.environ[VARIABLE] = str(class_folder / "source" / assignment)  # never the files that were handed in
    nbgrader = _nbgrader(class_folder)
    with nbgrader.gradebook as gradebook:
        if not notebook_of(class_folder, "submitted", assignment, student).with_name(TIME_NAME).is_file():
            forget_time(gradebook, assignment, student)
        earlier = states(gradebook, assignment, student).get(assignment, {}).get(student, {})
    if earlier and not seen:  # an earlier version graded it, which kept no record of the answers
        answers = _answers(class_folder, assignment, student)
        seen = {name: [answers.get(name, ""), cell["auto"]] for name, cell in earlier["cells"].items()}
    told = _told(nbgrader.autograde(assignment, student))
    for _ in range(_RETRIES):
        if "database is locked" not in told["log"]:  # by another process that grades
            break
        told = _told(nbgrader.autograde(assignment, student))
    if told["problem"]:
        return told
    answers = _answers(class_folder, assignment, student)
    with nbgrader.gradebook as gradebook:
        gone = review(gradebook, assignment, student, earlier=earlier, seen=seen, answers=answers)
        penalize(nbgrader, gradebook, only=(assignment, student))
        state = states(gradebook, assignment, student)[assignment][student]
    problem = _told(write_feedback(nbgrader, assignment, student))["problem"]
    return told | {"value": {"state": state, "answers": answers, "gone": gone, "problem": problem}}


def _answers(class_folder: Path, assignment: str, student: str) -> dict[str, str]:
    """The answers of a graded notebook, as hashes; none if there is no such notebook."""
    file = notebook_of(class_folder, "autograded", assignment, student)
    return answers_in(nbformat.read(file, as_version=4).cells) if file.is_file() else {}


def _feedback(class_folder: Path, assignment: str, student: str) -> dict[str, Any]:
    """Write the feedback of a graded submission anew."""
    from scalinglab.classroom.nbgrader.feedback_page import write_feedback

    return _told(write_feedback(_nbgrader(class_folder), assignment, student))


def _scores(class_folder: Path, failed: list[list[str]], penalties: bool = False) -> dict[str, Any]:
    """All that the gradebook holds: ``cells`` by assignment with what they are worth, the ``states``, what is ``due``.

    Names in ``students.csv`` are entered before, and the points of checks of submissions that ``failed`` taken back. If
    it is asked for, the penalties of all others are worked out anew before; ``changed`` says which are other ones then.
    """
    from scalinglab.classroom.nbgrader.deadlines import due_dates, penalize
    from scalinglab.classroom.nbgrader.gradebook import cells_of_assignments, states, ungrade

    nbgrader = _nbgrader(class_folder)
    with nbgrader.gradebook as gradebook:
        for student in listed(class_folder):
            names = asdict(student)
            gradebook.update_or_create_student(names.pop("id"), **names)
        lost = [(assignment, student) for assignment, student in failed]
        ungrade(gradebook, lost)
        changed = penalize(nbgrader, gradebook, without=lost) if penalties else []
        found = {"cells": cells_of_assignments(gradebook), "states": states(gradebook), "due": due_dates(gradebook)}
        return {"problem": "", "value": found | {"changed": changed}}


def _book(class_folder: Path) -> dict[str, Any]:
    """What ``_scores`` tells, and nothing is changed; a gradebook that is missing or damaged is a problem."""
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory

    from scalinglab.classroom.nbgrader.deadlines import due_dates
    from scalinglab.classroom.nbgrader.gradebook import cells_of_assignments, states, trouble_with

    course = CourseDirectory(config=_settings(class_folder))
    problem = trouble_with(course.db_url)
    if problem:
        return {"problem": problem}
    with Gradebook(course.db_url, course.course_id) as gradebook:  # under another name, nbgrader would enter a course
        found = {"cells": cells_of_assignments(gradebook), "states": states(gradebook), "due": due_dates(gradebook)}
        return {"problem": "", "value": found}


def _settings(class_folder: Path) -> Any:
    """What the class's ``nbgrader_config.py`` says."""
    from traitlets.config.loader import PyFileConfigLoader

    settings = PyFileConfigLoader(CONFIG, path=str(class_folder)).load_config()
    settings.CourseDirectory.root = str(class_folder)
    return settings


def _nbgrader(class_folder: Path) -> Any:
    """Nbgrader's programs with the settings of the class."""
    from nbgrader.apps import NbGraderAPI
    from nbgrader.preprocessors import Execute

    from scalinglab.classroom.nbgrader.forked_kernels import ExecuteInFork
    from scalinglab.classroom.nbgrader.points_from_checks import with_points_from_checks
    from scalinglab.classroom.nbgrader.quick_parts import use_quick_parts

    settings = _settings(class_folder)
    settings.Execute.shutdown_kernel = "immediate"
    steps = with_points_from_checks(settings)
    settings.Autograde.autograde_preprocessors = [ExecuteInFork if one is Execute else one for one in steps]
    use_quick_parts()
    return NbGraderAPI(config=settings)


def _told(found: dict[str, Any]) -> dict[str, Any]:
    log = str(found.get("log", ""))
    return {"problem": "" if found["success"] else _reason(log, str(found.get("error", ""))), "log": log}


def _reason(log: str, error: str) -> str:
    """The last line of the innermost traceback that nbgrader logged: the type and words of what went wrong."""
    lines = [line.strip() for line in (log or error).splitlines() if line.strip()]
    named = [
        line for line in lines if ": " in line and line.split(":")[0].split(".")[-1].endswith(("Error", "Exception"))
    ]
    reason = named[-1] if named else (lines[-1] if lines else "nbgrader gave no reason")
    return next((words for name, words in _WORDS.items() if name in reason), reason)


if __name__ == "__main__":
    main()
