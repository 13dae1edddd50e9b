"""A class's assignments: nbgrader's course built from chapters and solutions, collected, graded and told.

- ``results``: what grading finds, as plain data
"""

from scalinglab.exercises.assignments.results import ClassResults, Question, Score, Student, Submission

__all__ = ["ClassResults", "Question", "Score", "Student", "Submission"]
