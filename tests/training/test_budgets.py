"""A budget is an exact count: PyTorch's own counter and a count by hand agree with it."""

from __future__ import annotations

import inspect

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from scalinglab.training import Budget, budget, digits, finish, train


@pytest.mark.parametrize("settings", [{"width": 8, "depth": 1}, {"width": 5, "depth": 3, "samples": 40}])
def test_multiply_adds_are_those_that_pytorch_counts(settings):
    settings = settings | {"steps": 7, "evaluations": 3, "seed": range(3), "batch_size": 48}
    counter = FlopCounterMode(display=False)
    with counter:
        finish(train(digits(100), **settings))
    # PyTorch counts a multiplication and an addition as two.
    assert budget(digits(100), **settings).multiply_adds == counter.get_total_flops() / 2


def test_a_small_budget_by_hand():
    counted = budget(digits(), width=(2, 3), steps=4, evaluations=2, batch_size=10)
    assert counted.networks == 2
    assert counted.steps == 4
    assert counted.parameters == (64 * 2 + 2 + 2 * 10 + 10, 64 * 3 + 3 + 3 * 10 + 10)
    updates = 4 * 10 * (2 * 64 * 2 + 3 * 2 * 10 + 2 * 64 * 3 + 3 * 3 * 10)
    evaluations = 2 * (597 + 256) * (64 * 2 + 2 * 10 + 64 * 3 + 3 * 10)
    assert (counted.multiply_adds, counted.testing) == (updates + evaluations, evaluations)


def test_parameters_are_as_many_as_a_trained_network_has():
    run = next(train(digits(30), width=(4, 7), depth=2))
    sizes = tuple(sum(w.size + b.size for w, b in run.arrays(network)) for network in range(2))
    assert budget(digits(30), width=(4, 7), depth=2).parameters == sizes


def test_a_budget_is_one_short_line():
    said = "5 networks x 400 steps: 650 million multiply-adds to train, 850 million to test"
    assert str(budget(digits(), width=32, seed=range(5), steps=400)) == said
    assert str(budget(digits(), width=1, steps=1)).startswith("1 network x 1 steps: ")


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0"), (999, "1 thousand"), (4_700, "4.7 thousand"), (994_999, "990 thousand"), (995_001, "1 million"),
     (1_480_000_000, "1.5 billion"), (3e13, "30 trillion")],
)  # fmt: skip
def test_a_count_is_said_in_words(count, words):
    assert str(Budget(1, (1,), 1, count, count)).endswith(f"train, {words} to test")


def test_a_budget_allocates_nothing_and_takes_what_train_takes():
    defaults = {name: value.default for name, value in inspect.signature(train).parameters.items() if name != "task"}
    assert budget(digits(), **defaults) == budget(digits())
    assert torch.get_default_dtype() == torch.float32
