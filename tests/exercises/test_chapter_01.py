"""Chapter 01's exercises: answers that no diagnosis may punish, and mistakes that stop a call."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from scalinglab.exercises import grade, student_seed
from scalinglab.exercises.bank import find

SEEDS = [student_seed(f"student {number}", "01-offset") for number in range(12)]


@pytest.mark.parametrize(
    "formula",
    [
        lambda target, amplitude, exponent, offset: math.ceil((amplitude / (target - offset)) ** (1 / exponent) - 1e-9),
        lambda target, amplitude, exponent, offset: math.ceil((amplitude / (target - offset)) ** (1 / exponent) + 1e-9),
        lambda target, amplitude, exponent, offset: -(-(((target - offset) / amplitude) ** (-1 / exponent)) // 1),
        lambda target, amplitude, exponent, offset: math.ceil(
            2 ** (math.log2(Fraction(amplitude) / (Fraction(target) - Fraction(offset))) / exponent)
        ),
    ],
    ids=["a little less", "a little more", "floor division", "exact gap"],
)
def test_no_rounding_error_decides_over_the_samples_needed(formula):
    for seed in SEEDS:
        answer = grade(
            find("01-offset"),
            lambda target, *law: math.inf if target <= law[-1] else formula(target, *law),
            seed=seed,
        )
        assert answer.passed, answer


def test_a_target_at_the_offset_is_never_reached_either():
    def unguarded_there(target, amplitude, exponent, offset):
        return math.inf if target < offset else math.ceil((amplitude / (target - offset)) ** (1 / exponent))

    result = grade(find("01-offset"), unguarded_there, seed=SEEDS[0])
    target, amplitude, exponent, offset = find("01-offset").draw(SEEDS[0])[-1]
    assert target == offset
    assert result.diagnosis == "raised an error"
    assert f"target={target}, amplitude={amplitude}, exponent={exponent}, offset={offset}" in result.message
    assert "ZeroDivisionError" in result.message
