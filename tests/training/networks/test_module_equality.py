"""A stack of modules equals modules trained one by one in plain PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scalinglab.training import train
from scalinglab.training.networks.attention import Attention
from scalinglab.training.networks.convolutions import Convolutions
from tests.training.networks.modules import PlainAttention, PlainConvolution, Residual, bumps, load
from tests.training.plain import plain_loop
from tests.training.test_language import chain

OPTIMIZERS = ["sgd", "momentum", "adam", "adamw"]
KINDS = {"convolution": PlainConvolution, "attention": PlainAttention, "own": Residual}
#: Networks that differ in everything that may differ within a stack, two of them of one width.
WIDTHS, SEEDS, SAMPLES, BATCH = (4, 7, 4), (0, 1, 2), (120, 10, 90), 12
#: Such that rounding stays what it is: at 0.1, a loop of attention turns a relative 1e-15 into 0.05 in 200 steps; with
#: half of its weights masked, one of width 7 does so at 0.015.
STEP_SIZES = {"sgd": (0.05, 0.01, 0.02), "momentum": (0.01, 0.005, 0.02)}
MOMENTUM, BETAS, DECAY = 0.8, (0.85, 0.99), 0.02
TASK, EMBEDDING = bumps(), 3


def settings(kind, optimizer, dtype, steps):
    return {
        "network": KINDS["own"] if kind == "own" else kind,
        "width": WIDTHS,
        "optimizer": optimizer,
        "step_size": STEP_SIZES.get(optimizer, (0.003, 0.002, 0.001)),
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


def compare(kind, optimizer, *, dtype, steps, tolerance, masked, task=TASK):
    given = settings(kind, optimizer, dtype, steps) | {"embedding": EMBEDDING if task.vocabulary else 12}
    codes = {"vocabulary": task.vocabulary, "embedding": EMBEDDING} if task.vocabulary else {}
    masks = None
    if masked:
        first = next(train(task, **given))
        masks = [half_masks(first, network) for network in range(3)]
    run = train(task, masks=masks, **given)
    first = next(run)
    initial = [first.arrays(network) for network in range(3)]
    *_, last = run
    assert (last.diverged_at < 0).all()
    for network in (1, 2):  # one that is alone in its width, and the second of two
        module = KINDS[kind](WIDTHS[network], task.inputs, task.outputs, **codes).to(getattr(torch, dtype))
        parameters = load(module, initial[network])
        tables = ("positions.weight", "embedding.weight")
        weights = [one for name, one in parameters.items() if one.dim() > 1 and name not in tables]
        losses = plain_loop(
            task,
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
            masked=list(zip(weights, masks[network], strict=True)) if masks else (),
            evaluated=last.evaluated,
        )
        for (name, mine), theirs in zip(last.arrays(network).items(), parameters.values(), strict=True):
            np.testing.assert_allclose(mine, theirs.detach().numpy(), rtol=0, atol=tolerance, err_msg=name)
        np.testing.assert_allclose(last.test_loss[network], losses, rtol=0, atol=tolerance)
        for weight, mask in zip(last.weights(network), masks[network] if masks else (), strict=masked):
            assert not weight[~mask].any()
            assert np.count_nonzero(weight) == np.count_nonzero(mask)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("kind", KINDS)
def test_in_float64_60_steps_agree_with_plain_pytorch(kind, optimizer, masked):
    # Rounding of 1e-16 a step, amplified by training: 1e-11 leaves a factor 10^5 for it, and no room for a wrong rule.
    compare(kind, optimizer, dtype="float64", steps=60, tolerance=1e-11, masked=masked)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("kind", KINDS)
def test_in_float32_20_steps_agree_with_plain_pytorch(kind, optimizer, masked):
    # Rounding of 6e-8 relative to weights near 1, over 20 steps.
    compare(kind, optimizer, dtype="float32", steps=20, tolerance=1e-5, masked=masked)


@pytest.mark.parametrize("kind", ["convolution", "attention"])
def test_networks_of_codes_agree_with_plain_pytorch(kind):
    compare(kind, "adam", dtype="float64", steps=50, tolerance=1e-9, masked=True, task=chain(120))


@pytest.mark.parametrize(("vocabulary", "inputs"), [(None, 40), (None, 13), (11, 8), (11, 1)])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize(("family", "depth"), [(Convolutions, 1), (Attention, 2)])
def test_the_way_of_a_whole_stack_is_that_of_vmap_over_the_module(family, depth, activation, vocabulary, inputs):
    given = (inputs, 7, vocabulary, torch.float64, torch.device("cpu"))
    networks = family(*given, activation=activation, depth=depth, embedding=3)
    drawn, generator = [networks.draw(5, seed) for seed in range(3)], torch.Generator().manual_seed(0)
    parameters = {name: torch.tensor(np.stack([one[name] for one in drawn])) for name in drawn[0]}
    for one in parameters.values():  # biases, too
        one.add_(torch.randn(one.shape, generator=generator), alpha=0.1).requires_grad_()
    rows = torch.randn(3, 6, inputs, dtype=torch.float64, generator=generator)
    rows = rows if vocabulary is None else torch.randint(vocabulary, (3, 6, inputs), generator=generator)
    ways = [way(5, parameters, rows) for way in (networks.stacked, networks.mapped)]
    weights = torch.randn(ways[0].shape, dtype=torch.float64, generator=generator)
    gradients = [torch.autograd.grad((way * weights).sum(), list(parameters.values())) for way in ways]
    # Sums of some hundred numbers of order one in float64.
    for mine, theirs in ((ways[0], ways[1]), *zip(*gradients, strict=True)):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-12)
