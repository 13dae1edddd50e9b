"""Masks: what is removed stays removed, and the rest learns as if it had always been alone."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from scalinglab.training import digits, finish, train
from tests.training.plain import parameters_of, plain_training

OPTIMIZERS = ["sgd", "momentum", "adam", "adamw"]
SIZES = (64, 12, 9, 10)


def random_masks(seed, density=0.4, sizes=SIZES):
    generator = np.random.default_rng(seed)
    return [generator.random((outputs, inputs)) < density for inputs, outputs in itertools.pairwise(sizes)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_masked_weights_are_zero_after_every_step(optimizer):
    masks = [random_masks(seed, sizes=(64, 12, 12, 10)) for seed in range(2)]
    run = train(
        digits(100), width=12, depth=2, optimizer=optimizer, step_size=0.01, weight_decay=0.1, masks=masks, steps=25
    )
    for state in run:
        for network, mine in enumerate(masks):
            for (weight, bias), mask in zip(state.arrays(network), mine, strict=True):
                assert not weight[~mask].any()
                assert np.count_nonzero(weight[mask]) == np.count_nonzero(mask)
                assert state.step == 0 or bias.any()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_masked_training_is_that_of_plain_pytorch_with_masked_gradients(optimizer):
    masks, task = random_masks(0, sizes=(64, 12, 12, 10)), digits(200)
    settings = {"optimizer": optimizer, "step_size": 0.02, "steps": 60, "dtype": "float64"}
    run = train(task, width=12, depth=2, masks=masks, weight_decay=0.01, **settings)
    initial = next(run).arrays(0)
    theirs, _ = plain_training(task, initial, masks=masks, decay=0.01, **settings)
    for ours, other in zip(parameters_of(finish(run).arrays(0)), theirs, strict=True):
        np.testing.assert_allclose(ours, other, rtol=0, atol=1e-10)  # rounding of 1e-16, amplified by 60 steps


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_network_whose_units_are_masked_away_is_the_narrower_network(optimizer):
    kept, wide = [0, 3, 4, 7, 11], 12
    settings = {"optimizer": optimizer, "step_size": 0.02, "steps": 50, "dtype": "float64", "seed": 3}
    (first, below), (last, top) = next(train(digits(200), width=wide, **settings)).arrays(0)
    masks = [np.zeros_like(first), np.zeros_like(last)]
    masks[0][kept], masks[1][:, kept] = 1, 1
    masked = finish(train(digits(200), width=wide, masks=masks, **settings))
    narrow = ((first[kept], below[kept]), (last[:, kept], top))
    alone = finish(train(digits(200), width=len(kept), initial=narrow, **settings))
    np.testing.assert_allclose(masked.test_loss, alone.test_loss, rtol=0, atol=1e-12)  # sums in another order
    np.testing.assert_allclose(masked.arrays(0)[0][0][kept], alone.arrays(0)[0][0], rtol=0, atol=1e-12)


def test_one_mask_counts_for_all_networks_and_masks_of_ones_change_nothing():
    ones = [np.ones((8, 64)), np.ones((10, 8))]
    plain = finish(train(digits(100), width=8, seed=range(3), steps=20))
    for masks in (ones, [ones] * 3):
        masked = finish(train(digits(100), width=8, seed=range(3), steps=20, masks=masks))
        np.testing.assert_array_equal(masked.test_loss, plain.test_loss)


def test_masks_of_several_networks_set_the_height_of_the_stack():
    masks = [random_masks(seed, sizes=(64, 8, 10)) for seed in range(4)]
    assert finish(train(digits(50), width=8, masks=masks, steps=2)).networks == 4


BAD = [
    ([np.ones((8, 64))], "masks must hold 2 arrays, one for each layer of weights, got '1'"),
    ([np.ones((8, 64)), np.ones((10, 7))], "masks must hold an array of the shape (10, 8) here, got (10, 7)"),
    ([np.full((8, 64), 0.5), np.ones((10, 8))], "masks must hold zeros and ones, got 0.5"),
    ([np.full((8, 64), np.nan), np.ones((10, 8))], "masks must be finite, got '512 entries that are not'"),
    ([np.ones((8, 64)) * 1j, np.ones((10, 8))], "masks must hold real numbers, got array([[0.+1.j, 0.+1.j"),
    ("all", "masks must be a list of arrays, one for each layer, or such a list for each network, got 'all'"),
    ([], "masks must be a list of arrays, one for each layer, or such a list for each network, got []"),
    ([3, 4], "masks must hold a list of arrays for each network, got 3"),
]


@pytest.mark.parametrize(("masks", "sentence"), BAD)
def test_a_mask_that_does_not_fit_is_one_sentence(masks, sentence):
    with pytest.raises(ValueError, match=r"^masks must ") as caught:
        train(digits(50), width=8, masks=masks)
    assert str(caught.value).startswith(sentence)


def test_tensors_do_as_well_as_arrays():
    arrays = random_masks(0, sizes=(64, 8, 10))
    settings = {"width": 8, "seed": range(2), "steps": 5, "masses": [torch.full((8,), 2.0)]}
    ours = finish(train(digits(50), masks=arrays, **settings))
    for masks in ([torch.tensor(mask) for mask in arrays], [[torch.tensor(mask) for mask in arrays]] * 2):
        np.testing.assert_array_equal(finish(train(digits(50), masks=masks, **settings)).test_loss, ours.test_loss)
    for masks in ([mask.tolist() for mask in arrays], [torch.ones(8, 64, requires_grad=True), torch.ones(10, 8)]):
        with pytest.raises(ValueError, match=r"^masks must hold "):
            train(digits(50), masks=masks, **settings)


def test_what_all_networks_share_is_kept_once():
    state = next(train(digits(50), width=(8, 8, 8), masks=random_masks(0, sizes=(64, 8, 10)), steps=2))
    first, *others = state._record.plan.masks
    assert all(mask is first for mask in others)
    assert first[0].dtype == bool
