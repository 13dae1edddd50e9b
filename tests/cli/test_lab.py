"""``scalinglab lab`` up to the point where JupyterLab starts: folder, port, what is said, what is handed over."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

import pytest

import scalinglab
from scalinglab.cli import folder, lab, machine, main


@pytest.fixture
def course(monkeypatch, tmp_path) -> Path:
    """A folder with a course, in which the command is called."""
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "00_start_here.ipynb").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JUPYTER_TOKEN", raising=False)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "elsewhere")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _: tmp_path / "cache")
    return tmp_path / "course"


@pytest.fixture
def started(monkeypatch) -> list[list[str]]:
    """What JupyterLab would have been started with."""
    calls: list[list[str]] = []

    def launch_instance(argv: list[str]) -> None:
        calls.append(argv)

    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", launch_instance)
    return calls


def options(argv: list[str]) -> dict[str, str]:
    return {name: value for name, _, value in (word[2:].partition("=") for word in argv)}


@pytest.fixture
def taken():
    """A port that a server listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_kernels_inherit_a_bounded_allocator_unless_the_user_has_set_it(course, started, monkeypatch):
    for name in lab.ALLOCATOR:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MALLOC_ARENA_MAX", "7")
    assert main(["lab"]) == 0
    assert {name: os.environ[name] for name in lab.ALLOCATOR} == lab.ALLOCATOR | {"MALLOC_ARENA_MAX": "7"}


def test_jupyterlab_gets_the_course_the_address_and_a_token(course, started):
    assert main(["lab"]) == 0
    given = options(started[0])
    assert given["ServerApp.ip"] == "127.0.0.1"
    assert given["ServerApp.root_dir"] == str(course)
    assert given["LabApp.default_url"] == "/lab/tree/00_start_here.ipynb"
    assert given["ServerApp.open_browser"] == "True"
    assert len(given["IdentityProvider.token"]) == 48


def test_every_start_has_a_new_token_and_a_set_one_is_kept(course, started, monkeypatch):
    main(["lab"])
    main(["lab"])
    monkeypatch.setenv("JUPYTER_TOKEN", "secret")
    main(["lab"])
    first, second, third = (options(argv)["IdentityProvider.token"] for argv in started)
    assert first != second
    assert third == "secret"


def test_the_browser_stays_closed_if_asked(course, started):
    main(["lab", "--no-browser"])
    assert options(started[0])["ServerApp.open_browser"] == "False"


def test_what_follows_the_dashes_is_passed_on_and_wins(course, started):
    main(["lab", "--", "--LabApp.expose_app_in_browser=True", "--log-level=INFO", "--IdentityProvider.token="])
    assert started[0][-3:] == ["--LabApp.expose_app_in_browser=True", "--log-level=INFO", "--IdentityProvider.token="]
    names = [word.partition("=")[0] for word in started[0]]
    assert names.count("--IdentityProvider.token") == 1
    assert "--Application.log_level" not in names


def test_one_line_says_what_opens_and_how_to_stop_it(course, started, capsys, monkeypatch):
    monkeypatch.setattr(lab, "machine_report", lambda **_: machine.MachineReport(()))
    main(["lab"])
    (line,) = capsys.readouterr().out.splitlines()
    given = options(started[0])
    address = f"http://127.0.0.1:{given['ServerApp.port']}/lab/tree/00_start_here.ipynb"
    assert f"{address}?token={given['IdentityProvider.token']}" in line
    assert "Ctrl-C" in line


def test_only_what_is_wrong_is_said(course, started, capsys, monkeypatch):
    findings = tuple(
        machine.Finding(name, state, f"About the {name}.")
        for name, state in [("python", "ok"), ("memory", "warning"), ("browser", "warning"), ("cache", "problem")]
    )
    monkeypatch.setattr(lab, "machine_report", lambda **_: machine.MachineReport(findings))
    main(["lab"])
    assert capsys.readouterr().out.splitlines()[:-1] == [
        "warning: About the memory.",
        "warning: About the browser.",
        "problem: About the cache.",
    ]
    main(["lab", "--no-browser"])
    assert "browser" not in capsys.readouterr().out


def test_a_port_in_use_is_said_and_the_next_is_taken(course, started, capsys, taken):
    main(["lab", "--port", str(taken)])
    port = int(options(started[0])["ServerApp.port"])
    assert port > taken
    assert f"Port {taken} is in use or not allowed; port {port} is taken instead." in capsys.readouterr().out


def test_no_free_port_is_one_sentence(course, started, capsys, monkeypatch):
    monkeypatch.setattr(lab, "port_is_free", lambda port: False)
    assert main(["lab"]) == 2
    assert "port must be free, and none of the 50 from 8888 on is" in capsys.readouterr().err
    assert started == []


def test_no_course_is_one_sentence_and_code_2(monkeypatch, tmp_path, started, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(scalinglab, "__file__", str(tmp_path / "scalinglab" / "__init__.py"))
    assert main(["lab"]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "no course/ was found" in sentence
    assert "--course DIR" in sentence
    assert started == []


@pytest.mark.parametrize(("name", "sentence"), [("nowhere", "is not a folder"), ("empty", "holds none")])
def test_a_named_course_must_hold_notebooks(tmp_path, capsys, name, sentence):
    (tmp_path / "empty").mkdir()
    assert main(["lab", "--course", str(tmp_path / name)]) == 2
    assert sentence in capsys.readouterr().err


def test_the_course_is_found_here_below_and_beside_the_package(course, monkeypatch, tmp_path):
    assert folder.find_course() == course
    monkeypatch.chdir(course)
    assert folder.find_course() == course
    monkeypatch.setattr(scalinglab, "__file__", str(tmp_path / "scalinglab" / "__init__.py"))
    monkeypatch.chdir("/")
    assert folder.find_course() == course


def test_a_folder_named_course_without_the_first_chapter_is_another_course(course, monkeypatch, tmp_path):
    other = tmp_path / "other" / "course"
    other.mkdir(parents=True)
    monkeypatch.setattr(scalinglab, "__file__", str(tmp_path / "scalinglab" / "__init__.py"))
    monkeypatch.chdir(other.parent)
    assert folder.find_course() == course


def test_a_course_without_the_first_chapter_opens_on_its_folder(course, started):
    (course / "00_start_here.ipynb").rename(course / "03_pruning.ipynb")
    assert main(["lab", "--course", str(course)]) == 0
    assert options(started[0])["LabApp.default_url"] == "/lab"


def test_open_tabs_are_kept_for_each_course_apart_from_the_users_own(course, started, tmp_path):
    main(["lab"])
    main(["lab", "--course", str(course)])
    (course / "a").mkdir()
    (course / "a" / "01_power_laws.ipynb").touch()
    main(["lab", "--course", str(course / "a")])
    kept = [Path(options(argv)["LabApp.workspaces_dir"]) for argv in started]
    assert kept[0] == kept[1] != kept[2]
    assert all(each.parent == tmp_path / "cache" / "workspaces" for each in kept)


def test_the_page_opens_where_nothing_can_be_kept(course, started, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert main(["lab"]) == 0
    folder = Path(options(started[0])["LabApp.workspaces_dir"])
    assert folder.is_dir()
    folder.rmdir()


def test_settings_of_others_stay_on_the_path(course, started):
    main(["lab"])
    assert os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep) == [str(lab.SETTINGS), "elsewhere"]


def test_without_settings_of_the_user_ours_still_count(course, started, monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", "of the user")
    monkeypatch.setenv("JUPYTER_NO_CONFIG", "1")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    main(["lab"])
    assert "JUPYTER_NO_CONFIG" not in os.environ
    assert list(Path(os.environ["JUPYTER_CONFIG_DIR"]).iterdir()) == []
    assert os.environ["JUPYTER_CONFIG_PATH"].startswith(str(lab.SETTINGS))


def test_without_jupyterlab_one_sentence_says_how_to_install_it(course, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    assert main(["lab"]) == 2
    assert "jupyterlab.labapp is missing; in the folder of the clone run: python -m pip" in capsys.readouterr().err


def test_what_stops_jupyterlab_is_the_exit_code(course, monkeypatch):
    for code, returned in [(None, 0), (0, 0), (3, 3), ("why", 1)]:

        def stop(argv: list[str], code: object = code) -> None:
            raise SystemExit(code)

        monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", stop)
        assert main(["lab"]) == returned


def test_settings_are_readable_and_part_of_the_package():
    files = sorted(lab.SETTINGS.rglob("*.json"))
    assert [file.name for file in files] == [
        "jupyter_lab_config.json",
        "jupyter_server_config.json",
        "default_setting_overrides.json",
        "page_config.json",
    ]
    assert all(json.loads(file.read_text(encoding="utf-8")) for file in files)
