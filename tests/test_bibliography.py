"""Citation keys in the package and in the notebooks lead to a work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import scalinglab
from scalinglab.bibliography import REFERENCES, cite

ROOT = Path(scalinglab.__file__).parents[1]
KEY = re.compile(r"\[([A-Z][a-z]+\d{4})\](?!\()")


def test_every_key_that_is_cited_exists():
    texts = [*ROOT.glob("scalinglab/**/*.py"), *ROOT.glob("course/*.ipynb")]
    cited = {key for path in texts for key in KEY.findall(path.read_text(encoding="utf-8"))}
    assert cited <= set(REFERENCES)


def test_the_five_works_of_the_course_are_there():
    numbers = {reference.arxiv for reference in REFERENCES.values()}
    assert {"2510.00504", "2108.07686", "2402.01092", "2402.01089", "2106.03795"} <= numbers


def test_an_unknown_key_is_named():
    with pytest.raises(ValueError, match=r"key must be one of Wang2025, .* got 'Nobody1900'"):
        cite("Nobody1900")


def test_a_reference_links_to_its_abstract():
    assert cite("Kumar2024").link == "https://arxiv.org/abs/2402.01089"
    assert "(https://arxiv.org/abs/2402.01089)" in cite("Kumar2024")._repr_markdown_()
    assert cite("Okabe2008").link == ""
