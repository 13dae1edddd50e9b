"""Tables that a spreadsheet opens: text that it does not run, lines that every importer takes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from scalinglab.classroom.report.names_and_points import clean

#: What a spreadsheet takes for the beginning of a formula, in the wide letters of East Asia too.
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def guarded(text: str) -> str:
    """Text for a cell: one line that no spreadsheet runs or, where semicolons part cells, cuts in two."""
    text = clean(text.replace(";", ","))
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_csv(rows: Iterable[list[str]]) -> str:
    """Rows as the lines of a file, with the mark that tells Excel its encoding."""
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return f"\ufeff{stream.getvalue()}"
