"""What a question of a quiz is: a text, and choices that each say why they are wrong, or why right."""

from __future__ import annotations

from dataclasses import dataclass

from scalinglab._checks import fail

__all__ = ["Item", "Option", "right", "wrong"]


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


def right(text: str, why: str) -> Option:
    """The right choice, and why it is right."""
    return Option(text, why, right=True)


def wrong(text: str, why: str) -> Option:
    """A wrong choice, and why it is wrong."""
    return Option(text, why)
