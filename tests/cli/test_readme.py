"""What the README promises is what is there: commands, paths, chapters, works, version, pins."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import scalinglab
from scalinglab.bibliography import cite
from scalinglab.cli import lab
from tests import chapter_table

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BLOCKS = re.findall(r"^```\n(.*?)\n```$", README, flags=re.MULTILINE | re.DOTALL)
ALLOWED_AT_ROOT = {"pyproject.toml", "README.md", "LICENSE", "course", "findings", "scalinglab", "tests", "binder"}
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
    # But on Colab, whose own packages must stay.
    installing = [block for block in BLOCKS if "install" in block and not block.startswith("%pip")]
    assert len(installing) >= 5
    assert all("-c binder/constraints.txt -e " in block for block in installing)


def test_on_colab_what_it_lacks_comes_in_our_ranges_and_the_course_without_the_rest():
    (cell,) = [block for block in BLOCKS if block.startswith("%pip")]
    lacking, course = cell.splitlines()
    ranges = {Requirement(line).name: line for line in PROJECT["dependencies"]}
    found = [Requirement(line) for line in re.findall(r'"([^"]+)"', lacking)]
    assert {one.name for one in found} == {"anywidget", "vl-convert-python"}
    assert all(one.specifier == Requirement(ranges[one.name]).specifier for one in found)
    # Last, or pip would complain that the kernel is not the one that the course asks for.
    assert "--no-deps git+https://github.com/OWNER/REPO" in course


def test_the_badges_open_the_first_chapter():
    (badges,) = [block for block in BLOCKS if "badge" in block]
    links = re.findall(r"\)\]\((https://[^)]+)\)", badges)
    assert [link.split("/")[2] for link in links] == ["mybinder.org", "colab.research.google.com"]
    for link in links:
        assert "OWNER/REPO" in link
        path = re.search(r"(course/\w+\.ipynb)$", link)
        assert path
        assert (ROOT / path[1]).is_file()


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


def test_a_module_of_ones_own_is_trained_as_it_says():
    (block,) = [block for block in BLOCKS if "build_network" in block]
    *lines, last = block.splitlines()
    names: dict = {}
    exec("\n".join(lines), names)
    expression, _, told = last.partition("  # ")
    assert repr(eval(expression, names)) == told
    trained = names["run"].arrays(0)
    assert all((one.detach().numpy() == trained[name]).all() for name, one in names["module"].named_parameters())


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


def test_the_table_is_what_its_command_writes():
    assert chapter_table.written(README, {}) == README, "run: python -m tests.course_counts"
    told = chapter_table.cells(README)
    changed = chapter_table.written(README, {"07": 5})
    assert chapter_table.cells(changed)["07"] == told["07"] | {"memory": "5 MB"}
    assert chapter_table.cells(changed)["08"] == told["08"]


def test_every_chapter_states_a_measured_memory_below_the_limit():
    for row in chapter_table.cells(README).values():
        assert 100 < int(row["memory"].removesuffix(" MB")) < chapter_table.LIMIT


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
    # The image of Binder has a Notebook that needs an older JupyterLab than ours; nobody else installs one.
    pinned = (ROOT / "binder" / "constraints.txt").read_text(encoding="utf-8")
    assert "notebook" in lines
    assert re.search(r"^notebook==\d", pinned, re.MULTILINE)
    python = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert SpecifierSet(PROJECT["requires-python"]).contains(python)


def on_binder(*command: str, folder: Path) -> str:
    """What a command prints if Binder's script starts it, with no variables but its own."""
    environment = {"PATH": "/usr/bin:/bin", "REPO_DIR": str(ROOT), "HOME": str(folder)}
    started = [ROOT / "binder" / "start", *command]
    return subprocess.run(started, capture_output=True, text=True, check=True, env=environment, cwd=folder).stdout


@needs_bash
def test_binder_has_the_allocator_and_the_settings_of_the_command_and_before_them_its_own(tmp_path):
    lines = on_binder("env", folder=tmp_path).splitlines()
    found = dict(line.split("=", 1) for line in lines)
    assert lab.ALLOCATOR.items() <= found.items()
    own, shared = map(Path, found["JUPYTER_CONFIG_PATH"].split(os.pathsep))
    assert own.resolve() == ROOT / "binder" / "jupyter"
    assert shared.resolve() == lab.SETTINGS.resolve()


@needs_bash
def test_on_binder_every_library_has_one_thread(tmp_path):
    code = """
import json, torch, numpy, scipy.linalg, sklearn, threadpoolctl
pools = {pool["filepath"]: pool["num_threads"] for pool in threadpoolctl.threadpool_info()}
print(json.dumps(pools | {"torch": torch.get_num_threads()}))
"""
    found = json.loads(on_binder(sys.executable, "-c", code, folder=tmp_path))
    assert len(found) > 2
    assert set(found.values()) == {1}


@needs_bash
def test_binder_ends_idle_kernels_without_a_page_and_the_command_ends_none(tmp_path):
    found = json.loads(on_binder(sys.executable, "-m", "jupyter", "server", "--show-config-json", folder=tmp_path))
    manager = found["MappingKernelManager"]
    # Two chapters fill Binder's memory: what is closed must go soon. What is open stays, however long it is read.
    assert 60 <= manager["cull_idle_timeout"] <= 600
    assert manager["cull_interval"] <= manager["cull_idle_timeout"]
    assert manager["cull_connected"] is False
    assert found["LabApp"]["news_url"] is None  # the settings of the command hold as well
    # On one's own machine a kernel waits for those who come back.
    assert not any("cull" in file.read_text(encoding="utf-8") for file in lab.SETTINGS.rglob("*.json"))


def test_the_root_holds_nothing_else():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a clone")
    names = {path.split("/")[0] for path in done.stdout.split("\0") if path}
    assert {name for name in names if not name.startswith(".")} <= ALLOWED_AT_ROOT
