"""All exercises, one module for each chapter, loaded when first asked for.

A new chapter adds ``chapter_NN.py`` with a tuple ``EXERCISES``, from a warm-up to the hardest; nothing else has to be
told. An exercise that needs a screen or more of its own stands in a module named after it. Every exercise found here
is put through the proofs in ``tests/exercises/test_bank.py``, which also ask for its solution in ``course/solutions``.
"""

from __future__ import annotations

from scalinglab._checks import fail, one_of
from scalinglab.exercises.chapters import chapters_in, load
from scalinglab.exercises.exercise import Exercise, valid_key

__all__ = ["all_exercises", "find"]


def find(key: str) -> Exercise:
    """The exercise of a key, such as ``"00-parameters"``; imports only its chapter.

    Raises
    ------
    ValueError
        If there is none; the sentence lists those of the chapter.
    """
    chapter = valid_key(key).partition("-")[0]
    if chapter not in _chapters():
        fail("key", "begin with a chapter that has exercises: " + ", ".join(_chapters()), key)
    known = {exercise.key: exercise for exercise in _load(chapter)}
    return known[one_of("key", key, known)]


def all_exercises() -> tuple[Exercise, ...]:
    """Every exercise of every chapter, in order."""
    return tuple(exercise for chapter in _chapters() for exercise in _load(chapter))


def _chapters() -> list[str]:
    return chapters_in(__path__)


def _load(chapter: str) -> tuple[Exercise, ...]:
    return load(__name__, chapter, "EXERCISES")
