"""How names and points are shown: what an LMS hands over is text of any kind."""

from __future__ import annotations

import unicodedata
from collections import Counter

from scalinglab.classroom.results import ClassResults, Student


def clean(text: str) -> str:
    """One line of text that every encoder takes: no control characters, no halves of surrogate pairs."""
    kept = ("?" if unicodedata.category(one) == "Cs" else one for one in text)
    return " ".join("".join(" " if unicodedata.category(one) == "Cc" else one for one in kept).split())


def sentence(phrase: str) -> str:
    """A phrase with a capital and a full stop: ``it ran too long`` becomes ``It ran too long.``"""
    phrase = clean(phrase)
    end = "" if phrase.endswith((".", "!", "?")) else "."
    return f"{phrase[:1].upper()}{phrase[1:]}{end}" if phrase else ""


def whole_name(student: Student) -> str:
    """First and last name; the id if there is neither."""
    return clean(f"{student.first_name} {student.last_name}") or clean(student.id)


def names_of(results: ClassResults) -> dict[str, str]:
    """The name of each student by id, with the id behind it where two students share a name."""
    names = {student.id: whole_name(student) for student in results.students}
    shared = {name for name, count in Counter(names.values()).items() if count > 1}
    return {one: f"{name} ({clean(one)})" if name in shared else name for one, name in names.items()}


def told_once(diagnosis: str, message: str) -> str:
    """What a message says beside a diagnosis that stands before it: of ``NameError: name 'x' is ...`` the words."""
    return message.removeprefix(f"{diagnosis}:").lstrip() if diagnosis and message != diagnosis else message


def in_points(points: float) -> str:
    """Points with at most two decimals and a point: ``10``, ``7.5``."""
    return f"{points:.2f}".rstrip("0").rstrip(".")
