"""Pruning in rounds and side by side, of networks that are no perceptrons."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from scalinglab.pruning import (
    GradualPruning,
    Masks,
    Network,
    branch,
    coin_flips,
    compare_controls,
    compare_methods,
    iterative_pruning,
    label_masks,
    magnitude_masks,
    path_between,
    prune_at_start,
)
from scalinglab.pruning.comparison import METHODS
from scalinglab.pruning.sanity import CHECKED, CONTROLS, INVERTIBLE
from scalinglab.training import build_network, digits, finish, train

TASK = digits(100)
SETTINGS = {"network": "convolution", "width": 4, "optimizer": "adam", "step_size": 0.01, "steps": 12}
PATH = [1.0, 0.5, 0.2]


def residual(width, inputs, outputs):
    """A module of a user's own, of which the hidden layers are wrapped in a norm and a way around."""

    class Around(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.layer = nn.LayerNorm(width), nn.Linear(width, width)

        def forward(self, hidden):
            return hidden + self.layer(self.norm(hidden)).relu()

    return nn.Sequential(nn.Linear(inputs, width), Around(), nn.Linear(width, outputs))


@pytest.mark.parametrize("rewind", [0, 5])
@pytest.mark.parametrize("after", ["rewind", "fine-tune"])
def test_rounds_of_a_convolution_are_what_one_would_do_by_hand(rewind, after):
    settings = SETTINGS | {"dtype": "float64", "seed": 3}
    *_, ours = iterative_pruning(TASK, densities=PATH, rewind=rewind, after=after, scope="lamp", **settings)
    states = train(TASK, **settings)
    early = next(itertools.islice(states, rewind, None)).arrays(0)
    now = finish(states).arrays(0)
    network = Network(build_network(TASK, network="convolution", width=4), TASK.train_inputs)
    masks = Masks.full(network.wiring.shapes, network)
    for turn, density in enumerate(PATH[1:], start=1):
        masks = magnitude_masks(network.having(now), round(density * masks.size), scope="lamp", within=masks)
        assert masks == ours.masks[0][turn]
        begin = early if after == "rewind" else now
        run = finish(train(TASK, start=rewind, initial=begin, masks=masks, **settings))
        now, row = run.arrays(0), ours.rows()[turn]
        assert (row["kept"], row["effective_density"]) == (masks.kept, masks.effective_density)
        assert row["test_error"] == run.test_error[0, -1]
        assert row["train_loss"] == pytest.approx(run.train_loss[0, -1], rel=1e-9)
    for name, array in ours.rewound[0].items():
        np.testing.assert_array_equal(array, early[name])
    for name, array in ours.trained[0].items():
        np.testing.assert_allclose(array, now[name], rtol=0, atol=1e-12)


@pytest.mark.parametrize("network", ["convolution", "attention", residual])
@pytest.mark.parametrize("scope", ["global", "erk"])
def test_masks_of_networks_of_several_widths_are_exact_and_nested(network, scope):
    settings = SETTINGS | {"network": network, "width": [4, 6], "seed": [0, 1], "steps": 4}
    *_, last = iterative_pruning(TASK, densities=PATH, scope=scope, **settings)
    assert len(last.rows()) == 6
    for mine in last.masks:
        assert [masks.kept for masks in mine] == [round(density * mine[0].size) for density in PATH]
        assert all(small.within(large) for large, small in itertools.pairwise(mine))
    for row in last.rows():
        assert 0 < row["effective_density"] <= row["density"] + 1e-2
    for arrays, masks in zip(last.trained, last.masks, strict=True):
        kernels = [array for array in arrays.values() if array.shape in masks[-1].shapes]
        assert sum(map(np.count_nonzero, kernels)) >= masks[-1].kept


def test_gradual_pruning_of_attention_follows_its_counts():
    pruning = GradualPruning(density=[0.5, 0.2], begin=2, end=8, every=2, scope="lamp")
    settings = SETTINGS | {"network": "attention", "seed": [0, 1], "masks": pruning}
    counts = []
    for state in train(TASK, **settings):
        counts.append([sum(map(np.count_nonzero, state.weights(n))) for n in range(2)])
    size = counts[0][0]
    assert counts[-1] == [round(0.5 * size), round(0.2 * size)]
    assert all(below[n] <= above[n] for above, below in itertools.pairwise(counts) for n in range(2))


@pytest.mark.parametrize("network", ["convolution", "attention", residual])
def test_every_method_and_control_that_there_is_for_a_network(network):
    settings = SETTINGS | {"network": network, "steps": 4, "seed": [0], "densities": [0.3]}
    methods = [method for method in METHODS if (network, method) != ("attention", "synflow")]
    *_, last = compare_methods(TASK, methods=methods, **settings)
    rows = {row["method"]: row for row in last.rows()}
    assert list(rows) == methods
    size = sum(weight.size for weight in next(train(TASK, network=network, width=4)).weights(0))
    for row in rows.values():
        assert row["kept"] == round(0.3 * size)
        assert 0 < row["effective_density"] <= row["kept"] / size
    if network != "attention":
        assert rows["synflow"]["effective_density"] >= rows["random"]["effective_density"]
    checked = [method for method in methods if method in CHECKED]
    *_, last = compare_controls(TASK, methods=checked, **settings)
    found = [(row["method"], row["control"]) for row in last.rows()]
    assert found == [(m, c) for m in checked for c in (CONTROLS if m in INVERTIBLE else CONTROLS[:3])]
    for row in last.rows():
        assert row["kept"] == round(0.3 * size)
        if row["control"] == "as found":
            assert row["test_error"] == pytest.approx(rows[row["method"]]["test_error"], abs=0.01)


@pytest.mark.parametrize("compare", [compare_methods, compare_controls])
def test_what_has_no_flow_is_refused_before_anything_is_trained(compare):
    settings = SETTINGS | {"network": "attention", "methods": ["random", "synflow"], "densities": [0.5]}
    with pytest.raises(ValueError, match="network must not multiply activations with each other, as attention does"):
        compare(TASK, **settings)


def test_a_run_gives_its_networks_as_modules():
    run = finish(train(TASK, **SETTINGS))
    for name, parameter in run.module(0).named_parameters():
        np.testing.assert_array_equal(parameter.detach().numpy(), run.arrays(0)[name])
    with pytest.raises(ValueError, match="networks must be other than perceptrons, for which there is forward"):
        next(train(TASK, steps=1)).module(0)


@pytest.mark.parametrize("network", ["convolution", residual])
def test_the_error_between_two_copies_of_a_module(network):
    settings = SETTINGS | {"network": network, "dtype": "float64", "seed": [0, 1]}
    masks = prune_at_start(build_network(TASK, network=network, width=4), 0.5, "random")
    *_, last = branch(TASK, spawns=[0, 8], points=5, masks=masks, **settings)
    assert [(row["spawn"], row["seed"], row["status"]) for row in last.rows()] == [
        (spawn, seed, "alive") for spawn in (0, 8) for seed in (0, 1)
    ]
    copies = finish(train(TASK, **settings | {"seed": [10_000, 20_000], "masks": masks, "initial": begun(network)}))
    one, other = (copies.module(number) for number in range(2))
    path = path_between(one, other, TASK.test_inputs, TASK.test_labels, points=5)
    mine = [row["error"] for row in last.points if (row["spawn"], row["seed"], row["of"]) == (0, 0, "test")]
    assert mine == pytest.approx(path.errors.tolist(), abs=1e-12)
    between = build_network(TASK, network=network, width=4, dtype="float64")
    with torch.no_grad():
        ends = one.parameters(), other.parameters()
        for parameter, first, second in zip(between.parameters(), *ends, strict=True):
            parameter.copy_((first + second) / 2)
        wrong = between(torch.tensor(TASK.test_inputs).double()).argmax(1).numpy() != TASK.test_labels
    assert path.errors[2] == pytest.approx(wrong.mean(), abs=1e-12)


def begun(network):
    return next(train(TASK, **SETTINGS | {"network": network, "dtype": "float64"})).arrays(0)


def test_information_is_for_perceptrons():
    task = coin_flips(4, 8)
    with pytest.raises(ValueError, match="network must be perceptron, where masks are looked at for information"):
        label_masks(task, np.zeros((1, 4), dtype=int), "snip", 5, network="convolution")
