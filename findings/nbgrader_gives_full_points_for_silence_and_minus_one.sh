#!/usr/bin/env bash
# Guess: nbgrader gives a check's cell no points if its last value is negative or nan, or if it shows nothing at all; and
# the preprocessor IgnorePattern with the pattern "." drops whatever a cell wrote to stderr.
#
# Seen (nbgrader 0.9.6, Python 3.11, Linux): -1.0, nan and a cell without any output get full points. Such a cell is not
# far away: a student's `get_ipython().ast_node_interactivity = "none"` keeps every cell from showing its last value. And
# "." matches no newline (re.search without DOTALL): a cell of which only newlines reached stderr (a progress bar that
# another thread closed) keeps that output, and a right answer gets 0. "(?s)." drops it.
#
# Fails if nbgrader gives other points.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet nbgrader==0.9.6

"$folder/venv/bin/python" - <<'PYTHON'
from nbformat.v4 import new_code_cell, new_output
from nbgrader.preprocessors import IgnorePattern
from nbgrader.utils import determine_grade


def cell(*outputs):
    told = {"grade_id": "a", "grade": True, "solution": False, "locked": True, "points": 10, "schema_version": 3}
    return new_code_cell("check()", outputs=list(outputs), metadata={"nbgrader": told})


def shown(text):
    return new_output("execute_result", data={"text/plain": text})


for name, made in (("-1.0", cell(shown("-1.0"))), ("nan", cell(shown("nan"))), ("nothing shown", cell())):
    print(f"{name}: {determine_grade(made)[0]} of 10")
    assert determine_grade(made)[0] == 10
for pattern, points in ((".", 0), ("(?s).", 7)):
    made = cell(new_output("stream", name="stderr", text="\n"), shown("7.0"))
    IgnorePattern(pattern=pattern).preprocess_cell(made, {}, 0)
    print(f"a newline on stderr, then 7.0, pattern {pattern}: {determine_grade(made)[0]} of 10")
    assert determine_grade(made)[0] == points
PYTHON
