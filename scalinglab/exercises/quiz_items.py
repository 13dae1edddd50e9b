"""The questions of the quizzes: what one is, and the reader of ``quiz_bank/chapter_NN.toml``.

They stand there and not in the notebooks, where a student would read which choice is right. A new chapter adds its
file, and is put through the proofs in ``tests/exercises/test_quizzes.py``::

    [[questions]]
    text = "What **is** `1 + 1`?"

    [[questions.options]]
    text = "Two."
    why = "One more than one."
    right = true

A text may go over several lines between triple quotation marks; they are joined by blanks.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from scalinglab._checks import fail

_BANK = Path(__file__).parent / "quiz_bank"


@dataclass(frozen=True)
class Option:
    """One choice: its text, shown from the start, and the explanation, shown after it was chosen."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Item:
    """One question of a quiz.

    Parameters
    ----------
    text
        The question; `` `code` `` and ``**bold**`` are understood.
    options
        At least three, of which one is right. Their texts are plain.
    """

    text: str
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        texts, whys = ({getattr(option, name) for option in self.options} for name in ("text", "why"))
        if len(self.options) < 3 or not len(texts) == len(whys) == len(self.options):
            fail("options", "be three or more, with texts and explanations of their own", self.options)
        if sum(option.right for option in self.options) != 1:
            fail("options", "have one that is right", self.options)


def quiz_chapters() -> list[str]:
    """The chapters that have a quiz, ``"05"``, in order."""
    return sorted(path.stem.removeprefix("chapter_") for path in _BANK.glob("chapter_*.toml"))


@cache
def items_of(chapter: str) -> tuple[Item, ...]:
    """The questions of a chapter.

    Raises
    ------
    ValueError
        If it has none; the sentence lists the chapters that have.
    """
    if chapter not in quiz_chapters():
        fail("chapter", "be one that has a quiz: " + ", ".join(quiz_chapters()), chapter)
    file = _BANK / f"chapter_{chapter}.toml"
    return _within(file.name, read_items, file.read_text(encoding="utf-8"))


def read_items(toml: str) -> tuple[Item, ...]:
    """The questions that a text in TOML holds.

    Raises
    ------
    ValueError
        If it is no TOML, or something is missing, of the wrong type, unknown, or makes no sense; the sentence says
        where.
    """
    data = tomllib.loads(toml)
    _expect("a quiz", data, {"questions": list})
    return tuple(_within(f"question {number}", _item, one) for number, one in enumerate(data["questions"], 1))


def _item(table: Any) -> Item:
    _expect("a question", table, {"text": str, "options": list})
    options = (_within(f"option {number}", _option, one) for number, one in enumerate(table["options"], 1))
    return Item(_joined(table["text"]), tuple(options))


def _option(table: Any) -> Option:
    _expect("an option", table, {"text": str, "why": str}, {"right": bool})
    return Option(_joined(table["text"]), _joined(table["why"]), table.get("right", False))


def _within(place: str, make: Callable[[Any], Any], value: Any) -> Any:
    """What is made of a value; an error begins with the place where it stands."""
    try:
        return make(value)
    except ValueError as problem:
        raise ValueError(f"{place}: {problem}") from problem


def _expect(name: str, table: Any, needed: Mapping[str, type], may: Mapping[str, type] = MappingProxyType({})) -> None:
    """Stop at a table that lacks an entry, or has one of another type or one that nobody reads."""
    allowed = {**needed, **may}
    if not isinstance(table, dict) or not needed.keys() <= table.keys() <= allowed.keys():
        fail(name, f"have {' and '.join(needed)}" + "".join(f", and may have {key}" for key in may), table)
    for key, value in table.items():
        if not isinstance(value, allowed[key]):
            fail(f"{key} of {name}", f"be of type {allowed[key].__name__}", value)


def _joined(text: str) -> str:
    return " ".join(text.split())
