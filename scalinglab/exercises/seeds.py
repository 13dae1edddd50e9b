"""A seed for each student and exercise, so that numbers vary by student and can be remade by the instructor.

>>> student_seed("  Zoë  LOVELACE ", "00-parameters") == student_seed("zoë lovelace", "00-parameters")
True
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata

from scalinglab._checks import fail, text

#: The numbers that an exercise has of its own; the other capital letters stand for other ones.
FIRST_VARIANT = "A"


def valid_variant(variant: str) -> str:
    """A variant of the numbers: a letter from A to Z."""
    if not isinstance(variant, str) or not re.fullmatch("[A-Z]", variant):
        fail("variant", "be a letter from A to Z", variant)
    return variant


def student_seed(student: str, key: str, variant: str = FIRST_VARIANT) -> int:
    """The seed of one student for one exercise: the same on every machine and in every version of Python.

    The name is read without regard to case, to blanks around and between its parts, and to how its letters are
    composed in Unicode. Then ``[name, key]`` is written as ASCII JSON, hashed by SHA-256, and the first 48 bits
    are the seed: below 2^53, so that JSON and JavaScript hold it exactly. No name ("") is a student like any other.
    Of another variant than the first, it is ``[name, key, variant]``.

    Raises
    ------
    ValueError
        If the name or the key is not text, or the variant is not a letter from A to Z.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text("student", student)).casefold())
    of_variant = [] if valid_variant(variant) == FIRST_VARIANT else [variant]
    written = json.dumps([" ".join(folded.split()), text("key", key), *of_variant])
    return int.from_bytes(hashlib.sha256(written.encode("ascii")).digest()[:6], "big")
