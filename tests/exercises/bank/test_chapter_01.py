"""Chapter 01's exercises: answers that no diagnosis may punish, and mistakes that stop a call."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from scalinglab.exercises import grade, student_seed
from scalinglab.exercises.bank import find
from scalinglab.scaling_laws import fit_power_law

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


def test_three_errors_of_a_law_give_the_law_that_a_fit_finds():
    sizes, law = [50, 150, 450], (0.9, 0.6, 0.07)
    errors = [law[0] * size ** -law[1] + law[2] for size in sizes]
    more = np.geomspace(50, 450, 12)
    fitted = fit_power_law(more, law[0] * more ** -law[1] + law[2])
    assert find("01-three").oracle(sizes, errors, 9000) == pytest.approx(float(fitted.predict(9000)), rel=1e-3)
