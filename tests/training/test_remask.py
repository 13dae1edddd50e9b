"""Masks that change on the way: what goes is gone, from the weights and from the memory of the optimizer."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from scalinglab.training import digits, finish, train
from scalinglab.training.batches import Order
from tests.training.plain import plain_network, plain_optimizer

OPTIMIZERS = ["sgd", "momentum", "adam", "adamw"]
SIZES = (64, 10, 10)


def masks_of(density, seed=0):
    generator = np.random.default_rng(seed)
    return [generator.random((outputs, inputs)) < density for inputs, outputs in itertools.pairwise(SIZES)]


def shrinking(run):
    """Every ten steps less is left; the masks are nested, as one seed draws them."""
    return masks_of(0.9 - run.step / 100) if run.step % 10 == 0 else None


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_pruned_weights_are_exactly_zero_after_every_step(optimizer):
    settings = {"width": 10, "optimizer": optimizer, "step_size": 0.01, "weight_decay": 0.1, "steps": 60}
    for state in train(digits(100), seed=range(2), masks=shrinking, **settings):
        if state.step:
            mask = masks_of(0.9 - (state.step - 1) // 10 * 10 / 100)
            for network in range(2):
                for (weight, _), kept in zip(state.arrays(network), mask, strict=True):
                    assert not weight[~kept].any()
                    assert np.count_nonzero(weight) == np.count_nonzero(kept)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_shrinking_mask_is_that_of_plain_pytorch_with_its_memory_cleared_by_hand(optimizer):
    task, steps = digits(200), 45
    settings = {"optimizer": optimizer, "step_size": 0.01, "steps": steps, "dtype": "float64", "batch_size": 32}
    run = train(task, width=10, masks=shrinking, **settings)
    initial = next(run).arrays(0)
    ours = finish(run).arrays(0)
    network = plain_network(SIZES, "relu", "float64")
    parameters = list(network.parameters())
    with torch.no_grad():
        for parameter, array in zip(parameters, itertools.chain(*initial), strict=True):
            parameter.copy_(torch.tensor(array))
    rule = plain_optimizer(optimizer, parameters, 0.01, momentum=0.9, betas=(0.9, 0.999), decay=0.0)
    inputs, labels = torch.tensor(task.train_inputs), torch.tensor(task.train_labels)
    for step, batch in enumerate(Order(0, 200, 32).take(steps)):
        if step % 10 == 0:
            kept = [torch.tensor(mask) for mask in masks_of(0.9 - step / 100)]
        with torch.no_grad():
            for weight, mask in zip(parameters[::2], kept, strict=True):
                weight.mul_(mask)
                for memory in rule.state[weight].values():
                    memory.mul_(mask if memory is not None and memory.shape == mask.shape else 1)
        rule.zero_grad()
        torch.nn.functional.cross_entropy(network(inputs[batch]), labels[batch]).backward()
        for weight, mask in zip(parameters[::2], kept, strict=True):
            weight.grad.mul_(mask)
        rule.step()
    for pair, weight, bias in zip(ours, parameters[::2], parameters[1::2], strict=True):
        np.testing.assert_allclose(pair[0], weight.detach(), rtol=0, atol=1e-10)
        np.testing.assert_allclose(pair[1], bias.detach(), rtol=0, atol=1e-10)


def test_masks_that_change_at_once_are_masks_from_there_on():
    settings = {"width": 10, "seed": range(2), "steps": 40, "dtype": "float64"}
    first, second = masks_of(0.8), masks_of(0.3)
    changed = finish(train(digits(100), masks=lambda run: {0: first, 25: second}.get(run.step), **settings))
    middle = next(itertools.islice(train(digits(100), masks=first, **settings), 25, None))
    halves = [middle.arrays(network) for network in range(2)]
    rest = finish(train(digits(100), masks=second, initial=halves, start=25, **settings))
    for network in range(2):
        for one, other in zip(changed.arrays(network), rest.arrays(network), strict=True):
            np.testing.assert_allclose(one[0], other[0], rtol=0, atol=1e-13)


def test_masks_may_come_back_and_then_begin_at_zero():
    full = masks_of(1.0)
    found = {}
    run = train(digits(100), width=10, steps=4, masks=lambda run: {1: masks_of(0.0), 2: full}.get(run.step))
    for state in run:
        found[state.step] = state.arrays(0)[0][0]
    assert not found[2].any()
    # With all weights at zero no gradient reaches the first layer, and the last one learns from its biases alone.
    assert not found[3].any()


def test_masses_and_masks_that_change():
    masses = [np.full(10, 0.5)]
    settings = {"width": 10, "steps": 30, "dtype": "float64", "masses": masses}
    still = finish(train(digits(100), masks=masks_of(0.5), **settings))
    moving = finish(train(digits(100), masks=lambda run: masks_of(0.5) if run.step == 0 else None, **settings))
    np.testing.assert_allclose(moving.test_loss[:, 1:], still.test_loss[:, 1:], rtol=0, atol=1e-13)


@pytest.mark.parametrize("masks", [3, [masks_of(1.0)] * 3, [np.ones((2, 2))], "all"])
def test_masks_that_do_not_fit_stop_the_run_with_a_sentence(masks):
    run = train(digits(100), width=10, seed=range(2), steps=4, masks=lambda run: masks)
    next(run)
    with pytest.raises(ValueError, match=r"^masks must"):
        next(run)
