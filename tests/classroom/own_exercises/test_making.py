"""``scalinglab exercise``: what it writes works at once, and each thing that may be wrong with it is one sentence."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from scalinglab.classroom.nbgrader.class_folder import make_class
from scalinglab.cli import main
from scalinglab.exercises.building import exercise_cells
from tests.classroom.made import ESSAY, NAME, SPREAD, hand_in, place_of, released, two_exercises
from tests.course.notebooks import load

#: One worker makes the class, once.
pytestmark = pytest.mark.xdist_group("class")
KEY, FILE = "own-half-life", "own-half-life.json"
CALL = "`amount_left(start=100, half_life=10, years=10)`"


@pytest.fixture
def class_folder(tmp_path: Path) -> Path:
    """A class of which only the folder matters."""
    make_class(tmp_path / "class")
    (tmp_path / "class" / "source").mkdir()
    return tmp_path / "class"


@pytest.fixture
def folder(class_folder: Path, capsys) -> Path:
    """The files of the small exercise."""
    assert main(["exercise", "new", "half-life", "--class", str(class_folder)]) == 0
    capsys.readouterr()
    return class_folder / "exercises" / "half-life"


def state(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(capsys, class_folder: Path, *given: str) -> str:
    """The one sentence with which a command ends that does nothing."""
    before = state(class_folder)
    try:
        code = main(["exercise", *given, "--class", str(class_folder)])
    except SystemExit as stop:
        code = stop.code
    error = capsys.readouterr().err
    assert code == 2
    assert len(error.splitlines()) == 1
    assert state(class_folder) == before
    return error.removeprefix("scalinglab exercise: ").strip()


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_new_exercise_is_small_and_ready(class_folder: Path, capsys):
    assert main(["exercise", "new", "half-life", "--class", str(class_folder)]) == 0
    folder = class_folder / "exercises" / "half-life"
    said = capsys.readouterr().out
    files = sorted(path.name for path in folder.iterdir())
    names = ["cases", "mistakes", "second", "solution", "stub"]
    assert files == sorted([*(f"{name}.py" for name in names), "settings.toml", "text.md"])
    assert all(f"Written: {folder / name}\n" in said for name in files)
    assert sum(len((folder / name).read_text().splitlines()) for name in files) < 70
    assert [path.name for path in folder.parent.iterdir()] == ["half-life"]
    before, modules = state(class_folder), set(sys.modules)
    assert main(said.splitlines()[-1].split()[1:]) == 0  # the command that it says
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "own-half-life: What is left (easy, 10 points, 3 cases, 12 sets of numbers)"
    assert [line.split()[-4:] for line in lines[1:5]] == [
        ["the", "check", "should", "say"],
        ["stub", "yes", "not", "attempted"],
        ["solution.py", "yes", "10", "points"],
        ["second.py", "yes", "10", "points"],
    ]
    assert re.findall(r"mistake: (.*?) +(yes|no) ", "\n".join(lines)) == [
        ("straight line", "yes"),
        ("e instead of two", "yes"),
        ("what has decayed", "yes"),
    ]
    assert state(class_folder) == before
    assert not {"stub", "solution", "second", "cases", "mistakes"} & (set(sys.modules) - modules)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (
            "Half_life",
            "KEY must be at most 40 small letters, digits and hyphens, a letter first, such as half-life, got",
        ),
        ("", "KEY must be at most 40"),
        ("05-ridge", "KEY must be at most 40"),
        ("../half-life", "KEY must be at most 40"),
        ("x" * 41, "KEY must be at most 40"),
        ("own-", "KEY must be at most 40"),
        ("half-life-check", "KEY must not end in check or text, as the cells of an exercise do, got"),
        ("text", "KEY must not end in check or text"),
        ("half-life", "KEY must be a new name, as "),
        ("own-half-life", "KEY must be a new name, as "),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_name_that_is_none_or_taken(class_folder: Path, capsys, key: str, sentence: str):
    assert refused(capsys, class_folder, "new", key).startswith(sentence)


def test_what_there_is_not(class_folder: Path, tmp_path: Path, capsys):
    for step in (["new", "rate"], ["test", "rate"], ["add", "rate", "--to", "05"]):
        told = refused(capsys, tmp_path, *step)
        assert told.startswith("class must be a folder that `scalinglab assign` made, got")
    none = "KEY must be one of those that scalinglab exercise new has made, got 'rate'"
    assert refused(capsys, class_folder, "test", "rate") == none
    main(["exercise", "new", "half-life", "--class", str(class_folder)])
    assert refused(capsys, class_folder, "test", "rate") == "KEY must be one of half-life, got 'rate'"
    assert "invalid choice" in refused(capsys, class_folder, "make", "rate")
    assert refused(capsys, class_folder, "add", "half-life").startswith("add needs --to")
    assert "--to must be left out with test" in refused(capsys, class_folder, "test", "half-life", "--to", "05")
    told = refused(capsys, class_folder, "add", "half-life", "--to", "05")
    assert told.startswith("--to must be one of those that scalinglab assign has made, got '05': make another")


def gone(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def holding(name: str, text: str | bytes) -> Callable[[Path], object]:
    content = text if isinstance(text, bytes) else text.encode()
    return lambda folder: (folder / name).write_bytes(content)


def with_(name: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: change(folder / name, old, new)


def rename(folder: Path, other: str) -> None:
    """Ask for another function, and change one other file as well."""
    for name in ("stub", "solution", "second"):
        change(folder / f"{name}.py", "amount_left", "left")
    change(folder / other, "half", "third")


TWO = "\n\ndef other(start):\n    raise NotImplementedError\n"
#: A solution whose answers change after all cases of twelve sets were seen once.
CHANGING = """known = set()


def amount_left(start, half_life, years):
    again = (start, half_life, years) in known
    known.add((start, half_life, years))
    return start * 0.5 ** (years / half_life) + again
"""
#: What a solution may return that a check can look at and no file can keep.
TENSOR = """class Tensor:
    detach = cpu = lambda self: self
    numpy = lambda self: __import__("numpy").ones(2)


def amount_left(start, half_life, years):
    return Tensor()
"""


#: What may be wrong with the files so that nothing can be tried, and what is said of it.
UNREADABLE = {
    "no text": (gone("text.md"), "/text.md is missing: an exercise has the files text.md, stub.py, solution.py,"),
    "no mistakes": (gone("mistakes.py"), "/mistakes.py is missing: an exercise has the files"),
    "no text in UTF-8": (holding("cases.py", b"\xff"), "/cases.py cannot be read as text in UTF-8"),
    "no title": (holding("text.md", "Half of it decays.\n\nHow much?"), "text.md must begin with a title, such as"),
    "nothing but a title": (holding("text.md", "# Half-life\n"), "text.md must begin with a title"),
    "no Python": (holding("stub.py", "def amount_left(:\n"), "stub.py does not run: SyntaxError: "),
    "a stub that fails": (holding("stub.py", "import math\nmath.roof\n"), "stub.py does not run: AttributeError: "),
    "its line": (
        holding("solution.py", "\n\n1 / 0\n"),
        "solution.py does not run: ZeroDivisionError: division by zero, in line 3",
    ),
    "a stub that is not open": (
        holding("stub.py", "def amount_left(start):\n    pass\n"),
        "stub.py must have one function with the line raise NotImplementedError: amount_left lacks this line",
    ),
    "a stub with helpers and without the line": (
        holding("stub.py", "def one(start):\n    pass\n\n\ndef two(start):\n    raise ValueError\n"),
        "stub.py must have one function with the line raise NotImplementedError: one and two lack this line",
    ),
    "no stub": (
        holding("stub.py", "raise_later = NotImplementedError\n"),
        "stub.py must have one function with the line raise NotImplementedError: it has no function",
    ),
    "two stubs": (
        lambda folder: (folder / "stub.py").write_text((folder / "stub.py").read_text() + TWO),
        "stub.py must have one function with the line raise NotImplementedError, got amount_left and other",
    ),
    "other arguments than the stub's": (
        with_("stub.py", "half_life, years", "years, half_life"),
        "solution.py: amount_left must have the arguments that it has in stub.py, (start, years, half_life), got (",
    ),
    "an argument too few": (
        holding("solution.py", "def amount_left(start):\n    return start\n"),
        "solution.py: amount_left must have the arguments that it has in stub.py, (start, half_life, years), got (s",
    ),
    "numbers that are never the same": (
        with_("cases.py", "yield 80, draw.randint(5, 20)", "import random\n    yield 80, random.randint(5, 2**40)"),
        "cases.py: cases(draw) yields other numbers when it is called again with the same draw: take all random numbers"
        " from draw, or from np.random.default_rng(draw.randrange(10**9))",
    ),
    "a number of cases that is never the same": (
        with_("cases.py", "    yield 80", "    import random\n    yield 80, random.random(), 3\n    yield 80"),
        "cases.py: cases(draw) yields other numbers when it is called again",
    ),
    "a name that is taken": (with_("stub.py", "amount_left", "check"), "stub.py must not call its function check, as"),
    "an endless argument": (
        with_("stub.py", "start, ", "*start, "),
        "stub.py must have a function with one or more plain",
    ),
    "another name": (
        with_("second.py", "amount_left", "left"),
        "second.py must define the function amount_left, as the stub",
    ),
    "hints of another exercise": (
        lambda folder: rename(folder, "text.md"),
        "settings.toml still has the hints of the small exercise: write your own there",
    ),
    "a text of another exercise": (
        lambda folder: rename(folder, "settings.toml"),
        "text.md still has the text of the small exercise: write your own there",
    ),
    "the solution twice": (
        lambda folder: shutil.copy(folder / "solution.py", folder / "second.py"),
        "second.py is solution.py once more: write the same answer in another way",
    ),
    "no cases": (holding("cases.py", "def case(draw): yield 1, 2, 3\n"), "cases.py must define the function cases"),
    "never a case": (
        holding("cases.py", "def cases(draw): return []\n"),
        "cases.py: cases(draw) must yield 1 to 50 cases, got none",
    ),
    "endless cases": (
        holding("cases.py", "def cases(draw):\n    while True: yield 1, 2, 3\n"),
        "cases.py: cases(draw) must yield 1 to 50 cases, got more",
    ),
    "cases that raise": (
        holding("cases.py", "def cases(draw): yield 1, 2, 3 / 0\n"),
        "cases.py: cases(draw) raised ZeroDivisionError",
    ),
    "a case too short": (
        with_("cases.py", "100, 10, 10", "100, 10"),
        "cases.py: a case must have the arguments of amount_left(start, half_life, years), got (100, 10)",
    ),
    "a case that cannot be kept": (
        with_("cases.py", "100, 10, 10", "100, 10, len"),
        "cases.py: a builtin_function_or_method cannot be",
    ),
    "a case that raises": (
        with_("cases.py", "100, 10, 10", "100, 0, 10"),
        "solution.py: `amount_left(start=100, half_life=0, years=10)` raised ZeroDivisionError: division by zero, in",
    ),
    "no answer": (
        with_("solution.py", "return ", ""),
        f"solution.py: {CALL}: got `None`: did",
    ),
    "an answer of no kind": (
        with_("solution.py", "return ", "return 1j * "),
        "solution.py: `amount_left(start=100, half_life=10, y",
    ),
    "an answer in a dict": (
        with_("solution.py", "return start *", "return {'left': start}\n    return start *"),
        f"solution.py: {CALL}: got {{'left': 100}}, of type `dict`",
    ),
    "an answer in a tensor": (
        holding("solution.py", TENSOR),
        f"solution.py: {CALL}: a Tensor cannot be kept in a file: take numbers",
    ),
    "an answer of rows that are not equally long": (
        with_("solution.py", "return start *", "return [[1], [2, 3]]\n    return start *"),
        f"solution.py: {CALL}: got [[1], [2, 3]], whose rows are not equally long",
    ),
    "an answer that is a view": (
        with_("solution.py", "return start *", "return {1: 2}.keys()\n    return start *"),
        f"solution.py: {CALL}: a dict_keys cannot be kept in a file: take numbers",
    ),
    "an answer that is never the same": (
        with_("solution.py", "return ", "return __import__('random').random() + "),
        f"solution.py gives different results in two calls of {CALL}: 50.",
    ),
    "an answer that is not the same in a later call": (
        holding("solution.py", CHANGING),
        f"solution.py gives different results in two calls of {CALL}: 50.0 and 51.0",
    ),
    "a changed argument": (
        lambda folder: (
            change(folder / "cases.py", "yield 100, 10, 10", "yield [100], 10, 10\n    return"),
            change(folder / "solution.py", "return start", "start.append(1)\n    return start[0]"),
        ),
        "solution.py changes its argument start in `amount_left(start=[100], half_life=10, years=10)`: let it work on a"
        " copy",
    ),
    "a loop": (
        lambda folder: (
            change(folder / "solution.py", "    return", "    while True: pass\n    return"),
            change(folder / "settings.toml", "seconds = 5", "seconds = 0.2"),
        ),
        f"solution.py: {CALL} was stopped after 0.2 seconds: does a loop never end? If it only needs longer, raise "
        "seconds in settings.toml",
    ),
    "the same sentence": (
        holding("mistakes.py", 'def one(a, b, c):\n    """No."""\n\n\ndef two(a, b, c):\n    """No."""\n'),
        "mistakes.py: one and two have the same sentence: each needs one of its own",
    ),
    "the same name": (
        holding("mistakes.py", 'def one(a, b, c):\n    """No."""\n\n\ndef one(a, b, c):\n    """Never."""\n'),
        "mistakes.py defines one twice: a mistake needs a name of its own",
    ),
    "no sentence": (
        holding("mistakes.py", "def one(a, b, c):\n    return 1\n"),
        "mistakes.py: one needs a docstring, the sentence",
    ),
    "no TOML": (holding("settings.toml", "minutes: 5"), "settings.toml is not TOML: "),
    "a setting too few": (with_("settings.toml", "minutes = 5", ""), "settings.toml lacks minutes"),
    "a misspelled setting": (
        with_("settings.toml", "minutes = 5", "minuts = 5"),
        "settings.toml lacks minutes, and has minuts, which is none of difficulty, minutes, tolerance, seconds, hints",
    ),
    "two misspelled settings": (
        lambda folder: (
            change(folder / "settings.toml", "minutes = 5", "minuts = 5"),
            change(folder / "settings.toml", "seconds = 5", "second = 5"),
        ),
        "settings.toml lacks minutes and seconds, and has minuts and second, which are none of difficulty,",
    ),
    "a setting too many": (
        with_("settings.toml", "minutes", "points = 3\nminutes"),
        "settings.toml has points, which is none of",
    ),
    "no difficulty": (
        with_("settings.toml", '"easy"  #', '"simple"  #'),
        "settings.toml: difficulty must be one of easy, medium, hard, got",
    ),
    "no time": (with_("settings.toml", "minutes = 5", "minutes = 0"), "settings.toml: minutes must be positive, got 0"),
    "no number": (
        with_("settings.toml", "tolerance = 1e-6", 'tolerance = "small"'),
        "settings.toml: tolerance must be a finite number",
    ),
    "two hints": (
        with_("settings.toml", '    "How much', '    # "How much'),
        "settings.toml: hints must be exactly three texts, none of them empty, got ['",
    ),
}


@pytest.mark.parametrize(("spoil", "sentence"), UNREADABLE.values(), ids=list(UNREADABLE))
def test_what_cannot_be_tried_is_one_sentence(folder: Path, capsys, spoil, sentence: str):
    spoil(folder)
    told = refused(capsys, folder.parents[1], "test", "half-life")
    assert told.removeprefix(str(folder)).startswith(sentence), told


MISTAKE = '\n\ndef {name}(start, half_life, years):\n    """You did {name}."""\n    return {answer}\n'


def more(name: str, answer: str) -> Callable[[Path], object]:
    """One more mistake."""
    text = MISTAKE.format(name=name, answer=answer)
    return lambda folder: (folder / "mistakes.py").write_text((folder / "mistakes.py").read_text() + text)


NOT_BOTH = "second.py does not get full points, so it or solution.py is wrong"
#: What is wrong with the answers, the line of the table that says no, and the sentence below it.
NOT_READY = {
    "a mistake that is right": (
        more("halves", "start / 2 ** (years / half_life)"),
        "mistake: halves",
        "mistakes.py: halves is right in every case and gets full points: add a case in which it is wrong",
    ),
    "two that are the same": (
        more("a_line", "start - start * years / half_life / 2"),
        "mistake: a line",
        "mistakes.py: a_line and straight_line give the same answers in every case: add a case in which they",
    ),
    "a mistake that raises": (
        more("division", "start / 0"),
        "mistake: division",
        f"mistakes.py: division in the place of {CALL} raised ZeroDivisionError: ",
    ),
    "a mistake that is told already": (
        more("nothing", "None"),
        "mistake: nothing",
        f"mistakes.py: nothing gets another sentence than its own: {CALL}: got `None`",
    ),
    "a mistake of no kind": (
        more("no_kind", "len"),
        "mistake: no kind",
        f"mistakes.py: no_kind in the place of {CALL} returned something else: a built",
    ),
    "a second answer that is wrong": (
        with_("second.py", "math.log(2)", "0.69"),
        "second.py",
        f"{NOT_BOTH}. {CALL}: solution.py gave 50.0, and second.py gave 50.15",
    ),
    "a second answer that is a mistake": (
        with_("second.py", "math.log(2) * ", ""),
        "second.py",
        f"{NOT_BOTH}. {CALL}: solution.py gave 50.0, and second.py gave 36.787944117144235. The check takes it "
        "for the mistake 'e instead of two'",
    ),
    "a second answer with one other entry": (
        lambda folder: (
            holding("mistakes.py", "")(folder),
            change(folder / "solution.py", "return ", "return [9 - years] * 99 + [9.0] or "),
            change(folder / "second.py", "return ", "return [9 - years] * 99 + [8.5] or "),
        ),
        "second.py",
        f"{NOT_BOTH}. {CALL}: solution.py gave [{'-1, ' * 14}..., and second.py gave [{'-1, ' * 14}... (wrong in 1 of "
        "100 entries, first at index [99])",
    ),
    "a second answer that raises": (
        with_("second.py", "return start", "return start / 0"),
        "second.py",
        f"{NOT_BOTH}: {CALL} raised ZeroDivisionError: ",
    ),
    "a second answer that is slow": (
        lambda folder: (
            change(folder / "second.py", "return start", "while True: pass\n    return start"),
            change(folder / "settings.toml", "seconds = 5", "seconds = 0.2"),
            holding("cases.py", "def cases(draw):\n    yield 100, 10, 10\n    yield 80, 7, 21\n")(folder),
        ),
        "second.py",
        f"{NOT_BOTH}: {CALL} was stopped after 0.2 seconds: does a loop never end? If it only needs "
        "longer, raise seconds in settings.toml",
    ),
    "a stub that does not stop": (
        with_("stub.py", "    raise", "    if start > 1:\n        return 3\n    raise"),
        "the stub",
        f"stub.py counts as an attempt: {CALL} returned 3",
    ),
    "a solution that wants a tuple": (
        lambda folder: (
            change(folder / "cases.py", "yield 100, 10, 10", "yield (100,), 10, 10\n    return"),
            change(folder / "solution.py", "return start", "return hash(start) and start[0]"),
            change(folder / "second.py", "return start", "return start[0]"),
            (folder / "mistakes.py").write_text(""),
        ),
        "solution.py",
        "solution.py does not get full points: `amount_left(start=[100], half_life=10, years=10)` raised TypeError",
    ),
}


@pytest.mark.parametrize(("spoil", "line", "sentence"), NOT_READY.values(), ids=list(NOT_READY))
def test_what_is_not_ready_is_told_line_by_line(folder: Path, capsys, spoil, line, sentence):
    spoil(folder)
    class_folder = folder.parents[1]
    before = state(class_folder)
    assert main(["exercise", "test", "half-life", "--class", str(class_folder)]) == 2
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [one.strip().partition("  ")[0] for one in lines if re.search(r"  no     ", one)] == [line]
    (told,) = [one for one in lines if one.startswith("- ")]
    assert told.removeprefix("- ").startswith(sentence)
    assert re.fullmatch(r"scalinglab exercise: own-half-life is not ready: 1 of \d lines say no\n", said.err)
    assert state(class_folder) == before


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("np.array([start, years])", "[start, float(years)]"),
        ("[[start, 1], [2, 3]]", "np.array([[start, 1], [2, 3]])"),
        ("'half' if years else 'all'", "'ha' + 'lf'"),
        ("years == half_life", "np.bool_(not years != half_life)"),
        ("np.int64(start)", "start * 1.0"),
    ],
)
def test_an_answer_may_be_a_number_a_text_a_list_or_an_array(folder: Path, class_folder: Path, first, second):
    given = "{'a': [1, None]}, 'x', (np.eye(2) > 0, 2.5)" if "start" not in first else "100, 10, 10"
    (folder / "cases.py").write_text(f"import numpy as np\n\n\ndef cases(draw):\n    yield {given}\n")
    (folder / "mistakes.py").write_text("")
    for name, answer in (("solution", first), ("second", second)):
        text = f"import numpy as np\n\n\ndef amount_left(start, half_life, years):\n    return {answer}\n"
        (folder / f"{name}.py").write_text(text)
    assert main(["exercise", "test", "half-life", "--class", str(class_folder)]) == 0


def test_what_a_stub_gets_for_nothing(folder: Path, class_folder: Path, capsys):
    change(folder / "stub.py", "    raise", "    return start * 0.5 ** (years / half_life)\n    raise")
    assert main(["exercise", "test", "half-life", "--class", str(class_folder)]) == 2
    assert "- stub.py gets 10 points\n" in capsys.readouterr().out


def test_files_may_import_one_another_and_numbers_may_be_the_same_for_all(folder: Path, class_folder: Path, capsys):
    (folder / "cases.py").write_text("def cases(draw):\n    yield 100, 10, 10\n    yield 80, 7, 21\n")
    (folder / "mistakes.py").write_text(
        "import numpy as np\nfrom solution import amount_left\n\n\ndef _twice(value):\n    return 2 * value\n\n\n"
        'def doubled(*case):\n    """You have twice as much."""\n    return np.float64(_twice(amount_left(*case)))\n'
    )
    assert main(["exercise", "test", "half-life", "--class", str(class_folder)]) == 0
    assert "2 cases, the same numbers for everybody)" in capsys.readouterr().out
    assert "solution" not in sys.modules
    assert not (folder / "__pycache__").exists()


def test_an_exercise_that_is_not_ready_is_not_added(tmp_path_factory, tmp_path: Path, capsys):
    class_folder = two_exercises(tmp_path_factory, tmp_path / "class")
    main(["exercise", "new", "half-life", "--class", str(class_folder)])
    folder = class_folder / "exercises" / "half-life"
    more("halves", "start / 2 ** (years / half_life)")(folder)
    more("nothing", "None")(folder)
    capsys.readouterr()
    told = refused(capsys, class_folder, "add", "half-life", "--to", "01")
    assert told.startswith("own-half-life fails its own test: mistakes.py: halves is right in every case")
    assert told.endswith("(and 1 more)")
    none = "--to must be one of 01_made, got {}: make another assignment first, with `scalinglab assign {} --class {}`"
    for given, number in (("7", "07"), ("07", "07"), ("07_lottery_tickets", "07"), ("tickets", "CHAPTER")):
        told = refused(capsys, class_folder, "add", "half-life", "--to", given)
        assert told == none.format(repr(given), number, class_folder)


def test_what_students_get_and_what_they_do_not(tmp_path_factory, tmp_path: Path, capsys):
    class_folder = two_exercises(tmp_path_factory, tmp_path / "class")
    add = ["exercise", "add", "half-life", "--to", NAME, "--class", str(class_folder)]
    main(["exercise", "new", "half-life", "--class", str(class_folder)])
    folder = class_folder / "exercises" / "half-life"
    change(folder / "solution.py", "    return", "    # the one way that nobody else must see\n    return")
    before = state(class_folder / "source")
    capsys.readouterr()
    assert main(add) == 0
    release = class_folder / "release" / NAME
    assert capsys.readouterr().out == f"For students: {release}, with all its files: {NAME}.ipynb, {FILE}\n"
    assert {path.name for path in release.iterdir()} == {f"{NAME}.ipynb", FILE}
    told = (release / f"{NAME}.ipynb").read_text() + (release / FILE).read_text()
    assert not [line for line in ("nobody else", "0.5 **", "math.exp(-math", "#:", "<!--") if line in told]
    source = load(class_folder / "source" / NAME / f"{NAME}.ipynb")
    nbformat.validate(source)
    ids = [cell.get("metadata", {}).get("nbgrader", {}).get("grade_id") or cell["id"] for cell in source["cells"]]
    place = ids.index(f"{SPREAD}-check")
    assert ids[place + 1 : place + 4] == [f"{KEY}-text", KEY, f"{KEY}-check"]
    assert ESSAY in ids[place + 4 :]  # her own cells, and all else, stay as they are
    source["cells"] = [cell for cell, name in zip(source["cells"], ids, strict=True) if not name.startswith(KEY)]
    assert source == json.loads(before[f"{NAME}/{NAME}.ipynb"])
    work = released(class_folder, NAME)
    text, stub, check = work["cells"][place + 1 : place + 4]
    assert text["source"].startswith("**What is left.** Every `half_life` years, half of")
    assert text["source"].endswith("\n\n*Easy, 5 minutes, 10 points.*")
    assert stub["source"].rstrip() == "def amount_left(start, half_life, years):\n    raise NotImplementedError"
    assert check["source"].endswith('check("own-half-life", amount_left, student=student).mark')
    assert check["metadata"]["nbgrader"]["points"] == 10
    assert list(exercise_cells(work, beside=release))[-1] == KEY

    after = state(class_folder)
    assert main(add) == 0
    assert capsys.readouterr().out.startswith(f"Unchanged: {release}")
    assert state(class_folder) == after
    (release / FILE).unlink()  # as a run that was cut off leaves it
    assert main(add) == 0
    assert state(class_folder / "release") == {name[8:]: text for name, text in after.items() if name[:8] == "release/"}


def test_the_minutes_of_all_exercises_stand_in_the_first_cell(tmp_path_factory, tmp_path: Path):
    class_folder = two_exercises(tmp_path_factory, tmp_path / "class")
    add = ["exercise", "add", "half-life", "--to", NAME, "--class", str(class_folder)]
    source = class_folder / "source" / NAME / f"{NAME}.ipynb"
    notebook = load(source)
    notebook["cells"][0]["source"] += "\n\n*Time: 55 minutes, and 27 for the exercises. Then 60 minutes, and a rest.*"
    for text in ("An *easy* one.\n\n*Medium, 12 minutes, 15 points.*", "*Hard, 15 minutes, practice, without points.*"):
        notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "id": f"t{len(text)}", "source": text})
    source.write_text(json.dumps(notebook), encoding="utf-8")
    main(["exercise", "new", "half-life", "--class", str(class_folder)])
    settings = class_folder / "exercises" / "half-life" / "settings.toml"
    for minutes in (5, 8):  # added, and added anew
        change(settings, "minutes = 5", f"minutes = {minutes}")
        assert main(add) == 0
        told = released(class_folder, NAME)["cells"][0]["source"]
        assert told == (
            f"# 01 Made for a test\n\n*Time: 55 minutes, and {27 + minutes} for the exercises. "
            "Then 60 minutes, and a rest.*"
        )
    after = state(class_folder)
    assert main(add) == 0
    assert state(class_folder) == after


def test_it_can_be_changed_until_students_have_handed_in(tmp_path_factory, tmp_path: Path, capsys):
    class_folder = two_exercises(tmp_path_factory, tmp_path / "class")
    add = ["exercise", "add", "half-life", "--to", NAME, "--class", str(class_folder)]
    main(["exercise", "new", "half-life", "--class", str(class_folder)])
    assert main(add) == 0
    folder, source = class_folder / "exercises" / "half-life", class_folder / "source" / NAME / f"{NAME}.ipynb"
    notebook = load(source)
    notebook["cells"][place_of(notebook, f"{KEY}-check")]["metadata"]["nbgrader"]["points"] = 25  # her own
    source.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
    change(folder / "text.md", "What is left", "Less and less?")
    assert main(add) == 0
    work = released(class_folder, NAME)
    place = place_of(work, KEY)
    assert work["cells"][place - 1]["source"].startswith("**Less and less?** Every")
    assert work["cells"][place + 1]["metadata"]["nbgrader"]["points"] == 25

    hand_in(class_folder, "ana", NAME, work)
    shutil.copy(class_folder / "release" / NAME / FILE, class_folder / "submitted" / "ana" / NAME)
    change(folder / "mistakes.py", "always half of the rest", "always a half of the rest")
    capsys.readouterr()
    assert main(add) == 0  # no cell changes
    assert "Submissions that are there already: 1. Grade them anew: scalinglab grade" in capsys.readouterr().out
    for copy in ("source", "release"):
        assert "a half of the rest" in (class_folder / copy / NAME / FILE).read_text()
    change(folder / "text.md", "Less and less?", "What is left")
    capsys.readouterr()
    told = refused(capsys, class_folder, *add[1:5])
    assert told.endswith(
        f"would change: change text.md, stub.py, solution.py, minutes and difficulty back, or add {KEY} to another "
        "assignment. Cases, mistakes and hints may be changed"
    )
    main(["exercise", "new", "rate", "--class", str(class_folder)])
    capsys.readouterr()
    told_of_another = refused(capsys, class_folder, "add", "rate", "--to", NAME)
    assert told_of_another.endswith("were made from would change: add own-rate to another assignment")
    change(folder / "text.md", "What is left", "Less and less?")
    change(folder / "cases.py", "80, draw", "90, draw")
    change(folder / "settings.toml", "How much is left after one", "What is left after one")
    assert main(add) == 0  # what it says is so
    assert f"already holds submissions of {NAME} (1, such as ana), and the notebook that they were made from" in told
