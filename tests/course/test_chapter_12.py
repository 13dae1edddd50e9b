"""What chapter 12 says in words, measured; what it says of the package is tested in ``tests/compression``."""

from __future__ import annotations

import numpy as np
import pytest

import scalinglab.compression as universal


def last(run):
    *_, found = run
    return found


def test_lazy_gains_from_the_order_and_rich_does_not(chapter):
    lazy, rich = chapter["last_gaps"](10), chapter["last_gaps"](1)
    assert lazy["order 7"] < lazy["order 1"] / 10
    assert lazy["random"] > 100 * lazy["order 7"]
    assert rich["order 7"] > rich["order 1"] / 5
    assert 3 < rich["random"] / np.median([rich[f"order {order}"] for order in chapter["ORDERS"]]) < 40


def test_rich_training_moves_input_weights_by_several_times_their_spread_and_lazy_training_does_not(chapter):
    moved = {}
    for scale in (10, 1):
        full = universal.mean_field_network(2000, scale=scale)
        settings = {"step_size": chapter["step_size"](scale), "batch_size": 32, "steps": 400, "evaluations": 2}
        run = last(universal.train_together({"full": full}, chapter["SINE"], optimizer="sgd", **settings))
        (before, _), _ = full.layers
        (after, _), _ = run.network("full").layers
        moved[scale] = np.sqrt(np.mean((after - before) ** 2)) / np.std(before)
    assert moved[10] < 1
    assert 3 < moved[1] < 8


def test_for_relu_networks_no_order_stands_out(chapter):
    """Largest gaps in lazy training, over three wide networks: moments beat random neurons at any order alike."""
    gaps = []
    for seed in range(3):
        full, orders = universal.mean_field_network(2000, scale=10, seed=seed), (1, 2, 5, 7)
        few = {"full": full, "random": universal.compress_network(full, 120, choose="random")}
        few |= {f"{order}": universal.compress_network(full, 120, order) for order in orders}
        settings = {"step_size": chapter["step_size"](10), "batch_size": 32, "steps": 400, "evaluations": 50}
        run = universal.train_together(few, chapter["SINE"], activation="relu", optimizer="sgd", **settings)
        found = last(run).gaps()
        gaps.append([found[name].max() for name in ("1", "2", "5", "7", "random")])
    *orders, random = np.exp(np.log(gaps).mean(axis=0))
    assert max(orders) < 3 * min(orders)
    assert random > 3 * max(orders)


def test_the_compressed_network_of_the_first_panel_is_far_closer_than_random_ones_and_clusters(chapter):
    rows = chapter.drawn("side-by-side")
    gaps = {name: max(row["gap"] for row in rows if row["network"] == name) for name in chapter["ORDER"]}
    assert gaps.pop("full") == 0
    assert gaps["compressed"] < gaps["clusters"] / 5
    assert gaps["clusters"] < gaps["random"]


def test_with_the_rule_gradient_descent_follows_and_without_it_does_not(chapter):
    for optimizer in ("sgd", "momentum"):
        gap = {rule: last(chapter["ruled"](optimizer, rule)).gaps()["compressed"] for rule in (True, False)}
        assert gap[True].max() < 0.02
        # Seven times too fast: far apart on the way, or diverged.
        assert np.isnan(gap[False]).any() or gap[False].max() > 0.1


def test_adam_needs_no_rule(chapter):
    gap = {rule: last(chapter["ruled"]("adam", rule)).gaps()["compressed"].max() for rule in (True, False)}
    assert gap[False] < 0.05
    assert gap[False] < 2 * gap[True] + 1e-3


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw"])
def test_copies_and_their_compression_learn_the_same(chapter, optimizer):
    row = chapter["copies"](optimizer)
    assert row["left"] == 12 < row["neurons"]
    assert row["largest gap"] < 1e-11


def test_the_exponents_double_and_triple_and_random_examples_keep_theirs(chapter):
    doubled, tripled = chapter["boosted"](), chapter["boosted"](1 / 3, 32)
    for found, ratio, tolerance in ((doubled, 2, 0.15), (tripled, 3, 0.3)):
        assert found.exponent("all") == pytest.approx(1, abs=0.1)
        assert found.exponent("compressed") / found.exponent("all") == pytest.approx(ratio, abs=tolerance)
    assert doubled.exponent("random") < 1.3


def test_the_ratio_of_the_slopes_in_width(chapter):
    found = chapter["wide"]
    assert found.exponent("compressed") / found.exponent("all") == pytest.approx(2, abs=0.3)


def test_a_stretched_exponential_with_hardly_any_ridge_and_a_power_law_with_a_strong_one(chapter):
    root, power = chapter["straightness"](chapter["held"])
    assert root < -0.99
    assert root < power - 0.005
    root, power = chapter["straightness"](last(chapter["largest_orders"]("tanh", 1e-2)))
    assert power < -0.99
    assert power < root - 0.003
