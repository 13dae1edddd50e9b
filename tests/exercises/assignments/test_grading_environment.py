"""An environment that cannot grade says so before the first submission is run; it is never a class of zeros."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import ANY

import psutil
import pytest

from scalinglab.exercises.assignments import Limits, grade_class
from scalinglab.exercises.assignments.packages import imported, missing
from scalinglab.exercises.assignments.records import Records
from scalinglab.exercises.assignments.watching import Answer, Helper
from tests.exercises.assignments.made import code, exercise_cells_of, hand_in, made_course, notebook, released, write

#: One worker makes the course, once.
pytestmark = pytest.mark.xdist_group("environment")
NAME = "01_made"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with the first exercise of chapter 01."""
    return made_course(tmp_path_factory.mktemp("made") / "course", NAME, *exercise_cells_of("01")[:2])


@pytest.fixture
def course(made: Path, tmp_path: Path) -> Path:
    """A copy of it for each test."""
    return Path(shutil.copytree(made, tmp_path / "course"))


def untouched(course: Path) -> bool:
    return not (course / "autograded").exists() and not (course / "grades").exists()


def test_a_package_that_a_submission_imports_and_that_is_not_here(course: Path):
    work = released(course, NAME)
    write(work, "01-exponent", "import a_package_of_theirs\n\n\ndef exponent(sizes, errors):\n    return 1")
    hand_in(course, "ana", NAME, work)
    hand_in(course, "ben", NAME, work)
    with pytest.raises(
        ValueError, match="a_package_of_theirs is not installed here, and the submission of ana and 1 more"
    ):
        grade_class(course)
    assert untouched(course)


def test_a_package_that_the_solution_needs_and_that_is_not_here(course: Path):
    source = course / "source" / NAME / f"{NAME}.ipynb"
    changed = source.read_text(encoding="utf-8").replace("import math", "import math, a_package_of_ours", 1)
    source.write_text(changed, encoding="utf-8")
    hand_in(course, "ana", NAME, released(course, NAME))
    with pytest.raises(ValueError, match=r"full marks here, so no student would .*No module named 'a_package_of_ours'"):
        grade_class(course)
    assert untouched(course)


def test_a_solution_that_is_wrong_is_told_with_the_words_of_its_check(course: Path):
    source = course / "source" / NAME / f"{NAME}.ipynb"
    source.write_text(source.read_text(encoding="utf-8").replace("return -slope", "return slope"), encoding="utf-8")
    hand_in(course, "ana", NAME, released(course, NAME))
    with pytest.raises(ValueError, match="01-exponent: That is the slope"):
        grade_class(course)
    assert untouched(course)


def test_a_limit_that_is_too_short_for_the_solution(course: Path):
    hand_in(course, "ana", NAME, released(course, NAME))
    with pytest.raises(ValueError, match=r"full marks here, so no student would \(it ran longer than 0.6 seconds\)"):
        grade_class(course, limits=Limits(minutes=0.01))
    assert untouched(course)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C in another way")
def test_ctrl_c_ends_all_that_runs_and_keeps_what_is_graded(course: Path):
    work = released(course, NAME)
    hand_in(course, "ana", NAME, work)
    for student in ("ben", "cai", "dan"):
        write(work, "01-exponent", "import time\n\ntime.sleep(300)")
        hand_in(course, student, NAME, work)
    command = [sys.executable, "-m", "scalinglab.cli", "grade", str(course), "--jobs", "2"]
    grading = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert grading.stdout is not None
    said = [next(grading.stdout) for _ in range(2)]  # the solution, and ana: the others do not end
    helpers = psutil.Process(grading.pid).children(recursive=True)
    grading.send_signal(signal.SIGINT)
    rest, _ = grading.communicate(timeout=60)
    assert said[1] == f"1 of 4: {NAME}, ana: graded\n"
    assert (grading.returncode, rest) == (130, "Stopped. What was graded is kept; run it again to go on.\n")
    assert len(helpers) >= 2  # and the kernels that have been started by then
    assert psutil.wait_procs(helpers, timeout=10)[1] == []
    assert Records(course).data["submissions"] == {NAME: {"ana": ANY}}


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
    assert missing(file) == ["not_there"]
    file.write_text("no notebook")
    assert missing(file) == []


ECHO = """
import json, pathlib, subprocess, sys, time
for line in sys.stdin:
    request = json.loads(line)
    exec(request["code"])
    pathlib.Path(request["answer"]).write_text(json.dumps(request["code"]))
"""


@pytest.fixture
def helper() -> Iterator[Helper]:
    started = Helper([sys.executable, "-c", ECHO], {})
    yield started
    started.close()


def ask(helper: Helper, code: str, **limits: float) -> Answer:
    return helper.ask({"code": code}, **({"seconds": 30, "memory": 1e9} | limits))


def test_one_program_answers_many_requests(helper: Helper):
    answers = [ask(helper, f"number = {number}; print('said', flush=True)") for number in range(3)]
    assert [answer.value for answer in answers] == [f"number = {n}; print('said', flush=True)" for n in range(3)]
    assert {(answer.output, answer.stopped) for answer in answers} == {("said\n", "")}
    assert ask(helper, "assert number == 2").value


def test_a_program_that_ends_is_told_and_started_anew(helper: Helper):
    ended = ask(helper, "print('last words', flush=True); sys.exit(3)")
    assert (ended.value, ended.stopped, ended.output) == (None, "", "last words\n")
    assert ask(helper, "pass").value == "pass"


CHILD = "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print(child.pid, flush=True)"


def test_a_program_is_stopped_with_all_that_it_started(helper: Helper):
    answer = ask(helper, f"{CHILD}; time.sleep(60)", seconds=2)
    assert (answer.value, answer.stopped) == (None, "it ran longer than 2 seconds")
    assert not psutil.pid_exists(int(answer.output))
    assert ask(helper, "pass").value == "pass"


def test_nothing_outlives_the_end(helper: Helper):
    answer = ask(helper, CHILD)
    assert psutil.pid_exists(int(answer.output))
    helper.close()
    assert not psutil.pid_exists(int(answer.output))


def test_after_the_end_nothing_is_started(helper: Helper):
    helper.end()
    assert ask(helper, "pass") == Answer(None, "it was not begun", "", 0.0)


def test_who_waits_while_another_ends_it_gets_no_answer(helper: Helper):
    with ThreadPoolExecutor(2) as threads:
        waiting = threads.submit(ask, helper, "time.sleep(60)")
        threads.submit(lambda: (time.sleep(1), helper.end()))
        assert waiting.result(20).value is None
    assert ask(helper, "pass").stopped == "it was not begun"


def test_the_memory_of_all_counts_together(helper: Helper):
    answer = ask(helper, "kept = bytearray(3 * 10**8); time.sleep(30)", memory=2e8)
    assert answer.stopped == "it used more than 0.2 GB of memory"


def test_only_the_end_of_a_long_output_is_kept(helper: Helper):
    answer = ask(helper, "print('x' * 10**6); print('end', flush=True)")
    assert len(answer.output) == 20_000
    assert answer.output.endswith("end\n")
