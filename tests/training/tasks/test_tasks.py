"""The digits: fixed split, nested subsets, exact label noise, clean test set; and tasks of one's own."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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


def test_chance_loss_is_that_of_equal_probabilities():
    assert digits().chance_loss == pytest.approx(np.log(10), rel=1e-15)
    assert (digits().loss, digits().outputs) == ("cross_entropy", 10)


def test_the_recipe_of_the_digits_is_complete_and_read_only():
    recipe = digits(30, label_noise=0.5).recipe
    assert dict(recipe) == {"name": "digits", "samples": 30, "label_noise": 0.5, "seed": 0}
    with pytest.raises(TypeError, match="item assignment"):
        recipe["seed"] = 1


REGRESSION = {
    "name": "line",
    "train_inputs": [[0.0], [1.0], [2.0]],
    "train_labels": [0.0, 1.0, 2.0],
    "test_inputs": [[0.5], [1.5]],
    "test_labels": [0.5, 1.5],
    "classes": None,
}


def test_labels_of_a_regression_are_a_column_for_each_output():
    for labels, tests, outputs in (([0, 1, 2], [0.5, 1.5], 1), (np.eye(3)[:, :2], [[0, 1], [2, 3]], 2)):
        task = Task(**(REGRESSION | {"train_labels": labels, "test_labels": tests}))
        assert (task.outputs, task.loss) == (outputs, "squared")
        assert task.train_labels.dtype == task.test_labels.dtype == np.float64
        assert task.train_labels.shape == (3, outputs)


def test_chance_loss_of_a_regression_is_the_error_of_the_best_constant():
    tests = np.random.default_rng(0).normal(3.0, [1.0, 5.0], (50, 2))
    task = Task("two", np.ones((4, 1)), np.ones((4, 2)), np.ones((50, 1)), tests, classes=None)

    def error(constant):
        return np.mean((tests - constant) ** 2)

    best = tests.mean(axis=0)
    assert task.chance_loss == pytest.approx(error(best), rel=1e-14)
    for step in np.eye(2) * 1e-3:
        # A parabola in each output: a step of 1e-3 away from its lowest point adds (1e-3)^2 / 2, on both sides.
        assert error(best + step) - task.chance_loss == pytest.approx(5e-7, rel=1e-6)
        assert error(best - step) - task.chance_loss == pytest.approx(5e-7, rel=1e-6)


def test_inputs_keep_single_precision_and_become_double_otherwise():
    for asked, kept in (
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.uint8, np.float64),
        (np.float16, np.float64),
    ):
        task = Task("types", np.eye(2, dtype=asked), [0, 1], np.eye(2, dtype=asked), [0, 1], classes=2)
        assert task.train_inputs.dtype == task.test_inputs.dtype == kept
        assert not np.shares_memory(task.train_inputs, task.test_inputs)


def test_codes_of_a_vocabulary_stay_whole_numbers():
    codes = np.array([[0, 4], [3, 2]], dtype=np.uint8)
    task = Task("codes", codes, [0, 1], codes, [0, 1], classes=2, vocabulary=5)
    assert (task.train_inputs.dtype, task.vocabulary, task.inputs) == (np.int64, 5, 2)
    np.testing.assert_array_equal(task.test_inputs, codes)


def test_a_validation_set_is_kept_like_the_others():
    task = Task(**REGRESSION, validation_inputs=[[7.0]], validation_labels=[7.0])
    assert (task.validation_inputs.tolist(), task.validation_labels.tolist()) == ([[7.0]], [[7.0]])
    assert repr(task) == "Task('line', 3 training, 1 validation and 2 test samples, 1 input, 1 output)"
    for array in (task.validation_inputs, task.validation_labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    assert Task(**REGRESSION).validation_inputs is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"classes": 0}, "classes must be positive, got 0"),
        ({"train_labels": ["a", "b", "c"]}, "train_labels must be a table of numbers, got ['a', 'b', 'c']"),
        ({"train_labels": [0.0, 1.0, np.nan]}, "train_labels must be finite, got '1 entries that are not'"),
        ({"train_labels": []}, "train_labels must have the shape (samples, outputs) or (samples,), got (0,)"),
        ({"train_labels": np.ones((3, 2))}, "test_labels must have as many columns as train_labels, got (2, 1)"),
        ({"test_labels": [2.0, 2.0]}, "test_labels must have a variance above zero that is finite, got 0.0"),
        ({"test_labels": [1e300, -1e300]}, "test_labels must have a variance above zero that is finite, got inf"),
        (
            {"validation_inputs": [[1.0]]},
            "validation_inputs and validation_labels must be given together, got 'one of them'",
        ),
        (
            {"validation_inputs": [[1.0, 2.0]], "validation_labels": [1.0]},
            "validation_inputs must have as many columns as train_inputs, got (1, 2)",
        ),
        (
            {"validation_inputs": [[1.0]], "validation_labels": [[1.0, 2.0]]},
            "validation_labels must have as many columns as train_labels, got (1, 2)",
        ),
        (
            {"validation_inputs": [[1.0]], "validation_labels": [1.0, 2.0]},
            "validation_inputs and validation_labels must have the same length, "
            "got validation_inputs 1, validation_labels 2",
        ),
        ({"vocabulary": 1}, "vocabulary must be at least 2, got 1"),
        ({"vocabulary": 3}, "train_inputs must be a table of whole numbers, got [[0.0], [1.0], [2.0]]"),
        ({"vocabulary": 3, "train_inputs": [0, 1, 2]}, "train_inputs must have the shape (samples, inputs), got (3,)"),
        ({"vocabulary": 2, "train_inputs": [[0], [1], [2]]}, "train_inputs must be from 0 to 1, got 2"),
        ({"recipe": "digits"}, "recipe must be a mapping, got 'digits'"),
    ],
)
def test_a_regression_names_what_does_not_fit(changes, sentence):
    with pytest.raises(ValueError, match=" must ") as caught:
        Task(**(REGRESSION | changes))
    assert str(caught.value) == sentence


def test_a_task_that_is_sent_to_another_process_arrives_whole_and_read_only():
    for task in (digits(20), Task(**REGRESSION, validation_inputs=[[7.0]], validation_labels=[7.0])):
        copy = pickle.loads(pickle.dumps(task))
        assert repr(copy) == repr(task)
        assert copy.recipe == task.recipe
        for part in ("train_inputs", "train_labels", "test_inputs", "test_labels", "validation_inputs"):
            array = getattr(copy, part)
            np.testing.assert_array_equal(array, getattr(task, part))
            assert array is None or not array.flags.writeable


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["classes", "vocabulary", "train_inputs", "test_labels", "recipe", "name"]),
    st.sampled_from([True, "x", 1j, object(), [[]], [[1j]], ["x"], np.nan, -1, 2.5, {1: 2}, b"8"]),
)
def test_junk_in_a_task_is_a_sentence_or_what_it_says(name, value):
    if (name, type(value)) in (("recipe", dict), ("name", str)):
        return
    with pytest.raises(ValueError, match=r"^\w+ (must|and \w+ must) ") as caught:
        Task(**(REGRESSION | {name: value}))
    assert len(str(caught.value)) < 200
