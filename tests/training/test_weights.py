"""Weights of training examples: one of weight n is n equal ones, exactly in full batches and on average in others."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from scalinglab.training import Task, digits, finish, train
from scalinglab.training.batches import Order

GENERATOR = np.random.default_rng(0)
INPUTS, LABELS = GENERATOR.normal(size=(12, 3)), GENERATOR.normal(size=12)
COPIES = np.array([1, 3, 2, 1, 4, 2, 1, 1, 5, 2, 1, 1])
TESTS = GENERATOR.normal(size=(20, 3)), GENERATOR.normal(size=20)


def task(inputs, labels, weights=None):
    return Task("weighted", inputs, labels, *TESTS, classes=None, train_weights=weights)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_an_example_of_weight_n_is_n_equal_examples(optimizer):
    settings = {"width": 8, "optimizer": optimizer, "step_size": 0.02, "steps": 100, "dtype": "float64"}
    few = finish(train(task(INPUTS, LABELS, 7.5 * COPIES), batch_size=12, **settings))
    all_of_them = task(np.repeat(INPUTS, COPIES, 0), np.repeat(LABELS, COPIES))
    many = finish(train(all_of_them, batch_size=COPIES.sum(), **settings))
    # Sums in another order, amplified by 100 steps.
    np.testing.assert_allclose(few.test_loss, many.test_loss, rtol=0, atol=1e-12)
    np.testing.assert_allclose(few.train_loss, many.train_loss, rtol=0, atol=1e-12)


def test_small_batches_are_drawn_in_proportion_to_the_weights():
    chances = COPIES / COPIES.sum()
    drawn = Order(0, 12, 4, chances).take(20_000)
    assert drawn.shape == (20_000, 4)
    # The standard error of a share of 80,000 draws is below 0.0015.
    np.testing.assert_allclose(np.bincount(drawn.ravel(), minlength=12) / drawn.size, chances, atol=0.006)


def test_equal_weights_are_as_good_as_none_in_a_full_batch():
    settings = {"width": 8, "steps": 20, "batch_size": 12, "dtype": "float64"}
    plain = finish(train(task(INPUTS, LABELS), **settings))
    equal = finish(train(task(INPUTS, LABELS, np.full(12, 3.0)), **settings))
    np.testing.assert_allclose(plain.test_loss, equal.test_loss, rtol=0, atol=1e-14)


def test_the_first_samples_keep_their_weights_among_themselves():
    settings = {"width": 8, "steps": 20, "batch_size": 12, "dtype": "float64"}
    part = finish(train(task(INPUTS, LABELS, COPIES), samples=5, **settings))
    alone = finish(train(task(INPUTS[:5], LABELS[:5], COPIES[:5]), **settings))
    np.testing.assert_allclose(part.test_loss, alone.test_loss, rtol=0, atol=1e-14)


def test_networks_with_different_numbers_of_samples_stack():
    settings = {"width": 8, "steps": 20, "batch_size": 8, "dtype": "float64"}
    both = finish(train(task(INPUTS, LABELS, COPIES), samples=[5, 12], **settings))
    for place, samples in enumerate((5, 12)):
        alone = finish(train(task(INPUTS, LABELS, COPIES), samples=samples, **settings))
        np.testing.assert_allclose(both.test_loss[place], alone.test_loss[0], rtol=0, atol=1e-14)
        np.testing.assert_allclose(both.train_loss[place], alone.train_loss[0], rtol=0, atol=1e-14)


def test_a_weighted_task_can_be_sent_to_another_process():
    again = pickle.loads(pickle.dumps(task(INPUTS, LABELS, COPIES)))
    np.testing.assert_array_equal(again.train_weights, COPIES)
    assert not again.train_weights.flags.writeable


BAD = [
    (np.ones(3), r"train_weights must be 12 numbers, one for each training example, got \(3,\)"),
    (np.zeros(12), r"train_weights must be positive, got 0\.0"),
    (np.full(12, np.nan), "train_weights must be finite"),
    ("heavy", "train_weights must be a list of numbers, got 'heavy'"),
]


@pytest.mark.parametrize(("weights", "sentence"), BAD)
def test_weights_that_do_not_fit_are_one_sentence(weights, sentence):
    with pytest.raises(ValueError, match=sentence):
        task(INPUTS, LABELS, weights)


def test_weights_and_resampling_do_not_go_together():
    with pytest.raises(ValueError, match="resample must be False for a task whose examples have weights, got True"):
        train(task(INPUTS, LABELS, COPIES), resample=True)
    finish(train(digits(50), resample=True, steps=1, width=2))
