"""A class's assignments: an nbgrader course built from chapters and solutions, collected, graded and told.

- ``assign``: source and release version of chapters in a course folder (``course``)
- ``collect``: what students handed in, from an LMS's zip or a folder, filed for grading (``collecting``; ``archives``
  reads, ``owners`` and ``belonging`` tell whose and which a file is, ``people`` keeps the list of students,
  ``shelves`` the versions)
- ``grade_class``, ``Limits``: nbgrader grades what was handed in, after the solution got full marks here (``grading``,
  ``packages``, ``reference``, ``records``, ``feedback``)
- ``gather``: all that is known about a class then (``gathering``, ``reading``), as plain data (``results``)
- ``report``: the instructor's page; ``canvas_csv``, ``moodle_csv``: what an LMS imports (``exporting``);
  ``write_grades``: the files of them (``writing``)

Inside: ``extra`` runs nbgrader's steps in a process of their own (``worker``), several at a time (``team``), with an
end to their time and memory (``watching``); ``restoring`` and ``kernel`` are what nbgrader and its kernels load.
"""

from scalinglab.exercises.assignments.collecting import Collected, collect
from scalinglab.exercises.assignments.course import Assigned, assign
from scalinglab.exercises.assignments.exporting import canvas_csv, moodle_csv
from scalinglab.exercises.assignments.gathering import gather
from scalinglab.exercises.assignments.grading import Limits, grade_class
from scalinglab.exercises.assignments.report import report
from scalinglab.exercises.assignments.results import ClassResults, Question, Score, Student, Submission
from scalinglab.exercises.assignments.writing import write_grades

__all__ = [
    "Assigned",
    "ClassResults",
    "Collected",
    "Limits",
    "Question",
    "Score",
    "Student",
    "Submission",
    "assign",
    "canvas_csv",
    "collect",
    "gather",
    "grade_class",
    "moodle_csv",
    "report",
    "write_grades",
]
