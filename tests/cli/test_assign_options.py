"""``scalinglab assign`` with a due date, a choice of exercises, points, a variant; what cannot be changes no byte."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from scalinglab.classroom.nbgrader.class_folder import CONFIG
from scalinglab.cli import main
from tests.classroom.made import hand_in, light_course, released
from tests.classroom.places import gradebook
from tests.course.notebooks import COURSE, source

#: One worker makes the class, once.
pytestmark = pytest.mark.xdist_group("assigned with options")
FIVE, MADE = "05_random_features", "01_made"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return light_course(tmp_path_factory.mktemp("light") / "course", MADE)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, course: Path) -> Path:
    """A class with the light assignment, without a due date, and a submission of it."""
    place = tmp_path_factory.mktemp("options") / "class"
    assert main(["assign", "01", "--class", str(place), "--course", str(course)]) == 0
    hand_in(place, "ana", MADE, released(place, MADE))
    return place


@pytest.fixture
def classes(made: Path, course: Path, tmp_path: Path) -> tuple[Path, Path, Path]:
    """The class, its course, and a folder that is not there."""
    return made, course, tmp_path / "new"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(*words: str | Path) -> int:
    try:
        return main([str(word) for word in words])
    except SystemExit as stop:
        return int(stop.code or 0)


def told(place: Path, name: str) -> str:
    """What the release says of its due date, right below the title."""
    cell = released(place, name)["cells"][1]
    return cell["source"] if cell["id"] == "deadline" else ""


def test_a_release_has_the_whole_chapter_and_counts_what_was_chosen(tmp_path: Path, capsys):
    place = tmp_path / "class"
    chosen = ["--exercises", "05-ridge,05-endless", "--points", "05-ridge=30", "--variant", "B"]
    due = ["--due", "2027-03-01T23:59+00:00", "--late", "-10%/day"]
    assert run("assign", "05", "--class", place, "--course", COURSE, *chosen, *due) == 0
    said = capsys.readouterr().out
    assert "you lose 10 % of the 40 points, which is 4, for each day" in said
    work = released(place, FIVE)
    nbformat.validate(work)
    cells = work["cells"]
    assert told(place, FIVE).startswith("**Due on ")
    assert "10 % of the 40 points, which is 4," in told(place, FIVE)
    (hand_in_cell,) = (cell["source"] for cell in cells if cell.get("id") == "assignment")
    assert "*Without limits*, 10 points; *The best ridge*, 30 points. Its other" in hand_in_cell

    known = {one["grade_id"]: one for cell in cells if (one := cell["metadata"].get("nbgrader"))}
    assert {name: one.get("points") for name, one in known.items()} == {
        "05-endless": None,
        "05-endless-check": 10,
        "05-ridge": None,
        "05-ridge-check": 30,
    }
    checks = [cell["source"].splitlines()[-1] for cell in cells if 'check("' in cell["source"]]
    assert checks == [
        'check("05-endless", loss, student=student, variant="B").mark',
        'check("05-best-fit", best_fit, student=student)',  # practice: the chapter's own cell
        'check("05-ridge", best_ridge_loss, student=student, variant="B", points=30).mark',
    ]
    texts = "".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
    assert "*Easy, 6 minutes, 10 points.*" in texts
    assert "*Medium, 15 minutes, practice, without points.*" in texts
    assert "*Hard, 25 minutes, 30 points.*" in texts
    practice = next(cell for cell in cells if cell["source"].startswith("def best_fit("))
    assert "nbgrader" not in practice["metadata"]
    assert practice["metadata"].get("editable", True)
    assert len(cells) == len(json.loads((COURSE / f"{FIVE}.ipynb").read_text())["cells"]) + 2
    before = contents(place)
    assert run("assign", "05", "--class", place, "--course", COURSE, *chosen, *due) == 0
    assert contents(place) == before


def test_a_due_date_is_set_and_moved_without_touching_a_source_or_a_submission(
    made: Path, course: Path, tmp_path: Path
):
    place = Path(shutil.copytree(made, tmp_path / "class"))
    file = place / "source" / MADE / f"{MADE}.ipynb"
    own = json.loads(file.read_text())
    own["cells"].append({"cell_type": "markdown", "id": "own", "metadata": {}, "source": "My own cell."})
    file.write_text(json.dumps(own))
    before = contents(place)
    words = ("assign", "01", "--class", place, "--course", course)
    assert run(*words, "--due", "2027-03-01T23:59Z") == 0
    after = contents(place)
    assert {name for name in before if before[name] != after[name]} == {f"release/{MADE}/{MADE}.ipynb", "gradebook.db"}
    assert told(place, MADE).endswith("**")
    assert run(*words, "--late", "-2/day") == 0  # the due date is known
    assert "you lose 2 points for each day" in told(place, MADE)
    assert run(*words, "--due", "2027-03-08T23:59Z") == 0  # the rule stays
    assert "8 March 2027" in told(place, MADE) or "9 March 2027" in told(place, MADE)
    assert "you lose 2 points for each day" in told(place, MADE)
    with gradebook(place) as book:
        assert book.find_assignment(MADE).duedate.isoformat() == "2027-03-08T23:59:00"
    assert run(*words, "--late", "none") == 0
    assert "you lose" not in told(place, MADE)
    assert json.loads((place / "late_rules.json").read_text()) == {}
    assert json.loads(file.read_text()) == own


def test_a_release_that_a_killed_run_left_behind_is_made_again(made: Path, course: Path, tmp_path: Path):
    place = Path(shutil.copytree(made, tmp_path / "class"))
    words = ("assign", "01", "--class", place, "--course", course, "--due", "2027-03-01T23:59Z")
    release = (place / "release" / MADE / f"{MADE}.ipynb").read_bytes()
    assert run(*words) == 0
    (place / "release" / MADE / f"{MADE}.ipynb").write_bytes(release)  # killed after the gradebook was written
    assert run(*words) == 0
    assert told(place, MADE).startswith("**Due on")


#: Of a class of an earlier version, without what due dates need, and one with a plugin of the instructor's own.
OWN_PLUGIN = """
c.AssignLatePenalties.plugin_class = TenOff
"""


def test_settings_of_an_earlier_version_are_completed_and_a_plugin_of_ones_own_is_left_alone(
    made: Path, course: Path, tmp_path: Path, capsys
):
    place = Path(shutil.copytree(made, tmp_path / "class"))
    lines = (place / CONFIG).read_text().splitlines(keepends=True)
    old = "".join(line for line in lines if not {"RELEASE", "LateRules"} & set(line.replace(",", " ").split()))
    (place / CONFIG).write_text(old)
    words = ("assign", "01", "--class", place, "--course", course, "--due", "2027-03-01T23:59Z")
    assert run(*words, "--late", "-2/day") == 0
    assert (place / CONFIG).read_text().startswith(old)
    assert "plugin_class = LateRules" in (place / CONFIG).read_text()
    assert "you lose 2 points" in told(place, MADE)

    (place / CONFIG).write_text(f"from nbgrader.plugins import LateSubmissionPlugin as TenOff\n{old}{OWN_PLUGIN}")
    before = contents(place)
    capsys.readouterr()
    assert run(*words, "--late", "-3/day") == 2
    assert "has a plugin for lateness already, TenOff: take that line out" in capsys.readouterr().err
    assert contents(place) == before
    assert run(*words) == 0
    assert "LateRules\n" not in (place / CONFIG).read_text().splitlines()[-1]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["--due", "tomorrow"], "due must be a date and a time, such as 2027-03-01T23:59"),
        (["--due", "2027-02-30T10:00"], "due must be a date and a time"),
        (["--due", "2027-03-01"], "due must be a date and a time"),
        (["--late", "-10%/day"], "nothing says when 01_made is due, so nothing is late: give --due with --late"),
        (["--due", "2027-03-01T23:59", "--late", "10%"], "late must be a rule such as -10%/day"),
        (["--due", "2027-03-01T23:59", "--late", "-0%/day"], "late must be a rule"),
        (["--due", "2027-03-01T23:59", "--late"], "argument --late: expected one argument"),
        (["--exercises", "01-exponents"], "exercises must name exercises of what is assigned (01-exponent, "),
        (["--exercises", "05-ridge"], "exercises must name exercises of what is assigned"),
        (["--exercises", "01-exponent,01-exponent"], "exercises must name each exercise once"),
        (["--points", "01-exponent=-3"], "points must be an exercise and a number above 0"),
        (["--points", "01-exponent=0"], "points must be an exercise and a number above 0"),
        (["--points", "01-exponent=many"], "points must be an exercise and a number above 0"),
        (["--points", "05-ridge=3"], "points must name exercises of what is assigned"),
        (["--variant", "b2"], "variant must be a letter from A to Z"),
        (["--due", "2027-03-01T23:59", "--points", "01-exponent=30"], "already holds submissions of 01_made"),
        (["--variant", "B", "--replace"], "already holds submissions of 01_made"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_changes_no_byte(given, sentence, classes: tuple[Path, ...], capsys):
    made, course, new = classes
    before = contents(made)
    capsys.readouterr()
    assert run("assign", "01", "--class", made, "--course", course, *given) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert len(error.splitlines()) == 1
    assert contents(made) == before
    if "submissions" not in sentence:  # nor is a new class made
        assert run("assign", "01", "--class", new, "--course", course, *given) == 2
        assert not new.exists()


def test_a_damaged_file_of_rules_stops_assign_and_grade_before_they_begin(made: Path, course: Path, tmp_path, capsys):
    place = Path(shutil.copytree(made, tmp_path / "class"))
    (place / "late_rules.json").write_text('{"01_made": "ten percent"}')
    before = contents(place)
    for words in (
        ("assign", "01", "--class", place, "--course", course, "--due", "2027-03-01T23:59"),
        ("grade", place),
    ):
        assert run(*words) == 2
        assert "late_rules.json must hold a rule for each assignment" in capsys.readouterr().err
    assert contents(place) == before


def test_practice_is_worth_nothing_in_the_source_too(made: Path, course: Path, tmp_path: Path):
    place = tmp_path / "class"
    assert run("assign", "01", "--class", place, "--course", course, "--exercises", "01-standard-error") == 0
    work = json.loads((place / "source" / MADE / f"{MADE}.ipynb").read_text())
    solved = [source(cell).splitlines()[0] for cell in work["cells"] if "### BEGIN SOLUTION" in source(cell)]
    assert solved == ["def mean_and_error(errors):"]
    with gradebook(place) as book:
        assert book.find_assignment(MADE).max_score == 10
