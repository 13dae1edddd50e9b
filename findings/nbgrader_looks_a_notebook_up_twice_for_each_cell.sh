#!/usr/bin/env bash
# Guess: to release an assignment nbgrader asks its gradebook a few times for each notebook, and writes once for each; it
# connects to the gradebook once.
#
# Seen (nbgrader 0.9.6, SQLAlchemy 2.1.9, Python 3.11, Linux): each cell that has points takes six queries and two commits;
# two of the queries look up the notebook that it is in. Three engines are made for the one file.
#
# Fails if a cell takes four queries or fewer, if the notebook is not looked up for each, if there are fewer commits than
# cells, or if one engine serves a release.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet nbgrader==0.9.6 sqlalchemy==2.1.9

cd "$folder"
export PATH="$folder/venv/bin:$PATH"  # nbgrader starts alembic by its name
python - <<'PYTHON'
from collections import Counter
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.apps import NbGraderAPI
from sqlalchemy import Engine, event
from traitlets.config import Config

seen = Counter()
engines = set()


@event.listens_for(Engine, "before_cursor_execute")
def asked(connection, cursor, statement, *rest):
    seen["queries"] += statement.startswith("SELECT")
    seen["of the notebook"] += statement.startswith("SELECT notebook.")
    engines.add(connection.engine)


@event.listens_for(Engine, "commit")
def committed(connection):
    seen["commits"] += 1


def release(cells):
    seen.clear(), engines.clear()
    course = Path(f"course_{cells}").absolute()
    (course / "source" / "one").mkdir(parents=True)
    told = {"grade": True, "solution": False, "locked": True, "points": 1, "schema_version": 3, "cell_type": "code"}
    made = [new_code_cell("assert 1", metadata={"nbgrader": told | {"grade_id": f"c{i}"}}) for i in range(cells)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=made, metadata=kernel), course / "source" / "one" / "one.ipynb")
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.db_url = f"sqlite:///{course}/gradebook.db"
    assert NbGraderAPI(config=config).generate_assignment("one")["success"]
    return dict(seen), len(engines)


(few, _), (many, made) = release(20), release(120)
each = {name: (many[name] - few[name]) / 100 for name in many}
print("for each cell more:", each, "; engines of a release:", made)
assert each["queries"] > 4
assert each["of the notebook"] >= 1
assert each["commits"] >= 1
assert made > 1
PYTHON
