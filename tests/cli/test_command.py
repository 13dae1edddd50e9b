"""The command itself: what it accepts, what it says, what it returns."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import scalinglab
from scalinglab.cli import COMMANDS, main


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, output and errors of one call, whichever way it ends."""
    try:
        code = main(words)
    except SystemExit as stop:
        code = int(stop.code or 0)
    written = capsys.readouterr()
    return code, written.out, written.err


def test_version_is_that_of_the_package(capsys):
    assert answer(capsys, "--version") == (0, f"scalinglab {scalinglab.__version__}\n", "")


def test_installed_command_and_module_are_the_same():
    command = Path(sys.executable).with_name("scalinglab.exe" if os.name == "nt" else "scalinglab")
    for call in ([command], [sys.executable, "-m", "scalinglab.cli"]):
        done = subprocess.run([*call, "--version"], capture_output=True, text=True, check=True)
        assert done.stdout == f"scalinglab {scalinglab.__version__}\n"


def test_help_lists_every_command_with_a_line_of_its_own(capsys):
    code, out, _ = answer(capsys, "--help")
    assert code == 0
    assert all(any(name in line and summary in line for line in out.splitlines()) for name, summary in COMMANDS.items())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_a_module_with_options_and_run(capsys, name):
    module = import_module(f"scalinglab.cli.{name}")
    assert callable(module.add_arguments)
    assert callable(module.run)
    assert answer(capsys, name, "--help")[0] == 0


def test_without_a_command_the_help_is_shown(capsys):
    code, out, err = answer(capsys)
    assert (code, err) == (2, "")
    assert out.startswith("usage: scalinglab")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lap"], "invalid choice: 'lap'"),
        (["--fast"], "unrecognized arguments: --fast"),
        (["lab", "--fast"], "unrecognized arguments: --fast"),
        (["lab", "--port"], "expected one argument"),
        (["lab", "--port", "many"], "port must be a whole number, got 'many'"),
        (["lab", "--port", "8.5"], "port must be a whole number, got '8.5'"),
        (["check", "--port", "0"], "port must be from 1 to 65535, got 0"),
        (["check", "--port", "65536"], "port must be from 1 to 65535, got 65536"),
        (["check", "--", "--debug"], "check takes nothing after --, got --debug"),
    ],
)
def test_bad_words_get_one_sentence(capsys, words, sentence):
    code, out, err = answer(capsys, *words)
    assert (code, out) == (2, "")
    assert sentence in err
    assert len(err.splitlines()) == 1
    assert err.startswith("scalinglab")


@pytest.mark.parametrize("port", ["0", "-1", "65536"])
def test_lab_refuses_a_number_that_is_no_port(capsys, tmp_path, port):
    (tmp_path / "00_start_here.ipynb").touch()
    code, out, err = answer(capsys, "lab", f"--port={port}", "--course", str(tmp_path))
    assert (code, out) == (2, "")
    assert err == f"scalinglab lab: port must be from 1 to 65535, got {port}\n"


def test_check_prints_a_line_for_each_finding(capsys, tmp_path, monkeypatch):
    (tmp_path / "00_start_here.ipynb").touch()
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    code, out, err = answer(capsys, "check", "--course", str(tmp_path))
    assert (code, err) == (0, "")
    names = [line.split()[1] for line in out.splitlines()]
    assert names == ["python", "packages", "memory", "processor", "browser", "port", "course", "journal", "cache"]


def test_check_returns_1_when_something_must_be_put_right(capsys, tmp_path):
    code, out, _ = answer(capsys, "check", "--course", str(tmp_path / "nowhere"))
    assert code == 1
    assert "problem  course" in out
