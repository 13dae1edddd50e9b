"""The processes of nbgrader that tests fork: as those that users start, each by itself, and gone with whoever asks."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from scalinglab.classroom.nbgrader import client
from scalinglab.classroom.nbgrader.class_folder import make_class
from scalinglab.classroom.nbgrader.limited_program import LimitedProgram
from tests.classroom import forked_workers
from tests.classroom.forked_workers import Forked, ForkedProgram, Template

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="they are forked on Linux only")


def answers(class_folder: Path) -> list[tuple[object, str]]:
    """What a process says to a step that ends well, to one with a problem, and to one that there is not."""
    with client.Nbgrader() as nbgrader:
        outcomes = [nbgrader.run(step, class_folder, *given) for step, *given in (["due", {}], ["book"], ["none"])]
    return [(outcome.value, outcome.problem) for outcome in outcomes]


def test_a_fork_answers_as_a_process_of_a_user_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert client.LimitedProgram is ForkedProgram
    forked, started = tmp_path / "forked", tmp_path / "started"
    for place in (forked, started):
        make_class(place)
    found = answers(forked)
    monkeypatch.setattr(client, "LimitedProgram", LimitedProgram)
    assert found == answers(started)
    assert [problem for _, problem in found] == ["", "", "KeyError: 'none'"]
    assert sorted(path.name for path in forked.iterdir()) == sorted(path.name for path in started.iterdir())


def test_threads_that_ask_at_once_share_one(monkeypatch: pytest.MonkeyPatch):
    class Slow:
        def __init__(self) -> None:
            made.append(time.sleep(0.1))

    made: list[None] = []
    monkeypatch.setattr(forked_workers, "Template", Slow)
    monkeypatch.setattr(ForkedProgram, "template", None)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: ForkedProgram.begun(), range(4)))
    assert (len(made), len(set(map(id, found)))) == (1, 1)


def test_it_ends_when_it_is_killed_and_when_nobody_asks_any_more(tmp_path: Path):
    template = Template()
    with (tmp_path / "said.txt").open("wb") as output:
        command = [sys.executable, "-m", "any"]
        forks = [Forked(template, command, {"SCALINGLAB_JOURNAL": ""}, output.fileno()) for _ in range(2)]
    processes = [psutil.Process(one.pid) for one in forks]
    processes[0].kill()
    assert forks[0].wait() == -9
    assert psutil.wait_procs(processes[:1], timeout=10)[1] == []  # as it is waited for where it was killed
    assert forks[1].poll() is None
    template.close()
    assert psutil.wait_procs(processes, timeout=10)[1] == []
    for one in forks:
        one.stdin.close()
