"""Passes of a stack against autograd and finite differences; padding; initial weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from scalinglab.training import digits, forward, train
from scalinglab.training.losses import cross_entropy, mistakes
from scalinglab.training.networks.passes import Buffers, backward, propagate
from scalinglab.training.networks.perceptrons import ACTIVATIONS, Stack, draw

SIZES, NETWORKS, EXAMPLES = (5, 7, 6, 4), 3, 11


def random_stack(seed=0, sizes=SIZES):
    stack = Stack(sizes, NETWORKS, torch.float64, torch.device("cpu"))
    for network in range(NETWORKS):
        arrays = draw(sizes, seed + network, "tanh")
        generator = np.random.default_rng(network)
        stack.put(network, [(weight, generator.normal(size=bias.shape)) for weight, bias in arrays])
    return stack


def random_batch():
    generator = torch.Generator().manual_seed(1)
    inputs = torch.randn(NETWORKS, SIZES[0], EXAMPLES, dtype=torch.float64, generator=generator)
    labels = torch.randint(SIZES[-1], (NETWORKS, 1, EXAMPLES), generator=generator)
    weights = torch.rand(NETWORKS, 1, EXAMPLES, dtype=torch.float64, generator=generator)
    return inputs, labels, weights


def loss_of(stack, batch, activation, gradients=None):
    inputs, labels, weights = batch
    buffers = Buffers(stack, EXAMPLES)
    outputs = propagate(stack, inputs, buffers, ACTIVATIONS[activation])
    losses = cross_entropy(outputs, labels, weights, buffers.gradients[-1])
    if gradients is not None:
        backward(stack, gradients, inputs, buffers, ACTIVATIONS[activation])
    return losses


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_gradients_are_those_of_autograd(activation):
    stack, (inputs, labels, weights) = random_stack(), random_batch()
    gradients = stack.like()
    losses = loss_of(stack, (inputs, labels, weights), activation, gradients)
    leaves = [tuple(part.clone().requires_grad_() for part in layer) for layer in stack.layers]
    outputs = forward(leaves, inputs.mT, activation)
    each = nn.functional.cross_entropy(outputs.flatten(0, 1), labels.flatten(), reduction="none")
    theirs = (each.view(NETWORKS, EXAMPLES) * weights[:, 0]).sum(1)
    theirs.sum().backward()
    # Sums of some ten numbers of order one in float64.
    torch.testing.assert_close(losses, theirs.detach(), rtol=0, atol=1e-13)
    for mine, leaf in zip(gradients.layers, leaves, strict=True):
        for ours, other in zip(mine, leaf, strict=True):
            torch.testing.assert_close(ours, other.grad, rtol=0, atol=1e-13)


def test_gradients_are_finite_differences_of_the_loss():
    stack, batch = random_stack(), random_batch()
    gradients = stack.like()
    loss_of(stack, batch, "tanh", gradients)
    generator, h = torch.Generator().manual_seed(2), 1e-5
    start = stack.flat.clone()
    for _ in range(5):
        direction = torch.randn(len(start), dtype=torch.float64, generator=generator)
        ends = []
        for sign in (1, -1):
            stack.flat.copy_(start + sign * h * direction)
            ends.append(loss_of(stack, batch, "tanh").sum())
        # A central difference errs by h^2 = 1e-10 times a third derivative, and by rounding of 1e-16 / h = 1e-11.
        slope = float(ends[0] - ends[1]) / (2 * h)
        assert slope == pytest.approx(float(gradients.flat @ direction), abs=1e-7)


def test_the_loss_is_finite_where_a_probability_underflows():
    outputs = torch.tensor([[[0.0], [2000.0]]])
    gradient = torch.empty_like(outputs)
    loss = cross_entropy(outputs, torch.zeros(1, 1, 1, dtype=torch.int64), torch.ones(1, 1, 1), gradient)
    assert loss.item() == 2000
    assert gradient.flatten().tolist() == [-1, 1]


def test_mistakes_are_counted_and_ties_are_guessed():
    outputs = torch.tensor([[[3.0, 0.0, 1.0], [1.0, 2.0, 1.0], [0.0, 2.0, 1.0]]])
    labels = torch.tensor([[[0, 0, 2]]])
    # Right; wrong; a tie of three.
    assert mistakes(outputs, labels, torch.ones(1, 1, 3)).item() == pytest.approx(0 + 1 + 2 / 3, abs=1e-6)


def test_all_views_of_a_stack_are_contiguous_and_tell_all_its_numbers():
    stack = Stack((5, 7, 3), NETWORKS, torch.float32, torch.device("cpu"))
    stack.flat.fill_(1)
    assert all(part.is_contiguous() for layer in stack.layers for part in layer)
    assert sum(part.sum().item() for layer in stack.layers for part in layer) == NETWORKS * (5 * 7 + 7 + 7 * 3 + 3)
    stack.clear(1)
    assert all(not part[1].any() and part[0].all() and part[2].all() for layer in stack.layers for part in layer)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw"])
def test_padding_stays_exactly_zero(optimizer, activation):
    widths = (3, 9, 5)
    run = train(
        digits(100),
        width=widths,
        depth=2,
        activation=activation,
        optimizer=optimizer,
        step_size=(0.01, 0.02, 0.03),
        weight_decay=0.1,
        steps=40,
        seed=range(3),
    )
    *_, last = run
    layers = last._record.stack.layers
    for network, width in enumerate(widths):
        (first, below), (middle, between), (top, _) = [(w[network], b[network]) for w, b in layers]
        outside = [first[width:], below[width:], middle[width:], middle[:, width:], between[width:], top[:, width:]]
        assert all(not part.any() for part in outside)
        assert all(np.count_nonzero(weight) > weight.size / 3 for weight, _ in last.arrays(network))


def test_the_stack_computes_what_plain_forward_computes_from_its_arrays():
    *_, last = train(digits(100), width=(4, 9), depth=2, steps=10, dtype="float64", seed=(0, 1))
    task = digits(100)
    inputs, labels = torch.tensor(task.test_inputs), torch.tensor(task.test_labels)
    for network in range(2):
        layers = [(torch.tensor(weight), torch.tensor(bias)) for weight, bias in last.arrays(network)]
        outputs = forward(layers, inputs)
        assert last.test_error[network, -1] == pytest.approx(float((outputs.argmax(1) != labels).double().mean()))
        # Means of 597 numbers of order one in float64.
        assert last.test_loss[network, -1] == pytest.approx(
            float(nn.functional.cross_entropy(outputs, labels)), abs=1e-12
        )


@pytest.mark.parametrize(("activation", "gain"), [("relu", 2), ("tanh", 1)])
def test_initial_weights_have_the_variance_gain_over_fan_in_and_no_bias(activation, gain):
    for weight, bias in draw((100, 400, 300, 50), 0, activation):
        assert not bias.any()
        scaled = weight * np.sqrt(weight.shape[1] / gain)
        # Of n normal numbers the mean errs by 1 / sqrt(n) and the variance by sqrt(2 / n): within four of these.
        assert abs(scaled.mean()) < 4 / np.sqrt(weight.size)
        assert abs(scaled.var() - 1) < 4 * np.sqrt(2 / weight.size)


def test_initial_weights_are_cast_from_float64():
    (single,), (double,) = ([next(train(digits(9), dtype=dtype))] for dtype in ("float32", "float64"))
    for (small, _), (large, _) in zip(single.arrays(0), double.arrays(0), strict=True):
        np.testing.assert_array_equal(small, large.astype(np.float32))
