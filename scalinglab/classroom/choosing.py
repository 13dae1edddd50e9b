"""What an assignment takes of its chapter: which exercises count, what each is worth, and which numbers they have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scalinglab._checks import fail
from scalinglab.exercises.bank import find
from scalinglab.exercises.seeds import FIRST_VARIANT, valid_variant

_POINTS = re.compile(r"(?P<key>[^=\s]+)=(?P<points>\d{1,6}(?:\.\d{1,2})?)")


@dataclass(frozen=True)
class Choice:
    """What was asked for, of all chapters that are assigned at once.

    Parameters
    ----------
    exercises
        Keys of those that count; all of them if empty.
    points
        What an exercise is worth, by key, where it is not its own number.
    variant
        A letter from A to Z; A are the chapter's own numbers.
    """

    exercises: tuple[str, ...] = ()
    points: Mapping[str, float] = field(default_factory=dict)
    variant: str = FIRST_VARIANT

    @classmethod
    def read(cls, exercises: str | None, points: Sequence[str], variant: str | None) -> Choice:
        """What was typed: ``"05-endless,05-ridge"``, ``["05-ridge=30"]``, ``"B"``.

        Raises
        ------
        ValueError
            If the points are no positive numbers, the variant is no letter, or a key is named twice.
        """
        keys = () if exercises is None else tuple(one.strip() for one in exercises.split(","))
        worth: dict[str, float] = {}
        for one in (part.strip() for text in points for part in text.split(",")):
            found = _POINTS.fullmatch(one)
            if not found or not float(found["points"]):
                fail("points", "be an exercise and a number above 0, such as 05-ridge=30", one)
            if found["key"] in worth:
                fail("points", "name each exercise once", found["key"])
            worth[found["key"]] = float(found["points"])
        if len(set(keys)) < len(keys):
            fail("exercises", "name each exercise once", exercises)
        return cls(keys, worth, FIRST_VARIANT if variant is None else valid_variant(variant))

    def __bool__(self) -> bool:
        """Whether anything is asked for that the chapter does not have by itself."""
        return self != Choice()

    def of(self, chapters: Mapping[str, Sequence[str]]) -> dict[str, dict[str, float]]:
        """What counts in each chapter, and how much, in the chapter's order.

        Parameters
        ----------
        chapters
            The keys of each chapter's exercises, by its name.

        Raises
        ------
        ValueError
            If an exercise is named that is in none of them or does not count, or none of a chapter is.
        """
        known = [key for keys in chapters.values() for key in keys]
        for name, named in (("exercises", self.exercises), ("points", self.points)):
            for key in named:
                if key not in known:
                    fail(name, f"name exercises of what is assigned ({', '.join(known)})", key)
        for key in self.points:
            if self.exercises and key not in self.exercises:
                fail("points", "name exercises that count, and --exercises leaves this one out", key)
        found = {}
        for chapter, keys in chapters.items():
            counted = [key for key in keys if not self.exercises or key in self.exercises]
            if keys and not counted:
                fail("exercises", f"name at least one of {chapter}", ", ".join(self.exercises))
            found[chapter] = {key: float(self.points.get(key, find(key).points)) for key in counted}
        return found
