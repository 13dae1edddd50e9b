"""An instructor's own exercise through a class: assigned, solved at home, handed in, graded and told like any other."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from scalinglab.classroom import grade_class
from scalinglab.cli import main
from scalinglab.exercises.bank import find
from tests.classroom.made import NAME, code, place_of, released, two_exercises, write

#: One worker makes the class, once.
pytestmark = pytest.mark.xdist_group("class")
KEY, FILE = "own-half-life", "own-half-life.json"
RIGHT = "def amount_left(start, half_life, years):\n    return start / 2 ** (years / half_life)"
LINE = "def amount_left(start, half_life, years):\n    return start * (1 - years / (2 * half_life))"
ONE = "def amount_left(start, half_life, years):\n    return 1.0"
#: Answers that a file may tell to be right, if a student writes the file.
FORGED = """import json
from pathlib import Path
changed = json.loads(Path("own-half-life.json").read_text())
for cases in changed["sets"]:
    for one in cases:
        one["right"] = 1.0
Path("own-half-life.json").write_text(json.dumps(changed))"""


def answering(answer: str) -> Callable[[dict[str, Any]], None]:
    return lambda work: write(work, KEY, answer)


def with_a_cell(source: str, answer: str) -> Callable[[dict[str, Any]], None]:
    """An answer after a cell of the student's own."""

    def change(work: dict[str, Any]) -> None:
        write(work, KEY, answer)
        work["cells"].insert(place_of(work, KEY), code(source) | {"id": "mine"})

    return change


def without_check(work: dict[str, Any]) -> None:
    write(work, KEY, RIGHT)
    del work["cells"][place_of(work, f"{KEY}-check")]


#: What each student does, the points, and the diagnosis.
CLASS: dict[str, tuple[Callable[[dict[str, Any]], None], int, str | None]] = {
    "ana": (answering(RIGHT), 10, None),
    "ben": (answering(LINE), 0, "straight line"),
    "cem": (answering(LINE), 0, "straight line"),
    "dan": (answering(RIGHT + " + 1"), 0, None),
    "eva": (lambda work: None, 0, None),
    "fay": (answering(ONE), 0, None),
    "gil": (with_a_cell(FORGED, ONE), 0, None),
    "hal": (with_a_cell('import os\nos.chdir("/")', RIGHT), 10, None),
    "ida": (without_check, 10, None),
    "jon": (answering(RIGHT.replace("return", "while True: pass\n    return")), 0, "ran too long"),
}


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class, collected and graded by the commands."""
    home = tmp_path_factory.mktemp("own")
    folder = two_exercises(tmp_path_factory, home / "class")
    assert main(["exercise", "new", "half-life", "--class", str(folder)]) == 0
    assert main(["exercise", "add", "half-life", "--to", "01", "--class", str(folder)]) == 0
    forged = json.loads((folder / "release" / NAME / FILE).read_text())
    for cases in forged["sets"]:
        for one in cases:
            one["right"] = 1.0
    with zipfile.ZipFile(home / "week.zip", "w") as week:
        for student, (change, *_) in CLASS.items():
            work = released(folder, NAME)
            work["cells"][1]["source"] = work["cells"][1]["source"].replace('student = ""', f'student = "{student}"')
            change(work)
            week.writestr(f"{student}/{NAME}.ipynb", json.dumps(work))
        week.writestr(f"fay/{FILE}", json.dumps(forged))
    assert main(["collect", str(folder), str(home / "week.zip")]) in (0, 1)
    (folder / "submitted" / "fay" / NAME / FILE).write_text(json.dumps(forged))  # however it may have come there
    assert main(["grade", str(folder), "--jobs", "2"]) == 0
    return folder


@pytest.mark.parametrize("student", CLASS)
def test_everybody_gets_the_points_of_the_instructors_copy(class_folder: Path, student: str):
    _, points, diagnosis = CLASS[student]
    results = grade_class(class_folder)  # nothing is graded again
    (found,) = [one for one in results.submissions if one.student == student]
    (score,) = [score for score in found.scores if score.key == KEY]
    assert (score.points, score.max_points, score.diagnosis) == (points, 10, diagnosis)
    assert score.attempted == (student != "eva")
    assert found.name == student


def test_nbgrader_by_itself_takes_the_instructors_copy_too(class_folder: Path):
    """As it grades from formgrader, where no variable names a folder: it copies what lies beside the source."""
    source = class_folder / "source" / NAME / FILE
    assert (class_folder / "submitted" / "fay" / NAME / FILE).read_bytes() != source.read_bytes()
    assert (class_folder / "autograded" / "fay" / NAME / FILE).read_bytes() == source.read_bytes()


def test_the_page_tells_the_mistakes_by_their_sentences(class_folder: Path):
    page = (class_folder / "grades" / "report.html").read_text(encoding="utf-8")
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "What is left" in text
    assert "You took the same amount away every year, but less decays when less is left" in text
    assert re.search(r"straight line", text)
    assert "another wrong answer" in text
    assert "After one half-life you have 37 % left" not in text  # nobody made this one


def test_the_tables_count_it(class_folder: Path):
    with (class_folder / "grades" / "canvas.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    column = list(rows[0])[-1]
    points = {row["SIS User ID"]: row[column] for row in rows}
    assert rows[0][column] == "48"  # 10 + 20 + 3 + 5, and 10 of our own
    assert float(points["ana"]) - float(points["eva"]) == 10
    with (class_folder / "grades" / "moodle.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {row["ID number"]: row for row in csv.DictReader(file)}
    feedback = list(told["ana"])[-1]
    assert "What is left: 10 of 10." in told["ana"][feedback]
    assert "What is left: 0 of 10, straight line: You took the same amount away every year" in told["ben"][feedback]
    assert "What is left: 0 of 10, not attempted." in told["eva"][feedback]


def test_the_feedback_shows_it(class_folder: Path):
    (page,) = (class_folder / "feedback" / "ben").rglob("*.html")
    assert "You took the same amount away every year" in page.read_text(encoding="utf-8")


def test_what_came_with_the_assignment_is_passed_over(class_folder: Path, tmp_path: Path, capsys):
    with zipfile.ZipFile(tmp_path / "again.zip", "w") as again:
        again.write(class_folder / "submitted" / "fay" / NAME / f"{NAME}.ipynb", f"fay/{NAME}.ipynb")
        again.write(class_folder / "submitted" / "fay" / NAME / FILE, f"fay/{FILE}")
    assert main(["collect", str(class_folder), str(tmp_path / "again.zip")]) == 0
    said = capsys.readouterr()
    assert "Not filed" not in said.out + said.err


def test_grading_stops_if_the_class_has_lost_the_file(class_folder: Path, capsys):
    file = class_folder / "source" / NAME / FILE
    kept = file.read_bytes()
    before = {path: path.read_bytes() for path in (class_folder / "grades").iterdir()}
    file.unlink()
    try:
        capsys.readouterr()
        assert main(["grade", str(class_folder)]) == 2
        error = capsys.readouterr().err
    finally:
        file.write_bytes(kept)
    assert len(error.splitlines()) == 1
    assert f"{FILE} is not in" in error
    assert {path: path.read_bytes() for path in before} == before


def executed(folder: Path) -> list[Any]:
    """The cells of a student's notebook after it ran in its folder, and nowhere else."""
    work = nbformat.read(folder / f"{NAME}.ipynb", as_version=4)
    NotebookClient(work, allow_errors=True, resources={"metadata": {"path": str(folder)}}).execute()
    return work.cells


def outputs_of(cells: list[Any], name: str) -> list[Any]:
    (cell,) = [one for one in cells if one.metadata.get("nbgrader", {}).get("grade_id") == name]
    return cell.outputs


def test_at_home_the_folder_that_was_handed_out_is_enough(class_folder: Path, tmp_path: Path, monkeypatch):
    monkeypatch.delenv("SCALINGLAB_JOURNAL", raising=False)
    work = released(class_folder, NAME)
    write(work, KEY, LINE)
    work["cells"] += [code(f'from scalinglab.exercises import course_map, hint\nhint("{KEY}")') | {"id": "hint"}]
    work["cells"] += [code("course_map().standing['trouble']") | {"id": "map"}]
    (tmp_path / f"{NAME}.ipynb").write_text(json.dumps(work), encoding="utf-8")
    cells = executed(tmp_path)
    for output in (*outputs_of(cells, f"{KEY}-check"), *cells[-2].outputs):  # only the notebook was taken along
        assert output.output_type == "error"
        assert len(output.traceback) == 1
        assert output.traceback[0].startswith(f"{FILE} is not in {tmp_path}: the exercise {KEY} needs this file beside")
    assert cells[-1].outputs[0].data["text/plain"] == "''"

    (tmp_path / FILE).write_bytes((class_folder / "release" / NAME / FILE).read_bytes())
    cells = executed(tmp_path)
    (output,) = outputs_of(cells, f"{KEY}-check")
    assert "You took the same amount away every year" in output.data["text/html"]
    assert cells[-2].outputs[0].data["text/plain"].startswith("Hint 1 of 3. How much is left after one half-life")
    journal = json.loads((tmp_path / "predictions.json").read_text())
    assert [one["diagnosis"] for one in journal["attempts"][KEY]] == ["straight line"]
    assert journal["hints"] == {KEY: 1}


def test_what_lies_beside_the_notebook_is_read_and_never_run(class_folder: Path):
    """A student's machine needs nothing of the class: no file of Python, and none of ``scalinglab.classroom``."""
    folder = class_folder / "release" / NAME
    assert {path.suffix for path in folder.iterdir()} == {".ipynb", ".json"}
    asked = f"import sys; from scalinglab.exercises.bank import find; find({KEY!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], cwd=folder, capture_output=True, text=True, check=True)
    assert "scalinglab.classroom" not in done.stdout
    assert find(KEY, beside=folder).draw(3)
