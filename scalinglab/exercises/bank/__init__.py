"""All exercises: one file each, ``chapter_NN/NAME.py``, found by being there and loaded when first asked for.

The exercise of the key ``"05-best-fit"`` is ``EXERCISE`` in ``chapter_05/best_fit.py``; nothing else has to be told.
What two exercises of a chapter share stands beside them, in a file whose name begins with an underscore; what those of
all chapters share (``_bisection``) stands beside this one. Every exercise found here is put through the proofs in
``tests/exercises/bank/test_every_exercise.py``, which also ask for its solution in ``course/solutions``.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path

from scalinglab._checks import fail, one_of
from scalinglab.exercises.exercise import Exercise, valid_key
from scalinglab.exercises.own_exercises import find_own

_HERE = Path(__file__).parent


def find(key: str, *, beside: Path | None = None) -> Exercise:
    """The exercise of a key, such as ``"00-parameters"``; imports only its chapter.

    Parameters
    ----------
    key : str
        That of an instructor's own exercise, ``"own-half-life"``, is looked for in a file.
    beside : Path, optional
        The folder of that file, if it is not the working folder.

    Raises
    ------
    ValueError
        If there is none; the sentence lists those of the chapter.
    """
    if isinstance(key, str) and key.startswith("own-"):
        return find_own(key, beside)
    chapter = valid_key(key).partition("-")[0]
    if chapter not in _chapters():
        fail("key", "begin with a chapter that has exercises: " + ", ".join(_chapters()), key)
    known = {exercise.key: exercise for exercise in _load(chapter)}
    return known[one_of("key", key, known)]


def all_exercises() -> tuple[Exercise, ...]:
    """Every exercise of every chapter, in order."""
    return tuple(exercise for chapter in _chapters() for exercise in _load(chapter))


def _chapters() -> list[str]:
    return sorted(folder.name.removeprefix("chapter_") for folder in _HERE.glob("chapter_*"))


@cache
def _load(chapter: str) -> tuple[Exercise, ...]:
    """The exercises of a chapter, from the easiest to the hardest."""
    files = pkgutil.iter_modules([str(_HERE / f"chapter_{chapter}")])
    names = [file.name for file in files if not file.name.startswith("_")]
    found = [import_module(f"{__name__}.chapter_{chapter}.{name}").EXERCISE for name in names]
    return tuple(sorted(found, key=lambda exercise: exercise.order))
