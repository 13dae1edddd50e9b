"""What each chapter asks for: minutes, points and predictions, without its notebook and without the bank of exercises.

The table ``chapters.toml`` lies in the package because a notebook may lie alone, as one that was handed out does.
``python -m tests.course_counts`` writes it from the chapters, and a test says when it is out of date.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

_TABLE = Path(__file__).parent / "chapters.toml"


@dataclass(frozen=True)
class Chapter:
    """One chapter of the course.

    Parameters
    ----------
    file
        The name of its notebook, ``"05_random_features.ipynb"``.
    title
        Without its number.
    minutes, solving
        To read it, and for its exercises, as the chapter states them.
    points
        What each exercise is worth, by key.
    predictions
        The keys of its predictions, from top to bottom.
    quiz
        How many questions its quiz has.
    """

    file: str
    title: str
    minutes: int
    solving: int
    points: Mapping[str, int]
    predictions: tuple[str, ...]
    quiz: int

    @property
    def number(self) -> str:
        """Its two digits, with which all its keys begin."""
        return self.file[:2]

    @property
    def sealable(self) -> tuple[str, ...]:
        """The keys of all that it asks to be sealed: its predictions, then the first choices of its quiz."""
        return self.predictions + tuple(f"{self.number}-quiz-{place}" for place in range(1, self.quiz + 1))


@cache
def chapters() -> tuple[Chapter, ...]:
    """All chapters, in order."""
    return tuple(_chapter(table) for table in tomllib.loads(_TABLE.read_text(encoding="utf-8"))["chapters"])


def _chapter(table: dict) -> Chapter:
    fixed = {"points": MappingProxyType(table["points"]), "predictions": tuple(table["predictions"])}
    return Chapter(**table | fixed)
