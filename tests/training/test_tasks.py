"""The digits: fixed split, nested subsets, exact label noise, clean test set; and tasks of one's own."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from scalinglab.training import Task, digits


def rows_of(array):
    return [row.tobytes() for row in array]


def test_the_digits_are_those_of_scikit_learn_split_in_1200_and_597():
    task = digits()
    assert (task.samples, len(task.test_labels), task.inputs, task.classes) == (1200, 597, 64, 10)
    inputs = np.concatenate((task.train_inputs, task.test_inputs))
    original = load_digits().data / 16
    # Centring moves all images alike, so differences to the mean of all are those of the original, in another order.
    ours = np.sort((inputs - inputs.mean(axis=0)).round(9), axis=0)
    np.testing.assert_allclose(ours, np.sort((original - original.mean(axis=0)).round(9), axis=0), atol=2e-9)
    # 1797 images, of which each is in one part only.
    assert len(set(rows_of(inputs))) == 1797


def test_the_pool_has_mean_zero_and_pixels_at_most_one_away():
    task = digits()
    np.testing.assert_allclose(task.train_inputs.mean(axis=0), 0, atol=1e-15)  # rounding of float64
    assert np.abs(task.train_inputs).max() <= 1


def test_the_test_set_is_the_same_for_all_seeds_sizes_and_noise():
    first = digits()
    for other in (digits(seed=7), digits(50, seed=1), digits(label_noise=0.5, seed=3)):
        np.testing.assert_array_equal(other.test_inputs, first.test_inputs)
        np.testing.assert_array_equal(other.test_labels, first.test_labels)


@pytest.mark.parametrize("seed", [0, 1])
def test_smaller_data_sets_are_the_first_part_of_larger_ones(seed):
    whole = digits(seed=seed)
    for samples in (1, 38, 300, 1199):
        part = digits(samples, seed=seed)
        np.testing.assert_array_equal(part.train_inputs, whole.train_inputs[:samples])
        np.testing.assert_array_equal(part.train_labels, whole.train_labels[:samples])


def test_seeds_order_the_same_pool_differently():
    one, two = digits(seed=0), digits(seed=1)
    assert set(rows_of(one.train_inputs)) == set(rows_of(two.train_inputs))
    assert not np.array_equal(one.train_inputs[:10], two.train_inputs[:10])


@pytest.mark.parametrize("samples", [1200, 301, 10])
@pytest.mark.parametrize("noise", [0.0, 0.1, 1 / 3, 0.5, 1.0])
def test_exactly_the_asked_number_of_labels_is_wrong(samples, noise):
    clean, noisy = digits(samples, seed=5), digits(samples, label_noise=noise, seed=5)
    np.testing.assert_array_equal(noisy.train_inputs, clean.train_inputs)
    assert np.count_nonzero(noisy.train_labels != clean.train_labels) == round(noise * samples)
    assert 0 <= noisy.train_labels.min() <= noisy.train_labels.max() <= 9


def test_labels_wrong_at_little_noise_are_wrong_alike_at_more():
    clean, little, more = (digits(label_noise=noise, seed=2).train_labels for noise in (0, 0.1, 0.4))
    wrong = little != clean
    np.testing.assert_array_equal(more[wrong], little[wrong])


def test_wrong_labels_are_spread_evenly_over_the_nine_others():
    clean, noisy = digits().train_labels, digits(label_noise=1.0).train_labels
    counts = np.bincount((noisy - clean) % 10, minlength=10)
    assert counts[0] == 0
    # 1200 draws from nine: the standard deviation is sqrt(1200 * 1/9 * 8/9) = 10.9; the largest of nine is within 4.
    assert np.abs(counts[1:] - 1200 / 9).max() < 4 * 10.9


def test_the_same_arguments_give_the_same_object_which_is_hashable():
    assert digits(100, label_noise=0.1, seed=3) is digits(100, label_noise=0.1, seed=3)
    assert len({digits(100), digits(100), digits(101)}) == 2


def test_arrays_of_a_task_are_read_only_copies():
    inputs = np.eye(3)
    task = Task("eye", inputs, np.arange(3), inputs, np.arange(3), classes=3)
    inputs[:] = 7
    np.testing.assert_array_equal(task.train_inputs, np.eye(3))
    for array in (task.train_inputs, task.train_labels, task.test_inputs, task.test_labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_chance_error_is_that_of_a_guess():
    assert digits().chance_error == pytest.approx(0.9)
    assert Task("coin", [[0.0]], [0], [[0.0]], [1], classes=2).chance_error == 0.5
