"""The grades of a class as the tables that Canvas and Moodle import.

Both begin with a byte-order mark, without which Excel takes UTF-8 for an older encoding; both importers know it.
Names are guarded: a spreadsheet would run one that begins with ``=`` as a formula.
"""

from __future__ import annotations

from scalinglab.classroom.report.names_and_points import clean, in_points, sentence, told_once, whole_name
from scalinglab.classroom.report.spreadsheets import as_csv, guarded
from scalinglab.classroom.results import ClassResults, Score, Student, Submission
from scalinglab.exercises.wording import to_plain

#: The sign for "no grade". Moodle stores an empty cell of a new column as 0.
_NO_GRADE = "-"


def canvas_csv(results: ClassResults) -> str:
    """Write the table that Canvas takes under Grades, Import.

    Columns and the row of possible points are those of Canvas's own export. Canvas looks for a student by ``ID`` (its
    own number, left empty unless ``lms_user_id`` is one), then by SIS user ID, by login and by name, and asks where it
    finds none. What was not handed in or could not be graded is an empty cell. A column is named like its assignment;
    Canvas offers to create what it does not have.

    Returns
    -------
    str
        CSV with a byte-order mark; numbers have a decimal point.
    """
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *results.titles.values()]
    possible = ["    Points Possible", "", "", "", "", *(in_points(results.max_points(one)) for one in results.titles)]
    found, rows = results.by_student(), []
    for student in results.students:
        number = student.lms_user_id.strip()
        ids = [number if number.isascii() and number.isdecimal() else "", guarded(student.id), guarded(student.id), ""]
        graded = (found.get((student.id, assignment)) for assignment in results.titles)
        rows.append([guarded(_sortable(student)), *ids, *(_grade(one, "") for one in graded)])
    return as_csv([[*map(guarded, head)], possible, *rows])


def moodle_csv(results: ClassResults) -> str:
    """Write the table that Moodle takes under Grades, Import, CSV file.

    Each assignment has a column of grades and one of feedback; map both, or Moodle drops what it had. Map "ID number"
    or "Email address" to identify students. A row without an identifier would go to the student above it, so the
    addresses are left out unless everybody has one. What was not handed in or could not be graded is ``-``, Moodle's
    sign for no grade: an empty cell becomes 0 in a new column.

    Returns
    -------
    str
        CSV with a byte-order mark; numbers have a decimal point.
    """
    addresses = bool(results.students) and all(student.email.strip() for student in results.students)
    columns = [name for title in results.titles.values() for name in (title, f"{title} (feedback)")]
    head = ["First name", "Last name", "ID number", *(["Email address"] if addresses else []), *columns]
    found, rows = results.by_student(), []
    for student in results.students:
        who = [student.first_name, student.last_name, student.id, *([student.email] if addresses else [])]
        graded = [found.get((student.id, assignment)) for assignment in results.titles]
        told = [text for one in graded for text in (_grade(one, _NO_GRADE), guarded(_feedback(results, one)))]
        rows.append([*map(guarded, who), *told])
    return as_csv([[*map(guarded, head)], *rows])


def _sortable(student: Student) -> str:
    """``Lovelace, Ada``, as Canvas writes it."""
    parts = (clean(student.last_name), clean(student.first_name))
    return ", ".join(filter(None, parts)) or whole_name(student)


def _grade(submission: Submission | None, nothing: str) -> str:
    points = submission.points if submission else None
    return nothing if points is None else in_points(points)


def _feedback(results: ClassResults, submission: Submission | None) -> str:
    """A sentence for each exercise, in one line."""
    if submission is None:
        return "Not handed in."
    if submission.problem:
        return f"Not graded. {sentence(to_plain(submission.problem))}"
    titles = results.titles_of(submission.assignment)
    told = [_told(titles.get(one.key, one.key), one) for one in submission.scores]
    late = [sentence(submission.late)] if submission.late else []
    if submission.penalty:
        late.append(f"{in_points(submission.penalty)} points were taken off for lateness.")
    return " ".join([*told, *late])


def _told(title: str, score: Score) -> str:
    start = f"{title}: {in_points(score.points)} of {in_points(score.max_points)}"
    if score.waits:
        return f"{title}: not graded yet, of {in_points(score.max_points)}."
    if score.passed or not score.attempted:
        return f"{start}." if score.passed else f"{start}, not attempted."
    message = told_once(score.diagnosis or "", score.message)
    why = ": ".join(dict.fromkeys(filter(None, (score.diagnosis or "", to_plain(message)))))
    end = "" if why.endswith((".", "!", "?")) else "."
    return f"{start}, {why}{end}" if why else f"{start}."
