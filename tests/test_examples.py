"""The examples in docstrings are run: what they print is what stands there."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import scalinglab

PACKAGE = Path(scalinglab.__file__).parent
WITH_EXAMPLES = sorted(
    ".".join(("scalinglab", *source.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    for source in PACKAGE.rglob("*.py")
    if ">>> " in source.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of_a_module_are_true(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = doctest.testmod(importlib.import_module(name))  # prints what differs
    assert (done.attempted > 0, done.failed) == (True, 0)
