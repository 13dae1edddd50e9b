"""What is left out or done otherwise so that grading starts in less time gives what nbgrader and jsonschema give."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from nbgrader import api
from nbgrader.nbgraderformat.v3 import MetadataValidatorV3

from scalinglab.classroom.nbgrader.quick_parts import PATIENCE, first_revision, one_engine, validate

JUDGED = """
{first}
import sys, jsonschema
print("rfc3987_syntax" in sys.modules)
formats = jsonschema.FormatChecker()
for text in ("http://example.org/a", "http://ex\\u00e4mple.org/\\u00e4", "no address", "a/b", "", 7):
    print([formats.conforms(text, kind) for kind in ("iri", "iri-reference", "uri", "date")])
import rfc3987_syntax
print(rfc3987_syntax.__file__ is not None, rfc3987_syntax.is_valid_syntax_iri)
"""
QUICK = "from scalinglab._later import quick_jsonschema; quick_jsonschema(); quick_jsonschema()"
NBFORMAT = "from scalinglab._later import nbformat; nbformat.v4"


def printed(code: str) -> list[str]:
    """What a new process prints, which has the package that ``conftest`` hides from others."""
    environment = os.environ | {"PYTHONPATH": ""}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert not done.returncode, done.stderr
    return [line.partition(" at 0x")[0] for line in done.stdout.splitlines()]


def test_a_quick_jsonschema_judges_addresses_as_the_whole_one():
    plain = printed(JUDGED.replace("{first}", ""))
    assert plain[0] == "True"  # once it is False, quick_jsonschema has no use any more
    assert len(set(plain[1:7])) > 2
    for first in (QUICK, NBFORMAT):
        assert printed(JUDGED.replace("{first}", first)) == ["False", *plain[1:]]


def test_without_the_grammars_nothing_is_asked_of_them():
    missing = "import sys; sys.modules['rfc3987_syntax'] = None\n"
    asked = "import jsonschema; print(jsonschema.FormatChecker().conforms('no address', 'iri'))"
    assert printed(f"{missing}{NBFORMAT}\n{asked}") == ["True"]


def test_a_new_gradebook_has_the_revision_that_nbgraders_own_program_tells(monkeypatch: pytest.MonkeyPatch):

    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert first_revision() == api.get_alembic_version()


def test_one_engine_for_all_times_reads_the_gradebook_that_is_there_now(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(api, "create_engine", one_engine)
    monkeypatch.setattr(api, "get_alembic_version", first_revision)
    file, earlier = tmp_path / "gradebook.db", tmp_path / "earlier.db"
    with api.Gradebook(f"sqlite:///{file}") as book:
        engine = book.engine
        book.add_student("ana")
    earlier.write_bytes(file.read_bytes())
    with api.Gradebook(f"sqlite:///{file}") as book:
        assert book.engine is engine
        book.add_student("ben")
        with api.Gradebook(f"sqlite:///{file}") as second:  # as nbgrader's steps do while another is open
            assert [one.id for one in second.students] == ["ana", "ben"]
        assert [one.id for one in book.students] == ["ana", "ben"]
    earlier.replace(file)
    with api.Gradebook(f"sqlite:///{file}") as book:
        assert [one.id for one in book.students] == ["ana"]


def test_a_gradebook_waits_for_others_who_write_as_long_as_many_whole_notebooks_take(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(api, "create_engine", one_engine)
    monkeypatch.setattr(api, "get_alembic_version", first_revision)
    with api.Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        (waits,) = book.db.connection().exec_driver_sql("PRAGMA busy_timeout").one()
    assert waits == 1000 * PATIENCE > 60_000


@pytest.mark.parametrize("change", [{}, {"points": -1}, {"points": "ten"}, {"grade_id": "a b"}, {"more": 1}, None])
def test_what_nbgrader_knows_of_a_cell_is_judged_as_by_jsonschema(change):
    schema = MetadataValidatorV3().schema
    cell = {"schema_version": 3, "grade": True, "solution": False, "task": False, "locked": True, "points": 1}
    cell = cell | {"grade_id": "test"} | change if change is not None else {}
    told = []
    for judge in (jsonschema.validate, validate):
        try:
            told.append(judge(cell, schema))
        except jsonschema.ValidationError as error:
            told.append(str(error))
    assert told[0] == told[1]
    assert (told[0] is None) == (change == {})


def test_a_schema_that_is_none_is_refused():
    with pytest.raises(jsonschema.SchemaError):
        validate({}, {"type": "nothing that there is"})
