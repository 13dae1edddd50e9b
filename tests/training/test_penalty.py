"""A penalty is a part of the loss that a user writes: its gradient is that of autograd, in every setting."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scalinglab.training import Task, digits, finish, forward, train
from tests.training.plain import parameters_of, plain_training


def ridge(strength):
    """Half the square of all parameters of each network."""

    def penalty(layers):
        return strength / 2 * sum(part.square().flatten(1).sum(1) for layer in layers for part in layer)

    return penalty


def curves(samples=120):
    """Three curves to be learned from noisy points."""
    generator = np.random.default_rng(0)
    inputs = generator.uniform(-1, 1, (samples + 50, 1))
    labels = np.concatenate([np.sin(3 * inputs), inputs**2, inputs], axis=1)
    return Task("curves", inputs[:samples], labels[:samples], inputs[samples:], labels[samples:], classes=None)


GRID = torch.linspace(-1, 1, 33, dtype=torch.float64)[:, None]


def roughness(outputs):
    """Mean square of the second differences of a function on the grid."""
    return (outputs[..., 2:, :] - 2 * outputs[..., 1:-1, :] + outputs[..., :-2, :]).square().flatten(-2).mean(-1)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_half_the_square_of_the_parameters_is_weight_decay(optimizer):
    settings = {"width": (6, 11), "optimizer": optimizer, "step_size": 0.02, "steps": 60, "dtype": "float64"}
    decay = finish(train(digits(100), weight_decay=0.05, **settings))
    penalty = finish(train(digits(100), penalty=ridge(0.05), **settings))
    np.testing.assert_allclose(decay.test_loss, penalty.test_loss, rtol=0, atol=1e-11)  # rounding over 60 steps


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_penalty_of_outputs_on_unlabelled_inputs_is_that_of_plain_pytorch(optimizer):
    task = curves()
    settings = {"activation": "tanh", "optimizer": optimizer, "step_size": 0.02, "steps": 50, "dtype": "float64"}
    run = train(task, width=(7, 5), penalty=lambda layers: 3000 * roughness(forward(layers, GRID, "tanh")), **settings)
    initial = [next(run).arrays(0)]
    last = finish(run)

    def theirs(parameters):
        pairs = list(zip(parameters[::2], parameters[1::2], strict=True))
        return 3000 * roughness(forward(pairs, GRID, "tanh"))

    expected, losses = plain_training(task, initial[0], penalty=theirs, **settings)
    without, _ = plain_training(task, initial[0], **settings)
    for ours, other, plain in zip(parameters_of(last.arrays(0)), expected, without, strict=True):
        np.testing.assert_allclose(ours, other, rtol=0, atol=1e-11)
        assert np.abs(other - plain).max() > 1e-4
    assert last.test_loss[0, -1] == pytest.approx(losses[-1], abs=1e-11)


def test_a_penalty_meets_masses_as_it_meets_copies():
    task, settings = curves(), {"activation": "tanh", "steps": 50, "step_size": 0.05, "dtype": "float64"}
    (first, below), (last, top) = next(train(task, width=3, **settings)).arrays(0)
    own = np.repeat(np.arange(3), (1, 2, 3))
    settings["penalty"] = lambda layers: 3000 * roughness(forward(layers, GRID, "tanh"))
    weighted = finish(
        train(task, width=3, initial=((first, below), (last, top)), masses=[np.array([1.0, 2.0, 3.0])], **settings)
    )
    wide = finish(train(task, width=6, initial=((first[own], below[own]), (last[:, own], top)), **settings))
    np.testing.assert_allclose(weighted.test_loss, wide.test_loss, rtol=0, atol=1e-11)


def test_masked_weights_stay_zero_and_padding_too_under_a_penalty_that_pulls_at_zeros():
    def away_from_zero(layers):
        return 0.1 * sum((part - 1).square().flatten(1).sum(1) for layer in layers for part in layer)

    masks = [[np.eye(width, 64), np.ones((10, width))] for width in (4, 9)]
    run = finish(train(digits(100), width=(4, 9), masks=masks, penalty=away_from_zero, steps=10, step_size=0.05))
    assert not run.arrays(1)[0][0][masks[1][0] == 0].any()
    stack = run._record.stack.layers
    assert not stack[0][0][0, 4:].any()
    assert not stack[1][0][0, :, 4:].any()


def test_a_penalty_that_is_nan_for_one_network_stops_only_this_one():
    def broken(layers):
        values = 0 * layers[0][0].flatten(1).sum(1)
        return values + torch.tensor([0.0, torch.nan, 0.0])

    run = finish(train(digits(100), width=6, seed=range(3), penalty=broken, steps=10))
    calm = finish(train(digits(100), width=6, seed=range(3), steps=10))
    assert run.diverged_at.tolist() == [-1, 0, -1]
    np.testing.assert_allclose(run.test_loss[[0, 2]], calm.test_loss[[0, 2]], rtol=0, atol=1e-6)


def roots(layers):
    """The root of each weight's size, whose slope at zero is infinite."""
    return 1e-3 * sum(weight.abs().sqrt().flatten(1).sum(1) for weight, _ in layers)


def lengths(layers):
    """The length of what comes into each unit, by a root whose slope at zero is nan."""
    return 1e-3 * sum(weight.square().sum(2).sqrt().sum(1) for weight, _ in layers)


@pytest.mark.parametrize("penalty", [roots, lengths])
def test_a_penalty_with_no_slope_at_zero_leaves_padding_and_masked_weights_alone(penalty):
    settings = {"penalty": penalty, "steps": 20, "step_size": 0.01, "dtype": "float64"}
    both = finish(train(digits(100), width=(4, 9), **settings))
    for network, width in enumerate((4, 9)):
        alone = finish(train(digits(100), width=width, **settings))
        np.testing.assert_allclose(both.test_loss[network], alone.test_loss[0], rtol=0, atol=1e-12)
    masks = [np.ones((9, 64)), np.ones((10, 9))]
    masks[0][2] = masks[1][:, 3] = 0
    masked = finish(train(digits(100), width=9, masks=masks, **settings))
    assert masked.diverged_at.tolist() == [-1]
    assert not masked.arrays(0)[0][0][2].any()


def test_a_large_penalty_is_no_divergence():
    settings = {"width": 16, "step_size": 1e-4, "steps": 20, "dtype": "float64"}
    last = finish(train(digits(100), penalty=ridge(400.0), **settings))
    assert last.diverged_at.tolist() == [-1]
    assert 200 * sum(np.square(part).sum() for part in parameters_of(last.arrays(0))) > 1e3
    decay = finish(train(digits(100), weight_decay=400.0, **settings))
    np.testing.assert_allclose(last.test_loss, decay.test_loss, rtol=0, atol=1e-11)


def test_a_penalty_has_its_gradient_even_where_none_are_asked_for():
    settings = {"width": 5, "penalty": ridge(0.1), "steps": 5}
    usual = finish(train(digits(100), **settings))
    with torch.no_grad():
        quiet = finish(train(digits(100), **settings))
    np.testing.assert_array_equal(usual.test_loss, quiet.test_loss)


@pytest.mark.parametrize("value", [3.0, torch.zeros(2, 2), torch.zeros(2)])
def test_what_is_no_penalty_is_one_sentence(value):
    run = train(digits(50), width=4, seed=range(2), penalty=lambda layers: value)
    with pytest.raises(ValueError, match=r"^penalty must return a differentiable tensor of the shape \(2,\), got "):
        finish(run)
    with pytest.raises(ValueError, match=r"^penalty must be a function of the layers, got 3"):
        train(digits(50), penalty=3)
