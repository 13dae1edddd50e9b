"""The rank correlation of two columns is that of scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import spearmanr

from scalinglab.tables import rank_correlation


@pytest.mark.parametrize("values", [3, 1000], ids=["with many equal values", "with few"])
def test_it_is_that_of_scipy(values):
    drawn = np.random.default_rng(0).integers(0, values, size=(50, 2))
    rows = [{"x": x, "y": y + 0.3 * x} for x, y in drawn.tolist()]
    expected = spearmanr([row["x"] for row in rows], [row["y"] for row in rows])[0]
    assert rank_correlation(rows, "x", "y") == pytest.approx(expected, abs=1e-14)


def test_one_order_is_one_and_the_other_way_round_minus_one():
    rows = [{"x": x, "up": math.exp(x), "down": -(x**3)} for x in range(9)]
    assert rank_correlation(rows, "x", "up") == pytest.approx(1)
    assert rank_correlation(rows, "x", "down") == pytest.approx(-1)


def test_what_has_no_order_is_nan():
    rows = [{"x": x, "same": 1, "none": math.nan} for x in range(3)]
    assert math.isnan(rank_correlation(rows, "x", "same"))
    assert math.isnan(rank_correlation(rows, "x", "none"))
