"""What chapter 07 says in words, measured; its tables are recomputed in tests/pruning."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from scalinglab.pruning import (
    compare_methods,
    density_path,
    iterative_pruning,
    keep_nodes,
    kept_weights,
    magnitude_masks,
    node_masks,
    path_between,
    prune_at_start,
    synflow_masks,
    truncate,
)
from scalinglab.tables import table
from scalinglab.training import digits, finish, train

SMALL = {"width": 64, "depth": 2, "optimizer": "adam", "step_size": 0.003, "steps": 400}
LARGE = {"width": 256, "depth": 2, "optimizer": "adam", "step_size": 0.001}
SIZE = 64 * 256 + 256 * 256 + 256 * 10
START = ("random", "erk", "magnitude", "lamp", "snip", "grasp", "synflow")


def means(method, name="accuracy", rewind=0):
    """Means over seeds in the table, by density as 2, 4 ... 512."""
    rows = [row for row in table("digits_zoo") if (row["method"], row["rewind"]) == (method, rewind)]
    rows = [row | {"accuracy": 100 - 100 * row["test_error"], "path": SIZE * row["effective_density"]} for row in rows]
    densities = {row["density"] for row in rows}
    return {round(1 / d): np.mean([row[name] for row in rows if row["density"] == d]) for d in densities}


def compared(density, methods, seeds=3):
    *_, last = compare_methods(digits(), methods=methods, densities=[density], seed=range(seeds), **SMALL)
    names, rows = ("accuracy", "effective_density", "total_steps"), last.rows()
    mine = {method: [row for row in rows if row["method"] == method] for method in methods}
    return {method: {name: np.mean([row[name] for row in some]) for name in names} for method, some in mine.items()}


@pytest.fixture(scope="module")
def grown():
    run = train(digits(), steps=600, evaluations=2, **LARGE)
    return {"initial": next(run).arrays(0), "trained": finish(run).arrays(0)}


def accuracy(layers):
    return 100 - 100 * path_between(layers, layers, digits().test_inputs, digits().test_labels, points=3).errors[0]


def test_sizes_and_trainings():
    layers = next(train(digits(), **SMALL)).arrays(0)
    assert sum(weight.size for weight, _ in layers) == 8832
    assert SIZE == 84_480
    assert kept_weights(1 / 64, SIZE) == 1320
    assert len(density_path([0.05])) == 15


def test_at_five_per_cent_methods_spread_with_paths_and_iterative_pruning_wins():
    found = compared(0.05, ("random", "magnitude", "erk", "snip", "synflow", "gradual", "iterative"))
    for method in ("random", "magnitude"):
        assert 0.5 < found[method]["effective_density"] / 0.05 < 0.65
    assert found["synflow"]["effective_density"] / 0.05 > 0.99
    best = found.pop("iterative")
    assert all(best["accuracy"] > other["accuracy"] for other in found.values())
    assert best["total_steps"] == 6000
    assert found["snip"]["accuracy"] == pytest.approx(0.88, abs=0.03)
    assert best["accuracy"] == pytest.approx(0.95, abs=0.02)
    # "Most of it for the price of one training."
    assert found["gradual"]["accuracy"] > best["accuracy"] - 0.03
    assert found["gradual"]["total_steps"] == 400


def test_easy_and_hard_densities():
    easy, hard = (compared(density, ("random", "magnitude", "erk", "snip", "synflow")) for density in (0.3, 0.02))
    accuracies = [[row["accuracy"] for row in found.values()] for found in (easy, hard)]
    assert np.ptp(accuracies[0]) < 0.03
    assert np.ptp(accuracies[1]) > 0.5


def test_paths_rank_methods_at_the_start_nearly_by_themselves():
    rows = [row for row in table("digits_zoo") if row["method"] in START]
    for density in (1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256, 1 / 512):
        mine = [row for row in rows if row["density"] == density]
        rank = spearmanr([row["effective_density"] for row in mine], [-row["test_error"] for row in mine])[0]
        assert 0.7 < rank < 0.95
    assert means("magnitude", "path")[64] < 3
    for density in (64, 128):
        assert means("snip", "path")[density] < means("erk", "path")[density]
        assert means("snip")[density] > means("erk")[density] + 4


def test_what_one_would_not_expect_of_the_table():
    for density in (32, 64, 128):
        assert means("after, global")[density] < means("random")[density] - 4
    for density in (8, 16, 32, 64, 128):
        assert means("gradual")[density] > max(means(method)[density] for method in START)
    for density in (2, 4, 8, 16):
        # Above 6 % one threshold after training is as good as at the start, or better.
        assert means("after, global")[density] > means("magnitude")[density] - 0.2


def test_lamp_repairs_pruning_after_training():
    after, before = means("after, lamp"), means("lamp")
    assert after[64] == pytest.approx(89, abs=0.6)
    assert before[64] == pytest.approx(82, abs=0.6)
    assert after[64] == pytest.approx(means("snip")[64], abs=2)
    assert after[64] < means("synflow")[64] - 2


def test_where_a_method_breaks_seeds_spread_by_many_points():
    spreads = {}
    for row in table("digits_zoo"):
        if not row["rewind"]:
            spreads.setdefault(row["method"], {}).setdefault(row["density"], []).append(100 * row["test_error"])
    for method, found in spreads.items():
        assert 4.9 < max(np.std(errors, ddof=1) for errors in found.values()) < 13.5, method
        # At 25 % any mask will do.
        assert np.mean(found[0.25]) < 2.3


def test_going_back_to_step_60_is_no_better():
    early, start = means("iterative", rewind=60), means("iterative")
    for density in (2, 4, 8, 16, 32, 64, 128, 256, 512):
        assert early[density] < start[density] + 0.3


def test_after_training_sizes_still_rank_by_the_initial_scales(grown):
    kept = kept_weights(1 / 64, SIZE)
    masks = {name: magnitude_masks(layers, kept) for name, layers in grown.items()}
    for number, ((before, _), (after, _)) in enumerate(zip(grown["initial"], grown["trained"], strict=True)):
        assert np.linalg.norm(after - before) < np.linalg.norm(before)
        # The densities at the same threshold hardly change: within a third of a per cent of the layer.
        assert abs(masks["initial"].densities[number] - masks["trained"].densities[number]) < 0.0035
    assert grown["initial"][0][0].std() == pytest.approx(2 * grown["initial"][1][0].std(), rel=0.03)
    first, *others = masks["trained"].densities
    assert first == pytest.approx(0.08, abs=0.01)
    assert max(others) < 0.005
    assert masks["trained"].effective.kept < 20
    assert magnitude_masks(grown["trained"], kept, scope="lamp").effective.kept > 900


def test_one_round_of_synflow_empties_two_layers_and_more_rounds_none(grown):
    kept = kept_weights(0.01, SIZE)
    assert synflow_masks(grown["initial"], kept, rounds=1).empty_layers == (1, 2)
    for rounds in (10, 100):
        # With ten rounds two weights of a hundred are on no path, with a hundred rounds fewer.
        assert synflow_masks(grown["initial"], kept, rounds=rounds).effective.kept > (1 - 0.3 / rounds) * kept


@pytest.fixture(scope="module")
def longer():
    """SNIP and ERK at two densities, trained for 400 and for 6,000 steps: mean accuracies of two networks."""
    task, found = digits(), {}
    starts = [next(train(task, seed=seed, **SMALL)).arrays(0) for seed in (0, 1)]
    data = {"inputs": task.train_inputs, "labels": task.train_labels}
    places = [(name, density, seed) for name in ("snip", "erk") for density in (0.05, 0.02) for seed in (0, 1)]
    masks = [prune_at_start(starts[seed], density, name, seed=seed, **data) for name, density, seed in places]
    more = {"initial": [starts[seed] for *_, seed in places], "seed": [seed for *_, seed in places], "masks": masks}
    for run in train(task, evaluations=200, **(SMALL | {"steps": 6000}), **more):
        if run.step in (400, 6000):
            step = int(np.argmin(np.abs(run.evaluated - run.step)))
            for place, (name, density, _) in enumerate(places):
                found.setdefault((name, density, run.step), []).append(100 - 100 * run.test_error[place, step])
    return {place: np.mean(values) for place, values in found.items()}


def test_more_training_closes_most_of_the_gap_at_five_per_cent_and_nothing_at_two(longer):
    assert longer["snip", 0.05, 6000] > longer["snip", 0.05, 400] + 3
    assert 95.5 - longer["snip", 0.05, 6000] < (95.5 - longer["snip", 0.05, 400]) / 2
    found = compared(0.02, ("gradual", "iterative"), seeds=2)
    assert longer["snip", 0.02, 6000] < 100 * found["iterative"]["accuracy"] - 25
    assert longer["snip", 0.02, 6000] < 100 * found["gradual"]["accuracy"] - 15


def test_controls_of_the_table():
    """The bands are in tests/pruning; these are the numbers that the text names."""
    found = {}
    for row in table("digits_controls"):
        found.setdefault((row["method"], row["density"], row["control"]), []).append(100 - 100 * row["test_error"])
    mean = {place: np.mean(values) for place, values in found.items()}
    assert mean["iterative", 1 / 16, "as found"] == pytest.approx(98.2, abs=0.05)
    assert mean["iterative", 1 / 64, "as found"] == pytest.approx(96, abs=0.5)
    assert mean["iterative", 1 / 16, "as found"] - mean["iterative", 1 / 16, "shuffled"] == pytest.approx(1, abs=0.5)
    for method in ("synflow", "grasp", "iterative"):
        assert mean[method, 1 / 64, "as found"] - mean[method, 1 / 64, "shuffled"] > 15
    lost = mean["iterative", 1 / 64, "as found"] - mean["iterative", 1 / 64, "other weights"]
    assert lost == pytest.approx(3, abs=0.5)
    for method in ("lamp", "snip", "grasp", "synflow"):
        assert mean[method, 1 / 64, "other weights"] > mean[method, 1 / 64, "as found"] - 2


def test_rewinding_does_not_help_under_label_noise_and_pruning_does():
    path = density_path((0.5, 0.25, 0.125, 0.0625, 0.03), fraction=0.5)
    deep = SMALL | {"depth": 3, "batch_size": 32, "steps": 1500, "seed": (0, 1)}
    errors = {}
    for rewind in (0, 300):
        *_, last = iterative_pruning(digits(label_noise=0.36), densities=path, rewind=rewind, **deep)
        rows = last.rows()
        errors[rewind] = {d: np.mean([row["test_error"] for row in rows if row["density"] == d]) for d in path}
        assert errors[rewind][0.03] < 0.6 * errors[rewind][1.0]
    # Standard deviations over seeds are about two points.
    for density in path[1:]:
        assert errors[300][density] > errors[0][density] - 0.05


def test_what_is_stored_and_what_is_kept(grown):
    """With about a tenth of the weights: single weights, then singular values, then nodes."""
    trained = grown["trained"]
    thin, nodes = truncate(trained, 8), keep_nodes(trained, 64)
    sparse = magnitude_masks(trained, kept_weights(1 / 8, SIZE), scope="lamp")
    assert (thin.stored, sum(weight.size for weight, _ in nodes), sparse.kept) == (8784, 8832, 10_560)
    assert accuracy(sparse.apply(trained)) > accuracy(thin.layers()) + 5 > accuracy(nodes) + 10
    assert accuracy(node_masks(trained, 64).apply(trained)) == accuracy(nodes)


def test_a_network_that_was_never_large_is_better_than_one_that_was_pruned_to_its_size(grown):
    widths = (128, 64, 32, 16, 8)
    one = {"depth": 2, "optimizer": "adam", "step_size": 0.001, "width": widths, "seed": [0] * 5, "evaluations": 2}
    kept = [keep_nodes(grown["trained"], width) for width in widths]
    tuned = 100 - 100 * finish(train(digits(), initial=kept, steps=200, **one)).test_error[:, -1]
    fresh = 100 - 100 * finish(train(digits(), steps=800, **one)).test_error[:, -1]
    assert (tuned[1:] > [accuracy(layers) + 15 for layers in kept[1:]]).all()
    assert (fresh > tuned).all()
    assert fresh[-1] > tuned[-1] + 10
