"""What this machine lets a process use, and which processes still run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from scalinglab import _machine
from scalinglab.training import digits, train

GB = 1e9


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The control groups of a machine that has 8 GB, 5 of them free, and no limit yet."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=8 * GB, available=5 * GB))
    monkeypatch.setattr(_machine, "CGROUP", tmp_path)
    return tmp_path


def limit(container: Path, most: float | str, used: float, files: float = 0.0) -> None:
    (container / "memory.max").write_text(f"{most}\n")
    (container / "memory.current").write_text(f"{used:.0f}\n")
    (container / "memory.stat").write_text(f"anon 1\ninactive_file {files:.0f}\n")


def test_without_a_limit_the_free_memory_is_that_of_the_machine(container):
    assert _machine.free_memory() == 5 * GB
    limit(container, "max", 3 * GB)
    assert _machine.free_memory() == 5 * GB


@pytest.mark.parametrize(
    ("most", "used", "files", "free"),
    [
        (3 * GB, 1 * GB, 0, 2 * GB),
        (3 * GB, 2.5 * GB, 1.5 * GB, 2 * GB),  # files that were read are handed back when memory is needed
        (7 * GB, 1 * GB, 0, 5 * GB),  # the container may have 6 GB more, but the machine has not
        (3 * GB, 4 * GB, 0, 0),
    ],
)
def test_a_limited_container_leaves_the_smaller_of_its_rest_and_the_machines(container, most, used, files, free):
    limit(container, most, used, files)
    assert _machine.free_memory() == free


def test_a_training_that_fits_the_machine_but_not_the_container_is_refused(container):
    arguments = {"width": 2000, "depth": 3, "steps": 1}
    train(digits(60), **arguments)
    limit(container, 0.5 * GB, 0.4 * GB)
    with pytest.raises(ValueError, match=r"^width must let the network fit into half the free memory, 0\.05 GB inst"):
        train(digits(60), **arguments)


def test_a_process_is_dead_when_it_has_ended_and_not_before():
    assert not _machine.is_dead(*_machine.process_mark())
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    place, _, _ = _machine.process_mark()
    started = psutil.Process(child.pid).create_time()
    assert not _machine.is_dead(place, child.pid, started)
    child.communicate(b"\n")
    assert _machine.is_dead(place, child.pid, started)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no zombies")
def test_a_process_that_has_ended_is_dead_before_its_parent_asks_how():
    place, _, _ = _machine.process_mark()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        process = psutil.Process(child.pid)
        started = process.create_time()
        child.kill()
        while process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.005)
        assert _machine.is_dead(place, child.pid, started)


def test_a_number_that_was_used_again_is_another_process():
    place, pid, started = _machine.process_mark()
    assert pid == os.getpid()
    assert _machine.is_dead(place, pid, started - 3600)


def test_of_a_process_elsewhere_nothing_is_known():
    place, _, started = _machine.process_mark()
    assert not _machine.is_dead(f"{place}x", 2**22 + 1, started)
    assert _machine.is_dead(place, 2**22 + 1, started)  # above the largest number that Linux gives


def test_where_there_is_no_proc_the_start_of_the_machine_is_asked_of_psutil(tmp_path, monkeypatch):
    monkeypatch.setattr(_machine, "BOOT", tmp_path / "none")
    place, pid, started = _machine.process_mark()
    assert f"{psutil.boot_time():.0f}" in place
    assert not _machine.is_dead(place, pid, started)
