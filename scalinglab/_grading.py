"""Whether a notebook is run to be graded: nobody looks, so nothing is drawn and nothing waits for a click."""

from __future__ import annotations

import os


def being_graded() -> bool:
    """Whether nbgrader runs this notebook to grade it, as it tells the kernel."""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"
