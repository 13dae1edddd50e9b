"""Masses: a unit of mass n is n equal units, in what the network says and in how it learns."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scalinglab.training import digits, finish, forward, train

OPTIMIZERS = ["sgd", "momentum", "adam", "adamw"]
#: How often each unit of each hidden layer is to count, by depth.
COPIES = {1: [np.array([1, 3, 2, 1, 4])], 2: [np.array([2, 1, 3]), np.array([1, 2, 3])]}
SETTINGS = {"activation": "tanh", "dtype": "float64", "steps": 80, "evaluations": 20, "weight_decay": 0.01}


def duplicated(layers, copies):
    """Every hidden unit as often as it is to count; between hidden layers, copies meet copies."""
    found, below = [], np.arange(layers[0][0].shape[1])
    for number, (weight, bias) in enumerate(layers):
        own = np.arange(len(bias))
        own = np.repeat(own, copies[number]) if number < len(copies) else own
        found.append((weight[np.ix_(own, below)], bias[own]))
        below = own
    return found


def start(depth):
    """Initial arrays of a narrow network, and its masses."""
    width = len(COPIES[depth][0])
    run = train(digits(200), width=width, depth=depth, activation="tanh", dtype="float64")
    return next(run).arrays(0), [copies.astype(float) for copies in COPIES[depth]]


def weighted_and_wide(depth, optimizer, step_size=0.02, **changes):
    initial, masses = start(depth)
    settings = SETTINGS | {"depth": depth, "optimizer": optimizer, "step_size": step_size}
    weighted = train(digits(200), width=len(masses[0]), initial=initial, masses=masses, **(settings | changes))
    copies = duplicated(initial, COPIES[depth])
    wide = train(digits(200), width=len(copies[0][1]), initial=copies, **settings)
    return finish(weighted), finish(wide)


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_unit_of_mass_n_learns_like_n_equal_units(optimizer, depth):
    weighted, wide = weighted_and_wide(depth, optimizer)
    # Sums in another order, 1e-16 each, amplified by 80 steps.
    np.testing.assert_allclose(weighted.test_loss, wide.test_loss, rtol=0, atol=1e-11)
    copies = duplicated(weighted.arrays(0), COPIES[depth])
    for ours, theirs in zip(copies, wide.arrays(0), strict=True):
        np.testing.assert_allclose(ours[0], theirs[0], rtol=0, atol=1e-11)
        np.testing.assert_allclose(ours[1], theirs[1], rtol=0, atol=1e-11)


def test_without_the_rule_sgd_takes_another_path():
    weighted, wide = weighted_and_wide(1, "sgd", step_size=0.1, mass_rule=False)
    assert np.abs(weighted.test_loss - wide.test_loss).max() > 0.02


def test_adam_needs_no_rule():
    """Adam divides a gradient by its own size, so that a constant factor drops out, but for eps = 1e-8."""
    initial, masses = start(1)
    settings = SETTINGS | {"optimizer": "adam", "step_size": 0.005, "weight_decay": 0.0, "initial": initial}
    with_rule, without = (
        finish(train(digits(200), width=5, masses=masses, mass_rule=rule, **settings)) for rule in (True, False)
    )
    # Gradients are about 1e-3, so eps is a relative error of 1e-5 in each step.
    np.testing.assert_allclose(with_rule.test_loss, without.test_loss, rtol=0, atol=1e-3)
    assert not np.array_equal(with_rule.test_loss, without.test_loss)


def test_forward_with_masses_says_what_was_measured():
    initial, masses = start(2)
    run = finish(train(digits(200), width=3, initial=initial, masses=masses, **SETTINGS, depth=2))
    layers = [(torch.tensor(weight), torch.tensor(bias)) for weight, bias in run.arrays(0)]
    outputs = forward(layers, torch.tensor(digits().test_inputs), "tanh", [torch.tensor(mass) for mass in masses])
    loss = torch.nn.functional.cross_entropy(outputs, torch.tensor(digits().test_labels))
    assert float(loss) == pytest.approx(run.test_loss[0, -1], abs=1e-12)  # means of numbers of order one


def test_masses_of_one_change_nothing_but_rounding():
    plain = finish(train(digits(100), width=8, seed=range(3), steps=20))
    unit = finish(train(digits(100), width=8, seed=range(3), steps=20, masses=[np.ones(8)]))
    np.testing.assert_array_equal(unit.test_loss, plain.test_loss)


def test_mean_field_is_masses_of_one_over_the_width():
    task, settings = digits(100), {"width": (4, 9), "seed": (0, 1), "steps": 15, "scaling": "mean-field"}
    masses = [[np.full(4, 1 / 4)], [np.full(9, 1 / 9)]]
    default, given = finish(train(task, **settings)), finish(train(task, masses=masses, **settings))
    np.testing.assert_array_equal(default.test_loss, given.test_loss)


def movement(width, scaling, depth):
    """Root mean square distance that first weights move in training."""
    settings = {"activation": "tanh", "step_size": 0.2, "steps": 40, "evaluations": 2}
    run = train(digits(), width=width, depth=depth, scaling=scaling, **settings)
    before = next(run).arrays(0)[0][0]
    return np.sqrt(((finish(run).arrays(0)[0][0] - before) ** 2).mean())


@pytest.mark.parametrize("depth", [1, 2])
def test_in_mean_field_scaling_units_move_as_far_at_all_widths_and_in_the_standard_they_do_not(depth):
    moved = {
        scaling: [movement(width, scaling, depth) for width in (64, 1024)] for scaling in ("standard", "mean-field")
    }
    # Sixteen times the width: in the standard scaling a factor above 4 = sqrt(16), by which gradients are smaller, as
    # outputs move sooner, too; near 1 in the other.
    assert 4 < moved["standard"][0] / moved["standard"][1] < 16
    assert moved["mean-field"][0] / moved["mean-field"][1] == pytest.approx(1, abs=0.15)


def test_mean_field_networks_begin_near_zero_outputs():
    task = digits(100)
    apart = []
    for width in (16, 4096):
        first = next(train(task, width=width, scaling="mean-field", seed=range(8)))
        apart.append(np.abs(first.test_loss[:, 0] - np.log(10)).mean())
    # Outputs of the order 1 / sqrt(width) move the loss from log(10) to first order: a sixteenth, and seeds differ.
    assert apart[1] < apart[0] / 8


BAD = [
    ([np.ones(7)], "masses must hold an array of the shape (8,) here, got (7,)"),
    ([np.ones(8), np.ones(8)], "masses must hold 1 arrays, one for each hidden layer, got '2'"),
    ([np.zeros(8)], "masses must be positive, got 0.0"),
    ([np.full(8, 1e-40)], "masses must be from 1e-30 to 1e+30, got 1e-40"),
    ([np.full(8, 1e40)], "masses must be from 1e-30 to 1e+30, got 1e+40"),
    (1.0, "masses must be a list of arrays, one for each layer, or such a list for each network, got 1.0"),
]


@pytest.mark.parametrize(("masses", "sentence"), BAD)
def test_masses_that_do_not_fit_are_one_sentence(masses, sentence):
    with pytest.raises(ValueError, match=r"^masses must ") as caught:
        train(digits(50), width=8, masses=masses)
    assert str(caught.value) == sentence
