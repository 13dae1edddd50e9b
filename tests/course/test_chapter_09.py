"""What chapter 09 says in words, measured, here and on its table, which is itself recomputed in tests/heavy_tails."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy.stats import spearmanr

import scalinglab.heavy_tails as tails
from scalinglab.tables import grid_of, table
from scalinglab.training import digits

RUNS = table("digits_tails")
FITTED = [row for row in RUNS if row["outcome"] == "fitted"]
NOISY = [row for row in FITTED if row["batch_size"] < 500]


def rank(rows, name):
    return spearmanr([row["step_size"] / row["batch_size"] for row in rows], [row[name] for row in rows])[0]


def test_in_a_hundred_dimensions_the_window_is_less_than_a_percent_wide():
    for batch in (1, 10, 20):
        assert tails.largest_step_size(batch, 100) < 1.01 * tails.critical_step_size(batch, 100)


def test_in_five_dimensions_the_preset_without_a_law_has_none_and_an_estimate_all_the_same():
    chains = tails.simulate_recursion(1.5 * tails.critical_step_size(2, 5), 2, 5, chains=4000, steps=300)
    assert np.isnan(chains.alpha)
    assert 0 < tails.tail_index(chains.norms, method="hill").alpha < 1


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9])
def test_the_characteristic_estimate_never_leaves_the_region_below_two(share):
    chains = tails.simulate_recursion(share * tails.critical_step_size(2, 2), 2, 2, chains=4000, steps=300)
    assert tails.tail_index(chains.coordinates(), method="characteristic").alpha < 2.03
    assert chains.alpha > 2.4


def test_averages_are_better_for_the_block_method_and_stay_capped():
    for share, batch, dimension in ((0.7, 2, 2), (1.2, 1, 1), (1.2, 2, 2)):
        step = share * tails.critical_step_size(batch, dimension)
        chains = tails.simulate_recursion(step, batch, dimension, chains=4000, steps=400, method="vectors", average=300)
        raw, mean = (tails.tail_index(x[:, 0], method="block").alpha for x in (chains.vectors, chains.averages))
        assert mean < 2.2
        assert abs(mean - min(chains.alpha, 2)) < abs(raw - min(chains.alpha, 2))


def test_the_indices_of_the_prediction_about_the_ratio():
    assert tails.recursion_tail_index(0.2, 1, 2) == pytest.approx(7.8, abs=0.05)
    assert tails.recursion_tail_index(1.6, 8, 2) == pytest.approx(1.32, abs=0.01)


def test_on_a_stable_law_near_two_the_tail_methods_fly_away():
    found = {
        method: tails.tail_index(tails.stable(1.9, 4000, seed=190), method=method).alpha for method in tails.METHODS
    }
    for method in tails.STABLE_METHODS:
        assert found[method] == pytest.approx(1.9, abs=0.2)
    assert min(found["hill"], found["power_law"]) > 2.3


def test_a_shift_ruins_the_block_method_and_no_other_stable_one():
    sample = np.random.default_rng(0).standard_t(3, 4000)
    moved = sample + 0.5 * np.subtract(*np.quantile(sample, [0.75, 0.25]))
    change = {
        method: abs(tails.tail_index(moved, method=method).alpha - tails.tail_index(sample, method=method).alpha)
        for method in tails.STABLE_METHODS
    }
    assert change["block"] > 0.4
    assert max(change["characteristic"], change["quantile"]) < 1e-6


def test_the_table_is_what_the_chapter_says():
    assert len(RUNS) == 156
    sgd, control = grid_of("digits_tails")
    assert (min(sgd["step_size"]), max(sgd["step_size"])) == (0.1, 2.8)
    assert sgd["batch_size"] == [5, 10, 20, 50]
    assert control["batch_size"] == 500
    assert (sgd["width"], sgd["depth"], sgd["steps"]) == (128, 2, 3000)
    outcomes = Counter(row["outcome"] for row in RUNS)
    assert outcomes["unfinished"] == 0
    assert outcomes["diverged"] + outcomes["died"] == 26


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_the_stable_equivalent_index_falls_with_step_over_batch_in_every_layer(layer):
    assert rank(NOISY, f"characteristic_{layer}") < -0.7


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_with_one_step_size_smaller_batches_have_smaller_indices(layer):
    for step_size in (0.5, 0.7, 1.0, 1.4):
        assert rank([row for row in NOISY if row["step_size"] == step_size], f"characteristic_{layer}") < -0.4


def test_the_tails_of_fitted_networks_have_finite_variance():
    for layer in (1, 2, 3):
        assert min(row[f"hill_{layer}"] for row in NOISY) > 3
        assert np.median([row[f"hill_{layer}"] for row in NOISY]) > 6


def test_full_batches_move_the_last_layer_too():
    control = sorted((row for row in FITTED if row["batch_size"] == 500), key=lambda row: row["step_size"])
    assert control[0]["characteristic_3"] > 1.93
    assert control[-1]["characteristic_3"] < 1.8
    assert control[-1]["characteristic_1"] > 1.98


def test_most_first_layers_look_normal():
    assert np.mean([row["characteristic_1"] > 1.98 for row in NOISY]) > 0.75


def test_the_block_estimate_about_the_median_is_lower_than_the_characteristic_one():
    for layer in (1, 2, 3):
        gaps = [row[f"block_{layer}"] - row[f"characteristic_{layer}"] for row in NOISY if row[f"block_{layer}"]]
        assert np.mean(gaps) < -0.03


def test_networks_in_training_leave_two_at_the_largest_steps_and_lost_ones_are_marked():
    steps = (0.2, 1.0, 2.2)
    *_, last = tails.train_layers(digits(500), step_sizes=steps, width=64, depth=2, batch_size=10, steps=1000)
    index = {row["step_size"]: row["characteristic"] for row in last.rows() if row["layer"] == "layer 1"}
    assert index[0.2] > 1.95
    assert index[1.0] < 1.95
    lost = [row for row in last.rows() if row["status"] != "alive"]
    assert [row["step_size"] for row in lost] == [2.2]
    assert lost[0]["mark"] < 1.1
    assert last.caption == "1 of 3 networks diverged or died."
    assert (last.done, last.total) == (1000, 1000)


def test_laplace_has_a_finite_variance_and_a_stable_equivalent_index_below_two():
    sample = np.random.default_rng(0).laplace(size=4000)
    for method in tails.STABLE_METHODS:
        assert tails.tail_index(sample, method=method).alpha < 1.9


def test_cells_of_the_published_synthetic_grid_without_a_stationary_law():
    """Step sizes 0.02 to 0.2 in 100 dimensions: all of them with batches of one, and none with batches of 20."""
    assert tails.largest_step_size(1, 100) < 0.02
    assert tails.largest_step_size(20, 100) > 0.2


def test_small_data_sets_have_indices_of_their_own():
    def index(count, seed):
        return tails.finite_data_tail_index(0.8, np.random.default_rng(seed).standard_normal(count))

    few, fresh = [index(20, seed) for seed in (0, 1, 2, 3, 5)], tails.recursion_tail_index(0.8, 1, 1)
    assert min(few) < 0.2 * fresh
    assert 4 * fresh < max(value for value in few if np.isfinite(value))
    assert max(few) == np.inf
    assert index(20_000, 0) == pytest.approx(fresh, rel=0.05)
