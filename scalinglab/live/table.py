"""A small table for notebooks: rows as HTML, or as Markdown where there is no HTML; and a chapter's tie-out."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

from scalinglab import _checks as checks
from scalinglab.live.lesson.sealed import Sealed

#: The columns of a tie-out, and how a reader sees them; the last one is folded away.
_CLAIMED = ("claim", "expected", "measured", "tolerance", "tested in")
_SHOWN = ("claim", "claimed value", "measured here", "how closely they should agree")


class Table(Sealed):
    """Rows as a table, for a few results that belong side by side (a tie-out, say).

    Parameters
    ----------
    rows : sequence of mapping
        Flat dicts with the same keys; numbers are shown with four significant digits.
    caption : str
        A sentence above the table.
    after : str or sequence of str, optional
        Keys of predictions, ``"01-width"``. Until they are sealed the table is closed.

    Attributes
    ----------
    rows : list of dict
        The rows as they were given, with their values as they are.

    Raises
    ------
    ValueError
        If there is no row, or the rows differ in their keys.
    """

    def __init__(
        self, rows: Sequence[Mapping[str, Any]], *, caption: str = "", after: str | Sequence[str] = ()
    ) -> None:
        if not rows or any(list(row) != list(rows[0]) for row in rows):
            checks.fail("rows", "be one or more dicts with the same keys", [list(row) for row in rows])
        self.caption, self.rows = caption, [dict(row) for row in rows]
        self._cells = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
        super().__init__("table", after)

    def _html(self) -> str:
        return _as_html(self.caption, self._cells)

    def _text(self) -> str:
        widths = [max(len(line[i]) for line in self._cells) for i in range(len(self._cells[0]))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in self._cells]
        return "\n".join(([self.caption] if self.caption else []) + lines)


def tie_out(rows: Sequence[Sequence[Any]], *, after: str | Sequence[str] = ()) -> Table:
    """What a chapter claims beside what it has just measured: the table that ties it to the tests.

    Parameters
    ----------
    rows : sequence of sequence
        For each claim five entries: the claim in words, what is expected (a number, or words like ``"below 0.1"``),
        what was measured now, the tolerance in words (``"0.02"``, ``"15 %"``), and the file of the test that checks it.
    after : str or sequence of str, optional
        Keys of the predictions that it answers; until they are sealed it is closed.

    Raises
    ------
    ValueError
        If there is no row, or one has not five entries.
    """
    if any(len(row) != len(_CLAIMED) for row in rows):
        checks.fail("rows", f"have five entries each ({', '.join(_CLAIMED)})", [len(row) for row in rows])
    claims: list[dict[str, Any]] = [dict(zip(_CLAIMED, row, strict=True)) for row in rows]
    return _TieOut(claims, caption="Tie-out of this chapter", after=after)


class _TieOut(Table):
    """The table of claims, with plain heads, and the files of the tests in a fold below it."""

    def _html(self) -> str:
        body = self._cells[1:]
        tests = "".join(f"<li>{html.escape(line[0])}: <code>{html.escape(line[-1])}</code></li>" for line in body)
        fold = f"<details><summary>Which tests check these claims?</summary><ul>{tests}</ul></details>"
        return (
            _as_html("What this chapter claims, and what was measured here", [_SHOWN, *(line[:-1] for line in body)])
            + fold
        )


def _as_html(caption: str, cells: Sequence[Sequence[str]]) -> str:
    """A table whose first line is its head."""
    head, *body = [[html.escape(cell) for cell in line] for line in cells]
    lines = ["".join(f"<td style='text-align:left'>{cell}</td>" for cell in line) for line in body]
    top = "".join(f"<th scope='col' style='text-align:left'>{cell}</th>" for cell in head)
    rows = "".join(f"<tr>{line}</tr>" for line in lines)
    above = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return f"<table>{above}<thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if math.isfinite(value) else str(value)
    return str(value)
