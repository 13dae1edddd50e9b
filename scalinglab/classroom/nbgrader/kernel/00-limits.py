"""Run by a kernel before the first cell of a submission: what one cell does to the kernel is not the others' loss.

Printing without end fills no disk and no memory, and ``exit()`` does nothing: it would end the kernel a moment later,
in the middle of another cell.
"""

import sys
from collections.abc import Callable
from typing import Any

from IPython import get_ipython

#: Characters that one cell may write to each of stdout and stderr; the rest is dropped.
LONGEST = 200_000


def _limited(write: Callable[[str], Any]) -> Callable[[str], int]:
    left = LONGEST

    def limited(text: str) -> int:
        nonlocal left
        if left > 0:
            write(text if len(text) <= left else f"{text[:left]}\n... the rest was not kept ...\n")
        left -= len(text)
        return len(text)

    limited.through = write  # type: ignore[attr-defined]
    return limited


def _start_again(*_: object) -> None:
    """Before each cell: in front of IPython's own copy of all that a cell writes, which it takes back afterwards."""
    for stream in (sys.stdout, sys.stderr):
        stream.write = _limited(getattr(stream.write, "through", stream.write))  # type: ignore[method-assign]


get_ipython().events.register("pre_run_cell", _start_again)  # type: ignore[union-attr]
get_ipython().ask_exit = lambda: None  # type: ignore[union-attr]
