"""Networks that begin where others ended: the arrays that come out go in again."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.training import digits, finish, train


def test_one_run_of_full_batches_equals_two_of_half_as_many_steps():
    settings = {"samples": 60, "batch_size": 60, "step_size": 0.1, "seed": range(3), "width": (5, 9, 7)}
    whole = finish(train(digits(60), steps=40, **settings))
    half = finish(train(digits(60), steps=20, **settings))
    initial = [half.arrays(network) for network in range(3)]
    rest = finish(train(digits(60), steps=20, initial=initial, **settings))
    np.testing.assert_array_equal(rest.test_loss[:, -1], whole.test_loss[:, -1])  # float32 in float64 loses nothing


def test_one_network_stands_for_all_and_only_the_batches_differ():
    start = next(train(digits(100), width=6, seed=9)).arrays(0)
    run = train(digits(100), width=6, seed=range(3), initial=start, steps=10)
    first = next(run)
    assert len({loss for loss in first.test_loss[:, 0]}) == 1
    assert len({loss for loss in finish(run).test_loss[:, -1]}) == 3


def test_lists_of_networks_set_the_height_and_what_is_given_is_not_changed():
    starts = [next(train(digits(100), width=6, seed=seed)).arrays(0) for seed in range(3)]
    kept = [[(weight.copy(), bias.copy()) for weight, bias in start] for start in starts]
    assert finish(train(digits(100), width=6, initial=starts, steps=5)).networks == 3
    for start, copies in zip(starts, kept, strict=True):
        for (weight, bias), (same_weight, same_bias) in zip(start, copies, strict=True):
            np.testing.assert_array_equal(weight, same_weight)
            np.testing.assert_array_equal(bias, same_bias)


GOOD = [(np.ones((8, 64)), np.zeros(8)), (np.ones((10, 8)), np.zeros(10))]
BAD = [
    (GOOD[:1], "initial must hold 2 layers, got '1'"),
    ([GOOD[0], (np.ones((10, 7)), np.zeros(10))], "initial must hold an array of the shape (10, 8) here, got (10, 7)"),
    ([GOOD[0], (np.ones((10, 8)), np.ones(9))], "initial must hold an array of the shape (10,) here, got (9,)"),
    ([GOOD[0], (np.ones((10, 8)), np.full(10, np.inf))], "initial must be finite, got '10 entries that are not'"),
    ([GOOD[0], (np.full((10, 8), 1e39), np.ones(10))], "initial must hold numbers that float32 can hold, got 1e+39"),
    ([GOOD[0], (np.ones((10, 8)),)], "initial must hold pairs of weight and bias, got (array([[1., 1., 1."),
    (7, "initial must be a list of (weight, bias), or such a list for each network, got 7"),
    ([GOOD] * 2 + [7], "initial must hold a list of arrays for each network, got 7"),
]


@pytest.mark.parametrize(("initial", "sentence"), BAD)
def test_what_does_not_fit_is_one_sentence(initial, sentence):
    with pytest.raises(ValueError, match=r"^initial must ") as caught:
        train(digits(50), width=8, initial=initial)
    assert str(caught.value).startswith(sentence)
