"""Scores of convolutions, attention and modules of a user's own: the papers' formulas, and one weight after another."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from scalinglab.pruning import Masks, Network, magnitude_masks, prune_at_start, synflow_masks
from scalinglab.pruning.allocation import erk_counts
from scalinglab.pruning.controls import inverted_scores, reinitialized, shuffled_masks
from scalinglab.pruning.scores import (
    grasp_scores,
    lamp_scores,
    magnitude_scores,
    snip_scores,
    synflow_scores,
)
from scalinglab.pruning.selection import keep_largest
from scalinglab.pruning.starts import AT_START
from scalinglab.training import build_network, digits, finish, train
from tests.pruning.conftest import drawn
from tests.pruning.modules import Attention, Codes, Residual, convolution, parts, written_out

TASK = digits(100)


@pytest.fixture(scope="module")
def examples():
    generator = np.random.default_rng(1)
    return generator.standard_normal((8, 12)), generator.integers(0, 4, 8)


#: PyTorch's derivatives along one direction compile something when they are first asked for, by what it gives up.
along_directions = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")


def loss_of(weights, biases, inputs, labels, temperature=1.0):
    found = written_out(weights, biases, torch.tensor(inputs)) / temperature
    return torch.nn.functional.cross_entropy(found, torch.tensor(labels))


def units(weights):
    """One weight after another: its layer, its place, and one there with zeros elsewhere."""
    for layer, weight in enumerate(weights):
        for place in np.ndindex(*weight.shape):
            ones = [torch.zeros_like(other) for other in weights]
            ones[layer][place] = 1
            yield layer, place, tuple(ones)


@along_directions
def test_snip_of_a_convolution_is_the_gradient_of_the_mask_and_each_directional_derivative(examples):
    module = convolution()
    weights, biases = parts(module)
    masks = [torch.ones_like(weight, requires_grad=True) for weight in weights]
    loss_of([w * m for w, m in zip(weights, masks, strict=True)], biases, *examples).backward()
    scores = snip_scores(module, *examples)
    for score, mask in zip(scores, masks, strict=True):
        np.testing.assert_allclose(score, np.abs(mask.grad.numpy()), rtol=1e-12, atol=1e-15)

    def masked(*masks):
        return loss_of([w * m for w, m in zip(weights, masks, strict=True)], biases, *examples)

    full = tuple(torch.ones_like(weight) for weight in weights)
    for layer, place, one in units(weights):
        _, slope = torch.func.jvp(masked, full, one)
        assert scores[layer][place] == pytest.approx(abs(slope.item()), rel=1e-12, abs=1e-15)


@along_directions
def test_grasp_of_a_convolution_is_the_papers_product_and_each_change_of_the_gradient(examples):
    module = convolution()
    weights, biases = parts(module)
    leaves = [weight.clone().requires_grad_() for weight in weights]
    gradients = torch.autograd.grad(loss_of(leaves, biases, *examples, 200), leaves, create_graph=True)
    product = sum((gradient * gradient.detach()).sum() for gradient in gradients)
    curved = torch.autograd.grad(product, leaves)
    scores = grasp_scores(module, *examples)
    for score, weight, each in zip(scores, weights, curved, strict=True):
        np.testing.assert_allclose(score, (weight * each).numpy(), rtol=1e-12, atol=1e-18)

    def gradient(*weights):
        names = range(3)
        return torch.func.grad(lambda w: loss_of([w[n] for n in names], biases, *examples, 200))(
            dict(enumerate(weights))
        )

    # One weight after another: w_j times e_j H g, with H e_j as the derivative of the gradient along e_j.
    flat = [each.detach() for each in gradients]
    for layer, place, one in units(weights):
        _, moved = torch.func.jvp(gradient, tuple(weights), one)
        wanted = sum((moved[number] * each).sum() for number, each in enumerate(flat)) * weights[layer][place]
        assert scores[layer][place] == pytest.approx(wanted.item(), rel=1e-12, abs=1e-18)


def flow_of(weights):
    still = [torch.zeros(weight.shape[0], dtype=torch.float64) for weight in weights]
    ones = torch.ones((1, 12), dtype=torch.float64)
    return written_out(weights, still, ones, activations=(lambda sums: sums,) * 2).sum()


def test_synflow_of_a_convolution_is_the_gradient_of_its_flow_and_what_each_weight_carries(examples):
    network = Network(convolution(), examples[0])
    leaves = [torch.tensor(np.abs(weight), requires_grad=True) for weight in network.weights]
    flow = flow_of(leaves)
    gradients = torch.autograd.grad(flow, leaves)
    scores, sizes = synflow_scores(network), [leaf.detach() for leaf in leaves]
    for score, size, gradient in zip(scores, sizes, gradients, strict=True):
        np.testing.assert_allclose(score, (size * gradient).numpy(), rtol=1e-12)
        # What flows into a layer flows out, at all positions together.
        assert score.sum() == pytest.approx(flow.item(), rel=1e-12)
    # The flow is linear in each weight: without it, its score is missing.
    for layer, place, one in units(sizes):
        without = [size * (1 - gone) for size, gone in zip(sizes, one, strict=True)]
        missing = (flow - flow_of(without)).item()
        assert scores[layer][place] == pytest.approx(missing, abs=1e-12 * flow.item())


@pytest.mark.parametrize("density", [0.6, 0.3])
def test_layers_of_a_masked_convolution_carry_the_same_flow(density, examples):
    network, generator = Network(convolution(), examples[0]), np.random.default_rng(2)
    masks = Masks((generator.random(shape) < density for shape in network.wiring.shapes), network)
    scores = synflow_scores(network, masks)
    assert scores[0].sum() > 0
    np.testing.assert_allclose([score.sum() for score in scores], scores[0].sum(), rtol=1e-12)
    assert masks.effective == Masks((score > 0 for score in scores), network)


def test_around_a_residual_path_flows_add_up():
    network = Network(Residual().double(), np.zeros((1, 6)))
    first, inner, last = (score.sum() for score in synflow_scores(network))
    sizes = [np.abs(weight) for weight in network.weights]
    around = (sizes[2] @ sizes[0]).sum()
    assert last == pytest.approx(first, rel=1e-12)
    assert last == pytest.approx(inner + around, rel=1e-12)


def test_flows_keep_maxima_and_lead_around_norms():
    parts = [nn.Unflatten(1, (1, 12)), nn.Conv1d(1, 3, 3), nn.BatchNorm1d(3), nn.GELU(), nn.MaxPool1d(2), nn.Flatten()]
    module = nn.Sequential(*parts, nn.Linear(15, 2)).double().eval()
    with torch.no_grad():
        module[2].running_var.uniform_(1, 2)
        module[2].weight.uniform_(1, 2)
    network = Network(module, np.zeros((1, 12)))
    first, last = (torch.tensor(np.abs(weight), requires_grad=True) for weight in network.weights)
    seen = torch.nn.functional.conv1d(torch.ones((1, 1, 12), dtype=torch.float64), first)
    flow = (torch.nn.functional.max_pool1d(seen, 2).flatten() @ last.T).sum()
    for score, size, each in zip(
        synflow_scores(network), (first, last), torch.autograd.grad(flow, (first, last)), strict=True
    ):
        np.testing.assert_allclose(score, (size * each).detach().numpy(), rtol=1e-12)
        assert score.sum() == pytest.approx(flow.item(), rel=1e-12)
    assert Masks.full(network.wiring.shapes, network).effective.kept == 39


def test_through_attention_layers_would_not_carry_the_same_flow():
    """Why SynFlow is refused there: with products in the place of shares, a layer counts once for each factor."""
    network = Network(Attention(), np.ones((1, 6)))
    leaves = [torch.tensor(np.abs(weight), requires_grad=True) for weight in network.weights]
    pieces, attend, mix, last = leaves
    query, key, value = (torch.ones((3, 2), dtype=torch.float64) @ pieces.T @ attend.T).chunk(3, -1)
    flow = (query @ key.T @ value @ mix.T @ last.T).sum()
    carried = [(leaf * each).sum() for leaf, each in zip(leaves, torch.autograd.grad(flow, leaves), strict=True)]
    assert [(each / flow).item() for each in carried] == pytest.approx([3, 3, 1, 1], rel=1e-12)


def test_a_hundred_rounds_of_synflow_leave_no_layer_of_a_convolution_empty_and_one_round_does():
    network = Network(build_network(TASK, network="convolution", width=16), TASK.train_inputs)
    kept = round(0.01 * sum(weight.size for weight in network.weights))
    masks = synflow_masks(network, kept)
    assert not masks.empty_layers
    assert masks.effective.kept > 0.9 * kept
    assert synflow_masks(network, kept, rounds=1).effective.kept < masks.effective.kept


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_perceptron_as_a_module_has_the_scores_of_its_layers(activation, network, data):
    layers = []
    for weight, bias in network:
        linear = nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64)
        linear.load_state_dict({"weight": torch.tensor(weight), "bias": torch.tensor(bias)})
        layers += [linear, {"relu": nn.ReLU, "tanh": nn.Tanh}[activation]()]
    module = Network(nn.Sequential(*layers[:-1]), data[0])
    for scores in (snip_scores, grasp_scores):
        for one, other in zip(scores(module, *data), scores(network, *data, activation=activation), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-17)
    for scores in (magnitude_scores, lamp_scores, synflow_scores):
        for one, other in zip(scores(module), scores(network), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)
    for seed, method in itertools.product(range(3), ("random", "erk", "synflow")):
        mine, theirs = (prune_at_start(each, 0.2, method, seed=seed) for each in (module, network))
        assert mine == theirs
        assert mine.effective == theirs.effective


def test_many_examples_are_looked_at_in_parts(monkeypatch, examples):
    inputs, labels = (np.concatenate([array, array[:5]]) for array in examples)
    for scores in (snip_scores, grasp_scores):
        at_once = scores(convolution(), inputs, labels)
        monkeypatch.setattr("scalinglab.pruning.gradients.BATCH", 4)
        for one, other in zip(at_once, scores(convolution(), inputs, labels), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-18)
        monkeypatch.undo()


def test_lamp_of_a_kernel_looks_at_all_of_the_layer():
    (score, *_) = lamp_scores(convolution())
    weight = np.square(magnitude_scores(convolution())[0])
    for place in np.ndindex(*weight.shape):
        assert score[place] == pytest.approx(weight[place] / weight[weight >= weight[place]].sum(), rel=1e-12)
    assert score.max() == 1


def test_erk_counts_kernels_with_their_shape():
    shapes = [(16, 1, 5), (16, 16, 3), (16, 16, 3), (10, 128)]
    # [Evci2020]: sparsity in proportion to 1 - (n_in + n_out + k) / (n_in n_out k); by hand at the factor 2 / 5.
    wanted = [22 * 2 / 5, 35 * 2 / 5, 35 * 2 / 5, 138 * 2 / 5]
    counts = erk_counts(shapes, 92)
    assert sum(counts) == 92
    assert all(abs(count - each) < 1 for count, each in zip(counts, wanted, strict=True))
    # The first layer is full long before the others, and the rest is spread over them.
    assert erk_counts(shapes, 80 + 2 * (35 * 6) + 138 * 6) == (80, 210, 210, 828)


@pytest.mark.parametrize("name", ["convolution", "attention", "own"])
def test_every_method_keeps_exactly_so_many_and_says_how_many_of_each_tensor(name):
    inputs, labels = TASK.train_inputs, TASK.train_labels
    if name == "own":
        inputs, labels = inputs[:, 20:26], labels % 3
    network = Network(Residual() if name == "own" else build_network(TASK, network=name, width=6), inputs)
    size = sum(weight.size for weight in network.weights)
    methods = [method for method in AT_START if (name, method) != ("attention", "synflow")]
    for method, density in itertools.product(methods, [1.0, 0.3, 0.04]):
        masks = prune_at_start(network, density, method, inputs=inputs, labels=labels)
        assert masks.kept == sum(masks.counts) == max(1, round(density * size))
        assert masks.shapes == tuple(weight.shape for weight in network.weights)
        assert masks.counts == tuple(np.count_nonzero(layer) for layer in masks)
        assert masks.effective.within(masks)
        assert shuffled_masks(masks, 1).counts == masks.counts
    for scope in ("layer", "erk", "lamp", "global"):
        large = magnitude_masks(network, size // 2, scope=scope)
        small = magnitude_masks(network, size // 4, scope=scope, within=large)
        assert (large.kept, small.kept) == (size // 2, size // 4)
        assert small.within(large)


@pytest.mark.parametrize("name", ["convolution", "attention"])
def test_training_keeps_the_counts_of_each_tensor(name):
    settings = {"network": name, "width": 5, "optimizer": "adam", "step_size": 0.01}
    masks = prune_at_start(build_network(TASK, **settings), 0.3, "erk", seed=2)
    run = finish(train(TASK, masks=masks, steps=20, **settings))
    assert tuple(np.count_nonzero(weight) for weight in run.weights(0)) == masks.counts
    assert Masks((weight != 0 for weight in run.weights(0)), build_network(TASK, **settings)) == masks


def test_masks_come_before_the_scores_of_a_module(examples):
    network, generator = Network(convolution(), examples[0]), np.random.default_rng(3)
    masks = Masks((generator.random(shape) < 0.5 for shape in network.wiring.shapes), network)
    for scores in (snip_scores, grasp_scores):
        masked = scores(network, *examples, masks=masks)
        for one, other in zip(masked, scores(masks.apply(network), *examples), strict=True):
            np.testing.assert_array_equal(one, other)
        assert not any(score[~mask].any() for score, mask in zip(masked, masks, strict=True))


def test_inverted_scores_and_other_weights_of_a_module(examples):
    network = Network(convolution(), examples[0])
    best = keep_largest(snip_scores(network, *examples), 20, network=network)
    worst = keep_largest(inverted_scores(snip_scores(network, *examples)), 20, network=network)
    assert not (best.flat & worst.flat).any()
    one, same, other = (reinitialized(network, seed) for seed in (0, 0, 1))
    for name, array in network.arrays.items():
        np.testing.assert_array_equal(one[name], same[name])
        np.testing.assert_array_equal(np.sort(one[name], axis=None), np.sort(array, axis=None))
        assert (array.ndim == 1) == bool((one[name] == array).all())
        assert (array.ndim == 1) == bool((one[name] == other[name]).all())


def test_scores_of_codes_leave_the_embedding_out():
    codes = np.random.default_rng(0).integers(0, 5, (10, 4))
    network = Network(Codes(), codes)
    assert [score.shape for score in snip_scores(network, codes, codes[:, 0])] == [(4, 3, 2), (5, 4)]
    sums = [score.sum() for score in synflow_scores(network)]
    assert sums[0] == pytest.approx(sums[1], rel=1e-12)
    assert prune_at_start(network, 1.0, "random").effective.kept == 44


BAD = [
    (
        lambda: synflow_scores(Network(Attention(), np.ones((1, 6)))),
        "network must not multiply activations with each other, as attention does: SynFlow is defined for sums alone",
    ),
    (lambda: synflow_scores(convolution()), "inputs must be given with a module, as in Network(module, inputs)"),
    (lambda: magnitude_masks(convolution(), 5).effective, "inputs must be given with a module"),
    (lambda: Masks([np.ones((2, 1, 3))]), "masks must hold a matrix of zeros and ones in layer 1"),
    (lambda: Masks([np.ones((2, 1, 3))], convolution()), "masks must have the shapes of the network, ((3, 1, 5), "),
    (lambda: Masks([np.ones(3)], convolution()), "masks must hold a matrix of zeros and ones in layer 1"),
    (lambda: Network(nn.LayerNorm(3)), "network must have weights that can be pruned, got 'a module with none'"),
    (lambda: Network(nn.Linear(2, 3), arrays={"weight": np.ones((3, 2))}), "arrays must be those of weight, bias"),
    (
        lambda: Network(nn.Linear(2, 3), arrays={"weight": np.ones((2, 2)), "bias": np.ones(3)}),
        "arrays must have the shape (3, 2) for weight, got (2, 2)",
    ),
    (lambda: Masks([[[1, 0]]]).apply(convolution()), "layers must have the shapes of the masks, ((1, 2),), got"),
    (lambda: prune_at_start(convolution(), 0.5, "snip"), "inputs and labels must be given for snip, got None"),
    (lambda: snip_scores(convolution(), np.ones((3, 12)), [0, 1]), "labels must be 3, one for each example, got (2,)"),
]


@pytest.mark.parametrize(("call", "sentence"), BAD)
def test_what_cannot_be_scored_is_one_sentence(call, sentence):
    with pytest.raises(ValueError, match="must") as caught:
        call()
    assert str(caught.value).startswith(sentence)


def test_masks_without_an_example_tell_their_counts():
    assert repr(magnitude_masks(convolution(), 5)) == "Masks(5 of 78 weights)"
    assert drawn(0)  # a perceptron needs none
