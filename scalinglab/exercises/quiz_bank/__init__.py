"""The questions of all quizzes, one module for each chapter with a tuple ``QUESTIONS``, loaded when first asked for.

They stand here and not in the notebooks, where a student would read which choice is right. Every chapter found here
is put through the proofs in ``tests/exercises/test_quizzes.py``.
"""

from __future__ import annotations

from scalinglab._checks import fail
from scalinglab.exercises.chapters import chapters_in, load
from scalinglab.exercises.quiz_item import Item

__all__ = ["items_of", "quiz_chapters"]


def quiz_chapters() -> list[str]:
    """The chapters that have a quiz, ``"05"``, in order."""
    return chapters_in(__path__)


def items_of(chapter: str) -> tuple[Item, ...]:
    """The questions of a chapter.

    Raises
    ------
    ValueError
        If it has none; the sentence lists the chapters that have.
    """
    if chapter not in quiz_chapters():
        fail("chapter", "be one that has a quiz: " + ", ".join(quiz_chapters()), chapter)
    return load(__name__, chapter, "QUESTIONS")
