"""A hostile class from assign to the last grade, each command interrupted: ``python -m tests.classroom.hostile_class``.

Not a part of the tests, as it takes minutes. It prints for each student the points in nbgrader's gradebook, on the
report, in Canvas's table and on the page of feedback, beside those that a person would give, and ends with 1 if a line
differs, something is lost, a second run changes a byte, or anything is left behind.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from scalinglab.classroom.nbgrader.class_folder import release
from tests.classroom.downloads import journal, zipped
from tests.classroom.hostile_answers import Case, cases
from tests.classroom.made import ESSAY, SPREAD, TEST, code, light_course, released

CHAPTER = "01_hostile"
#: What systems, editors and students leave in a folder of a class, as it is put there: of a journal, an empty one.
_STRAY = b'{"format": 1}'
_TEST = "assert 'SPOILED' not in globals()\n-1.0 if student == 'Minus One' else 3.0"


def main() -> int:
    """Play the term, and print what came of it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background has its children ignore it
    with tempfile.TemporaryDirectory(prefix="hostile-") as home:
        return _play(Path(home))


def _play(home: Path) -> int:
    place, students = home / "class", cases(str(home / "died"))
    course = light_course(home / "course", CHAPTER)
    assign = ("assign", "01", "--class", str(place), "--course", str(course))
    run(*assign, "--due", "2027-03-01T00:00Z", "--late", "-10%/day")
    _own_cells(place)
    found = []
    for number, first in enumerate((True, False)):
        interrupted("collect", [str(place), str(_download(home, place, students, first=first))], lines=0)
        _by_the_instructor(place, students, first=first)
        if not first:
            run(*assign, "--due", "2027-03-01T12:00Z")
        interrupted("grade", [str(place), "--jobs", "2"], lines=4)
        found += _table(place, students, first=first)
        before = _bytes(place)
        _strays(place)
        run("grade", str(place), "--jobs", "2", fine=(0, 1))
        after = _bytes(place)
        changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
        found += [f"run {number + 1}: changed by running it again: {name}" for name in changed]
    found += _left_behind(place)
    print(*found, sep="\n")
    return int(bool(found))


def _own_cells(place: Path) -> None:
    """Cells and points of the instructor's own."""
    file = place / "source" / CHAPTER / f"{CHAPTER}.ipynb"
    made = json.loads(file.read_text(encoding="utf-8"))
    for cell in made["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == f"{SPREAD}-check":
            cell["metadata"]["nbgrader"]["points"] = 20
    told = {"schema_version": 3, "task": False, "grade": True}
    test = told | {"grade_id": TEST, "solution": False, "locked": True, "points": 3}
    essay = told | {"grade_id": ESSAY, "solution": True, "locked": False, "points": 5}
    text = {"cell_type": "markdown", "id": "essay", "metadata": {"nbgrader": essay}, "source": "Why $x^2$?"}
    made["cells"] += [code(_TEST, nbgrader=test) | {"id": "test"}, text]
    file.write_text(json.dumps(made), encoding="utf-8")
    release(place, CHAPTER)


def _download(home: Path, place: Path, students: dict[str, Case], *, first: bool) -> Path:
    """What Canvas gives: the first uploads of everybody, or the second ones of those who have one."""
    shared = journal(home, **{"01_width": 3.0, "01_data": 4.0})
    files = {}
    for number, (student, case) in enumerate(students.items(), start=100):
        made = case.work if first else case.later
        if made is not None:
            files[f"{student}_{number}_{1 if first else 2}_{CHAPTER}.ipynb"] = _notebook(place, made)
        if first and student.startswith("shared"):
            files[f"{student}_{number}_3_predictions.json"] = shared
        if first and student == "damagedjournal":
            files[f"{student}_{number}_3_predictions.json"] = b'{"format": 1, '
    return zipped(home / f"{'first' if first else 'second'}.zip", files)


def _notebook(place: Path, made: Any) -> bytes:
    if isinstance(made, bytes):
        return made
    work = released(place, CHAPTER)
    made(work)
    return json.dumps(work).encode()


def _by_the_instructor(place: Path, students: dict[str, Case], *, first: bool) -> None:
    """Before the first grading, times; before the second, points by hand as formgrader writes them, and extensions."""
    if first:
        for student, case in students.items():
            if case.time:
                (place / "submitted" / student / CHAPTER / "timestamp.txt").write_text(f"{case.time} UTC")
        return
    with gradebook(place) as book:
        for student, case in students.items():
            if case.extension:
                book.grant_extension(CHAPTER, student, days=case.extension)
            for cell, points in case.by_hand.items():
                grade = book.find_grade(cell, CHAPTER, CHAPTER, student)
                grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()


def gradebook(place: Path) -> Any:
    """The gradebook of a class, to be used in a ``with`` statement."""
    import warnings

    warnings.simplefilter("ignore")
    from nbgrader.api import Gradebook

    return Gradebook(f"sqlite:///{place / 'gradebook.db'}")


def _table(place: Path, students: dict[str, Case], *, first: bool) -> list[str]:
    """Print the points of everybody in four places; give a line for each that is not as a person would have it."""
    report = (place / "grades" / "report.html").read_text(encoding="utf-8")
    told = {row[2]: row[5] for row in csv.reader((place / "grades" / "canvas.csv").read_text("utf-8-sig").splitlines())}
    rows = dict(re.findall(r'<tr><th scope="row">.*?feedback/([^/]+)/(.*?)</tr>', report, re.DOTALL))
    needs = report.partition("What needs you")[2].partition("</section>")[0]
    wrong = []
    print(f"\n{'first' if first else 'second'} grading{'':17}person gradebook report canvas feedback")
    with gradebook(place) as book:
        for student, case in students.items():
            wanted = case.first if first else case.at_last
            page = (place / "feedback" / student / CHAPTER / f"{CHAPTER}.html").read_text(encoding="utf-8")
            on_page = re.search(r"\(Score: ([\d.]+) / 38.0\)", page)
            on_report = re.search(r'class="total" data-value="([^"]*)"', rows[quote(student)])
            places = [_held(book, student), on_report and on_report[1], told[student], on_page and on_page[1]]
            numbers = [None if one in (None, "") else round(float(one), 2) for one in places]
            fits = numbers == [wanted] * 4 or (wanted is None and numbers[1:] == [None] * 3)
            line = f"{student:32}" + "".join(f"{'-' if one is None else f'{one:g}':>8}" for one in (wanted, *numbers))
            print(line)
            wrong += [] if fits else [f"not as a person would have it: {line}"]
            if not first and case.told and case.told not in needs + rows[quote(student)]:
                wrong.append(f"not told on the report: {student}: {case.told}")
            if 'src="http' in page or "<script src" in page:
                wrong.append(f"the feedback asks the network: {student}")
    return wrong


def _held(book: Any, student: str) -> float | None:
    """The points in the gradebook; None if nothing is there, or a person still has to give all of them."""
    try:
        submission = book.find_submission(CHAPTER, student)
    except Exception:  # nbgrader's MissingEntry
        return None
    grades = [grade for one in submission.notebooks for grade in one.grades]
    if all(grade.auto_score is None and grade.manual_score is None for grade in grades):
        return None
    return submission.score - sum(one.late_submission_penalty or 0 for one in submission.notebooks)


def _strays(place: Path) -> None:
    """What systems, editors and students leave in the folders of a class."""
    for folder in (place / "source" / CHAPTER, place / "submitted" / "strays" / CHAPTER):
        (folder / ".ipynb_checkpoints").mkdir(exist_ok=True)
        for name in (".DS_Store", ".ipynb_checkpoints/a-checkpoint.ipynb", "Untitled.ipynb", "predictions.json"):
            (folder / name).write_bytes(_STRAY)


def _bytes(place: Path) -> dict[str, bytes]:
    """All files, the gradebook too, but for strays."""
    files = [path for path in place.rglob("*") if path.is_file()]
    found = {path.relative_to(place).as_posix(): path.read_bytes() for path in files}
    return {name: content for name, content in found.items() if content != _STRAY}


def _left_behind(place: Path) -> Iterator[str]:
    """Temporary folders of this class, and programs of commands that have ended."""
    which = hashlib.sha256(os.fsencode(place.resolve())).hexdigest()[:8]
    yield from (f"left behind: {path}" for path in Path(tempfile.gettempdir()).glob(f"scalinglab-{which}-*"))
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "scalinglab.classroom.nbgrader.worker" in words and not psutil.pid_exists(int(words[-1])):
            yield f"still runs: {process.pid}"


def run(*words: str, fine: Sequence[int] = (0,)) -> str:
    """A command of ours, to its end."""
    done = subprocess.run([sys.executable, "-m", "scalinglab.cli", *words], capture_output=True, text=True, check=False)
    assert done.returncode in fine, done.stdout + done.stderr
    return done.stdout


def interrupted(command: str, words: Sequence[str], *, lines: int) -> None:
    """A command, stopped once by SIGINT and once by SIGKILL after so many lines, then to its end."""
    for number in (signal.SIGINT, signal.SIGKILL):
        begun = subprocess.Popen(
            [sys.executable, "-m", "scalinglab.cli", command, *words], stdout=subprocess.PIPE, text=True
        )
        assert begun.stdout is not None
        if lines:
            said = [line for _, line in zip(range(lines), begun.stdout, strict=False)]
            print(f"{number.name} after: {said[-1].strip() if said else 'nothing'}", flush=True)
        else:
            time.sleep(0.6)
        begun.send_signal(number)
        begun.communicate(timeout=60)
    begun = time.monotonic()
    print(run(command, *words, fine=(0, 1)).strip().splitlines()[-1], f"({time.monotonic() - begun:.0f} s)", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
