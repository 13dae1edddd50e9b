"""The workflow that publishes the site: what the actions that it uses ask for, and a command that is there."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from scalinglab.cli import site

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    return yaml.safe_load((ROOT / ".github" / "workflows" / "pages.yml").read_text(encoding="utf-8"))


def steps(workflow: dict[str, Any], job: str) -> dict[str, dict[str, Any]]:
    """The steps of a job by the action that they use, without its version."""
    return {one["uses"].split("@")[0]: one for one in workflow["jobs"][job]["steps"] if "uses" in one}


def command(workflow: dict[str, Any]) -> argparse.Namespace:
    """The options of the command that builds."""
    (line,) = (one["run"] for one in workflow["jobs"]["build"]["steps"] if "scalinglab site" in one.get("run", ""))
    parser = argparse.ArgumentParser(exit_on_error=False)
    site.add_arguments(parser)
    return parser.parse_args(shlex.split(line)[2:])


def test_all_chapters_are_built_and_what_was_built_is_uploaded(workflow):
    given, used = command(workflow), steps(workflow, "build")
    assert given.chapters == []
    assert used["actions/upload-pages-artifact"]["with"]["path"] == given.out


def test_what_was_computed_is_kept_for_the_next_build_also_of_one_that_was_ended(workflow):
    given, used = command(workflow), steps(workflow, "build")
    restore, save = used["actions/cache/restore"], used["actions/cache/save"]
    assert restore["with"]["path"] == save["with"]["path"] == given.cache
    assert restore["with"]["key"] == save["with"]["key"]
    assert restore["with"]["key"].startswith(restore["with"]["restore-keys"])
    assert save["if"] == "always()"


def test_the_page_is_deployed_with_no_more_rights_than_that_takes(workflow):
    deploy = workflow["jobs"]["deploy"]
    assert workflow["permissions"] == {"contents": "read"}
    assert deploy["permissions"] == {"pages": "write", "id-token": "write"}
    assert deploy["needs"] == "build"
    assert deploy["environment"]["name"] == "github-pages"
    assert deploy["environment"]["url"] == f"${{{{ steps.{deploy['steps'][0]['id']}.outputs.page_url }}}}"
    assert list(steps(workflow, "deploy")) == ["actions/deploy-pages"]
    assert not workflow["concurrency"]["cancel-in-progress"]
