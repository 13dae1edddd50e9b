"""One command at a time changes the folder of a class, and what a command that was killed left behind goes away."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scalinglab._files import locked

#: Seconds to wait for a command that was stopped and is about to end.
_PATIENCE = 3.0


@contextlib.contextmanager
def only_run(class_folder: Path) -> Iterator[Path]:
    """Hold the right to change a class against all other commands on this machine; gives a folder for the meantime.

    Raises
    ------
    ValueError
        If another command holds it; nothing has been changed then.
    """
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locked(class_folder / "gradebook.db", seconds=_PATIENCE))
        except TimeoutError:
            raise ValueError(
                f"another scalinglab command is at work in {class_folder}; wait until it is done and run this one again"
            ) from None
        yield held.enter_context(_workplace(class_folder))


@contextlib.contextmanager
def _workplace(class_folder: Path) -> Iterator[Path]:
    """A temporary folder of this run; those of runs of this class that were killed are removed before."""
    which = hashlib.sha256(os.fsencode(class_folder.resolve())).hexdigest()[:8]
    prefix = f"scalinglab-{which}-"
    for leftover in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as place:
        yield Path(place)
