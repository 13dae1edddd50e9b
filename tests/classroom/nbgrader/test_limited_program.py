"""A program that answers requests has an end to its time and memory, and nothing that it started outlives it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from scalinglab.classroom.nbgrader.limited_program import Answer, LimitedProgram

ECHO = """
import json, pathlib, subprocess, sys, time
for line in sys.stdin:
    request = json.loads(line)
    exec(request["code"])
    whole = pathlib.Path(request["answer"] + "-whole")
    whole.write_text(json.dumps(request["code"]))
    whole.replace(request["answer"])
"""


@pytest.fixture
def program() -> Iterator[LimitedProgram]:
    started = LimitedProgram([sys.executable, "-c", ECHO], {})
    yield started
    started.close()


def ask(program: LimitedProgram, code: str, **limits: float) -> Answer:
    return program.ask({"code": code}, **({"seconds": 30, "memory": 1e9} | limits))


def test_one_program_answers_many_requests(program: LimitedProgram):
    answers = [ask(program, f"number = {number}; print('said', flush=True)") for number in range(3)]
    assert [answer.value for answer in answers] == [f"number = {n}; print('said', flush=True)" for n in range(3)]
    assert {(answer.output, answer.stopped) for answer in answers} == {("said\n", "")}
    assert ask(program, "assert number == 2").value


def test_a_program_that_ends_is_told_and_started_anew(program: LimitedProgram):
    ended = ask(program, "print('last words', flush=True); sys.exit(3)")
    assert (ended.value, ended.stopped, ended.output) == (None, "", "last words\n")
    assert ask(program, "pass").value == "pass"


CHILD = "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print(child.pid, flush=True)"


def test_a_program_is_stopped_with_all_that_it_started(program: LimitedProgram):
    answer = ask(program, f"{CHILD}; time.sleep(60)", seconds=2)
    assert (answer.value, answer.stopped) == (None, "it ran longer than 2 seconds")
    assert not psutil.pid_exists(int(answer.output))
    assert ask(program, "pass").value == "pass"


def test_nothing_outlives_the_end(program: LimitedProgram):
    answer = ask(program, CHILD)
    assert psutil.pid_exists(int(answer.output))
    program.close()
    assert not psutil.pid_exists(int(answer.output))


def test_after_the_end_nothing_is_started(program: LimitedProgram):
    program.end()
    assert ask(program, "pass") == Answer(None, "it was not begun", "", 0.0)


def test_who_waits_while_another_ends_it_gets_no_answer(program: LimitedProgram):
    with ThreadPoolExecutor(2) as threads:
        waiting = threads.submit(ask, program, "time.sleep(60)")
        threads.submit(lambda: (time.sleep(1), program.end()))
        assert waiting.result(20).value is None
    assert ask(program, "pass").stopped == "it was not begun"


def test_the_memory_of_all_counts_together(program: LimitedProgram):
    answer = ask(program, "kept = bytearray(3 * 10**8); time.sleep(30)", memory=2e8)
    assert answer.stopped == "it used more than 0.2 GB of memory"


def test_only_the_end_of_a_long_output_is_kept(program: LimitedProgram):
    answer = ask(program, "print('x' * 10**6); print('end', flush=True)")
    assert len(answer.output) == 20_000
    assert answer.output.endswith("end\n")


def test_the_memory_of_a_process_that_stands_apart_does_not_count():
    """It is shared by all that it forks; a process of its own that has the same words in its command counts."""
    large = "kept = bytearray(3 * 10**8); import time; time.sleep(1)"
    started = LimitedProgram([sys.executable, "-c", ECHO], {}, apart="stands_apart")
    try:
        code = f"subprocess.run([sys.executable, '-c', {large!r}, 'WORD'])"
        assert ask(started, code.replace("WORD", "stands_apart"), memory=2e8).stopped == ""
        assert ask(started, code.replace("WORD", "counts"), memory=2e8).stopped == "it used more than 0.2 GB of memory"
    finally:
        started.close()
