"""Squared loss: its gradient, its error in units of chance, and divergence relative to the scale of the labels."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scalinglab.training import Task, finish, train
from scalinglab.training.losses import squared


def line(scale=1.0, samples=80):
    generator = np.random.default_rng(1)
    inputs = generator.normal(size=(2 * samples, 2))
    labels = scale * (inputs @ [1.0, -2.0] + 3)
    return Task("line", inputs[:samples], labels[:samples], inputs[samples:], labels[samples:], classes=None)


def test_loss_and_gradient_are_those_of_autograd():
    generator = torch.Generator().manual_seed(0)
    outputs, labels = (torch.randn(3, 4, 5, dtype=torch.float64, generator=generator) for _ in range(2))
    weights = torch.rand(3, 1, 5, dtype=torch.float64, generator=generator)
    leaf, gradient = outputs.clone().requires_grad_(), torch.empty_like(outputs)
    theirs = ((leaf - labels).square().mean(1, keepdim=True) * weights).sum((1, 2))
    theirs.sum().backward()
    torch.testing.assert_close(squared(outputs, labels, weights, gradient), theirs.detach(), rtol=0, atol=1e-14)
    torch.testing.assert_close(gradient, leaf.grad, rtol=0, atol=1e-14)


def test_the_error_is_the_loss_in_units_of_the_variance_of_the_test_labels():
    task = line()
    run = finish(train(task, width=16, step_size=0.01, steps=50))
    np.testing.assert_allclose(run.test_error * np.var(task.test_labels), run.test_loss, rtol=1e-6)


def test_a_network_of_zeros_that_knows_the_mean_errs_by_chance():
    task = line()
    mean = task.test_labels.mean(axis=0)
    initial = [(np.zeros((4, 2)), np.zeros(4)), (np.zeros((1, 4)), mean)]
    first = next(train(task, width=4, initial=initial, dtype="float64"))
    assert first.test_error[0, 0] == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_divergence_does_not_depend_on_the_units_of_the_labels(scale):
    # Large labels need large weights, on which only small steps are stable; untrained outputs dwarf small labels.
    calm = finish(train(line(scale), width=8, step_size=1e-3 / max(scale, 1), steps=200, seed=1))
    assert calm.diverged_at.tolist() == [-1]
    assert calm.train_loss[0, -1] < calm.train_loss[0, 0]
    wild = finish(train(line(scale), width=8, step_size=30.0, steps=200, seed=1))
    assert wild.diverged_at[0] >= 0


def test_a_network_that_diverges_does_not_lift_the_bound_of_the_others():
    alone = finish(train(line(), width=8, step_size=1.0, steps=60, seed=1))
    initial = [next(train(line(), width=8, seed=1)).arrays(0)]
    initial.append([(1e3 * weight, bias) for weight, bias in initial[0]])
    both = finish(train(line(), width=8, step_size=(1.0, 1e-9), steps=60, seed=1, initial=initial))
    assert alone.diverged_at[0] >= 0
    assert both.diverged_at.tolist() == [alone.diverged_at[0], -1]
