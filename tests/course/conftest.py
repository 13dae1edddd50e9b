"""The fixture ``chapter``: a chapter executed once, for all tests that take it, in one process."""

from __future__ import annotations

import re

import pytest

from tests.course.executed import Chapter, executed
from tests.course.notebooks import CHAPTERS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes ``chapter`` on chapter 07 in ``test_chapter_07*.py``, and on every chapter elsewhere."""
    marks = metafunc.definition.iter_markers("parametrize")
    if "chapter" not in metafunc.fixturenames or any(mark.args[0] == "chapter" for mark in marks):
        return
    own = re.search(r"test_chapter_(\d\d)", metafunc.module.__name__)
    metafunc.parametrize(
        "chapter",
        [
            pytest.param(path, id=path.stem, marks=pytest.mark.xdist_group(path.stem))
            for path in CHAPTERS
            if own is None or path.stem.startswith(own[1])
        ],
        indirect=True,
        scope="session",
    )


@pytest.fixture(scope="session")
def chapter(request: pytest.FixtureRequest) -> Chapter:
    """The chapter as its cells left it; ``drawn`` tells what its panels drew, whatever tests did to them since."""
    return executed(request.param)
