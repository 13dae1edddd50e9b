"""One step between running a submission and reading its points: what a check shows is what it meant.

``nbgrader_config.py`` imports this, and so does the one program that loads nbgrader; what the step does stands in
``check_outputs``, without nbgrader.
"""

from __future__ import annotations

from typing import Any

from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from scalinglab.classroom.nbgrader.check_outputs import settle


class PointsFromChecks(NbGraderPreprocessor):
    """Settle the outputs of every check, before nbgrader reads them."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Change one cell, if it is a check's."""
        settle(cell)
        return cell, resources


def with_points_from_checks(settings: Any) -> list[Any]:
    """The steps that settings ask for, or nbgrader's own, with ours right before the one that saves points."""
    steps: list[Any] = list(Autograde.class_traits()["autograde_preprocessors"].default() or [])
    if settings:
        steps = list(settings.Autograde.get("autograde_preprocessors") or steps)
    if PointsFromChecks not in steps:
        names = [str(getattr(one, "__name__", one)).rpartition(".")[2] for one in steps]
        steps.insert(names.index(SaveAutoGrades.__name__), PointsFromChecks)
    return steps


#: nbgrader's steps, and ours.
AUTOGRADE = with_points_from_checks(None)
