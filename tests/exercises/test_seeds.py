"""A student's seed: the same everywhere, whoever types the name."""

from __future__ import annotations

import unicodedata

import pytest

from scalinglab.exercises import student_seed


def test_seeds_are_those_of_every_machine_and_version():
    # Computed once from the documented recipe: SHA-256 of ASCII JSON, first 48 bits.
    assert student_seed("", "00-parameters") == 268415008579292
    assert student_seed("Ada Lovelace", "00-parameters") == 205903049401922


@pytest.mark.parametrize(
    "spelling",
    [
        "ada lovelace",
        " ADA\tLOVELACE ",
        "Ada \N{NO-BREAK SPACE} Lovelace",
        "\N{FULLWIDTH LATIN CAPITAL LETTER A}da Lovelace",
    ],
)
def test_spellings_of_one_name_share_a_seed(spelling):
    assert student_seed(spelling, "00-parameters") == student_seed("Ada Lovelace", "00-parameters")


@pytest.mark.parametrize("name", ["Zoë Müller", "Ångström", "Nguyễn Ánh", "王小明", "Straße", "ΑΛΈΞΗΣ", "🦉"])
def test_composed_and_decomposed_letters_and_case_share_a_seed(name):
    forms = {unicodedata.normalize(form, name) for form in ("NFC", "NFD")} | {name.upper(), name.casefold()}
    assert len({student_seed(form, "00-parameters") for form in forms}) == 1


def test_students_and_exercises_differ():
    seeds = {student_seed(f"student {n}", key) for n in range(500) for key in ("00-a", "00-b")}
    assert len(seeds) == 1000
    assert all(0 <= seed < 2**48 for seed in seeds)


@pytest.mark.parametrize("student", [None, 7, b"Ada"])
def test_a_name_that_is_no_text_is_refused(student):
    with pytest.raises(ValueError, match="student must be text"):
        student_seed(student, "00-parameters")
