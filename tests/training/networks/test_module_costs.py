"""What modules cost, told before they run: parameters and multiply-adds exactly, memory from above; chunks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from scalinglab.training import Task, budget, memory, text, train
from scalinglab.training.sweeps.chunks import _size, chunks_of
from scalinglab.training.sweeps.grids import runs_of
from scalinglab.training.tasks.catalogue import build_task
from tests.training.networks.modules import PlainAttention, PlainConvolution, Residual, bumps
from tests.training.test_language import chain

KINDS = {"convolution": PlainConvolution, "attention": PlainAttention, Residual: Residual}
WORDS = ["convolution", "attention"]


@pytest.mark.parametrize("task", [bumps(inputs=40), bumps(inputs=13), chain()], ids=["numbers", "odd", "codes"])
@pytest.mark.parametrize("network", KINDS, ids=str)
def test_a_budget_is_what_pytorch_counts_of_a_module(network, task):
    if network is Residual and task.vocabulary:
        return  # it takes no codes
    embedding = {"vocabulary": task.vocabulary, "embedding": 6} if task.vocabulary else {}
    module = KINDS[network](5, task.inputs, task.outputs, **embedding)
    settings = {"width": 5, "batch_size": 20, "samples": 70, "steps": 3, "evaluations": 2}
    counted = budget(task, network=network, **settings, **({"embedding": 6} if task.vocabulary else {}))
    assert counted.parameters == (sum(parameter.numel() for parameter in module.parameters()),)
    train_inputs = torch.tensor(task.train_inputs[:20]).to(torch.int64 if task.vocabulary else torch.float32)
    # The counter knows products, and not the fused attention of this machine.
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        module(train_inputs).sum().backward()
    training = 3 * counter.get_total_flops() / 2
    with FlopCounterMode(display=False) as counter, torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
        module(train_inputs)
    # PyTorch counts a multiplication and an addition as two; 70 training samples are measured, and the test set.
    held_out = len(task.test_labels) + (0 if task.validation_labels is None else len(task.validation_labels))
    testing = 2 * (70 + held_out) * counter.get_total_flops() / 2 / 20
    assert (counted.multiply_adds - counted.testing, counted.testing) == (training, testing)


def test_a_budget_knows_the_products_of_fused_attention():
    task = bumps()
    counted = [budget(task, network=kind, width=5, steps=3) for kind in ("attention", PlainAttention)]
    assert counted[0] == counted[1]


@pytest.mark.parametrize(
    ("network", "settings"),
    [
        ("convolution", {"width": [16, 8], "seed": [0, 1]}),
        ("convolution", {"width": 4, "seed": range(30), "batch_size": 400}),
        ("attention", {"width": 12, "depth": 2, "seed": range(5), "optimizer": "adam", "step_size": 0.001}),
        (Residual, {"width": 30, "seed": range(10), "dtype": "float64"}),
    ],
)
def test_a_run_never_takes_more_than_was_said_and_not_much_less(network, settings, monkeypatch):
    told, bytes_needed = [], memory.bytes_needed
    monkeypatch.setattr(memory, "bytes_needed", lambda *a, **k: told.append(bytes_needed(*a, **k)) or told[-1])
    run = train(bumps(samples=500), network=network, steps=2, **settings)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as found:
        for _ in run:
            pass
    held = np.cumsum([event.nbytes() for event in found.profiler.kineto_results.events() if event.name() == "[memory]"])
    # What is said also counts what is no tensor.
    assert held.max() < told[-1] < 8 * held.max()


@pytest.mark.parametrize("network", [*WORDS, Residual])
def test_what_does_not_fit_is_refused_before_anything_is_made(network):
    task = Task("wide", np.zeros((2, 3000)), [0, 1], np.zeros((2, 3000)), [0, 1], 2)
    with pytest.raises(ValueError, match=r"^width must let the network fit into half the free memory"):
        train(task, network=network, width=3_000_000)
    with pytest.raises(ValueError, match=r"^width must let 100000 networks fit into half the free memory"):
        train(task, network=network, width=64, seed=range(100_000))


@pytest.mark.parametrize("network", WORDS)
@pytest.mark.parametrize("recipe", [{"name": "digits"}, {"name": "text", "samples": 300, "test_samples": 500}])
def test_the_cut_of_a_sweep_goes_by_the_work_of_a_run(network, recipe):
    grid = {"task": recipe, "network": network, "width": 6, "steps": 30, "seed": range(100)}
    (run, *_), task = runs_of(grid), build_task(recipe)
    counted = budget(task, network=network, width=6, steps=30, evaluations=2)
    assert _size(run)[1] == pytest.approx(counted.multiply_adds, rel=0.15)  # the first layer's gradients are counted
    assert 4 <= max(len(chunk.places) for chunk in chunks_of(runs_of(grid))) < 100


def test_attention_reads_text_with_a_context_of_any_length():
    for context in (1, 3, 16):
        run = next(train(text(50, context=context, test_samples=20), network="attention", width=4, steps=1))
        assert run.arrays(0)["positions.weight"].shape == (context, 4)
