"""What all tests share: notebooks run strictly, one torch thread, and no file of the user is touched."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from scalinglab.classroom.nbgrader import client
from scalinglab.cli.lab import ALLOCATOR
from tests.browser.harness import find_chromium, launch
from tests.classroom.forked_workers import ForkedProgram

#: Set before any kernel starts, in the main process and in each worker; the kernels inherit it.
_home = Path(tempfile.mkdtemp(prefix="scalinglab-tests-"))
atexit.register(shutil.rmtree, _home, ignore_errors=True)

_startup = _home / "ipython" / "profile_default" / "startup"
_startup.mkdir(parents=True)
shutil.copy(Path(__file__).parent / "ipython" / "00-strict.py", _startup)

#: jsonschema, which altair and Jupyter load, uses this package if it is there, to tell whether a text is an address;
#: nothing here asks it to, and the grammar that it compiles takes each new process longer than all of altair.
_without = _home / "without"
_without.mkdir()
(_without / "rfc3987_syntax.py").write_text('raise ImportError("not needed in tests")\n')
sys.path.insert(0, str(_without))

#: Some hundred processes import the package in one run of the tests: it is compiled once, and not by each of them.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

os.environ |= {
    "PYTHONPATH": os.pathsep.join([str(_without), *filter(None, [os.environ.get("PYTHONPATH")])]),
    "IPYTHONDIR": str(_home / "ipython"),
    "JUPYTER_PREFER_ENV_PATH": "1",  # this environment's kernel, whatever the user has at home
    "SCALINGLAB_JOURNAL": str(_home / "predictions.json"),
    "OMP_NUM_THREADS": "1",
    **ALLOCATOR,
}


settings.register_profile("patient", deadline=None)  # a machine that does much else takes its time for an example
settings.load_profile("patient")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test after its argument where that would be a text of millions of characters."""
    return argname if isinstance(val, str | bytes) and len(val) > 200 else None


#: Begun first, so that no worker is left with one of them at the end while the others have nothing to do.
LONG = ("course/", "tests/course/")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests of a file that share a fixture, so that no second worker makes it again, and put long ones first.

    Groups are taken before all other tests, the largest first: xdist orders them.
    """
    for item in items:
        if not item.get_closest_marker("xdist_group") and "module" in _scopes(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage among what is there to stay, all libraries and all tests: not meanwhile and not later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _scopes(item: pytest.Item) -> set[str]:
    """The scopes of the fixtures that a test uses; of what is no test function, a notebook say, none."""
    known = getattr(item, "_fixtureinfo", None)
    return {found[-1].scope for found in known.name2fixturedefs.values() if found} if known else set()


@pytest.fixture(scope="session", autouse=True)
def forked_workers() -> Iterator[None]:
    """Let nbgrader's processes be forks, where a process can be forked safely: on Linux."""
    with pytest.MonkeyPatch.context() as patch:
        if sys.platform == "linux":
            patch.setattr(client, "LimitedProgram", ForkedProgram)
        yield
        ForkedProgram.close_template()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; without one the tests are skipped, but never in CI."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        if not (find_chromium() or Path(own).is_file()):
            reason = "needs Chromium or Chrome (on Debian: apt-get install chromium)"
            pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
        started = launch(playwright)
        yield started
        started.close()
