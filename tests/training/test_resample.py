"""Each network's own training samples: drawn by its seed, nested over sizes, of no influence on anything else."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from scalinglab.training import digits, finish, forward, train
from scalinglab.training.batches import drawn_samples
from tests.training.plain import parameters_of, plain_training


def drawn(seed, samples, pool=1200):
    plan = SimpleNamespace(resample=True, seed=[seed], samples=[samples], task=SimpleNamespace(samples=pool))
    return drawn_samples(plan, 0)


def test_samples_are_distinct_nested_over_sizes_and_differ_between_seeds():
    few, many, other = drawn(3, 50), drawn(3, 600), drawn(4, 600)
    np.testing.assert_array_equal(many[:50], few)
    assert len(set(many.tolist())) == 600
    assert set(many.tolist()) < set(range(1200))
    # 300 of 600 are expected to be shared, with a standard deviation of sqrt(1200 / 16) = 8.7.
    assert abs(len(set(many.tolist()) & set(other.tolist())) - 300) < 5 * 8.7


@pytest.mark.parametrize("batch_size", [16, 64])
def test_training_is_that_of_plain_pytorch_on_the_drawn_samples(batch_size):
    task, settings = digits(300), {"step_size": 0.1, "steps": 40, "batch_size": batch_size, "dtype": "float64"}
    run = train(task, width=7, seed=(1, 2), samples=(60, 40), resample=True, **settings)
    first = next(run)
    initial = [first.arrays(network) for network in range(2)]
    last = finish(run)
    for network, (seed, samples) in enumerate(((1, 60), (2, 40))):
        theirs, losses = plain_training(
            task, initial[network], seed=seed, samples=samples, subset=drawn(seed, samples, 300), **settings
        )
        for ours, other in zip(parameters_of(last.arrays(network)), theirs, strict=True):
            np.testing.assert_allclose(ours, other, rtol=0, atol=1e-11)  # rounding over 40 steps
        assert last.test_loss[network, -1] == pytest.approx(losses[-1], abs=1e-11)


def test_the_training_loss_is_measured_on_the_drawn_samples():
    task = digits(300)
    run = finish(train(task, width=7, seed=(1, 2), samples=(270, 40), resample=True, steps=30, dtype="float64"))
    for network, (seed, samples) in enumerate(((1, 256), (2, 40))):
        rows = drawn(seed, samples, 300)
        layers = [(torch.tensor(weight), torch.tensor(bias)) for weight, bias in run.arrays(network)]
        outputs = forward(layers, torch.tensor(task.train_inputs[rows]))
        loss = torch.nn.functional.cross_entropy(outputs, torch.tensor(task.train_labels[rows]))
        assert run.train_loss[network, -1] == pytest.approx(float(loss), abs=1e-12)


def test_all_samples_in_one_batch_are_the_same_whatever_their_order():
    settings = {"width": 6, "batch_size": 100, "steps": 20, "dtype": "float64", "evaluations": 2}
    first, own = (finish(train(digits(100), resample=flag, **settings)) for flag in (False, True))
    np.testing.assert_allclose(first.test_loss, own.test_loss, rtol=0, atol=1e-12)  # sums in another order


def test_the_flag_is_checked():
    with pytest.raises(ValueError, match=r"^resample must be True or False, got 1$"):
        train(digits(50), resample=1)
