"""Scaling laws of compressed data: the exponent doubles and triples, and ends as a stretched exponential, or not."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.compression import Boost, boost, boosting, compress_dataset, noisy_teacher
from scalinglab.compression.boost import data_risk

SIZES = [2**power for power in range(9, 15)]


@pytest.mark.parametrize("teacher", ["tanh", "relu"])
def test_with_the_square_root_of_the_examples_the_exponent_doubles(teacher):
    found = boost(SIZES, share=0.5, factor=16, order=6, teacher=teacher)
    assert 0.8 < found.exponent("all") < 1.2
    assert 1.85 < found.exponent("compressed") / found.exponent("all") < 2.15
    # The random examples have the old exponent: nothing but their number counts.
    assert found.exponent("random") == pytest.approx(found.exponent("all"), abs=0.3)
    ratio = found.risk["compressed"].mean(1) / found.risk["all"].mean(1)
    assert (np.abs(ratio - 1) < 0.05).all()


def test_with_the_cube_root_it_triples():
    found = boost(SIZES, share=1 / 3, factor=32, order=6)
    assert found.exponent("compressed") / found.exponent("all") == pytest.approx(3, abs=0.3)


def stretched(**settings):
    """One cell with the largest order: straightness against the square root of d', and against its logarithm."""
    orders = range(3, 11)  # the next two would take three times as long as all of these, and say the same
    sizes = [(order + 1) * (order + 2) + 1 for order in orders]
    *_, found = boosting([32 * 2**order for order in orders], sizes, list(orders), seeds=3, **settings)
    logs = np.log(found.risk["compressed"].mean(1))
    kept = found.kept
    return np.corrcoef(np.sqrt(kept), logs)[0, 1], np.corrcoef(np.log(kept), logs)[0, 1]


def test_with_the_largest_order_the_error_falls_like_a_stretched_exponential():
    """[Wang2025] section 5: log loss against d'^(1/m), here with two inputs, as noise costs no dimension."""
    root, power = stretched(teacher="relu", ridge=1e-5)
    assert root < -0.99
    assert power > root + 0.005


def test_with_a_strong_ridge_a_power_law_fits_better():
    root, power = stretched(ridge=1e-2)
    assert power < -0.99
    assert root > power + 0.005


def test_the_risk_of_all_is_that_of_a_plain_fit():
    """An independent solution: augmented least squares."""
    found = data_risk(400, 57, 6, ridge=1e-4, seed=3)
    x, y = noisy_teacher(400, seed=3)
    draw = np.random.default_rng(510).uniform(-1, 1, size=(100, 3))
    fresh = np.random.default_rng(99).uniform(-1, 1, size=(2000, 2))

    def features(inputs):
        return np.column_stack([np.tanh(2 * (inputs @ draw[:, :2].T + draw[:, 2])), np.ones(len(inputs))])

    table = np.vstack([features(x), np.sqrt(400 * 1e-4) * np.eye(101)])
    solved = np.linalg.lstsq(table, np.append(y, np.zeros(101)), rcond=None)[0]
    hidden = np.random.default_rng(2025).uniform(-1, 1, size=(50, 4))
    truth = np.tanh(fresh @ hidden[:, :2].T + hidden[:, 2]) @ hidden[:, 3]
    assert found["all"] == pytest.approx(np.mean((features(fresh) @ solved - truth) ** 2), rel=1e-6)
    assert found["kept"] == len(compress_dataset(x, y, 57, 6))


def test_rows_and_slopes():
    found = boost([256, 512], order=2, seeds=2)
    assert [row["size"] for row in found.rows() if row["method"] == "all"] == [256, 512]
    assert {row["method"] for row in found.rows()} == {"all", "random", "compressed"}
    slope = np.log(found.risk["all"].mean(1)[0] / found.risk["all"].mean(1)[1]) / np.log(2)
    assert found.exponent("all") == pytest.approx(slope)
    assert "exponents all" in repr(found)


def test_the_uncertainty_is_the_scatter_of_exponents_over_repetitions():
    """Risks like 1/d with the noise of a square: 400 experiments of 30 seeds scatter as much as one of them says."""
    generator, sizes = np.random.default_rng(0), np.array([100, 200, 400, 800])
    drawn = [Boost(sizes, sizes, {"all": generator.standard_normal((4, 30)) ** 2 / sizes[:, None]}) for _ in range(400)]
    scatter = np.std([one.exponent("all") for one in drawn])
    assert np.median([one.uncertainty("all") for one in drawn]) == pytest.approx(scatter, rel=0.15)
    assert np.isnan(Boost(sizes, sizes, {"all": 1 / sizes[:, None]}).uncertainty("all"))


BAD = [
    (lambda: boost([256], share=1.5), "share must be from 0 to 1, got 1.5"),
    (lambda: boost([256], factor=0), "factor must be positive, got 0"),
    (lambda: boost([256], factor=1), "order must be at most 2"),
    (lambda: boost([256], noise=-1), "noise must not be negative"),
    (lambda: boost([256], ridge=0), "ridge must be positive"),
    (lambda: boost([256], teacher="sine"), "teacher must be one of tanh, relu"),
    (lambda: boosting([256], [10, 20]), "sizes must be as many as samples, 1"),
    (lambda: boost([256]).exponent("all"), "sizes must be two different ones at least"),
    (lambda: boost([256]).uncertainty("all"), "sizes must be two different ones at least"),
    (lambda: boost([256]).exponent("none"), "method must be one of all, random, compressed"),
]


@pytest.mark.parametrize(("call", "sentence"), BAD)
def test_bad_input_is_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
