"""A class's assignments: chapters made into a course of nbgrader's, collected, graded and told. Students never load it.

- ``assign``: source and release version of chapters in the folder of a class (``assigning``), with what counts in them
  (``choosing``), when they are due and what lateness costs (``late_rules``)
- ``own_exercises``: the instructor's own exercises, from a few files into an assignment
- ``collect``: what students handed in, from an LMS's zip or a folder, filed for grading (``submissions``)
- ``grade_class``, ``Limits``: nbgrader grades it, after the solution got full marks here (``grading``); what is known
  about the class then is plain data (``results``)
- ``read_results``: the same of a class that was graded, from nbgrader's gradebook as it is now
- ``write_grades``, ``write_term``: the instructor's page, and the tables that an LMS imports; the page of a term
  (``report``). Answers that are ``alike`` stand on both pages, as a question

Only ``nbgrader`` speaks to nbgrader, in processes of its own, and only one command at a time (``one_run``).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scalinglab.classroom.assigning import assign
    from scalinglab.classroom.grading.graded_class import read_results
    from scalinglab.classroom.grading.whole_class import grade_class
    from scalinglab.classroom.nbgrader.client import Limits
    from scalinglab.classroom.report.written_files import write_grades, write_term
    from scalinglab.classroom.submissions.collecting import collect

__all__ = ["Limits", "assign", "collect", "grade_class", "read_results", "write_grades", "write_term"]

_HOME = {
    "Limits": "nbgrader.client",
    "assign": "assigning",
    "collect": "submissions.collecting",
    "grade_class": "grading.whole_class",
    "read_results": "grading.graded_class",
    "write_grades": "report.written_files",
    "write_term": "report.written_files",
}


def __getattr__(name: str) -> Any:
    """Load a part when it is first asked for: nbgrader's processes need two small ones, and start often."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
