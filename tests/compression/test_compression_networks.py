"""Weighted networks in training: exact against duplicates and against plain PyTorch; lazy, rich and rough regimes."""

from __future__ import annotations

import random
from collections import defaultdict, deque

import numpy as np
import pytest
import torch

from scalinglab.compression import (
    MEASURES,
    Boost,
    WeightedNetwork,
    boosting_width,
    compress_network,
    mean_field_network,
    networks,
    train_together,
)
from scalinglab.compression.networks import sine
from scalinglab.tables import grid_of, table
from scalinglab.training import Task, sweep
from tests.compression.absorbed import absorbed

X = np.linspace(-1, 1, 64)[:, None]
SINE = Task("sine", X, np.sin(2 * X[:, 0]), X, np.sin(2 * X[:, 0]), classes=None)


def last(networks, task=SINE, **settings):
    wanted = {"optimizer": "sgd", "batch_size": task.samples, "evaluations": 40} | settings
    return deque(train_together(networks, task, **wanted), maxlen=1)[0]


def duplicated(network, copies):
    """Every neuron as often as it is to count, with the masses of one."""
    (weight, bias), (above, top) = network.layers
    layers = (np.repeat(weight, copies, 0), np.repeat(bias, copies)), (np.repeat(above, copies, 1), top)
    return WeightedNetwork(layers, np.full(copies.sum(), network.masses[0]))


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw"])
def test_a_compressed_network_of_duplicates_learns_exactly_like_the_whole(optimizer):
    copies = np.random.default_rng(0).integers(1, 9, size=12)
    whole = duplicated(mean_field_network(12, scale=12 / copies.sum(), seed=1), copies)
    few = compress_network(whole, 40, 4)
    assert few.width == 12
    step = {"sgd": 0.3, "momentum": 0.05}.get(optimizer, 0.01)
    settings = {"optimizer": optimizer, "step_size": step, "steps": 300, "batch_size": 16, "weight_decay": 0.01}
    run = last({"whole": whole, "few": few}, **settings)
    # The masses are off by rounding times the condition of 35 moments at 12 places; 300 steps amplify that.
    assert run.gaps()["few"].max() < 1e-11
    assert run.losses()["whole"][-1] < 0.9 * run.losses()["whole"][0]


def test_without_the_rule_gradient_descent_takes_another_path():
    copies = np.random.default_rng(0).integers(1, 9, size=12)
    whole = duplicated(mean_field_network(12, scale=12 / copies.sum(), seed=1), copies)
    few = compress_network(whole, 40, 4)
    run = last({"whole": whole, "few": few}, step_size=0.3, steps=300, mass_rule=False)
    # The whole network without the rule learns more slowly by its masses, and the other not by the same factor.
    assert run.gaps()["few"].max() > 0.05


@pytest.mark.parametrize("outputs", [1, 2])
def test_the_absorbed_network_with_its_rates_learns_the_same_by_plain_pytorch(outputs):
    few = compress_network(mean_field_network(300, 2, outputs=outputs, scale=2), 40)
    generator = np.random.default_rng(0)
    inputs, labels = generator.uniform(-1, 1, size=(50, 2)), generator.normal(size=(50, outputs))
    task = Task("noise", inputs, labels, inputs, labels, classes=None)
    trained, _ = absorbed(last({"few": few}, task, step_size=0.1, steps=100).network("few"))
    layers, steps = absorbed(few)
    parameters = [torch.tensor(part, requires_grad=True) for pair in layers for part in pair]
    rates = [torch.tensor(part) for pair in steps for part in pair]
    x, y = torch.tensor(inputs), torch.tensor(labels)
    for _ in range(100):
        weight, bias, above, top = parameters
        loss = ((torch.tanh(x @ weight.T + bias) @ above.T + top - y) ** 2).mean()
        for parameter, rate, gradient in zip(parameters, rates, torch.autograd.grad(loss, parameters), strict=True):
            parameter.data.sub_(0.1 * rate * gradient)
    for found, part in zip(parameters, (part for pair in trained for part in pair), strict=True):
        np.testing.assert_allclose(found.detach().numpy(), part, rtol=0, atol=1e-13)


def dynamics(scale, step_size, seed=0):
    """Largest gap of the losses over 600 steps for each choice, and how far the neurons of the whole moved."""
    full = mean_field_network(2000, scale=scale, seed=seed)
    networks = {"full": full}
    networks |= {f"order {order}": compress_network(full, 120, order) for order in (1, 3, 5, 7)}
    networks |= {"order 9, 220": compress_network(full, 220, 9)}
    networks |= {"random": compress_network(full, 120, choose="random", seed=seed)}
    networks |= {"clusters": compress_network(full, 120, choose="clusters", seed=seed)}
    run = last(networks, step_size=step_size, steps=600)
    moved = np.sqrt(np.mean((run.network("full").layers[0][0] - full.layers[0][0]) ** 2))
    start = {name: np.sqrt(((net.outputs(X) - full.outputs(X)) ** 2).mean()) for name, net in networks.items()}
    return {name: float(gap.max()) for name, gap in run.gaps().items()}, float(moved), start


def test_in_lazy_training_each_order_helps():
    gaps, moved, _ = dynamics(scale=10, step_size=0.02)
    assert moved < 0.3
    assert gaps["random"] > 0.03
    assert gaps["order 1"] < gaps["random"] / 5
    assert gaps["order 7"] < 4e-4
    assert gaps["order 7"] < gaps["clusters"] / 10
    assert gaps["order 9, 220"] < 1e-4


def test_in_rich_training_the_order_hardly_helps_however_well_it_fits_at_the_start():
    """The neurons move by three times the width of their first cloud: moments of the start say little of the end."""
    gaps, moved, start = dynamics(scale=1, step_size=0.5)
    assert moved > 1.2
    few = [gaps[f"order {order}"] for order in (1, 3, 5, 7)]
    assert max(few) < 5e-3
    assert max(few) < 8 * min(few)
    assert start["order 1"] > 100 * start["order 7"]
    assert gaps["random"] > 2 * max(few)
    assert gaps["clusters"] < 5 * max(few)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_for_a_relu_a_low_order_is_enough_and_a_high_one_no_better(optimizer):
    """Over three wide networks, and five draws of random neurons from each: single gaps scatter by a factor of ten."""
    generator = np.random.default_rng(0)
    inputs = generator.uniform(-1, 1, size=(400, 2))
    labels = np.cos(4 * inputs[:, 0]) * inputs[:, 1]
    task = Task("wave", inputs, labels, inputs, labels, classes=None)
    step, gaps = {"sgd": 0.3, "adam": 0.005}[optimizer], defaultdict(list)
    for seed in range(3):
        full = mean_field_network(3000, 2, spread=1, seed=seed)
        networks = {"full": full, "order 2": compress_network(full, 300, 2), "order 5": compress_network(full, 300, 5)}
        networks |= {f"random, {draw}": compress_network(full, 300, choose="random", seed=draw) for draw in range(5)}
        run = last(networks, task, activation="relu", optimizer=optimizer, step_size=step, steps=300, batch_size=100)
        for name, gap in run.gaps().items():
            gaps[name.partition(",")[0]].append(np.median(gap))
    typical = {name: np.exp(np.log(found).mean()) for name, found in gaps.items()}
    assert typical["order 2"] < 0.02
    assert typical["order 2"] < typical["random"] / 2
    assert typical["order 5"] > typical["order 2"] / 3


def test_networks_see_the_same_batches_and_rows_tell_them_apart():
    full = mean_field_network(30)
    run = last({"one": full, "same": full}, step_size=0.3, steps=20, batch_size=10, evaluations=5)
    np.testing.assert_array_equal(run.losses()["one"], run.losses()["same"])
    rows = run.rows()
    assert {row["network"] for row in rows} == {"one", "same"}
    assert len(rows) == 2 * len(run.evaluated)
    assert (run.done, run.total) == (20, 20)
    assert all(row["gap"] == 0 for row in rows)
    other = last({"one": full}, step_size=0.3, steps=20, batch_size=10, evaluations=5, seed=1)
    assert not np.array_equal(other.losses()["one"], run.losses()["one"])


def test_a_network_that_diverges_is_named_and_leaves_no_rows_behind():
    run = last(
        {"full": mean_field_network(30, scale=30), "wild": mean_field_network(30, scale=3000)}, step_size=0.02, steps=50
    )
    assert run.caption == "Diverged: wild."
    assert np.isnan(run.gaps()["wild"][-1])
    assert {row["status"] for row in run.rows() if row["network"] == "full"} == {"alive"}


def test_the_exponent_in_the_width_doubles_with_the_square_root_and_triples_with_the_cube_root():
    """The spread over random starts falls like 1 / width; compressed networks keep it with far fewer neurons.

    The slopes of 12 networks at each width are uncertain by about 0.1, and their ratio by much less, as the compressed
    are those of the same starts.
    """
    for share, factor, order in ((1 / 2, 12, 4), (1 / 3, 32, 4)):
        *_, found = boosting_width(SINE, [256, 512, 1024, 2048, 4096], share=share, factor=factor, order=order)
        assert found.exponent("all") == pytest.approx(1, abs=0.35)
        assert found.exponent("compressed") / found.exponent("all") == pytest.approx(1 / share, rel=0.15)


def test_random_neurons_keep_the_old_exponent_and_compressed_ones_double_it():
    """With 80 networks of each width, of the table: those of 12 scatter by 0.3, as each draws its own neurons."""
    found = Boost.of(table("width_spread"))
    assert found.exponent("random") == pytest.approx(found.exponent("all"), abs=0.2)
    assert found.exponent("compressed") / found.exponent("all") == pytest.approx(2, rel=0.1)


def test_whole_networks_are_trained_once_for_all_shares_and_twice_by_none(monkeypatch):
    """They do not depend on the share, and where nothing is left out, all three methods have the same networks."""
    trained, train = [], networks._trained_outputs
    monkeypatch.setattr(
        networks, "_trained_outputs", lambda some, *rest: trained.append(len(some)) or train(some, *rest)
    )
    task = sine(samples=20)
    (first,) = boosting_width(task, [64], share=0.5, factor=6, order=2, seeds=3)
    (second,) = boosting_width(task, [64], share=0.75, factor=1, order=2, seeds=3)
    assert trained == [3, 3, 3, 3, 3]
    np.testing.assert_array_equal(first.risk["all"], second.risk["all"])
    assert not np.array_equal(first.risk["compressed"], second.risk["compressed"])
    (alike,) = boosting_width(task, [64], share=1.0, factor=12, seeds=3)
    assert len(trained) == 5
    assert all(np.array_equal(risk, first.risk["all"]) for risk in alike.risk.values())
    (longer,) = boosting_width(task, [64], share=1.0, factor=12, seeds=3, steps=31)
    assert len(trained) == 6
    assert not np.array_equal(longer.risk["all"], first.risk["all"])


def test_a_width_of_the_table_is_found_again():
    """All networks of one width, as each is compared with their mean; rounding of another processor is allowed for."""
    grid, rows = grid_of("width_spread"), table("width_spread")
    assert Boost.of(rows).seeds() == rows
    width = random.choice(grid["widths"][:2])
    made = sweep(grid | {"widths": [width]}, measure=MEASURES["width_spread"], progress=False).rows()
    found, kept = (Boost.of(row for row in some if row["objects"] == width) for some in (made, rows))
    assert (len(rows), found.kept.tolist()) == (80 * len(grid["widths"]), kept.kept.tolist())
    for method, risk in kept.risk.items():
        np.testing.assert_allclose(found.risk[method], risk, rtol=0.01)


BAD = [
    (lambda: train_together({}, SINE), "networks must be weighted networks by name"),
    (lambda: train_together({"a": 3}, SINE), "networks must be weighted networks by name"),
    (lambda: train_together({"a": mean_field_network(5)}, SINE, width=3), "settings must leave width to the networks"),
    (lambda: train_together({"a": mean_field_network(5, 2)}, SINE), "initial must hold an array of the shape"),
    (lambda: boosting_width(SINE, [64], seeds=1), "seeds must be at least 2, got 1"),
    (lambda: boosting_width(SINE, [64], share=2), "share must be from 0 to 1, got 2"),
    (lambda: boosting_width(SINE, [0]), "widths must be positive, got 0"),
    (lambda: boosting_width("sine", [64]), "task must be a regression, got 'sine'"),
]


@pytest.mark.parametrize(("call", "sentence"), BAD)
def test_bad_input_is_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_network_is_taken_out_by_its_name():
    run = last({"full": mean_field_network(5)}, step_size=0.1, steps=2)
    assert run.network("full").width == 5
    with pytest.raises(ValueError, match="name must be one of full, got 'none'"):
        run.network("none")
