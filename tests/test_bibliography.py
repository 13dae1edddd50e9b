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


@pytest.mark.parametrize(
    ("chapter", "keys"),
    [
        ("01", "Hestness2017 Alabdulmohsin2022 Caballero2022"),
        ("02", "Kaplan2020 Porian2024 Sardana2023"),
        ("06", "Bordelon2025 Paquette2024 Muennighoff2023"),
        ("07", "Vysogorets2021 Su2020"),
        ("09", "Pavasovic2023"),
        ("10", "Wan2023"),
        ("11", "Dwivedi2021"),
        ("13", "Yang2022"),
    ],
)
def test_works_that_a_student_must_hear_of_are_named_and_cited_in_their_chapter(chapter: str, keys: str):
    (path,) = ROOT.glob(f"course/{chapter}_*.ipynb")
    text = path.read_text(encoding="utf-8")
    for key in keys.split():
        work = cite(key)
        assert f'cite(\\"{key}\\")' in text
        first = work.authors.split(",")[0]
        assert re.search(rf"{first}\b[^(]*\(?{work.year}\)", text), key
        assert re.fullmatch(r"\d{4}\.\d{5}", work.arxiv)


def test_a_reference_links_to_its_abstract():
    assert cite("Kumar2024").link == "https://arxiv.org/abs/2402.01089"
    assert "(https://arxiv.org/abs/2402.01089)" in cite("Kumar2024")._repr_markdown_()
    assert cite("Okabe2008").link == ""
