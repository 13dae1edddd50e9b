"""Whether anybody looks: nbgrader runs a class's notebooks one after the other, and draws nothing."""

from __future__ import annotations

import os

__all__ = ["being_graded"]


def being_graded() -> bool:
    """Whether nbgrader runs this notebook to grade it; it says so to the kernel."""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"
