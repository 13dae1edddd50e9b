"""Scores against what they mean: gradients of masks, finite differences, flows, slow sums."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
import torch
from torch.nn.utils import prune

from scalinglab.pruning import Masks, magnitude_masks, prune_at_start, synflow_masks
from scalinglab.pruning.scores import (
    grasp_scores,
    lamp_scores,
    magnitude_scores,
    random_scores,
    snip_scores,
    synflow_scores,
)
from scalinglab.pruning.selection import keep_largest
from scalinglab.pruning.starts import AT_START
from scalinglab.training import digits, train
from tests.pruning.conftest import drawn

DENSITIES = [1.0, 0.5, 0.2, 0.1, 0.03]


def outputs_of(weights, biases, inputs, activation):
    for number, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        inputs = inputs @ weight.T + bias
        inputs = activation(inputs) if number < len(weights) - 1 else inputs
    return inputs


def mean_loss(found, labels, loss):
    if loss == "logistic":
        return torch.nn.functional.binary_cross_entropy_with_logits(found[:, 0], torch.tensor(labels).double())
    if loss == "squared":
        return torch.nn.functional.mse_loss(found, torch.tensor(labels))
    return torch.nn.functional.cross_entropy(found, torch.tensor(labels))


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("loss", ["cross_entropy", "logistic", "squared"])
def test_snip_is_the_gradient_of_the_mask(loss, activation):
    network = drawn(0, (7, 9, 6, 1 if loss == "logistic" else 4))
    generator = np.random.default_rng(1)
    inputs, labels = generator.standard_normal((30, 7)), generator.integers(0, 2, 30)
    labels = generator.standard_normal((30, 4)) if loss == "squared" else labels
    masks = [torch.ones(weight.shape, dtype=torch.float64, requires_grad=True) for weight, _ in network]
    weights = [torch.tensor(weight) * mask for (weight, _), mask in zip(network, masks, strict=True)]
    biases = [torch.tensor(bias) for _, bias in network]
    found = outputs_of(weights, biases, torch.tensor(inputs), getattr(torch, activation))
    mean_loss(found, labels, loss).backward()
    scores = snip_scores(network, inputs, labels, loss=loss, activation=activation)
    for score, mask in zip(scores, masks, strict=True):
        np.testing.assert_allclose(score, np.abs(mask.grad.numpy()), rtol=1e-12, atol=1e-16)


def square_of_gradient(weights, network, inputs, labels):
    leaves = [torch.tensor(weight, requires_grad=True) for weight in weights]
    found = outputs_of(leaves, [torch.tensor(bias) for _, bias in network], torch.tensor(inputs), torch.tanh) / 200
    loss = torch.nn.functional.cross_entropy(found, torch.tensor(labels))
    return sum(float(g.square().sum()) for g in torch.autograd.grad(loss, leaves))


def test_shrinking_a_weight_takes_from_the_gradient_what_grasp_says(network, data):
    inputs, labels = data
    scores, eps = grasp_scores(network, inputs, labels, activation="tanh"), 1e-5
    for layer, place in [(0, (0, 0)), (0, (8, 6)), (1, (2, 5)), (1, (5, 8)), (2, (0, 1)), (2, (3, 5))]:
        squares = []
        for change in (-eps, eps):
            weights = [weight.copy() for weight, _ in network]
            weights[layer][place] *= 1 + change
            squares.append(square_of_gradient(weights, network, inputs, labels))
        # d |g|^2 when the weight shrinks by a share e is -2 e w (Hg): keep what is large and positive.
        slope = (squares[1] - squares[0]) / (2 * eps)
        assert slope == pytest.approx(2 * scores[layer][place], rel=1e-4, abs=1e-9)


def test_the_absolute_variant_of_grasp_is_its_absolute_value(network, data):
    plain, absolute = grasp_scores(network, *data), grasp_scores(network, *data, absolute=True)
    assert any((score < 0).any() for score in plain)
    for one, other in zip(plain, absolute, strict=True):
        np.testing.assert_array_equal(np.abs(one), other)


def test_synflow_is_the_gradient_of_the_flow_and_every_layer_carries_all_of_it(network):
    weights = [torch.tensor(np.abs(weight), requires_grad=True) for weight, _ in network]
    flow = torch.ones(7, dtype=torch.float64)
    for weight in weights:
        flow = weight @ flow
    flow.sum().backward()
    scores = synflow_scores(network)
    for score, weight in zip(scores, weights, strict=True):
        np.testing.assert_allclose(score, (weight * weight.grad).detach().numpy(), rtol=1e-12)
        assert score.sum() == pytest.approx(flow.sum().item(), rel=1e-12)


@pytest.mark.parametrize("density", [0.7, 0.3])
def test_masked_layers_carry_the_same_flow(density):
    network = drawn(0)
    masks = Masks(np.random.default_rng(2).random(weight.shape) < density for weight, _ in network)
    sums = [score.sum() for score in synflow_scores(network, masks)]
    assert sums[0] > 0
    np.testing.assert_allclose(sums, sums[0], rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_at_as_many_weights_as_layers_synflow_keeps_one_path(seed):
    network = drawn(seed, (20, 30, 30, 30, 8))
    assert synflow_masks(network, 4).counts == (1, 1, 1, 1)
    assert synflow_masks(network, 4).effective.kept == 4
    for kept in range(6, 31):
        masks = synflow_masks(network, kept)
        assert masks.kept == kept
        assert not masks.empty_layers


def test_one_round_of_synflow_empties_layers_and_a_hundred_do_not():
    network = drawn(0, (64, 256, 256, 10))
    kept = round(0.01 * (64 * 256 + 256 * 256 + 2560))
    assert synflow_masks(network, kept, rounds=1).empty_layers
    assert not synflow_masks(network, kept, rounds=10).empty_layers
    assert synflow_masks(network, kept, rounds=10).effective.kept > 0.9 * kept


def flows(sizes):
    """Scores in whole fractions, which neither overflow nor round."""
    exact = [np.vectorize(Fraction, otypes=[object])(size) for size in sizes]
    below, above = [np.full(exact[0].shape[1], Fraction(1))], [np.full(exact[-1].shape[0], Fraction(1))]
    for size in exact:
        below.append(size @ below[-1])
    for size in reversed(exact[1:]):
        above.append(above[-1] @ size)
    return [s * d * u[:, None] for s, d, u in zip(exact, below[:-1], reversed(above), strict=True)]


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_synflow_of_ninety_layers_keeps_what_whole_fractions_keep(scale):
    """In 90 layers flows of 1e-800 and of 1e800 have an order; as plain numbers they are all zero, or all infinite."""
    network = [(scale * weight, bias) for weight, bias in drawn(3, (3,) * 91)]
    masks = Masks.full([weight.shape for weight, _ in network])
    for step in (1, 2):
        left = round(masks.size * 0.7 ** (step / 2))
        scores = flows([np.abs(weight) * mask for (weight, _), mask in zip(network, masks, strict=True)])
        least = sorted((score for layer in scores for score in layer.flat), reverse=True)[left - 1]
        masks = Masks(layer >= least for layer in scores)
    assert synflow_masks(network, round(0.7 * masks.size), rounds=2) == masks


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_synflow_of_ninety_layers_leaves_none_of_them_empty(scale):
    network = [(scale * weight, bias) for weight, bias in drawn(0, (16,) * 91)]
    masks = synflow_masks(network, 400, rounds=20)
    assert masks.kept == 400
    assert not masks.warning
    assert masks == synflow_masks([(weight / scale, bias) for weight, bias in network], 400, rounds=20)


def test_lamp_by_its_definition(network):
    for (weight, _), score in zip(network, lamp_scores(network), strict=True):
        squares = weight.ravel() ** 2
        wanted = [square / squares[squares >= square].sum() for square in squares]
        np.testing.assert_allclose(score.ravel(), wanted, rtol=1e-12)
        assert score.max() == 1


def test_lamp_of_zeros_and_equal_weights():
    (score,) = lamp_scores([(np.array([[0.0, 0.0], [1.0, 1.0]]), np.zeros(2))])
    assert score.tolist() == [[0, 0], [0.5, 1]]


def test_lamp_keeps_a_weight_in_every_layer():
    network = [(1e-6 * drawn(0)[0][0], np.zeros(9)), *drawn(0)[1:]]
    assert magnitude_masks(network, 3, scope="lamp").counts == (1, 1, 1)
    assert magnitude_masks(network, 3).counts[0] == 0


def test_scores_of_many_networks_at_once_are_those_of_each(data):
    inputs, _ = data
    networks = [drawn(seed) for seed in range(3)]
    labels = np.random.default_rng(5).integers(0, 4, (3, 30))
    stack = [(np.stack([n[k][0] for n in networks]), np.stack([n[k][1] for n in networks])) for k in range(3)]
    for scores in (snip_scores, grasp_scores):
        together = scores(stack, inputs, labels)
        for place, network in enumerate(networks):
            for one, other in zip(together, scores(network, inputs, labels[place]), strict=True):
                np.testing.assert_allclose(one[place], other, rtol=1e-9, atol=1e-18)
    for scores in (synflow_scores, lamp_scores, magnitude_scores):
        together = scores(stack)
        for place, network in enumerate(networks):
            for one, other in zip(together, scores(network), strict=True):
                np.testing.assert_allclose(one[place], other, rtol=1e-13)


def test_masks_come_before_scores(network, data):
    masks = Masks(np.random.default_rng(3).random(weight.shape) < 0.5 for weight, _ in network)
    for scores in (snip_scores, grasp_scores):
        masked = scores(network, *data, masks=masks)
        for one, other in zip(masked, scores(masks.apply(network), *data), strict=True):
            np.testing.assert_array_equal(one, other)
        assert not any(score[~mask].any() for score, mask in zip(masked, masks, strict=True))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("density", [0.5, 0.13, 0.01])
def test_global_magnitude_is_that_of_pytorch(seed, density):
    layers = drawn(seed, (20, 30, 30, 5))
    modules = [torch.nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64) for weight, _ in layers]
    with torch.no_grad():
        for module, (weight, _) in zip(modules, layers, strict=True):
            module.weight.copy_(torch.tensor(weight))
    size = sum(weight.size for weight, _ in layers)
    kept = round(density * size)
    where = [(module, "weight") for module in modules]
    prune.global_unstructured(where, pruning_method=prune.L1Unstructured, amount=size - kept)
    theirs = Masks(module.weight_mask.numpy() for module in modules)
    assert magnitude_masks(layers, kept) == theirs


def nets():
    return next(train(digits(200), width=32, depth=2, seed=range(2))).arrays(1)


@pytest.mark.parametrize("method", AT_START)
def test_every_method_keeps_exactly_so_many(method):
    layers, task = nets(), digits(200)
    for density in DENSITIES:
        masks = prune_at_start(layers, density, method, inputs=task.train_inputs, labels=task.train_labels)
        assert masks.kept == round(density * masks.size)


# All but SynFlow, whose rounds are cut anew for each density.
@pytest.mark.parametrize("method", [method for method in AT_START if method != "synflow"])
def test_fewer_weights_are_a_part_of_more(method):
    layers, task = nets(), digits(200)
    given = {"inputs": task.train_inputs, "labels": task.train_labels}
    found = [prune_at_start(layers, density, method, **given) for density in DENSITIES]
    for large, small in itertools.pairwise(found):
        assert small.within(large)


@pytest.mark.parametrize("method", ["random", "erk", "magnitude", "lamp", "synflow"])
def test_masks_without_data_know_nothing_of_the_labels(method):
    layers, task = nets(), digits(200)
    shuffled = np.random.default_rng(0).permutation(task.train_labels)
    given = {"inputs": task.train_inputs}
    masks = {prune_at_start(layers, 0.1, method, labels=labels, **given) for labels in (task.train_labels, shuffled)}
    assert len(masks) == 1


def test_random_masks_are_those_of_the_seed():
    layers = nets()
    one, same, other = (prune_at_start(layers, 0.1, "random", seed=seed) for seed in (0, 0, 1))
    assert one == same != other
    assert random_scores([(2, 2)], 3)[0].max() < 1


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda n: prune_at_start(n, 0.5, "best"), "method must be one of random, erk, magnitude, lamp, snip"),
        (lambda n: prune_at_start(n, 0.5, "snip"), "inputs and labels must be given for snip, got None"),
        (lambda n: prune_at_start(n, 1.5, "erk"), "density must be above 0 and at most 1, got 1.5"),
        (lambda n: synflow_masks(n, 10**6), "kept must not exceed the 141 weights of the network, got 1000000"),
        (lambda n: synflow_masks(n, 5, rounds=0), "rounds must be positive, got 0"),
        (lambda n: magnitude_masks(n, 5, scope="all"), "scope must be one of global, layer, erk, lamp, got 'all'"),
        (lambda n: snip_scores(n, np.zeros((3, 7)), [0, 1]), "labels must be 3, one for each example, got (2,)"),
        (lambda n: snip_scores(n, np.zeros((3, 6)), [0, 1, 1]), "inputs must have 7 columns at layer 0, got (3, 6)"),
        (lambda n: snip_scores(n, np.zeros((3, 7)), [0, 1, 1], loss="hinge"), "loss must be one of cross_entropy"),
        (lambda n: grasp_scores(n, np.zeros((3, 7)), [0, 1, 1], temperature=0), "temperature must be positive, got 0"),
        (lambda n: magnitude_scores([n[0], n[2]]), "layers must have 9 columns in layer 2, got (4, 6)"),
        (lambda n: magnitude_scores([]), "layers must hold matrices of weights, got []"),
        (lambda n: magnitude_scores(3), "layers must be a list of (weight, bias), got 3"),
    ],
)
def test_what_cannot_be_scored_is_one_sentence(call, sentence, network):
    with pytest.raises(ValueError, match="must") as caught:
        call(network)
    assert str(caught.value).startswith(sentence)


def test_a_score_with_nan_is_refused_where_it_would_be_ranked(network):
    broken = [(np.full_like(network[0][0], np.nan), network[0][1]), *network[1:]]
    with pytest.raises(ValueError, match="scores must be numbers in layer 1, got '63 that are nan'"):
        keep_largest(magnitude_scores(broken), 5)
