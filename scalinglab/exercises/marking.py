"""The mark of a check: the points as nbgrader reads them, and the same box as ever for whoever looks at the cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scalinglab.exercises.checking import CheckResult

__all__ = ["MARK", "Mark"]

#: The part of a cell's output that tells a grader all that the check found, as JSON.
MARK = "application/vnd.scalinglab.mark+json"


class Mark(float):
    """The points of a check, ``check(...).mark``: what the last line of a graded cell shows.

    nbgrader reads the text of a cell's result: a bare number is taken for points. Anything else would be full marks,
    so a check that failed could not be told from one that passed. The number comes with the box of the check, and with
    all that it found under the type ``MARK``.
    """

    result: CheckResult

    def __new__(cls, result: CheckResult) -> Mark:
        """The points as a number; the rest goes along."""
        mark = super().__new__(cls, result.points)
        mark.result = result
        return mark

    def __repr__(self) -> str:
        return float.__repr__(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        found = self.result
        told = {
            "key": found.key,
            "points": found.points,
            "max_points": found.max_points,
            "attempted": found.attempted,
            "diagnosis": found.diagnosis,
            "message": found.message,
            "student": found.student,
        }
        return {"text/plain": repr(self), "text/html": found._repr_html_(), MARK: told}
