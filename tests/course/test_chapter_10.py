"""What chapter 10 says in words, measured."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

import scalinglab.heavy_tails as tails
from scalinglab._errors import DivergenceError
from scalinglab.tables import table
from scalinglab.training import digits, finish, train

FITTED = [row for row in table("digits_tails") if row["outcome"] == "fitted"]
FITTED = [
    row
    | {
        "ratio": row["step_size"] / row["batch_size"],
        "gap": row["test_loss"] - row["train_loss"],
        "accuracy": 1 - row["test_error"],
        "prunable": np.mean([row[f"prunable_{layer}"] for layer in (1, 2, 3)]),
    }
    for row in FITTED
]
NOISY = [row for row in FITTED if row["batch_size"] < 500]


def rank(x, y):
    return spearmanr([row[x] for row in NOISY], [row[y] for row in NOISY])[0]


def test_at_index_1_9_halving_the_error_takes_two_to_the_38th_times_the_weights():
    assert pytest.approx(38) == 1 / (1 / 1.9 - 1 / 2)
    few, many = tails.predicted_error(1.9, [1e3, 1e3 * 2.0**38], 0.1)
    assert many / few == pytest.approx(0.5)


def test_the_band_of_the_prediction_does_not_get_narrower():
    low, high = (tails.predicted_error(1.5, [1e2, 1e6], 0.1, quantile=q) for q in (0.1, 0.9))
    assert high[0] / low[0] == pytest.approx(high[1] / low[1])


def test_one_factor_for_a_layer_leaves_the_errors_of_normal_weights():
    errors = {
        kind: tails.best_k_error(tails.stable_matrix(kind, 1.5, 500, 500), 0.1) for kind in ("layer", "independent")
    }
    assert errors["layer"] == pytest.approx(0.749, abs=0.01)
    assert errors["independent"] == pytest.approx(0.12, abs=0.05)


@pytest.mark.parametrize("kind", ["independent", "columns"])
def test_errors_of_heavy_matrices_lie_below_the_normal_limits_and_fall_with_width(kind):
    limits = (tails.limiting_error(0.1), tails.limiting_node_error(0.1), tails.limiting_singular_value_error(0.1))
    errors = (tails.best_k_error, tails.node_error, tails.singular_value_error)
    for error, limit in zip(errors, limits, strict=True):
        small, large = (
            np.median([error(tails.stable_matrix(kind, 1.3, width, width, seed), 0.1) for seed in range(draws)])
            for width, draws in ((16, 60), (200, 9))
        )
        assert large < small < limit


@pytest.fixture(scope="module")
def columns():
    *_, last = tails.column_errors(1.2 * tails.critical_step_size(2, 2), 2, 2)
    return last


def test_columns_with_their_own_batches_compress_and_with_one_batch_they_do_not(columns):
    assert columns.median("own", 3000) == pytest.approx(0.07, abs=0.05)
    assert columns.median("own", 3000) < columns.median("own", 30) / 2
    for count in (30, 100, 300, 1000, 3000):
        assert 0.7 < columns.median("shared", count) < 0.9


@pytest.mark.parametrize("share", [0.6, 1.45])
def test_with_one_batch_the_step_size_does_not_matter(share):
    *_, last = tails.column_errors(share * 0.8, 2, 2, columns=[300], draws=9)
    assert 0.7 < last.median("shared", 300) < 0.9


def test_light_tails_stay_on_a_plateau():
    *_, last = tails.column_errors(0.6 * 0.8, 2, 2, columns=[300, 3000], draws=4)
    assert last.median("own", 3000) == pytest.approx(last.median("own", 300), rel=0.05)


def test_columns_are_refused_what_they_cannot_have():
    for call, kind in [
        (lambda: tails.column_errors(3.0, 2, 2), DivergenceError),
        (lambda: tails.column_errors(0.5, 2, 2, columns=[]), ValueError),
        (lambda: tails.column_errors(0.5, 2, 2, density=0), ValueError),
        (lambda: tails.column_errors(0.5, 2, 2, draws=0), ValueError),
    ]:
        with pytest.raises(kind):
            call()


def dependence(width, **settings):
    *_, last = tails.dependence_over_widths(digits(300), widths=[width], runs=24, batch_size=5, steps=1000, **settings)
    return {row["of"]: row for row in last.rows()}


def test_dependence_fades_with_width_at_moderate_steps_and_stays_near_the_edge():
    moderate, edge = (dependence(128, scaling="mean-field", step_size=step) for step in (0.5, 2.0))
    assert -0.01 < moderate["vectors"]["correlation"] < 0
    assert edge["lengths"]["low"] > 0
    assert edge["lengths"]["train_loss"] > 20 * moderate["lengths"]["train_loss"]


def test_dependence_is_refused_what_it_cannot_measure():
    for settings, sentence in [
        ({"widths": [1]}, "widths must hold numbers of at least 2"),
        ({"runs": 3}, "runs must be"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            tails.dependence_over_widths(digits(300), **({"widths": [8]} | settings))


def test_step_over_batch_makes_digits_networks_easier_to_prune():
    assert rank("ratio", "magnitude_at_0.2") > 0.8
    assert rank("ratio", "singular_at_0.2") > 0.6
    for layer, least in ((1, 0.5), (2, 0.5), (3, 0.2)):
        assert rank("ratio", f"prunable_{layer}") > least


def test_what_is_not_reproduced():
    assert abs(rank("prunable", "gap")) < 0.25
    assert rank("ratio", "gap") > 0
    assert abs(rank("ratio", "accuracy")) < 0.2
    assert rank("ratio", "node_at_0.1") < -0.2


def test_untrained_weights_are_prunable_already():
    assert tails.limiting_prunable_fraction(0.1) == pytest.approx(0.265, abs=5e-4)
    assert tails.limiting_prunable_fraction(0.1, law="uniform") == pytest.approx(0.215, abs=5e-4)


def test_middle_layers_of_wider_networks_come_nearer_to_their_normal_beginnings():
    def error(width):
        run = finish(train(digits(500), width=width, depth=2, step_size=1.0, batch_size=10, steps=500, seed=[0, 1]))
        return np.mean([tails.best_k_error(run.arrays(network)[1][0], 0.1) for network in (0, 1)])

    few, many = error(32), error(256)
    assert few < many - 0.01
    assert many < tails.limiting_error(0.1)


def test_the_bound_says_nothing_about_the_digits_and_a_little_with_fifty_thousand_samples():
    for density in (0.05, 0.1, 0.2):
        assert tails.occam_bound(25_000, density, 500, bits=4) > 1
    assert tails.occam_bound(25_000, 0.01, 50_000, bits=4) == pytest.approx(0.15, abs=0.01)
