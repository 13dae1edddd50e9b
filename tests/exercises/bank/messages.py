"""What the tests of the exercises' messages share: a mistake by its name, and a number as a message writes it."""

from __future__ import annotations

from typing import Any

import pytest

from scalinglab.exercises import Mistake
from scalinglab.exercises.bank import find


def mistake_of(key: str, name: str) -> Mistake:
    """The known mistake of an exercise with this name."""
    return next(mistake for mistake in find(key).mistakes if mistake.name == name)


def words_of(key: str, name: str) -> str:
    """The message of a mistake between blanks and without punctuation, so that ``" 2.3 "`` is in it or is not."""
    return f" {mistake_of(key, name).message} ".translate(str.maketrans(",:;", "   "))


def as_written(number: str) -> Any:
    """What a number with so many decimals may stand for: half a unit of the last one on either side."""
    return pytest.approx(float(number), abs=0.51 * 10.0 ** -len(number.partition(".")[2]))
