"""Start-up file of the kernels that run notebooks in the tests: errors that Jupyter swallows fail the cell.

Swallowed otherwise: what is raised inside ``interact`` and ``interactive_output``, in a ``with Output():`` block, in a
thread, and in the background run of a panel. A cell is also made to wait for the runs that it started.
"""

import sys
import threading

import ipywidgets
from IPython import get_ipython

_noted = []


def _strict_exit(self, error_type, error, traceback):
    """Close the block, but let its error through."""
    _lenient_exit(self, None, None, None)
    return False


def _strict_update(self, *args):
    """Note what the function raises, before the widget prints it away."""
    function = self.f

    def noting(**values):
        try:
            return function(**values)
        except Exception as error:
            _noted.append(error)
            raise

    self.f = noting
    try:
        return _lenient_update(self, *args)
    finally:
        self.f = function


def _wait_for_panels():
    """Let the runs of all panels end, and note what they raise."""
    live = sys.modules.get("scalinglab.live")
    for panel in live.open_panels() if live else ():
        try:
            panel.wait(120)
        except Exception as error:
            _noted.append(error)


async def _strict_run_cell(*args, **options):
    """Run a cell; if it went well but something was noted, fail it with that."""
    result = await _lenient_run_cell(*args, **options)
    _wait_for_panels()
    if _noted and result.success:
        error = _noted[0]
        result.error_in_exec = error
        _shell.showtraceback((type(error), error, error.__traceback__))
    _noted.clear()
    return result


_shell = get_ipython()
_lenient_exit, ipywidgets.Output.__exit__ = ipywidgets.Output.__exit__, _strict_exit
_lenient_update, ipywidgets.interactive.update = ipywidgets.interactive.update, _strict_update
_lenient_run_cell, _shell.run_cell_async = _shell.run_cell_async, _strict_run_cell
threading.excepthook = lambda raised: _noted.append(raised.exc_value)
