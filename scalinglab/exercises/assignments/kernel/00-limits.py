"""Run by the kernel of a submission before its first cell: a cell that prints without end fills neither disk nor memory."""

# ruff: noqa: D103
from ipykernel.iostream import OutStream
from IPython import get_ipython

#: Characters that one cell may write; the rest is counted and dropped.
LONGEST = 200_000
_written = {"by this cell": 0}
_write = OutStream.write


def _limited(self: OutStream, text: str) -> int:
    left = LONGEST - _written["by this cell"]
    _written["by this cell"] += len(text)
    if left > 0:
        _write(self, text if len(text) <= left else f"{text[:left]}\n... the rest was not kept ...\n")
    return len(text)


def _start_again(*_: object) -> None:
    _written["by this cell"] = 0


OutStream.write = _limited
get_ipython().events.register("pre_run_cell", _start_again)
