"""The report on the machine: every finding in both of its states."""

from __future__ import annotations

import importlib.metadata
import os
import socket
import subprocess
import sys
import webbrowser
from types import SimpleNamespace

import psutil
import pytest

from scalinglab import _machine
from scalinglab.cli import Finding, MachineReport, machine, machine_report

GB = 10**9


@pytest.fixture(autouse=True)
def plain_machine(monkeypatch, tmp_path):
    """A machine with nothing remarkable: 8 GB, 4 cores, a browser, no container, a course, an own cache."""
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=8 * GB, available=5 * GB))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(4)), raising=False)
    monkeypatch.setattr(webbrowser, "get", lambda: SimpleNamespace(name="firefox"))
    monkeypatch.setattr(_machine, "CGROUP", tmp_path / "cgroup")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda _: str(tmp_path / "cache" / "scalinglab"))
    (tmp_path / "cgroup").mkdir()
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "00_start_here.ipynb").touch()
    monkeypatch.chdir(tmp_path)


def finding(name: str, **options: object) -> Finding:
    report = machine_report(**options)  # type: ignore[arg-type]
    return next(each for each in report.findings if each.name == name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_plain_machine_is_ready():
    report = machine_report(port=free_port())
    assert {each.state for each in report.findings} == {"ok"}
    assert report.ready
    assert all(each.sentence.endswith(".") for each in report.findings)


def test_report_loads_no_torch():
    code = "import sys; from scalinglab.cli import machine_report; machine_report(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(("port", "sentence"), [(0, "from 1 to 65535"), (70000, "from 1 to 65535"), (8.5, "a whole")])
def test_a_number_that_is_no_port_is_refused(port, sentence):
    with pytest.raises(ValueError, match=f"port must be {sentence}"):
        machine_report(port=port)


def test_python_that_is_too_old_is_a_problem(monkeypatch):
    monkeypatch.setattr("platform.python_version", lambda: "3.9.2")
    found = finding("python")
    assert found.state == "problem"
    assert "Python 3.9.2" in found.sentence
    assert ">=3.11" in found.sentence


def test_python_without_the_package_is_a_problem(monkeypatch):
    def missing(_: str) -> None:
        raise importlib.metadata.PackageNotFoundError

    monkeypatch.setattr(importlib.metadata, "metadata", missing)
    assert finding("python").state == "problem"
    assert "pip install" in finding("python").sentence


def test_versions_out_of_range_and_missing_packages_are_named(monkeypatch):
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name == "scipy":
            raise importlib.metadata.PackageNotFoundError
        return "5.5.0" if name == "altair" else real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    found = finding("packages")
    assert found.state == "problem"
    assert "altair 5.5.0 is not <7,>=6.0" in found.sentence
    assert "scipy is missing" in found.sentence
    assert "python -m pip install -c binder/constraints.txt" in found.sentence


def test_packages_of_extras_are_not_asked_for():
    sentence = finding("packages").sentence
    needed = [line for line in importlib.metadata.requires("scalinglab") or [] if "extra" not in line]
    assert sentence.startswith(f"{len(needed)} packages")


@pytest.mark.parametrize(
    ("package", "names"),
    [("psutil", ["memory"]), ("platformdirs", ["cache"]), ("packaging.requirements", ["packages"])],
)
def test_a_missing_package_is_reported_and_the_rest_is_still_looked_at(monkeypatch, package, names):
    monkeypatch.setitem(sys.modules, package, None)
    problems = [each for each in machine_report().findings if each.state == "problem"]
    assert [each.name for each in problems] == names
    assert all(f"{package} is missing" in each.sentence for each in problems)


@pytest.mark.parametrize(
    ("total", "available", "state", "word"),
    [
        (8 * GB, 5 * GB, "ok", "8.0 GB"),
        (8 * GB, 0.4 * GB, "warning", "close other programs"),
        (1.9 * GB, 1.5 * GB, "warning", "one chapter"),
    ],
)
def test_memory_warns_when_it_is_small_or_nearly_used_up(monkeypatch, total, available, state, word):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=total, available=available))
    assert finding("memory").state == state
    assert word in finding("memory").sentence


@pytest.mark.parametrize(
    ("files", "limit", "used"),
    [
        ("new", "memory.max", "memory.current"),
        ("old", "memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ],
)
def test_memory_is_that_of_the_container(files, limit, used):
    (_machine.CGROUP / limit).parent.mkdir(exist_ok=True)
    (_machine.CGROUP / limit).write_text(f"{3 * GB}\n")
    (_machine.CGROUP / used).write_text(f"{2.5 * GB:.0f}\n")
    # Of the 2.5 GB in use, 1.5 GB are files that were read, which are handed back when asked for.
    (_machine.CGROUP / limit).with_name("memory.stat").write_text(f"anon {GB}\ninactive_file {1.5 * GB:.0f}\n")
    assert finding("memory").sentence.startswith("3.0 GB of memory, 2.0 GB free")


def test_a_container_without_a_limit_has_the_memory_of_the_machine():
    (_machine.CGROUP / "memory.max").write_text("max\n")
    assert finding("memory").sentence.startswith("8.0 GB of memory, 5.0 GB free")


@pytest.mark.parametrize(
    ("threads", "state"), [(None, "ok"), ("1", "ok"), ("4", "ok"), ("5", "warning"), ("0", "warning"), ("x", "warning")]
)
def test_threads_should_not_outnumber_cores(monkeypatch, threads, state):
    if threads is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
    found = finding("processor")
    assert found.state == state
    assert ("set OMP_NUM_THREADS=4" in found.sentence) == (state == "warning")


def test_cores_are_those_that_the_container_may_use(monkeypatch):
    (_machine.CGROUP / "cpu.max").write_text("100000 100000\n")
    assert finding("processor").state == "warning"
    assert "1 core of 4" in finding("processor").sentence
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert finding("processor").state == "ok"


def none() -> None:
    raise webbrowser.Error


@pytest.mark.parametrize("get", [none, lambda: SimpleNamespace(name="/usr/bin/w3m")], ids=["none", "for the terminal"])
def test_no_browser_is_a_warning(monkeypatch, tmp_path, get):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(webbrowser, "get", get)
    assert finding("browser").state == "warning"


@pytest.mark.skipif(os.name == "nt", reason="a file is no program there because of its mode")
@pytest.mark.parametrize("get", [none, lambda: SimpleNamespace(name="/usr/bin/w3m")], ids=["none", "for the terminal"])
@pytest.mark.parametrize("name", ["chromium", "google-chrome", "firefox"])
def test_a_browser_is_found_where_there_is_no_display(monkeypatch, tmp_path, get, name):
    # Python itself looks only for those of the terminal then.
    (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(webbrowser, "get", get)
    found = finding("browser")
    assert found.state == "ok"
    assert found.sentence.startswith(f"{name} is installed, but this session has no display")


def test_a_port_in_use_is_a_warning():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = finding("port", port=port)
    assert found.state == "warning"
    assert f"Port {port} is in use" in found.sentence
    assert finding("port", port=port).state == "ok"


def test_in_a_notebook_browser_and_port_are_not_looked_for(monkeypatch):
    monkeypatch.setenv("JPY_PARENT_PID", "1")
    assert {"browser", "port"}.isdisjoint(each.name for each in machine_report().findings)


def test_no_course_is_a_problem(monkeypatch, tmp_path):
    report = machine_report(course=tmp_path / "cgroup")
    assert [each.state for each in report.findings if each.name == "course"] == ["problem"]
    assert not report.ready


def test_a_course_without_its_first_chapter_is_a_warning(tmp_path):
    (tmp_path / "course" / "00_start_here.ipynb").rename(tmp_path / "course" / "01_power_laws.ipynb")
    assert finding("course", course=tmp_path / "course").state == "warning"


def test_folders_that_cannot_be_written_are_found(monkeypatch, tmp_path):
    # Permissions do not stop root, so the failing write itself is planted.
    monkeypatch.setattr(machine, "_writable", lambda folder: False)
    assert finding("journal").state == "problem"
    assert str(tmp_path / "course") in finding("journal").sentence
    assert finding("cache").state == "warning"


def test_looking_leaves_no_file_behind(tmp_path):
    before = sorted(tmp_path.rglob("*"))
    machine_report()
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_is_not_there_is_not_writable(tmp_path):
    assert machine._writable(tmp_path)
    assert not machine._writable(tmp_path / "nowhere")


def test_rows_text_and_table_say_the_same():
    findings = (Finding("port", "ok", "Port 1 is free."), Finding("course", "problem", "No a_b | c."))
    report = MachineReport(findings)
    assert report.rows() == [
        {"name": "port", "state": "ok", "sentence": "Port 1 is free."},
        {"name": "course", "state": "problem", "sentence": "No a_b | c."},
    ]
    assert str(report).splitlines() == ["ok       port       Port 1 is free.", "problem  course     No a_b | c."]
    table = report._repr_markdown_()
    assert "| course | ✗ problem | No a\\_b \\| c. |" in table
    assert "not ready" in table
    assert "is ready" in MachineReport(findings[:1])._repr_markdown_()


def test_a_warning_does_not_stop_the_course():
    assert MachineReport((Finding("memory", "warning", "Little."),)).ready
