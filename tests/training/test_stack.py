"""A network depends on its own settings and seed: not on its place in the stack, nor on its company."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.training import Task, digits, finish, train
from scalinglab.training.batches import Order

OPTIMIZERS = ["sgd", "momentum", "adam", "adamw"]
WIDTHS, STEP_SIZES, SEEDS, SAMPLES = (
    (5, 20, 33, 7, 20),
    (0.01, 0.02, 0.005, 0.01, 0.03),
    (4, 1, 2, 3, 0),
    (90, 40, 7, 90, 60),
)
SHARED = {"depth": 2, "steps": 30, "batch_size": 16, "weight_decay": 0.1, "evaluations": 8}


def assert_same(one, place_one, two, place_two, tolerance=0.0):
    for (weight, bias), (other_weight, other_bias) in zip(one.arrays(place_one), two.arrays(place_two), strict=True):
        np.testing.assert_allclose(weight, other_weight, rtol=0, atol=tolerance)
        np.testing.assert_allclose(bias, other_bias, rtol=0, atol=tolerance)
    for history in ("train_loss", "test_loss", "test_error"):
        ours, theirs = getattr(one, history)[place_one], getattr(two, history)[place_two]
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)


def poisoned(first, samples=60):
    """Digits of which only the first ones are harmless."""
    task = digits(samples)
    inputs = np.array(task.train_inputs)
    inputs[first:] = 1e30
    return Task("poisoned", inputs, task.train_labels, task.test_inputs, task.test_labels, 10)


def run(places, optimizer, dtype="float32", **changes):
    settings = {
        "width": [WIDTHS[place] for place in places],
        "step_size": [STEP_SIZES[place] for place in places],
        "seed": [SEEDS[place] for place in places],
        "samples": [SAMPLES[place] for place in places],
    }
    return finish(train(digits(90), optimizer=optimizer, dtype=dtype, **(SHARED | settings | changes)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("mixed", [True, False])
def test_a_permuted_stack_gives_the_same_bits(optimizer, dtype, mixed):
    order = (3, 0, 4, 2, 1)
    changes = {} if mixed else {"step_size": 0.01}
    straight, permuted = run(range(5), optimizer, dtype, **changes), run(order, optimizer, dtype, **changes)
    for place, original in enumerate(order):
        assert_same(straight, original, permuted, place)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_same_call_gives_the_same_bits(optimizer):
    one, two = run(range(5), optimizer), run(range(5), optimizer)
    for place in range(5):
        assert_same(one, place, two, place)
    assert one.rows() == two.rows()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_network_alone_is_what_it_is_in_company(optimizer):
    together = run(range(5), optimizer, "float64")
    for place in range(5):
        # Other shapes of products may sum in another order: rounding of 1e-16, over 30 steps.
        assert_same(together, place, run([place], optimizer, "float64"), 0, tolerance=1e-9)


def test_numbers_repeat_and_sequences_of_any_kind_run_along_the_stack():
    task = digits(60)
    shared = {"steps": 3, "evaluations": 2}
    one = finish(train(task, width=8, step_size=0.1, seed=[3, 4], **shared))
    for seed in ((3, 4), range(3, 5), np.array([3, 4])):
        two = finish(train(task, width=np.array([8, 8]), step_size=(0.1, 0.1), seed=seed, **shared))
        assert one.rows() == two.rows()


def test_another_seed_is_another_network():
    first = next(train(digits(60), seed=[0, 1]))
    assert not np.array_equal(first.arrays(0)[0][0], first.arrays(1)[0][0])


def test_batches_are_permutations_in_a_row_across_the_ends_of_epochs():
    indices = Order(0, samples=10, batch=4).take(5).ravel()
    assert sorted(indices[:10]) == sorted(indices[10:]) == list(range(10))
    assert list(indices[:10]) != list(indices[10:])


def test_batches_do_not_depend_on_how_many_are_drawn_ahead():
    together, one_by_one = Order(3, 10, 4), Order(3, 10, 4)
    np.testing.assert_array_equal(together.take(20), np.concatenate([one_by_one.take(1) for _ in range(20)]))


def test_a_batch_of_all_samples_keeps_their_order():
    np.testing.assert_array_equal(Order(3, 5, 5).take(2), [[0, 1, 2, 3, 4]] * 2)


def test_a_batch_larger_than_the_data_is_the_data():
    task = digits(50)
    whole = finish(train(task, width=8, batch_size=50, steps=5, dtype="float64"))
    larger = finish(train(task, width=8, batch_size=5000, steps=5, dtype="float64"))
    assert_same(whole, 0, larger, 0)


def test_a_network_sees_only_its_first_samples():
    # The later samples are poison: a network that touched one would have a loss beyond any bound.
    task = poisoned(first=40)
    last = finish(train(task, width=8, samples=(40, 39, 7), seed=0, batch_size=16, steps=60))
    assert (last.diverged_at == -1).all()
    assert (finish(train(task, width=8, samples=41, steps=60)).diverged_at >= 0).all()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_divergence_at_one_step_size_for_all_leaves_the_others_bits_alone(optimizer):
    settings = {"width": 8, "step_size": 0.01, "optimizer": optimizer, "batch_size": 16, "steps": 40, "seed": range(3)}
    broken = finish(train(poisoned(first=40), samples=(40, 60, 39), **settings))
    peaceful = finish(train(digits(60), samples=(40, 60, 39), **settings))
    assert (broken.diverged_at >= 0).tolist() == [False, True, False]
    for place in (0, 2):
        assert_same(broken, place, peaceful, place)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_zeros_take_the_place_of_a_diverged_network_and_nothing_moves_them(optimizer):
    # The probe of the train loss, 256 samples, is harmless: it is a batch in the midst of training that brings the end.
    task, settings = poisoned(first=270, samples=280), {"width": 8, "step_size": 0.01, "steps": 80, "evaluations": 2}
    for state in train(task, samples=(270, 280), optimizer=optimizer, batch_size=4, **settings):
        if state.diverged_at[1] >= 0:
            assert all(not weight[1].any() and not bias[1].any() for weight, bias in state._record.stack.layers)
    assert 0 < state.diverged_at[1] < 75
