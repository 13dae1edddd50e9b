#!/usr/bin/env bash
# Guess: a point that a person gave in formgrader belongs to the submission that the person saw. If the student hands in
# another notebook and nbgrader grades it, the check's points count again, or none until a person has looked.
#
# Seen (nbgrader 0.9.6, Python 3.11, Linux): the point by hand counts for every later submission. A student with 7 of 10
# by hand, who then hands in an answer for which the check gives 10, keeps 7: in the gradebook, in the export and on the
# page of feedback. Only the mark `needs_manual_grade` tells, and feedback is not written anew when a point is given.
#
# Fails if the check's points count after all.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet nbgrader==0.9.6

# nbgrader calls alembic, which lies beside Python.
PATH="$folder/venv/bin:$PATH" python -W ignore - "$folder/gradebook.db" <<'PYTHON'
import sys

from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import SaveAutoGrades

url = f"sqlite:///{sys.argv[1]}"


def grade(points):
    """What nbgrader saves of a submission whose check shows these points."""
    told = {"grade_id": "a", "grade": True, "solution": False, "locked": True, "points": 10, "schema_version": 3}
    shown = new_output("execute_result", data={"text/plain": str(points)})
    work = new_notebook(cells=[new_code_cell("check()", outputs=[shown], metadata={"nbgrader": told})])
    names = {"notebook": "one", "assignment": "week", "student": "ana", "db_url": url}
    SaveAutoGrades().preprocess(work, {"nbgrader": names})


with Gradebook(url) as book:
    book.add_assignment("week")
    book.add_notebook("one", "week")
    book.add_grade_cell("a", "one", "week", max_score=10, cell_type="code")
    book.add_student("ana")
    book.add_submission("week", "ana")
grade(0)
with Gradebook(url) as book:
    found = book.find_grade("a", "one", "week", "ana")
    found.manual_score, found.needs_manual_grade = 7, False
    book.db.commit()
grade(10)
with Gradebook(url) as book:
    found = book.find_grade("a", "one", "week", "ana")
    print(f"check {found.auto_score:g}, by hand {found.manual_score:g}: {found.score:g} count")
    print("needs_manual_grade:", found.needs_manual_grade)
    assert (found.auto_score, found.score, found.needs_manual_grade) == (10, 7, True)
PYTHON
