"""Parts of nbgrader that do again what was done before, and what does the same in less time in their place.

Only ``worker`` imports this. What nbgrader notes down, finds and refuses stays as it is; a test compares.
"""

from __future__ import annotations

import json
from functools import cache
from types import SimpleNamespace
from typing import Any

import jsonschema
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from nbgrader import api, dbutil
from nbgrader.nbgraderformat import common
from nbgrader.preprocessors import getgrades, overwritecells, saveautogrades, savecells
from sqlalchemy import create_engine

from scalinglab.classroom.nbgrader.one_transaction import OneTransaction

#: Seconds that one process waits while others note notebooks down. Five, as is usual with SQLite, are too few for ten
#: who write one of 800 cells at once: each holds the gradebook for a whole notebook, and who waits longest need not be
#: the next.
PATIENCE = 300


def use_quick_parts() -> None:
    """Let nbgrader, in this process, have the functions of this file."""
    api.get_alembic_version, api.create_engine = first_revision, one_engine
    common.jsonschema = SimpleNamespace(validate=validate)
    savecells.Gradebook = overwritecells.Gradebook = saveautogrades.Gradebook = getgrades.Gradebook = OneTransaction


def first_revision() -> str:
    """What nbgrader notes down in a new gradebook: the newest revision of its tables, told by alembic as a library.

    nbgrader starts alembic as a program for it, and waits three seconds, most of them for imports.
    """
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    settings = Config()
    settings.set_main_option("script_location", dbutil.ALEMBIC_DIR.replace("%", "%%"))
    return ScriptDirectory.from_config(settings).get_heads()[0]


@cache
def one_engine(address: str, **options: Any) -> Any:
    """SQLAlchemy's engine for a gradebook, one for all the times that nbgrader opens it while it grades.

    nbgrader makes one each time, some ten times for a submission, and each would turn every question into SQL anew.
    Closing the gradebook closes its connections all the same.
    """
    if address.startswith("sqlite"):
        options["connect_args"] = {"timeout": PATIENCE}
    return create_engine(address, **options)


def validate(instance: Any, schema: Any) -> None:
    """As ``jsonschema.validate``, which checks the schema itself too, and nbgrader asks it once for each cell.

    Raises
    ------
    jsonschema.ValidationError
        If the instance is not as the schema says.
    jsonschema.SchemaError
        If the schema is none.
    """
    error = best_match(_validator(json.dumps(schema)).iter_errors(instance))
    if error is not None:
        raise error


@cache
def _validator(text: str) -> Any:
    """What checks by a schema, which is a text here."""
    schema = json.loads(text)
    kind = validator_for(schema, default=jsonschema.Draft202012Validator)
    kind.check_schema(schema)
    return kind(schema)
