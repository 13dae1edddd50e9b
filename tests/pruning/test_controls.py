"""Sanity checks change what they say and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.pruning import Masks, prune_at_start
from scalinglab.pruning.controls import inverted_scores, reinitialized, shuffled_masks
from scalinglab.pruning.scores import magnitude_scores
from scalinglab.pruning.selection import keep_largest
from scalinglab.training import digits, finish, train

SIZES = dict(width=24, depth=2)


def initial(seed):
    return next(train(digits(100), seed=seed, **SIZES)).arrays(0)


def test_a_shuffled_mask_keeps_as_many_weights_of_each_layer_and_forgets_which():
    masks = prune_at_start(initial(0), 0.1, "magnitude")
    shuffled = shuffled_masks(masks, seed=5)
    assert shuffled.counts == masks.counts
    assert shuffled.shapes == masks.shapes
    assert shuffled == shuffled_masks(masks, seed=5)
    assert shuffled != shuffled_masks(masks, seed=6)
    for layer, old in zip(shuffled, masks, strict=True):
        # Of k kept weights of n, k^2 / n stay by chance; the spread of the hypergeometric law is below its root.
        kept, expected = old.sum(), old.sum() ** 2 / old.size
        assert abs((layer & old).sum() - expected) < 5 * np.sqrt(expected) + 1
        assert (layer & old).sum() < kept


def test_a_shuffle_does_not_keep_the_counts_of_units():
    # One row is full, the others are empty: a shuffle within rows would leave that.
    masks = Masks([np.arange(20)[:, None] == np.zeros(30)[None]])
    shuffled = shuffled_masks(masks)
    assert shuffled[0].any(axis=1).sum() > 10
    assert shuffled[0].any(axis=0).sum() > 10


def test_every_place_is_as_likely():
    masks = Masks([[[1, 0, 0], [0, 0, 0]]])
    counts = sum(shuffled_masks(masks, seed)[0].astype(int) for seed in range(1200))
    # 200 expected in each of 6 places; sd 12.9.
    assert np.abs(counts - 200).max() < 4 * 12.9


def test_inverted_scores_keep_exactly_the_weights_that_come_last():
    scores = magnitude_scores(initial(1))
    size = sum(score.size for score in scores)
    best, worst = keep_largest(scores, size - 100), keep_largest(inverted_scores(scores), 100)
    assert not (best.flat & worst.flat).any()
    assert (best.flat | worst.flat).all()


def test_zeros_and_signs_survive_the_inversion():
    (inverted,) = inverted_scores([[[0.0, 2.0, -1.0]]])
    assert keep_largest([inverted], 1)[0].tolist() == [[False, False, True]]
    assert keep_largest([inverted], 2)[0].tolist() == [[True, False, True]]


@pytest.mark.parametrize(("activation", "gain"), [("relu", 2), ("tanh", 1)])
def test_other_initial_weights_have_the_shapes_and_the_scales_and_no_weight_in_common(activation, gain):
    layers = initial(3)
    others = reinitialized(layers, 3, activation=activation)
    again = reinitialized(layers, 3, activation=activation)
    for (weight, bias), (other, zero), (same, _) in zip(layers, others, again, strict=True):
        assert other.shape == weight.shape
        assert not (other == weight).any()
        assert (other == same).all()
        assert not zero.any()
        assert zero.shape == bias.shape
        # The variance of n normal numbers has the relative sd sqrt(2 / n).
        assert other.var() == pytest.approx(gain / weight.shape[1], rel=4 * np.sqrt(2 / weight.size))


def test_a_mask_trains_from_other_weights():
    task, layers = digits(300), initial(0)
    masks = prune_at_start(layers, 0.3, "lamp")
    run = finish(train(task, initial=[layers, reinitialized(layers)], masks=masks, seed=[0, 0], steps=300, **SIZES))
    assert (run.test_error[:, -1] < 0.2).all()
    assert run.test_error[0, -1] != run.test_error[1, -1]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: shuffled_masks([[[1, 0]]]), "masks must be Masks"),
        (lambda: shuffled_masks(Masks([[[1, 0]]]), -1), "seed must not be negative, got -1"),
        (lambda: reinitialized([]), "layers must hold matrices of weights"),
        (lambda: reinitialized([([1.0], [0.0])]), "layers must hold matrices of weights"),
        (lambda: reinitialized(initial(0), seed=0.5), "seed must be a whole number, got 0.5"),
        (lambda: reinitialized(initial(0), activation="gelu"), "activation must be one of relu, tanh"),
    ],
)
def test_what_is_wrong_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
