"""Smaller networks compute what the large ones do without their dropped parts."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from scalinglab.pruning import keep_nodes, node_masks, truncate
from scalinglab.pruning.structured import kept_nodes, node_scores
from scalinglab.training import digits, finish, forward, train


def network(sizes=(7, 12, 9, 12, 4), seed=0):
    """Weights and biases of one network; biases are as large as weights, so that a leak of one would be seen."""
    draw = np.random.default_rng(seed)
    return [(draw.standard_normal(pair[::-1]), draw.standard_normal(pair[1])) for pair in itertools.pairwise(sizes)]


def outputs(layers, activation="relu"):
    inputs = torch.tensor(np.random.default_rng(1).standard_normal((50, layers[0][0].shape[1])))
    return forward([(torch.tensor(w), torch.tensor(b)) for w, b in layers], inputs, activation).numpy()


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("score", ["product", "incoming", "outgoing"])
@pytest.mark.parametrize("seed", range(3))
def test_the_smaller_network_is_the_masked_one(score, activation, seed):
    layers = network(seed=seed)
    small, masks = keep_nodes(layers, 5, score=score), node_masks(layers, 5, score=score)
    assert [weight.shape for weight, _ in small] == [(5, 7), (5, 5), (5, 5), (4, 5)]
    assert masks.counts == (35, 25, 25, 20)
    masked = masks.apply(layers)
    np.testing.assert_allclose(outputs(small, activation), outputs(masked, activation), rtol=0, atol=1e-12)


def test_a_row_alone_would_leave_the_bias():
    layers = network((7, 12, 4))
    masks = node_masks(layers, 5)
    rows_only = [(layers[0][0] * masks[0], layers[0][1]), layers[1]]
    assert np.abs(outputs(rows_only) - outputs(keep_nodes(layers, 5))).max() > 0.1


def test_all_nodes_are_the_network_itself():
    layers = network((7, 9, 9, 4))
    for (weight, bias), (same, too) in zip(layers, keep_nodes(layers, 9), strict=True):
        np.testing.assert_array_equal(weight, same)
        np.testing.assert_array_equal(bias, too)
    assert node_masks(layers, 9).density == 1


def test_scores_by_hand_and_ties_by_place():
    layers = [(np.array([[3.0, 4.0], [1.0, 0.0], [0.0, 5.0]]), np.zeros(3)), (np.array([[1.0, 0.0, 1.0]]), np.zeros(1))]
    assert node_scores(layers, "incoming")[0].tolist() == [5, 1, 5]
    assert node_scores(layers, "outgoing")[0].tolist() == [1, 0, 1]
    assert node_scores(layers)[0].tolist() == [5, 0, 5]
    assert kept_nodes(layers, 1)[0].tolist() == [0]
    assert kept_nodes(layers, 2)[0].tolist() == [0, 2]


def test_only_the_product_does_not_see_a_change_of_scale_that_changes_nothing():
    layers = network((7, 12, 4))
    scales = np.random.default_rng(3).uniform(0.1, 10, 12)
    other = [(layers[0][0] * scales[:, None], layers[0][1] * scales), (layers[1][0] / scales, layers[1][1])]
    np.testing.assert_allclose(outputs(other), outputs(layers), rtol=0, atol=1e-10)
    np.testing.assert_allclose(node_scores(other)[0], node_scores(layers)[0], rtol=1e-12)
    assert kept_nodes(other, 4)[0].tolist() == kept_nodes(layers, 4)[0].tolist()
    for score in ("incoming", "outgoing"):
        assert kept_nodes(other, 4, score=score)[0].tolist() != kept_nodes(layers, 4, score=score)[0].tolist()


def test_pytorch_drops_the_same_rows():
    layers = network((7, 12, 4))
    linear = nn.Linear(7, 12, dtype=torch.float64)
    linear.weight.data = torch.tensor(layers[0][0])
    prune.ln_structured(linear, "weight", amount=7, n=2, dim=0)
    rows = linear.weight_mask.numpy().any(axis=1)
    assert np.flatnonzero(rows).tolist() == kept_nodes(layers, 5, score="incoming")[0].tolist()


def test_the_smaller_network_trains_on():
    task = digits(500)
    large = finish(train(task, width=32, depth=2, steps=300))
    small = keep_nodes(large.arrays(0), 12)
    tuned = finish(train(task, width=12, depth=2, initial=small, steps=200))
    fresh, before = finish(train(task, width=12, depth=2, steps=200)), tuned.test_error[0, 0]
    assert tuned.test_error[0, -1] < min(before, fresh.test_error[0, -1])


@pytest.mark.parametrize("rank", range(1, 13))
def test_factors_are_the_best_of_their_rank_and_used_where_they_save(rank):
    layers = network((7, 12, 9, 12, 4))
    small = truncate(layers, rank)
    assert outputs(small.layers()).shape == (50, 4)
    for (weight, bias), (near, same), factors, kept in zip(
        layers, small.layers(), small.factors, small.ranks, strict=True
    ):
        np.testing.assert_array_equal(bias, same)
        assert (kept is not None) == (rank * sum(weight.shape) < weight.size)
        if kept is None:
            np.testing.assert_array_equal(near, weight)
            continue
        left, right = factors
        assert left.shape[1] == right.shape[0] == kept == rank == np.linalg.matrix_rank(near)
        # By Eckart and Young what is lost is the root of the sum of squares of the other singular values.
        singular = np.linalg.svd(weight, compute_uv=False)
        assert np.linalg.norm(weight - near) == pytest.approx(np.linalg.norm(singular[rank:]), rel=1e-10)
    assert small.dense == sum(weight.size for weight, _ in layers)
    assert small.stored == sum(min(weight.size, rank * sum(weight.shape)) for weight, _ in layers)


def test_thin_layers_in_a_row_compute_what_their_products_do():
    layers = network((30, 40, 20))
    small = truncate(layers, 4)
    inputs = np.random.default_rng(1).standard_normal((50, 30))
    hidden = np.maximum(inputs @ small.factors[0][1].T @ small.factors[0][0].T + small.biases[0], 0)
    thin = hidden @ small.factors[1][1].T @ small.factors[1][0].T + small.biases[1]
    np.testing.assert_allclose(thin, outputs(small.layers()), rtol=0, atol=1e-12)


def test_what_comes_back_cannot_be_written_to_and_is_a_copy():
    layers = network()
    small, thin = keep_nodes(layers, 9), truncate(layers, 1)
    for array in (*small[1], *thin.factors[0], *thin.biases, thin.layers()[0][0]):
        assert not array.flags.writeable
    layers[0][1][:] = 9
    assert not (thin.biases[0] == 9).any()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: keep_nodes(network(), 10), "nodes must not exceed the 9 of a hidden layer, got 10"),
        (lambda: keep_nodes(network(), 0), "nodes must be positive, got 0"),
        (lambda: keep_nodes(network(), 3, score="norm"), "score must be one of product, incoming, outgoing"),
        (lambda: keep_nodes(network((3, 4)), 2), "layers must hold at least 2 weights and biases that fit"),
        (lambda: node_scores([*network((3, 4)), *network((5, 2))]), "layers must have 4 columns in layer 2"),
        (lambda: node_scores(3), "layers must be a list of"),
        (
            lambda: node_masks([(np.ones(3), np.ones(3))] * 2, 1),
            "layers must hold at least 2 weights and biases that fit",
        ),
        (lambda: truncate(network(), 0), "rank must be positive, got 0"),
        (lambda: truncate(network(), 1.5), "rank must be a whole number, got 1.5"),
        (
            lambda: truncate([(np.ones((3, 2)), np.ones(2))], 1),
            "layers must hold at least 1 weights and biases that fit",
        ),
    ],
)
def test_what_is_wrong_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
