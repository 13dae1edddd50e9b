"""Numbers as whole numbers: exact where they are few, else within half a step of their axis."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.live import Axis
from scalinglab.site.baking.scales import ABOVE_ALL, BELOW_ALL, BEYOND, GAP, STEPS, code

NUMBERS = np.random.default_rng(0).uniform(0, 1, 1000)
UNIT = Axis("y", "y", 0, 1)


def test_few_numbers_and_whole_numbers_are_kept_exactly():
    few = code(np.tile([0.1, np.nan, np.inf, 0.3], 50), [])
    assert few.reading == {"kind": "few", "labels": [0.1, 0.3, "inf", "nan"]}
    assert few.codes[:4].tolist() == [0, 3, 2, 1]
    whole = code(np.arange(-3, 100_000, 7), [])
    assert whole.reading == {"kind": "whole", "base": -3}
    assert (whole.codes == np.arange(0, 100_003, 7)).all()
    assert code(np.array(["b", "a", "b"]), []).codes.tolist() == [1, 0, 1]
    assert code(np.array([True, False]), []).reading == {"kind": "truth"}


def test_on_an_axis_a_step_is_a_49152th_of_it_and_its_ends_are_exact():
    found = code(np.concatenate([[0, 1], NUMBERS]), [UNIT])
    assert found.codes[:2].tolist() == [BEYOND, BEYOND + STEPS]
    assert np.abs((found.codes - BEYOND) / STEPS - np.concatenate([[0, 1], NUMBERS])).max() <= 0.5 / STEPS + 1e-12


def test_a_logarithmic_axis_keeps_the_same_share_of_each_decade():
    values = 10 ** (6 * NUMBERS - 5)
    found = code(values, [Axis("y", "y", 1e-5, 10, log=True)])
    assert (
        np.abs((found.codes - BEYOND) / STEPS - NUMBERS).max() < 0.6 / STEPS
    )  # half a step, and a millionth of the scale


def test_what_lies_beyond_an_axis_keeps_its_order_and_three_codes_are_no_numbers():
    values = np.concatenate([NUMBERS, [-5.0, -1e300, 7.0, 1e300, np.inf, -np.inf, np.nan]])
    below, far_below, above, far_above, *others = code(values, [UNIT]).codes[-7:].tolist()
    assert 0 == far_below < below < BEYOND < BEYOND + STEPS < above < far_above < ABOVE_ALL
    assert others == [ABOVE_ALL, BELOW_ALL, GAP]


@pytest.mark.parametrize("axis", [Axis("y", "y", 1e-5, 10, log=True), Axis("y", "y", 0, 0.1)])
def test_the_largest_numbers_there_are_stand_at_the_end_without_a_warning(axis):
    codes = code(np.concatenate([NUMBERS / 10, [1e20, 1.7e308, -1.7e308]]), [axis]).codes[-3:].tolist()
    assert BEYOND + STEPS < codes[0] < codes[1] < ABOVE_ALL
    assert codes[2] < BEYOND


def test_a_column_of_several_axes_or_of_none_is_kept_on_one_that_holds_it():
    wide = code(NUMBERS, [UNIT, Axis("y", "y", -1, 3)]).reading
    assert (wide["low"], wide["high"], wide["constant"]) == (-1, 3, 0)
    both = code(NUMBERS, [Axis("y", "y", 0.01, 1, log=True), Axis("y", "y", 0.1, 2)]).reading
    assert (both["low"], both["high"]) == (0.01, 2)
    assert both["constant"] > 0
    own = code(10 ** (-8 * NUMBERS), []).reading
    assert own["constant"] > 0
    assert code(NUMBERS - 0.5, []).reading["constant"] == 0
