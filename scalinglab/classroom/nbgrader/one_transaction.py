"""nbgrader's gradebook for the steps that go through the cells of a notebook: asked, and written, once for all.

nbgrader asks for the notebook and its cells anew for each cell, six times in a release, and commits as often. Only
``quick_parts`` imports this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nbgrader import api
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm.exc import FlushError

#: nbgrader's kinds of cells, as it names its methods.
CELLS = ("grade_cell", "solution_cell", "task_cell", "source_cell")


def _find(kind: str) -> Callable[..., Any]:
    def find(self: OneTransaction, name: str, notebook: str, assignment: str) -> Any:
        known = self.cells(kind, notebook, assignment)
        if name not in known:
            raise api.MissingEntry(f"No such {kind.replace('_', ' ')}: {assignment}/{notebook}/{name}")
        return known[name]

    return find


def _add(kind: str) -> Callable[..., Any]:
    added = getattr(api.Gradebook, f"add_{kind}")

    def add(self: OneTransaction, name: str, notebook: str, assignment: str, **told: Any) -> Any:
        cell = added(self, name, notebook, assignment, **told)
        self.cells(kind, notebook, assignment)[name] = cell
        return cell

    return add


class OneTransaction(api.Gradebook):
    """A gradebook that notes down a whole notebook, or, if that fails, nothing; what it was asked it knows.

    A commit is a write to the disk that waits for its end, and what the session knows is asked for anew after it. What
    nbgrader would tell as ``InvalidEntry`` at a cell is told so at the end.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.db.commit = lambda: None
        self._known: dict[tuple[str, ...], Any] = {}

    def __exit__(self, kind: Any, *rest: Any) -> None:
        try:
            if kind is None:
                self.db().commit()
        except (IntegrityError, FlushError, StatementError) as error:
            raise api.InvalidEntry(*error.args) from error
        finally:
            super().__exit__(kind, *rest)

    def find_notebook(self, name: str, assignment: str) -> Any:
        """The notebook of an assignment."""
        key = (name, assignment)
        if key not in self._known:
            try:
                self._known[key] = super().find_notebook(name, assignment)
            except api.MissingEntry as missing:  # which is known then too
                self._known[key] = missing
        if isinstance(self._known[key], api.MissingEntry):
            raise self._known[key]
        return self._known[key]

    def add_notebook(self, name: str, assignment: str, **told: Any) -> Any:
        """Add a notebook; of what was known, nothing need hold any more."""
        self._known.clear()
        return super().add_notebook(name, assignment, **told)

    def remove_notebook(self, name: str, assignment: str) -> None:
        """Remove a notebook; of what was known, nothing need hold any more."""
        super().remove_notebook(name, assignment)
        self.db.flush()  # before another one of its name is added
        self._known.clear()

    def cells(self, kind: str, notebook: str, assignment: str) -> dict[str, Any]:
        """The cells of a kind in a notebook, by name; one that is added is entered here."""
        key = (kind, notebook, assignment)
        if key not in self._known:
            found = getattr(self.find_notebook(notebook, assignment), f"{kind}s")
            self._known[key] = {one.name: one for one in found}
        return self._known[key]

    find_grade_cell, find_solution_cell, find_task_cell, find_source_cell = map(_find, CELLS)
    add_grade_cell, add_solution_cell, add_task_cell, add_source_cell = map(_add, CELLS)

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> Any:
        """The cell that has points, a grade cell or a task."""
        graded = name in self.cells("grade_cell", notebook, assignment)
        find = self.find_grade_cell if graded else self.find_task_cell
        return find(name, notebook, assignment)

    def _of_submission(self, kind: Any, notebook: str, assignment: str, student: str) -> dict[str, Any]:
        """The grades or comments of a submission by the names of their cells, a graded cell's before a task's."""
        key = (kind.__name__, notebook, assignment, student)
        if key not in self._known:
            handed_in = self.find_submission_notebook(notebook, assignment, student)
            asked = select(api.BaseCell.name, kind).join(api.BaseCell, api.BaseCell.id == kind.cell_id)
            asked = asked.where(kind.notebook_id == handed_in.id).order_by(api.BaseCell.type.desc())
            self._known[key] = {name: one for name, one in self.db.execute(asked)}
        return self._known[key]

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Any:
        """The points of a cell."""
        known = self._of_submission(api.Grade, notebook, assignment, student)
        return known.get(grade_cell) or super().find_grade(grade_cell, notebook, assignment, student)

    def find_comment(self, solution_cell: str, notebook: str, assignment: str, student: str) -> Any:
        """The comment on a cell."""
        known = self._of_submission(api.Comment, notebook, assignment, student)
        return known.get(solution_cell) or super().find_comment(solution_cell, notebook, assignment, student)
