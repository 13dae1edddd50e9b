"""An environment that cannot grade says so before the first submission is run; it is never a class of zeros."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import ANY

import psutil
import pytest

from scalinglab.classroom import Limits, grade_class
from scalinglab.classroom.grading.already_graded import Records
from scalinglab.classroom.grading.environment_check import check_solution, imported, missing_packages
from scalinglab.classroom.nbgrader.client import Team
from tests.classroom.made import NAME, code, hand_in, notebook, released, two_exercises, write

#: One nbgrader checks all solutions.
pytestmark = pytest.mark.xdist_group("environment")


@pytest.fixture
def class_folder(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """A class for each test."""
    return two_exercises(tmp_path_factory, tmp_path / "class")


@pytest.fixture(scope="module")
def team() -> Iterator[Team]:
    """One nbgrader for all solutions that are checked."""
    with Team(1) as started:
        yield started


def untouched(class_folder: Path) -> bool:
    return not (class_folder / "autograded").exists() and not (class_folder / "grades").exists()


def test_a_package_that_a_submission_imports_and_that_is_not_here(class_folder: Path):
    work = released(class_folder, NAME)
    write(work, "01-exponent", "import a_package_of_theirs\n\n\ndef exponent(sizes, errors):\n    return 1")
    hand_in(class_folder, "ana", NAME, work)
    hand_in(class_folder, "ben", NAME, work)
    with pytest.raises(
        ValueError, match="a_package_of_theirs is not installed here, and the submission of ana and 1 more"
    ):
        grade_class(class_folder)
    assert untouched(class_folder)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("import math", "import math, a_package_of_ours", "No module named 'a_package_of_ours'"),
        ("return -slope", "return slope", "01-exponent: That is the slope"),
    ],
    ids=["a package that is not here", "a wrong solution is told with the words of its check"],
)
def test_a_solution_that_does_not_get_full_marks(class_folder: Path, team: Team, before, after, sentence):
    source = class_folder / "source" / NAME / f"{NAME}.ipynb"
    source.write_text(source.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"full marks here, so no student would .*{sentence}"):
        list(check_solution(team, class_folder, NAME, Records(class_folder), Limits()))
    assert untouched(class_folder)


def test_a_limit_that_is_too_short_for_the_solution(class_folder: Path):
    hand_in(class_folder, "ana", NAME, released(class_folder, NAME))
    with pytest.raises(ValueError, match=r"full marks here, so no student would \(it ran longer than 0.6 seconds\)"):
        grade_class(class_folder, limits=Limits(minutes=0.01))
    assert untouched(class_folder)


@contextlib.contextmanager
def children_hear_ctrl_c() -> Iterator[None]:
    """A shell that runs the tests in the background has them ignore Ctrl-C, and their children with them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C in another way")
def test_ctrl_c_ends_all_that_runs_and_keeps_what_is_graded(class_folder: Path):
    work = released(class_folder, NAME)
    hand_in(class_folder, "ana", NAME, work)
    for student in ("ben", "cai", "dan"):
        write(work, "01-exponent", "import time\n\ntime.sleep(300)")
        hand_in(class_folder, student, NAME, work)
    command = [sys.executable, "-m", "scalinglab.cli", "grade", str(class_folder), "--jobs", "2"]
    with children_hear_ctrl_c():
        grading = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    with grading:
        assert grading.stdout is not None
        said = [next(grading.stdout) for _ in range(2)]  # the solution, and ana: the others do not end
        helpers = psutil.Process(grading.pid).children(recursive=True)
        grading.send_signal(signal.SIGINT)
        rest, _ = grading.communicate(timeout=60)
    assert said[1] == f"1 of 4: {NAME}, ana: graded\n"
    assert (grading.returncode, rest) == (130, "Stopped. What was graded is kept; run it again to go on.\n")
    assert len(helpers) >= 2  # and the kernels that have been started by then
    assert psutil.wait_procs(helpers, timeout=10)[1] == []
    assert Records(class_folder).data["submissions"] == {NAME: {"ana": ANY}}


@pytest.mark.parametrize(
    ("limits", "sentence"), [({"minutes": 0}, "minutes must be positive"), ({"gigabytes": -1}, "gig")]
)
def test_limits_are_positive(limits, sentence):
    with pytest.raises(ValueError, match=sentence):
        Limits(**limits)


def test_what_counts_as_an_import():
    cells = [
        "import math, os.path as p\nfrom numpy.linalg import norm",
        "%matplotlib inline\n!pip install nothing\nimport inside_magic",
        "def f():\n    import inside_a_function",
        "try:\n    import may_fail\nexcept ImportError:\n    pass",
        "from . import relative",
        "this is no Python",
    ]
    assert imported(cells) == {"math", "os", "numpy", "inside_magic", "inside_a_function"}


def test_a_module_beside_the_notebook_is_there(tmp_path: Path):
    file = tmp_path / "work.ipynb"
    file.write_text(json.dumps(notebook(code("import my_helper, my_package, not_there, json"))), encoding="utf-8")
    (tmp_path / "my_helper.py").write_text("")
    (tmp_path / "my_package").mkdir()
    assert missing_packages(file) == ["not_there"]
    file.write_text("no notebook")
    assert missing_packages(file) == []
