"""A stack of modules equals modules trained one by one in plain PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scalinglab.training import train
from tests.training.networks.modules import PlainAttention, PlainConvolution, Residual, bumps, load
from tests.training.plain import plain_loop

OPTIMIZERS = ["sgd", "momentum", "adam", "adamw"]
KINDS = {"convolution": PlainConvolution, "attention": PlainAttention, "own": Residual}
#: Networks that differ in everything that may differ within a stack, two of them of one width.
WIDTHS, SEEDS, SAMPLES, BATCH = (4, 7, 4), (0, 1, 2), (120, 10, 90), 12
STEP_SIZES = {"sgd": (0.05, 0.1, 0.02), "momentum": (0.01, 0.02, 0.03)}
MOMENTUM, BETAS, DECAY = 0.8, (0.85, 0.99), 0.02
TASK = bumps()


def settings(kind, optimizer, dtype, steps):
    return {
        "network": KINDS["own"] if kind == "own" else kind,
        "width": WIDTHS,
        "optimizer": optimizer,
        "step_size": STEP_SIZES.get(optimizer, (0.003, 0.01, 0.001)),
        "momentum": MOMENTUM,
        "betas": BETAS,
        "weight_decay": DECAY,
        "batch_size": BATCH,
        "steps": steps,
        "seed": SEEDS,
        "samples": SAMPLES,
        "dtype": dtype,
        "evaluations": 4,
    }


def half_masks(run, network):
    generator = np.random.default_rng(network)
    return [generator.random(weight.shape) < 0.5 for weight in run.weights(network)]


def compare(kind, optimizer, *, dtype, steps, tolerance, masked):
    given = settings(kind, optimizer, dtype, steps)
    first = next(train(TASK, **given))
    masks = [half_masks(first, network) for network in range(3)] if masked else None
    run = train(TASK, masks=masks, **given)
    first = next(run)
    initial = [first.arrays(network) for network in range(3)]
    *_, last = run
    assert (last.diverged_at < 0).all()
    for network in range(3):
        module = KINDS[kind](WIDTHS[network], TASK.inputs, TASK.outputs).to(getattr(torch, dtype))
        parameters = load(module, initial[network])
        weights = [one for name, one in parameters.items() if one.dim() > 1 and "positions" not in name]
        losses = plain_loop(
            TASK,
            module,
            optimizer=optimizer,
            step_size=given["step_size"][network],
            seed=SEEDS[network],
            samples=SAMPLES[network],
            batch_size=BATCH,
            steps=steps,
            dtype=dtype,
            momentum=MOMENTUM,
            betas=BETAS,
            decay=DECAY,
            masked=list(zip(weights, masks[network], strict=True)) if masked else (),
            evaluated=last.evaluated,
        )
        for (name, mine), theirs in zip(last.arrays(network).items(), parameters.values(), strict=True):
            np.testing.assert_allclose(mine, theirs.detach().numpy(), rtol=0, atol=tolerance, err_msg=name)
        np.testing.assert_allclose(last.test_loss[network], losses, rtol=0, atol=tolerance)
        for weight, mask in zip(last.weights(network), masks[network] if masked else (), strict=masked):
            assert not weight[~mask].any()
            assert np.count_nonzero(weight) == np.count_nonzero(mask)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("kind", KINDS)
def test_in_float64_200_steps_agree_with_plain_pytorch(kind, optimizer):
    # Rounding of 1e-16 a step, amplified by training: 1e-9 leaves a factor 10^7 for it, and no room for a wrong rule.
    compare(kind, optimizer, dtype="float64", steps=200, tolerance=1e-9, masked=optimizer in {"momentum", "adamw"})


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("kind", KINDS)
def test_in_float32_20_steps_agree_with_plain_pytorch(kind, optimizer):
    # Rounding of 6e-8 relative to weights near 1, over 20 steps.
    compare(kind, optimizer, dtype="float32", steps=20, tolerance=1e-5, masked=optimizer in {"sgd", "adam"})
