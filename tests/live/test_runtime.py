"""The drawing library is made on this machine, cached in one step, and sent once for each kernel."""

from __future__ import annotations

import json
import re

import pytest

from scalinglab.live.browser.view import View
from scalinglab.live.vega import runtime as module


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(module.platformdirs, "user_cache_dir", lambda name: str(tmp_path / name))
    return module.cache_file()


def test_the_bundle_is_made_once_and_then_read(cache):
    code = module.bundle()
    assert re.search(r"export\s*\{[^}]*vegaEmbed", code)
    assert cache.read_text(encoding="utf-8") == code
    assert [file.name for file in cache.parent.iterdir()] == [cache.name]
    cache.write_text("cached", encoding="utf-8")
    assert module.bundle() == "cached"


@pytest.fixture
def made(monkeypatch):
    """What the engine says it has made; to make it takes more than a second."""
    code = "export { vegaEmbed };"
    monkeypatch.setattr(module.engine, "ask", lambda kind, entry: {"bundle": code}[kind])
    return code


def test_a_cache_that_cannot_be_written_is_no_error(cache, made):
    cache.parent.parent.joinpath("scalinglab").write_text("a file where the folder should be")
    assert module.bundle() == made


def test_one_runtime_serves_the_whole_kernel(cache, made):
    first = module.runtime()
    assert module.runtime() is first
    first.close()
    assert module.runtime() is not first


def test_the_scripts_fetch_nothing(cache):
    addresses = set(re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", View._esm))
    assert addresses == set()
    assert json.dumps(View._css)
