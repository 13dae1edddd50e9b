"""Which cells of a notebook are a student's answer to what, and the form of each answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scalinglab.classroom.alike.normal_form import Form, form_of_code, form_of_text, imported_in, statements_in

_SOLUTION = re.compile(r"^[ \t]*### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION[ \t]*$\n?", re.MULTILINE | re.DOTALL)
#: What stands for an answer that Python cannot read.
UNREADABLE = Form("", 0, "")


@dataclass(frozen=True)
class Assignment:
    """What the source of an assignment gives to everybody: its cells, its stubs, and the solutions.

    Parameters
    ----------
    cells
        Those of nbgrader's source, as nbformat 4 has them.
    names
        The function that an exercise asks for, by the name of its check's cell.
    """

    cells: Sequence[Mapping[str, Any]]
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def given(self) -> frozenset[str]:
        """The code that stands in the release, stubs included."""
        return frozenset(_SOLUTION.sub("", text_of(cell)).strip() for cell in self.cells if _is_code(cell))

    @cached_property
    def imported(self) -> dict[str, str]:
        """What the names stand for that the release imports."""
        return {name: full for text in self.given for name, full in imported_in(_read(text) or []).items()}

    @cached_property
    def published(self) -> dict[str, Form]:
        """The forms of the solutions, by the name of the graded cell."""
        solved = [{**cell, "source": "\n".join(_SOLUTION.findall(text_of(cell)))} for cell in self.cells]
        changed = [new if _told(new).get("solution") else old for new, old in zip(solved, self.cells, strict=True)]
        return self.answers_in(changed)

    @property
    def in_words(self) -> frozenset[str]:
        """The names of the graded cells that are answered in words."""
        return frozenset(_told(cell).get("grade_id", "") for cell in self.cells if not _is_code(cell))

    def answers_in(self, cells: Iterable[Mapping[str, Any]]) -> dict[str, Form]:
        """The forms of the answers in a notebook.

        Returns
        -------
        dict
            By the name of the graded cell; nothing for a stub that was left as it is. An answer that cannot be read is
            ``UNREADABLE``.
        """
        return dict(self._answers(cells))

    def _answers(self, cells: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Form]]:
        own: list[str] = []
        for cell in cells:
            text, told = text_of(cell), _told(cell)
            name = str(told.get("grade_id", ""))
            if told.get("grade") and told.get("solution"):
                form = self._by_hand(cell, text)
            elif told.get("grade") and name in self.names:
                form = self._of_exercise(own, self.names[name])
            else:
                if _is_code(cell) and text.strip() and text.strip() not in self.given:
                    own.append(text)
                continue
            if form:
                yield name, form

    def _of_exercise(self, own: Sequence[str], name: str) -> Form | None:
        read = [(text, _read(text)) for text in own]
        statements = [one for _, found in read for one in found or ()]
        last = next((text for text, found in reversed(read) if name in text), "")
        form = form_of_code(statements, name, imported=self.imported, letters=last.strip()) if last else None
        broken = any(found is None and name in text for text, found in read)
        return form or (UNREADABLE if broken else None)

    def _by_hand(self, cell: Mapping[str, Any], text: str) -> Form | None:
        """The form of an answer that a person grades, which is a cell of its own."""
        if text.strip() in self._texts:
            return None
        if not _is_code(cell):
            return form_of_text(text)
        read = _read(text)
        return UNREADABLE if read is None else form_of_code(read, imported=self.imported, letters=text.strip())

    @cached_property
    def _texts(self) -> frozenset[str]:
        """The cells as they are handed out."""
        return frozenset(_SOLUTION.sub("", text_of(cell)).strip() for cell in self.cells)


def text_of(cell: Mapping[str, Any]) -> str:
    """The source of a cell, which a file may hold as a list of lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _told(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    return cell.get("metadata", {}).get("nbgrader", {})


def _is_code(cell: Mapping[str, Any]) -> bool:
    return cell.get("cell_type") == "code"


def _read(text: str) -> list[ast.stmt] | None:
    """The statements of a cell; None if Python cannot read it."""
    try:
        return statements_in(text)
    except SyntaxError:
        return None
