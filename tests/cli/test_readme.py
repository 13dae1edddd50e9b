"""What the README promises is what is there: commands, paths, chapters, works, version, pins."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import scalinglab
from scalinglab.bibliography import cite

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BLOCKS = re.findall(r"^```\n(.*?)\n```$", README, flags=re.MULTILINE | re.DOTALL)
ALLOWED_AT_ROOT = {"pyproject.toml", "README.md", "LICENSE", "course", "scalinglab", "tests", "binder"}
#: Pythons whose pins are checked, and the platforms.
ENVIRONMENTS = [
    {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system, "os_name": name}
    for python in ("3.11", "3.12", "3.13")
    for system, name in (("linux", "posix"), ("darwin", "posix"), ("win32", "nt"))
]
needs_bash = pytest.mark.skipif(os.name == "nt", reason="Binder and CI run Linux")


def marked(marker: str) -> str:
    """The code block that follows a marker."""
    (block,) = re.findall(rf"<!-- {marker} -->\n```\n(.*?)\n```", README, flags=re.DOTALL)
    return block


def test_each_of_the_two_commands_is_one_line_that_makes_installs_and_runs():
    for marker, ending in [("lab command", ".venv/bin/scalinglab lab"), ("test command", ".venv/bin/python -m pytest")]:
        make, install, run = marked(marker).split(" && ")
        assert make == "python3 -m venv .venv"
        assert install.startswith(".venv/bin/pip install -c binder/constraints.txt -e ")
        assert run == ending


def test_every_install_command_uses_the_pins():
    installing = [block for block in BLOCKS if "install" in block]
    assert len(installing) >= 5
    assert all("-c binder/constraints.txt -e " in block for block in installing)


@needs_bash
def test_ci_runs_the_test_command_of_the_readme_word_for_word():
    done = subprocess.run(["bash", ROOT / ".ci" / "run", "--print"], capture_output=True, text=True, check=True)
    assert done.stdout == marked("test command") + "\n"
    assert 'bash -euo pipefail -c "$command"' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_workflow_runs_what_ci_run_runs():
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert re.findall(r"run: (.*)", workflow) == ["bash .ci/run"]


@needs_bash
@pytest.mark.parametrize("script", [".ci/run", "binder/start"])
def test_scripts_can_be_run_and_parsed(script):
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", path], check=True)


def test_every_path_that_is_named_exists():
    linked = [target for target in re.findall(r"\]\(([^)]+)\)", README) if not target.startswith("https://")]
    words = " ".join([*re.findall(r"`([^`\n]+)`", README), *BLOCKS]).split()
    named = [word for word in words if re.match(r"(course|scalinglab|tests|binder|\.ci|\.github)/", word)]
    roots = [word for word in words if word in {"LICENSE", "pyproject.toml"}]
    assert len(linked) >= 2
    assert len(named) >= 8
    missing = [path for path in {*linked, *named, *roots} if not (ROOT / path).exists()]
    assert missing == []


def test_pictures_have_words_for_those_who_do_not_see_them():
    pictures = re.findall(r"!\[([^\]]*)\]\(", README)
    assert pictures
    assert all(len(words) > 30 for words in pictures)


def test_the_table_lists_the_chapters_that_exist_as_links_and_the_others_as_planned():
    table = [line.split(" | ")[0].removeprefix("| ") for line in README.splitlines() if re.match(r"\| \[?\d\d ", line)]
    assert [re.search(r"\d\d", cell).group() for cell in table] == [f"{number:02}" for number in range(14)]  # type: ignore[union-attr]
    linked = {match.group(1) for cell in table if (match := re.search(r"\(course/(.*)\)$", cell))}
    planned = [cell for cell in table if cell.endswith("(planned)")]
    assert linked == {file.name for file in (ROOT / "course").glob("*.ipynb")}
    assert len(linked) + len(planned) == len(table)


@pytest.mark.parametrize("key", ["Wang2025", "Rosenfeld2021", "Bordelon2024", "Kumar2024", "Barsbey2021"])
def test_the_five_works_are_cited_as_in_the_bibliography(key):
    work = cite(key)
    assert f"- {work.authors} ({work.year}). {work.title}. [arXiv:{work.arxiv}]({work.link})" in README.splitlines()


def test_version_and_licences_are_those_of_the_package():
    assert f"version = {{{scalinglab.__version__}}}" in README
    assert f"- **{scalinglab.__version__}**:" in README
    assert "CC BY 4.0" in README
    assert PROJECT["license"] == "BSD-3-Clause"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("BSD 3-Clause License")


def test_every_requirement_has_a_pin_in_its_range_on_every_system():
    lines = (ROOT / "binder" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    wanted = [
        *PROJECT["dependencies"],
        *(line for extra in PROJECT["optional-dependencies"].values() for line in extra),
    ]
    for environment in ENVIRONMENTS:
        applying = {
            canonicalize_name(pin.name): pin.specifier
            for pin in pins
            if pin.marker is None or pin.marker.evaluate(environment)
        }
        for requirement in map(Requirement, wanted):
            if requirement.marker and not requirement.marker.evaluate(environment):
                continue
            (pin,) = applying.get(canonicalize_name(requirement.name), SpecifierSet())
            assert pin.operator == "=="
            assert requirement.specifier.contains(pin.version), f"{requirement} is pinned to {pin}"


def test_binder_installs_the_pinned_torch_on_a_python_that_the_package_accepts():
    lines = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    torch = next(line for line in lines if line.startswith("torch"))
    assert torch in (ROOT / "binder" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert {"-c constraints.txt", "-e ."} <= set(lines)
    python = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert SpecifierSet(PROJECT["requires-python"]).contains(python)


@needs_bash
def test_binder_shares_the_settings_of_the_command(tmp_path):
    from scalinglab.cli import lab

    command = [ROOT / "binder" / "start", "bash", "-c", "echo $OMP_NUM_THREADS $JUPYTER_CONFIG_PATH"]
    environment = {"PATH": "/usr/bin:/bin", "REPO_DIR": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=tmp_path)
    threads, settings = done.stdout.split()
    assert threads == "1"
    assert Path(settings).resolve() == lab.SETTINGS.resolve()


def test_the_root_holds_nothing_else():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a clone")
    names = {path.split("/")[0] for path in done.stdout.split("\0") if path}
    assert {name for name in names if not name.startswith(".")} <= ALLOWED_AT_ROOT
