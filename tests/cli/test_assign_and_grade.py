"""``scalinglab assign`` and ``scalinglab grade``: a class is made, graded and told; what cannot be is one sentence."""

from __future__ import annotations

import json
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from scalinglab.cli import main
from scalinglab.exercises import all_exercises
from scalinglab.exercises.building import exercise_cells
from tests.classroom.made import NAME, hand_in, released, two_exercises
from tests.course.notebooks import CHAPTERS, COURSE, load, source

#: One worker makes the class, once.
pytestmark = pytest.mark.xdist_group("assigned")
WITH_EXERCISES = [path for path in CHAPTERS if path.stem[:2] < "13"]
each_chapter = pytest.mark.parametrize("chapter", WITH_EXERCISES, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class with all chapters, made by the command."""
    class_folder = tmp_path_factory.mktemp("assigned") / "class"
    assert main(["assign", *(path.stem[:2] for path in WITH_EXERCISES), "--class", str(class_folder)]) == 0
    return class_folder


def file_of(class_folder: Path, step: str, chapter: Path) -> Path:
    return class_folder / step / chapter.stem / chapter.name


@each_chapter
def test_a_release_holds_no_line_of_a_solution(everything: Path, chapter: Path):
    """Lines of 20 characters and more that are not the chapter's own already."""
    text = "\n".join(map(source, load(file_of(everything, "release", chapter))["cells"]))
    lines = (COURSE / "solutions" / f"chapter_{chapter.stem[:2]}.py").read_text(encoding="utf-8").splitlines()
    own = {line.strip() for cell in load(chapter)["cells"] for line in source(cell).splitlines()}
    told = [line.strip() for line in lines if len(line.strip()) >= 20 and line.strip() in text]
    assert [line for line in told if line not in own] == []
    assert "SOLUTION" not in text


@each_chapter
def test_a_release_is_the_chapter_but_for_the_checks(everything: Path, chapter: Path):
    student, released = load(chapter)["cells"], load(file_of(everything, "release", chapter))["cells"]
    assert "Hand in two files" in source(released.pop(1))
    assert len(student) == len(released)
    first = next(cell for cell in released if cell["cell_type"] == "code")
    assert "source_hidden" not in first["metadata"].get("jupyter", {})  # the student's name belongs there
    for ours, theirs in zip(student, released, strict=True):
        if source(ours).startswith("check("):
            assert source(theirs) == f"from scalinglab.exercises import check\n\n{source(ours)}.mark"
        else:
            wanted = re.sub(r"\[([^]]+)\]\([^()]*\.ipynb[^()]*\)", r"\1", source(ours))  # other chapters are not there
            alone = re.sub(r"\(data:image/svg[^)]*\)", "(picture)", source(theirs))  # nor are the files of pictures
            assert alone.rstrip("\n") == re.sub(r"\(figures/[^)]*\)", "(picture)", wanted).rstrip("\n")


@each_chapter
def test_the_cells_of_exercises_are_those_that_nbgrader_knows(everything: Path, chapter: Path):
    cells = load(file_of(everything, "release", chapter))["cells"]
    told = [cell["metadata"]["nbgrader"] for cell in cells if "nbgrader" in cell["metadata"]]
    assert {each["schema_version"] for each in told} == {3}
    wanted = [one for one in all_exercises() if one.key[:2] == chapter.stem[:2]]
    assert [each["grade_id"] for each in told if each["solution"]] == [one.key for one in wanted]
    graded = {each["grade_id"]: (each["points"], each["locked"]) for each in told if each["grade"]}
    assert graded == {f"{one.key}-check": (one.points, True) for one in wanted}


@each_chapter
def test_a_source_holds_the_solution_between_the_marks(everything: Path, chapter: Path):
    notebook = load(file_of(everything, "source", chapter))
    for place in exercise_cells(notebook).values():
        lines = source(notebook["cells"][place]).splitlines()
        assert (lines.count("### BEGIN SOLUTION"), lines[-1]) == (1, "### END SOLUTION")


def test_made_twice_nothing_changes(everything: Path, capsys):
    before = {path: path.read_bytes() for path in everything.rglob("*.ipynb")}
    assert main(["assign", "05", "--class", str(everything)]) == 0
    assert f"Unchanged: {everything / 'release'}" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in everything.rglob("*.ipynb")} == before


def test_a_class_is_graded_and_told(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, capsys):
    class_folder = two_exercises(tmp_path_factory, tmp_path / "class")
    hand_in(class_folder, "ana", NAME, released(class_folder, NAME))
    lines = ["\ufeffid,first_name,last_name,email,lms_user_id,tutor"]  # with a column of theirs
    lines += ["ana,Ana,Núñez,,17,Kim", "zoe,Zoë,Å,,18,Kim", ",,,,,"]
    (class_folder / "students.csv").write_text("\n".join(lines), encoding="utf-8")
    assert main(["grade", str(class_folder)]) == 0
    table = (class_folder / "grades" / "canvas.csv").read_text(encoding="utf-8")
    assert '"Núñez, Ana",17,ana' in table
    assert '"Å, Zoë",18,zoe' in table
    said = capsys.readouterr().out.splitlines()
    assert said[-4] == "Graded 1 of 1 submissions."
    names = ["report.html", "canvas.csv", "moodle.csv"]
    assert said[-3:] == [f"Written to {class_folder / 'grades' / name}" for name in names]
    before = {path: path.read_bytes() for path in (class_folder / "grades").iterdir()}

    hand_in(class_folder, "ben", "01_made", b"no notebook")
    shutil.rmtree(class_folder / "autograded" / "ana")  # as a run that was cut off leaves it
    assert main(["grade", str(class_folder)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert "1 of 2: 01_made, ana: graded" in said
    assert not any("the solution gets" in line for line in said)  # it did, in this environment
    assert any(line.startswith("Not graded: 01_made, ben: 01_made.ipynb is no notebook") for line in said)

    assert main(["grade", str(class_folder), "--retry"]) == 1
    assert "1 of 1: 01_made, ben: 01_made.ipynb is no notebook" in capsys.readouterr().out
    shutil.rmtree(class_folder / "submitted" / "ben")
    assert main(["grade", str(class_folder)]) == 0
    after = {path: path.read_bytes() for path in before}
    assert {path.name for path in before if before[path] != after[path]} <= {"graded.json", "notebooks.json"}


def test_a_class_with_submissions_is_never_overwritten(everything: Path, tmp_path: Path, capsys):
    class_folder = tmp_path / "class"
    shutil.copytree(everything, class_folder)
    file = class_folder / "source" / "05_random_features" / "05_random_features.ipynb"
    file.write_text(file.read_text(encoding="utf-8").replace("Random features", "My features"), encoding="utf-8")
    capsys.readouterr()
    refused(capsys, ["assign", "05", "--class", str(class_folder)], "differs from what would be built")
    hand_in(class_folder, "ana", "05_random_features", released(class_folder, "05_random_features"))
    before = {path: path.read_bytes() for path in class_folder.rglob("*") if path.is_file()}
    for more in ([], ["--replace"]):
        refused(
            capsys,
            ["assign", "05", "--class", str(class_folder), *more],
            "already holds submissions of 05_random_features",
        )
    assert {path: path.read_bytes() for path in class_folder.rglob("*") if path.is_file()} == before


def test_a_changed_source_is_built_anew_when_asked(everything: Path, tmp_path: Path):
    class_folder = tmp_path / "class"
    shutil.copytree(everything, class_folder)
    file = class_folder / "source" / "06_compute_optimal" / "06_compute_optimal.ipynb"
    ours = file.read_bytes()
    file.write_text("{}")
    assert main(["assign", "06", "--class", str(class_folder), "--replace"]) == 0
    assert file.read_bytes() == ours


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["assign", "99", "--class", "new"], "chapter must be one of 00, 01"),
        (["assign", "13", "--class", "new"], "chapter 13 has no solutions"),
        (["assign", "05", "--class", "file"], "class must be a folder"),
        (["assign", "05", "--class", "full"], "class must be a new or empty folder"),
        (["assign", "05"], "the following arguments are required: --class"),
        (["assign", "05", "--class", "class"], "class must be a new or empty folder, or one that"),
        (["grade", "class"], "class must be a folder that `scalinglab assign` made"),
        (["grade", "nowhere"], "class must be a folder that `scalinglab assign` made"),
        (["grade", "full"], "class must be a folder that `scalinglab assign` made"),
        (["grade", "full", "--minutes", "0"], "minutes must be positive"),
        (["grade", "class", "--jobs", "0"], "jobs must be"),
        (["grade", "full", "--minutes", "ten"], "argument --minutes: invalid float value: 'ten'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(given, sentence, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "class" / "source").mkdir(parents=True)
    (tmp_path / "class" / "nbgrader_config.py").write_text("")
    chapters = ["--course", str(COURSE)] if "--class" in given else []
    refused(capsys, [*given, *chapters], sentence)
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        "class",
        "file",
        "full",
        "nbgrader_config.py",
        "source",
        "thesis.txt",
    ]


@pytest.mark.parametrize("given", [["assign", "05", "--class", "new"], ["grade", "class"]])
def test_without_nbgrader_the_extra_is_named(given, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "class" / "source").mkdir(parents=True)
    (tmp_path / "class" / "nbgrader_config.py").write_text("")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "nbgrader" else find_spec(name))
    chapters = ["--course", str(COURSE)] if "--class" in given else []
    refused(capsys, [*given, *chapters], "nbgrader is missing; in the folder of the clone run: python -m pip install")
    assert not (tmp_path / "new").exists()


def test_the_names_that_options_had_in_version_0_1_0_still_work_and_a_sentence_says_the_new_ones(
    everything: Path, tmp_path: Path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(everything, "myclass")
    told = "--course names the folder of the chapters now: write --class myclass, as which it is read here"
    assert main(["assign", "05", "--course", "myclass"]) == 0
    said = capsys.readouterr()
    assert said.err == f"scalinglab assign: {told}\n"
    assert "Unchanged: myclass/release/05_random_features" in said.out
    assert main(["assign", "05", "--course", "myclass", "--chapters", str(COURSE)]) == 0
    assert capsys.readouterr().err.splitlines() == [
        f"scalinglab assign: {told}",
        f"scalinglab assign: --chapters is called --course now: write --class myclass --course {COURSE}",
    ]
    assert main(["assign", "05", "--class", "myclass", "--chapters", str(COURSE)]) == 0
    assert "--chapters is called --course now" in capsys.readouterr().err
    assert main(["assign", "05", "--class", "myclass", "--course", str(COURSE)]) == 0
    assert capsys.readouterr().err == ""
    refused(capsys, ["assign", "05", "--class", "a", "--course", "b", "--chapters", "c"], "--course must stand alone")


def refused(capsys, given: list[str], sentence: str) -> None:
    try:
        code = main(given)
    except SystemExit as stop:
        code = stop.code
    error = capsys.readouterr().err
    assert code == 2
    assert sentence in error
    assert len(error.splitlines()) == 1


def test_the_notebooks_of_a_class_are_what_nbformat_has(everything: Path):
    import nbformat

    for path in everything.rglob("*.ipynb"):
        nbformat.validate(json.loads(path.read_text(encoding="utf-8")))
