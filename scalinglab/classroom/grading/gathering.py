"""All that is known about a class after grading, in one record: scores, failures, names, predictions and the truth."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from scalinglab.classroom.grading.already_graded import HandedIn, Records, handed_in
from scalinglab.classroom.grading.class_gradebook import Gradebook, source_of
from scalinglab.classroom.grading.read_notebooks import ReadNotebooks
from scalinglab.classroom.late_rules import deadline_sentences, read_rules
from scalinglab.classroom.nbgrader.class_folder import assignments_in, worth_in
from scalinglab.classroom.results import Asked, ClassResults, Part, Score, Student, Submission
from scalinglab.classroom.submissions.people import Origin, listed, origins_in
from scalinglab.classroom.submissions.versions import TIME_NAME
from scalinglab.exercises.bank import find
from scalinglab.exercises.building import exercise_cells
from scalinglab.exercises.journal import DAMAGED_NAME, FILE_NAME, Journal, JournalError

_QUIZ = re.compile(r"\d\d-quiz-\d+")
_CHECK = "-check"


def gather(
    class_folder: Path, book: Gradebook, records: Records, works: Sequence[HandedIn] | None = None
) -> ClassResults:
    """Put together what nbgrader's gradebook, the graded notebooks, the journals and ``students.csv`` of a class hold.

    Nothing is changed but ``grades/notebooks.json``. Points are those of the gradebook; submissions that were not
    graded yet are told as such. ``works`` is what was handed in, if that was read before.
    """
    sources = {name: source_of(class_folder, name) for name in assignments_in(class_folder)}
    homes = {name: class_folder / "source" / name for name in sources}
    parts = {name: _parts(notebook, homes[name], book.worth.get(name, {})) for name, notebook in sources.items()}
    works = handed_in(class_folder) if works is None else list(works)
    known = {(work.assignment, work.student) for work in works}
    # A submission may stand in the gradebook alone: its folder was removed, or a person entered its points.
    for name in parts:
        entered = (who for who, state in book.states.get(name, {}).items() if _has_points(state))
        works += [HandedIn(name, who, "") for who in entered if (name, who) not in known]
    rules = read_rules(class_folder)
    origins = {(one.assignment, one.student): one for one in origins_in(class_folder)}
    read = ReadNotebooks(class_folder, sources, parts)
    submissions = []
    for work in sorted(works, key=lambda work: (work.assignment, work.student)):
        who = (work.assignment, work.student)
        late = book.state(*who).get("late", 0.0)
        told = _journal(read, class_folder, work) | _lateness(late, origins.get(who), costs=work.assignment in rules)
        told["untimed"] = bool(book.due.get(work.assignment)) and not told["late"] and _untimed(class_folder, work)
        made = _submission(read, work, records, book.state(*who), parts[work.assignment])
        submissions.append(replace(made, **told))
    known_by_name = {one.id for one in listed(class_folder)}
    results = ClassResults(
        titles={name: _title(notebook) for name, notebook in sources.items()},
        parts={name: tuple(found.values()) for name, found in parts.items()},
        submissions=tuple(submissions),
        students=_students(class_folder, submissions),
        due=_due(class_folder, book, parts),
        questions=tuple(one for name, notebook in sources.items() for one in _questions(records, name, notebook)),
        compared=read.compared(),
        unlisted=tuple(sorted({one.student for one in submissions} - known_by_name)) if known_by_name else (),
    )
    read.keep()
    return results


def _due(class_folder: Path, book: Gradebook, parts: Mapping[str, Mapping[str, Part]]) -> dict[str, str]:
    """What the gradebook and the rules say of each assignment, in words."""
    rules, found = read_rules(class_folder), {}
    for name in parts:
        due, worth = book.due.get(name), sum(part.points for part in parts[name].values())
        if due:
            sentences = deadline_sentences(datetime.fromisoformat(due), rules.get(name), worth)
            found[name] = " ".join(filter(None, sentences))
    return found


def _has_points(state: Mapping[str, Any]) -> bool:
    """Whether the gradebook has any points of a submission; it has a place for each that was begun to be graded."""
    return any(one is not None for cell in state["cells"].values() for one in (cell["auto"], cell["hand"]))


def _parts(notebook: Mapping[str, Any], home: Path, worth: Mapping[str, float]) -> dict[str, Part]:
    """What each graded cell stands for, by its name: in the order of the source, with the points of the gradebook."""
    ours = {f"{key}{_CHECK}": find(key, beside=home) for key in exercise_cells(dict(notebook), beside=home)}
    cells = [name for name in worth_in(notebook) if name in worth or not worth]
    found = {}
    for name in [*cells, *(name for name in worth if name not in cells)]:
        points = worth.get(name, worth_in(notebook).get(name, 0.0))
        known = ours.get(name)
        found[name] = Part(known.key, known.title, points) if known else Part(name, name, points)
    return found


def _submission(
    read: ReadNotebooks, work: HandedIn, records: Records, state: Mapping[str, Any], parts: Mapping[str, Part]
) -> Submission:
    """One submission: what nbgrader's gradebook and the checks of its notebook say, or why it has no points."""
    problem = records.problem(work) if work.digest else ""
    if problem == "" and not state:
        problem = "it is not in nbgrader's gradebook any more: grade it again, as `scalinglab grade --help` says"
    if problem is None or problem:
        return Submission(work.student, work.assignment, problem=problem or "it was not graded yet")
    marks = read.marks(work)
    cells, comments, gone = state.get("cells", {}), state.get("comments", {}), records.gone(work)
    made = []
    for name, part in parts.items():
        cell = cells.get(name, {"auto": None, "hand": None, "extra": None, "needs": True})
        made.append(_score(part, cell, marks.get(name), comments.get(part.key, ""), gone.get(name)))
    name = next((mark["student"] for mark in marks.values() if mark.get("student")), "")
    penalty = state.get("penalty", 0.0)
    return Submission(work.student, work.assignment, tuple(made), name=name, penalty=penalty)


def _score(
    part: Part, cell: Mapping[str, Any], mark: Mapping[str, Any] | None, comment: str, gone: float | None
) -> Score:
    """The points of the gradebook, with the words of the check; of a point by hand those of the person."""
    auto, hand = cell["auto"], cell["hand"]
    points = (hand if hand is not None else auto or 0.0) + (cell["extra"] or 0.0)
    mark = mark or {}
    message = str(mark.get("message", ""))
    if hand is not None:
        message = comment or "These points were given by hand."
    elif auto is None:
        message = "A person has to grade this."
    return Score(
        part.key,
        points,
        part.points,
        diagnosis=mark.get("diagnosis"),
        message=message,
        attempted=bool(mark.get("attempted", True)) or hand is not None,
        waits=hand is None and auto is None,
        review=_review(cell, gone) if cell["needs"] else "",
    )


def _review(cell: Mapping[str, Any], gone: float | None) -> str:
    """Why a person has to look at points by hand once more; empty if they are still to be given."""
    auto, hand = cell["auto"], cell["hand"]
    if hand is None and auto is None:
        return ""
    if hand is None:
        before = "a point" if gone is None else f"{gone:g} points"
        return f"{before} by hand for an earlier answer gave way to the {auto:g} of the check"
    now = "" if auto is None else f", and the check gives {auto:g} now"
    return f"{hand:g} points by hand count, but they were given for an earlier answer{now}"


def _journal(read: ReadNotebooks, class_folder: Path, work: HandedIn) -> dict[str, Any]:
    """What a submitted journal tells of a submission; nothing if there is none."""
    place = work.notebook(class_folder, "submitted")
    file = next((one for name in (FILE_NAME, DAMAGED_NAME) if (one := place.with_name(name)).is_file()), None)
    if file is None:
        return {}
    told = read.journal(work, file, partial(_told_by_journal, chapter=work.assignment[:2]))
    return told | {"peeked": frozenset(told.get("peeked", ()))}


def _told_by_journal(file: Path, chapter: str) -> dict[str, Any]:
    """What a journal tells of a chapter: ``predictions``, ``quiz``, when ``sealed``, and what is wrong."""
    try:
        journal = Journal(file).peek()
    except JournalError as problem:
        return {"journal": str(problem)}
    own = {key: entry for key, entry in journal["predictions"].items() if key[:2] == chapter}
    quiz = {key: str(entry["value"]) for key, entry in own.items() if _QUIZ.fullmatch(key)}
    times = [f"{key} {entry['sealed_at']}" for key, entry in sorted(own.items())]
    return {
        "predictions": {key: entry["value"] for key, entry in own.items() if key not in quiz},
        "quiz": quiz,
        "sealed": "; ".join(times) if len(times) > 1 else "",
        "turned_out": {key: true for key, true in journal["answers"].items() if key in own},
        "peeked": [key for key, entry in own.items() if entry.get("shown_at")],
    }


def _lateness(seconds: float, origin: Origin | None, *, costs: bool) -> dict[str, str]:
    """How ``late`` a submission was, by nbgrader's due date or by the LMS, and the ``time`` when the LMS took it.

    Where lateness ``costs`` something, it says that a mark alone does not.
    """
    told = []
    if seconds > 0:
        days, hours = int(seconds // 86400), seconds % 86400 / 3600
        told.append(f"it came {_counted(days, hours)} after the due date")
    if origin and origin.late:
        unknown = " and does not tell when it came, so nothing was taken off" if costs and not seconds else ""
        told.append(f"{origin.lms} marked it as late{unknown}")
    return {"late": ", and ".join(told), "time": origin.time if origin else ""}


def _untimed(class_folder: Path, work: HandedIn) -> bool:
    """Whether nbgrader finds no time of a notebook that was handed in: it then passes for one in time."""
    return bool(work.digest) and not work.notebook(class_folder, "submitted").with_name(TIME_NAME).is_file()


def _counted(days: int, hours: float) -> str:
    """``1 day and 3.5 hours``, ``20 seconds``."""
    if not days and hours < 0.05:
        seconds = round(hours * 3600)
        return f"{seconds} second{'s' * (seconds != 1)}"
    words = [f"{days} day{'s' * (days != 1)}"] if days else []
    words += [f"{hours:.1f} hours"] if hours >= 0.05 or not days else []
    return " and ".join(words)


def _students(class_folder: Path, submissions: Sequence[Submission]) -> tuple[Student, ...]:
    """Everybody; who has no name in the list, by the name in the first cell if it has the same letters as the id."""
    found = {one.student: Student(one.student) for one in submissions} | {one.id: one for one in listed(class_folder)}
    for one in submissions:
        student = found[one.student]
        if not student.first_name and not student.last_name:
            found[one.student] = _named(student, one.name)
    return tuple(found[name] for name in sorted(found))


def _named(student: Student, name: str) -> Student:
    """The student with first and last name, if a name has the letters of the id: Canvas calls Ada Lovelace lovelaceada.

    >>> _named(Student("lovelaceada"), "Ada Lovelace").last_name
    'Lovelace'
    """
    words = name.split()
    for place in range(1, len(words)):
        first, last = " ".join(words[:place]), " ".join(words[place:])
        if _letters(student.id) in (_letters(last + first), _letters(first + last)):
            return replace(student, first_name=first, last_name=last)
    return student


def _letters(text: str) -> str:
    """A text as Canvas makes it part of the name of a file; accents do not count here."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in plain if one.isalpha())


def _questions(records: Records, assignment: str, notebook: Mapping[str, Any]) -> list[Asked]:
    """The predictions of a chapter in the order in which it asks them; the quiz is told apart."""
    asked = records.questions(assignment)
    text = "".join("".join(cell["source"]) for cell in notebook["cells"])
    return [
        Asked(key, **asked[key] | {"choices": tuple(asked[key]["choices"])})
        for key in sorted(asked, key=lambda key: text.find(f'"{key}"'))
        if "-quiz-" not in key
    ]


def _title(notebook: Mapping[str, Any]) -> str:
    return "".join(notebook["cells"][0]["source"]).splitlines()[0].lstrip("# ")
