"""Stacked training equals training one network at a time in plain PyTorch: autograd and ``torch.optim``."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from scalinglab.training import Task, digits, train
from tests.training.plain import plain_network, plain_optimizer, plain_training

OPTIMIZERS = ["sgd", "momentum", "adam", "adamw"]
#: Four networks that differ in everything that may differ within a stack.
WIDTHS, SEEDS, SAMPLES = (8, 20, 33, 20), (0, 1, 2, 3), (300, 300, 40, 157)
STEP_SIZES = {"sgd": (0.1, 0.2, 0.05, 0.3), "momentum": (0.02, 0.05, 0.01, 0.03)}
ADAM_STEP_SIZES = (0.003, 0.01, 0.001, 0.005)
BATCH = 48
MOMENTUM, BETAS, DECAY = 0.8, (0.85, 0.99), 0.02


def compare(optimizer, depth, activation, *, dtype, steps, tolerance, mixed=True, schedule="constant", task=None):
    task = task or digits(300, label_noise=0.1)
    step_sizes = STEP_SIZES.get(optimizer, ADAM_STEP_SIZES)
    if not mixed:
        step_sizes = step_sizes[:1] * 4
    run = train(
        task,
        width=WIDTHS,
        depth=depth,
        activation=activation,
        optimizer=optimizer,
        step_size=step_sizes,
        momentum=MOMENTUM,
        betas=BETAS,
        weight_decay=DECAY,
        batch_size=BATCH,
        steps=steps,
        seed=SEEDS,
        samples=SAMPLES,
        schedule=schedule,
        dtype=dtype,
        evaluations=20,
    )
    first = next(run)
    initial = [first.arrays(network) for network in range(4)]
    *_, last = run
    for network in range(4):
        parameters, losses = plain_training(
            task,
            initial[network],
            activation=activation,
            optimizer=optimizer,
            step_size=step_sizes[network],
            seed=SEEDS[network],
            samples=SAMPLES[network],
            batch_size=BATCH,
            steps=steps,
            dtype=dtype,
            schedule=schedule,
            momentum=MOMENTUM,
            betas=BETAS,
            decay=DECAY,
            evaluated=last.evaluated,
        )
        ours = [array for pair in last.arrays(network) for array in pair]
        for theirs, mine in zip(parameters, ours, strict=True):
            assert theirs.shape == mine.shape
            np.testing.assert_allclose(mine, theirs, rtol=0, atol=tolerance)
        np.testing.assert_allclose(last.test_loss[network], losses, rtol=0, atol=tolerance)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(("depth", "activation"), [(1, "relu"), (2, "tanh"), (3, "relu")])
def test_in_float64_100_steps_agree_with_plain_pytorch(optimizer, depth, activation):
    # Rounding of 1e-16 a step, amplified by training: 1e-11 leaves a factor 10^5 for it, and no room for a wrong rule.
    compare(optimizer, depth, activation, dtype="float64", steps=100, tolerance=1e-11)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_one_step_size_for_all_takes_another_path_to_the_same_numbers(optimizer):
    compare(optimizer, 1, "tanh", dtype="float64", steps=100, tolerance=1e-9, mixed=False)


@pytest.mark.parametrize("mixed", [True, False])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_cosine_schedule_is_that_of_pytorch(optimizer, mixed):
    compare(optimizer, 1, "tanh", dtype="float64", steps=60, tolerance=1e-9, mixed=mixed, schedule="cosine")


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_regression_agrees_with_plain_pytorch(optimizer):
    generator = np.random.default_rng(0)
    inputs, labels = generator.normal(size=(400, 5)), generator.normal(size=(400, 3))
    task = Task("three outputs", inputs[:300], labels[:300], inputs[300:], labels[300:], classes=None)
    compare(optimizer, 2, "tanh", dtype="float64", steps=100, tolerance=1e-9, task=task)


@pytest.mark.parametrize("mixed", [True, False])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(("depth", "activation"), [(1, "relu"), (3, "tanh")])
def test_in_float32_20_steps_agree_with_plain_pytorch(optimizer, depth, activation, mixed):
    # Rounding of 6e-8 relative to weights near 1, over 20 steps.
    compare(optimizer, depth, activation, dtype="float32", steps=20, tolerance=1e-5, mixed=mixed)


@pytest.mark.parametrize(
    ("optimizer", "step_size"), [("sgd", 0.3), ("momentum", 0.05), ("adam", 0.005), ("adamw", 0.005)]
)
def test_final_accuracy_is_that_of_plain_pytorch_within_seed_noise(optimizer, step_size):
    task, runs, steps = digits(), 8, 200
    *_, last = train(
        task,
        width=16,
        optimizer=optimizer,
        step_size=step_size,
        momentum=MOMENTUM,
        betas=BETAS,
        weight_decay=DECAY * (optimizer == "adamw"),
        batch_size=BATCH,
        steps=steps,
        seed=range(runs),
        evaluations=2,
    )
    theirs = [independent_error(task, optimizer, step_size, seed, steps) for seed in range(runs)]
    ours = last.test_error[:, -1]
    error = np.sqrt((np.var(ours, ddof=1) + np.var(theirs, ddof=1)) / runs)
    # Other initial weights and batches, so only means agree: four comparisons, each within three standard errors.
    assert abs(ours.mean() - np.mean(theirs)) < 3 * error
    assert ours.mean() < 0.1


def independent_error(task, optimizer, step_size, seed, steps):
    """Test error of one network with PyTorch's own initialisation, shuffling and loop."""
    generator = torch.Generator().manual_seed(seed)
    network = plain_network([task.inputs, 16, task.classes], "relu", "float32")
    for layer in (network[0], network[2]):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
        nn.init.zeros_(layer.bias)
    decay = DECAY * (optimizer == "adamw")
    rule = plain_optimizer(optimizer, network.parameters(), step_size, momentum=MOMENTUM, betas=BETAS, decay=decay)
    inputs, labels = torch.tensor(task.train_inputs, dtype=torch.float32), torch.tensor(task.train_labels)
    epochs = -(-steps * BATCH // len(labels))
    order = torch.cat([torch.randperm(len(labels), generator=generator) for _ in range(epochs)])
    for batch in order[: steps * BATCH].view(steps, BATCH):
        rule.zero_grad()
        nn.functional.cross_entropy(network(inputs[batch]), labels[batch]).backward()
        rule.step()
    guesses = network(torch.tensor(task.test_inputs, dtype=torch.float32)).argmax(1).numpy()
    return np.mean(guesses != task.test_labels)
