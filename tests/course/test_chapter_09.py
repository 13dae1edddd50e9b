"""What chapter 09 says in words, measured, here and on its table, which is itself recomputed in tests/heavy_tails."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from scipy.stats import spearmanr

import scalinglab.heavy_tails as tails
from scalinglab.tables import grid_of
from scalinglab.training import build_network, signals, train


def rank(rows, name):
    return spearmanr([row["ratio"] for row in rows], [row[name] for row in rows])[0]


def test_in_a_hundred_dimensions_the_window_is_less_than_a_percent_wide():
    for batch in (1, 10, 20):
        assert tails.largest_step_size(batch, 100) < 1.01 * tails.critical_step_size(batch, 100)


def test_in_five_dimensions_the_preset_without_a_law_has_none_and_an_estimate_all_the_same(chapter):
    found = chapter["recursion"](1.5, 2, "5")
    assert found["here"] == found["estimates"] == found["law"] == []
    assert found["caption"].startswith(f"Step size {1.5 * tails.critical_step_size(2, 5):.3g}.")
    chains = tails.simulate_recursion(1.5 * tails.critical_step_size(2, 5), 2, 5, chains=4000, steps=300)
    assert np.isnan(chains.alpha)
    assert 0 < chapter["estimates"](1.5, chains)[0]["alpha"] < 1


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9])
def test_the_characteristic_estimate_never_leaves_the_region_below_two(chapter, share):
    found = chapter["recursion"](share, 2, "2")
    (theory,) = found["here"]
    read = {row["by"]: row["alpha"] for row in found["estimates"]}
    assert read["characteristic"] < 2.03
    assert theory["share"] == share
    assert theory["alpha"] > 2.4


def test_the_slope_that_is_drawn_is_the_index_of_theory(chapter):
    found = chapter["recursion"](1.2, 2, "2")
    (theory,), (start, end) = found["here"], found["law"]
    slope = np.log(end["share"] / start["share"]) / np.log(end["norm"] / start["norm"])
    assert -slope == pytest.approx(theory["alpha"])
    assert theory["alpha"] == pytest.approx(1.22, abs=0.01)
    # The chains' own tail: half of them lie beyond the median, and 4,000 chains err by a few per cent further out.
    assert found["tail"][-1]["norm"] < 1.1
    shares, norms = ([row[name] for row in found["tail"] if 0.005 < row["share"] < 0.05] for name in ("share", "norm"))
    assert -np.polyfit(np.log(norms), np.log(shares), 1)[0] == pytest.approx(theory["alpha"], rel=0.2)


def test_averages_are_better_for_the_block_method_and_stay_capped(chapter):
    for share, batch, dimension in ((0.7, 2, 2), (1.2, 1, 1), (1.2, 2, 2)):
        row = chapter["averaged"](share, batch, dimension)
        raw, mean, truth = row["raw"], row["average of 300"], min(row["theory"], 2)
        assert mean < 2.2
        assert abs(mean - truth) < abs(raw - truth)


def test_the_indices_of_the_prediction_about_the_ratio(chapter):
    assert tails.recursion_tail_index(0.2, 1, 2) == pytest.approx(7.8, abs=0.05)
    assert tails.recursion_tail_index(1.6, 8, 2) == pytest.approx(1.32, abs=0.01)
    for row in (*chapter["one_batch"](1, 2)[3:9:5], *chapter["one_batch"](8, 2)[3:9:5]):
        batch = int(row["batch"])
        assert row["alpha"] == pytest.approx(tails.recursion_tail_index(batch * row["ratio"], batch, 2), rel=1e-3)


def test_on_a_stable_law_near_two_the_tail_methods_fly_away(chapter):
    rows = chapter["read"]("stable", "4000", 0, 0.01)["rows"]
    found = {row["method"]: row["alpha"] for row in rows if row["index"] == 1.9}
    for method in tails.STABLE_METHODS:
        assert found[method] == pytest.approx(1.9, abs=0.2)
    assert min(found["hill"], found["power_law"]) > 2.3


def test_a_shift_ruins_the_block_method_and_no_other_stable_one(chapter):
    still, moved = (
        {
            row["method"]: row["alpha"]
            for row in chapter["read"]("Student's t", "4000", shift, 0.01)["rows"]
            if row["index"] == 3
        }
        for shift in (0, 0.5)
    )
    change = {method: abs(moved[method] - still[method]) for method in tails.STABLE_METHODS}
    assert change["block"] > 0.4
    assert max(change["characteristic"], change["quantile"]) < 1e-6


def test_the_table_is_what_the_chapter_says(chapter):
    runs = chapter["RUNS"]
    assert len(runs) == 156
    sgd, control = grid_of("digits_tails")
    assert (min(sgd["step_size"]), max(sgd["step_size"])) == (0.1, 2.8)
    assert sgd["batch_size"] == [5, 10, 20, 50]
    assert control["batch_size"] == 500
    assert (sgd["width"], sgd["depth"], sgd["steps"]) == (128, 2, 3000)
    outcomes = Counter(row["outcome"] for row in runs)
    assert outcomes["unfinished"] == 0
    assert outcomes["diverged"] + outcomes["died"] == 26
    assert len(chapter["FITTED"]) == outcomes["fitted"]
    assert all(row["ratio"] == row["step_size"] / row["batch_size"] for row in runs)


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_the_stable_equivalent_index_falls_with_step_over_batch_in_every_layer(chapter, layer):
    found = chapter["layer"](f"{layer}", "all")
    words = r"over (\d+) SGD runs: characteristic ([+-][\d.]+\d), hill ([+-][\d.]+\d)\. Grey: (\d+) "
    runs, characteristic, hill, lost = re.search(words, found["caption"]).groups()
    assert int(runs) == len(chapter["NOISY"])
    for name, told in (("characteristic", characteristic), ("hill", hill)):
        assert float(told) == pytest.approx(rank(chapter["NOISY"], f"{name}_{layer}"), abs=0.005)
    assert float(characteristic) < -0.7
    assert int(lost) == len(found["lost"]) == 26


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_with_one_step_size_smaller_batches_have_smaller_indices(chapter, layer):
    for step_size in (0.5, 0.7, 1.0, 1.4):
        rows = [row for row in chapter["layer"](f"{layer}", f"{step_size:g}")["rows"] if row["batch_size"] < 500]
        assert {row["step_size"] for row in rows} == {step_size}
        assert rank(rows, "y") < -0.4


def test_the_tails_of_fitted_networks_have_finite_variance(chapter):
    for layer in (1, 2, 3):
        hill = [row["z"] for row in chapter["layer"](f"{layer}", "all")["rows"] if row["batch_size"] < 500]
        assert len(hill) == len(chapter["NOISY"])
        assert min(hill) > 3
        assert np.median(hill) > 6


def test_full_batches_move_the_last_layer_too(chapter):
    rows = (row for row in chapter["FITTED"] if row["batch_size"] == 500)
    control = sorted(rows, key=lambda row: row["step_size"])
    assert control[0]["characteristic_3"] > 1.93
    assert control[-1]["characteristic_3"] < 1.8
    assert control[-1]["characteristic_1"] > 1.98


def test_most_first_layers_look_normal(chapter):
    assert np.mean([row["characteristic_1"] > 1.98 for row in chapter["NOISY"]]) > 0.75


def test_the_block_estimate_about_the_median_is_lower_than_the_characteristic_one(chapter):
    for layer in (1, 2, 3):
        rows = [row for row in chapter["NOISY"] if row[f"block_{layer}"]]
        assert np.mean([row[f"block_{layer}"] - row[f"characteristic_{layer}"] for row in rows]) < -0.03


def test_networks_in_training_leave_two_at_the_largest_steps_and_lost_ones_are_marked(chapter):
    rows = chapter.drawn("train-and-watch")
    assert sorted({row["step_size"] for row in rows}) == list(chapter["STEPS"])
    index = {row["step_size"]: row["characteristic"] for row in rows if row["layer"] == "layer 1"}
    assert index[0.2] > 1.95
    assert index[1.0] < 1.95
    lost = [row for row in rows if row["status"] != "alive"]
    steps = {row["step_size"] for row in lost}
    assert 2.2 in steps
    assert min(steps) > 1
    assert max(row["mark"] for row in lost) < 1.1
    assert chapter.captions["train-and-watch"] == f"{len(steps)} of 8 networks diverged or died."


def test_laplace_has_a_finite_variance_and_a_stable_equivalent_index_below_two(chapter):
    read = dict(zip(tails.METHODS, chapter["read_of"]["Laplace"], strict=True))
    for method in tails.STABLE_METHODS:
        assert read[method] < 1.9


def test_cells_of_the_published_synthetic_grid_without_a_stationary_law():
    """Step sizes 0.02 to 0.2 in 100 dimensions: all of them with batches of one, and none with batches of 20."""
    assert tails.largest_step_size(1, 100) < 0.02
    assert tails.largest_step_size(20, 100) > 0.2


def test_small_data_sets_have_indices_of_their_own(chapter):
    *few, many, fresh = [row["tail index"] for row in chapter.table("Regression in one dimension with step size 0.8")]
    assert fresh == tails.recursion_tail_index(0.8, 1, 1)
    assert len(few) == 5
    assert min(few) < 0.2 * fresh
    assert 4 * fresh < max(value for value in few if np.isfinite(value))
    assert max(few) == np.inf
    assert many == pytest.approx(fresh, rel=0.05)


#: In how few weights each layer of the convolutions has its index.
WEIGHTS = {"kernel 1": 160, "kernel 2": 3072, "kernel 3": 3072, "last layer": 1600}
CORRELATIONS = re.compile(r"(?:index|prunable|by) ([+-]\d\.\d\d) \(([+-]\d\.\d\d) to ([+-]\d\.\d\d)\)")


@pytest.fixture
def kernels(chapter):
    """Of a layer of the convolutions: correlations of index and of prunable fraction, and what the batch adds."""

    def told(layer):
        caption = chapter["kernels"](layer)["caption"]
        assert "over 66 runs" in caption
        assert caption.endswith("Grey: 30 runs do not fit.")
        return [tuple(map(float, one)) for one in CORRELATIONS.findall(caption)]

    return told


def inside(rows, name, band):
    return sum(band[0]["low"] <= row[name] <= band[0]["high"] for row in rows)


def test_the_table_of_convolutions_is_what_the_chapter_says(chapter):
    grid = grid_of("signals_tails")
    assert (grid["width"], grid["steps"], grid["task"]["samples"], len(grid["seed"])) == (32, 3000, 500, 3)
    assert grid["task"]["noise"] == grid["task"]["correlated_noise"] == 0
    assert (len(grid["step_size"]), min(grid["step_size"]), max(grid["step_size"])) == (8, 0.05, 0.56)
    assert grid["batch_size"] == [5, 10, 20, 50]
    assert len(chapter["KERNELS"]) == 96
    shapes = [parameter.shape for parameter in build_network(signals(10), network="convolution", width=32).parameters()]
    assert [shape.numel() for shape in shapes if len(shape) > 1] == list(WEIGHTS.values())
    assert chapter["WEIGHTS"] == WEIGHTS


def test_hill_is_wide_in_so_few_weights_and_the_characteristic_index_is_not(chapter):
    normal = {points: chapter["of_normal"](points) for points in (160, 1600, 3072)}
    low, high = normal[3072]["hill"]
    assert (round(low, 1), round(high, 1)) == (6.8, 12.5)
    assert [round(end) for end in normal[160]["hill"]] == [3, 52]
    assert np.abs(normal[3072]["characteristic"] - 2).max() == pytest.approx(0.01, abs=0.002)
    # 1 % of the weights.
    assert [tails.tail_index(np.arange(1.0, points), method="hill").used for points in (161, 3073)] == [2, 31]


def test_every_larger_kernel_lies_below_what_normal_weights_read_even_where_noise_is_small(chapter):
    for layer in ("kernel 2", "kernel 3", "last layer"):
        found = chapter["kernels"](layer)
        assert inside(found["rows"], "y", found["characteristic"]) == 0
    quietest = min(chapter.drawn("kernels"), key=lambda row: row["ratio"])
    assert quietest["y"] == pytest.approx(1.96, abs=0.005)
    assert chapter["kernels"]("kernel 2")["characteristic"][0]["low"] == pytest.approx(1.99, abs=0.005)


def test_in_the_first_kernel_nearly_all_dots_lie_in_the_band(chapter, kernels):
    found = chapter["kernels"]("kernel 1")
    assert inside(found["rows"], "y", found["characteristic"]) == 57
    assert inside(found["rows"], "z", found["prunable"]) == 64
    _, low, high = kernels("kernel 1")[0]
    assert low < 0 < high
    # Two rows of dots: one seed lies below, and so did the weights that it began with.
    quiet = [row for row in found["rows"] if row["ratio"] < 0.01]
    assert {row["y"] < 1.97 for row in quiet if row["seed"] == 1} == {True}
    assert {row["y"] < 1.97 for row in quiet if row["seed"] != 1} == {False}
    task = signals(500, noise=0, correlated_noise=0)
    start = next(train(task, network="convolution", width=32, seed=[0, 1, 2]))
    first = [tails.tail_index(start.weights(seed)[0].ravel(), method="characteristic").alpha for seed in range(3)]
    assert [alpha < 1.97 for alpha in first] == [False, True, False]


@pytest.mark.parametrize("layer", ["kernel 2", "kernel 3", "last layer"])
def test_index_and_prunable_fraction_follow_the_ratio_in_larger_kernels(chapter, kernels, layer):
    index, prunable, _ = kernels(layer)
    number = list(WEIGHTS).index(layer) + 1
    assert index[0] == pytest.approx(rank(chapter["KEPT"], f"characteristic_{number}"), abs=0.005)
    assert prunable[0] == pytest.approx(rank(chapter["KEPT"], f"prunable_{number}"), abs=0.005)
    assert index[2] < 0 < prunable[1]
    if layer != "last layer":
        assert prunable[0] < -index[0]


def test_some_second_kernels_are_as_prunable_as_normal_weights(chapter):
    found = chapter["kernels"]("kernel 2")
    assert inside(found["rows"], "z", found["prunable"]) == 18


def test_at_one_ratio_a_larger_batch_has_a_smaller_index_but_for_the_last_layer(kernels):
    assert kernels("kernel 2") == [(-0.75, -0.84, -0.61), (0.45, 0.23, 0.61), (-0.06, -0.12, -0.03)]
    assert kernels("kernel 3")[2][2] < 0
    _, low, high = kernels("last layer")[2]
    assert -0.02 < low < 0 < high < 0.03


def test_hill_does_not_tell_whether_the_third_kernel_has_a_finite_variance(chapter):
    smallest = min(row["hill_3"] for row in chapter["KEPT"])
    half = 1.96 * smallest / 31**0.5
    assert (round(smallest, 1), round(smallest - half, 1), round(smallest + half, 1)) == (2.2, 1.4, 3.0)
