"""A term of 300 students and 13 assignments: seconds and memory of ``scalinglab report``; at most 10 s and 1 GB.

The class is made, not graded: real chapters as sources, a gradebook filled through nbgrader's own tables, graded
notebooks with the marks of checks, answers of many kinds, and the journal of a whole term for every student.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from scalinglab.classroom.grading.already_graded import Records, handed_in
from scalinglab.classroom.nbgrader.class_folder import make_class
from scalinglab.exercises.bank import find
from scalinglab.exercises.building import build_source, exercise_cells
from scalinglab.exercises.check_result import MARK
from tests.course.notebooks import CHAPTERS, COURSE, source

STUDENTS = 300
WITH_EXERCISES = [path for path in CHAPTERS if path.stem[:2] < "13"]
#: Bytes of output of each cell, as in a chapter that was graded (its cells are 80 to 90 kB), and behind all cells; the
#: state of widgets is 1.4 MB there, and is not read.
OUTPUT, WIDGETS = 500, 300_000


def run() -> None:
    """Print seconds and peak memory: with everything to be read, and once more."""
    with tempfile.TemporaryDirectory(prefix="term-") as home:
        place = Path(home) / "class"
        began = time.perf_counter()
        make(place)
        size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
        print(f"made {STUDENTS} x {len(WITH_EXERCISES)} in {time.perf_counter() - began:.0f} s, {size / 1e9:.1f} GB")
        measure("the first time, with every notebook to be read", place)
        for _ in range(3):
            measure("again, as after each `scalinglab grade`", place)


def measure(name: str, place: Path) -> None:
    """Run the command in a process of its own, and print what it took with all that it started."""
    code = (
        "import resource, sys; from scalinglab.cli import main; done = main(['report', '--class', sys.argv[1]]); "
        "used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]; "
        "print(done, sum(one.ru_maxrss for one in used), sum(one.ru_utime + one.ru_stime for one in used))"
    )
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, str(place)], capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - began
    status, peak, processor = done.stdout.splitlines()[-1].split()
    assert status == "0", done.stderr
    page = (place / "grades" / "term.html").stat().st_size
    told = f"{seconds:5.1f} s ({float(processor):.1f} s of processor)  {int(peak) / 1e6:.2f} GB"
    print(f"{name:<50} {told}  page {page / 1e6:.1f} MB", flush=True)


def make(place: Path) -> None:
    """A class as grading leaves it."""
    make_class(place)
    students = [f"s{number:03}" for number in range(STUDENTS)]
    lines = [f"{one},First{one},Last{one},{one}@example.org," for one in students]
    (place / "students.csv").write_text("id,first_name,last_name,email,lms_user_id\n" + "\n".join(lines) + "\n")
    draw, points = random.Random(0), {}
    for chapter in WITH_EXERCISES:
        built = build_source(chapter, COURSE / "solutions" / f"chapter_{chapter.stem[:2]}.py")
        write(place / "source" / chapter.stem / chapter.name, built)
        points[chapter.stem] = hand_in(place, chapter.stem, built, students, draw)
    journals(place, students, draw)
    record(place, points)
    fill_gradebook(place, points)


def hand_in(
    place: Path, name: str, built: dict[str, Any], students: list[str], draw: random.Random
) -> dict[str, dict[str, float]]:
    """Submitted and graded notebooks of one assignment; the points of each check by student."""
    keys, earned = exercise_cells(built), {}
    answers = {key: variants(source(built["cells"][at]), find(key).name) for key, at in keys.items()}
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": "x" * WIDGETS}}
    text = {"text/html": "<p>" + "x" * OUTPUT + "</p>", "text/plain": "x"}
    shown = [{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": text}]
    built["cells"] = [cell | ({"outputs": shown} if cell["cell_type"] == "code" else {}) for cell in built["cells"]]
    for student in students:
        work = built | {"cells": [dict(cell) for cell in built["cells"]]}
        for key, at in keys.items():
            work["cells"][at]["source"] = draw.choice(answers[key]).replace("NUMBER", str(draw.randrange(10**6)))
        earned[student] = {f"{key}-check": mark(work, key, draw) for key in keys}
        write(place / "submitted" / student / name / f"{name}.ipynb", work)
        work["metadata"] = built["metadata"] | {"widgets": widgets}
        write(place / "autograded" / student / name / f"{name}.ipynb", work)
    return earned


def variants(text: str, name: str) -> list[str]:
    """Answers of a class: the published one, and others that are the same only now and then."""
    solution = text.partition("### BEGIN SOLUTION\n")[2].partition("### END SOLUTION")[0]
    own = "\n".join(f"    step_{number} = [{number}, size, NUMBER % {number + 2}]" for number in range(12))
    return [solution, *(f"def {name}(size, *others):\n{own}\n    return step_{number}" for number in range(9))]


def mark(work: dict[str, Any], key: str, draw: random.Random) -> float:
    """Let a check show what came of it; returns the points."""
    exercise = find(key)
    right = draw.random() < 0.6
    mistake = draw.choice(exercise.mistakes)
    points = float(exercise.points) if right else 0.0
    told = {"points": points, "max_points": float(exercise.points), "student": "Somebody", "attempted": True}
    told |= {"diagnosis": None if right else mistake.name, "message": "All agree." if right else mistake.message}
    cell = next(one for one in work["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == f"{key}-check")
    data = {"text/plain": str(points), MARK: told}
    cell["outputs"] = [{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}]
    return points


def journals(place: Path, students: list[str], draw: random.Random) -> None:
    """Each student hands in, week after week, one journal of the whole term."""
    when, text = "2027-01-31T09:00:00Z", "How many percent of the images does the network misread at this width? " * 2
    for student in students:
        predictions, attempts = {}, {}
        for chapter in WITH_EXERCISES:
            number = chapter.stem[:2]
            for place_of in range(7):
                said = {"question": text, "value": draw.uniform(1, 90), "unit": "%", "sealed_at": when}
                predictions[f"{number}-said-{place_of}"] = said
            tried = {"at": when, "points": 0, "max_points": 10, "diagnosis": "forgot the sign", "seed": 1}
            attempts[f"{number}-tried"] = [tried | {"seed": seed} for seed in range(20)]
        answers = {key: draw.uniform(1, 90) for key in predictions}
        journal = {"format": 1, "about": "", "predictions": predictions, "attempts": attempts, "answers": answers}
        for chapter in WITH_EXERCISES:
            file = place / "submitted" / student / chapter.stem / "predictions.json"
            file.write_text(json.dumps(journal, indent=2), encoding="utf-8")


def record(place: Path, points: dict[str, dict[str, dict[str, float]]]) -> None:
    """What ``grade`` notes down of each submission, in one file."""
    records = Records(place)
    for work in handed_in(place):
        cells = points[work.assignment][work.student]
        known = {"digest": work.digest, "problem": "", "seen": {name: ["0" * 16, one] for name, one in cells.items()}}
        records.data["submissions"].setdefault(work.assignment, {})[work.student] = known
    records.path.parent.mkdir()
    records.path.write_text(json.dumps(records.data), encoding="utf-8")


def fill_gradebook(place: Path, points: dict[str, dict[str, dict[str, float]]]) -> None:
    """Fill the gradebook in bulk, by nbgrader's own tables, in a process of its own: only one client imports it."""
    worth = {
        name: {cell: float(find(cell.removesuffix("-check")).points) for cell in next(iter(one.values()))}
        for name, one in points.items()
    }
    file = place.with_name("points.json")
    file.write_text(json.dumps([worth, points]), encoding="utf-8")
    # nbgrader calls alembic, which lies beside Python.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = [sys.executable, "-c", _FILL, str(place / "gradebook.db"), str(file)]
    subprocess.run(command, check=True, env=os.environ | {"PATH": path})
    os.sync()


_FILL = """
import json, sys
from pathlib import Path
from nbgrader.api import Gradebook, Grade, SubmittedAssignment, SubmittedNotebook
worth, points = json.loads(Path(sys.argv[2]).read_text())
with Gradebook("sqlite:///" + sys.argv[1]) as book:
    for student in next(iter(points.values())):
        book.update_or_create_student(student, first_name="First" + student, last_name="Last" + student)
    for name, cells in worth.items():
        book.update_or_create_assignment(name)
        notebook = book.update_or_create_notebook(name, name)
        made = {cell: book.update_or_create_grade_cell(cell, name, name, max_score=most, cell_type="code")
                for cell, most in cells.items()}
        assignment = book.find_assignment(name)
        for student, earned in points[name].items():
            whole = SubmittedAssignment(assignment=assignment, student=book.find_student(student))
            work = SubmittedNotebook(notebook=notebook, assignment=whole)
            book.db.add_all([whole, work])
            for cell, auto in earned.items():
                book.db.add(Grade(cell_id=made[cell].id, notebook=work, auto_score=auto, needs_manual_grade=False))
        book.db.commit()
"""


def write(file: Path, notebook: dict[str, Any]) -> None:
    """Write a notebook as nbformat does, the cells first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(notebook, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
