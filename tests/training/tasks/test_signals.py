"""The signals: each option does what it says and nothing else, and smaller data sets are parts of larger ones."""

from __future__ import annotations

import math
import tracemalloc
from typing import Any

import numpy as np
import pytest

from scalinglab.training import Task, signals
from scalinglab.training.tasks import signals as source
from scalinglab.training.tasks.catalogue import complete_recipe

#: All options at zero: a curve in the middle, and nothing else.
PLAIN: dict[str, Any] = {
    "noise": 0,
    "correlated_noise": 0,
    "shift": 0,
    "stretch": 0,
    "scale": 0,
    "shear": 0,
    "test_samples": 10,
}
POSITIONS = np.arange(40)


def plain(samples: int, **options: Any) -> Task:
    """A task with these difficulties alone."""
    return signals(samples, **PLAIN | options)


@pytest.fixture
def parts_of(monkeypatch):
    """A way to make samples in other parts."""

    def choose(part):
        monkeypatch.setattr(source, "PART", part)
        source._signals.cache_clear()

    yield choose
    source._signals.cache_clear()


def plain_curves():
    """The ten signals without any difficulty, by ``np.interp`` on the heights as they are drawn."""
    places = 19.5 + 16 * (np.linspace(0, 1, 13) - 0.5)
    return np.array([np.interp(POSITIONS, places, np.array(curve) / 6) for curve in source.CURVES])


def test_without_any_difficulty_a_signal_is_the_curve_of_its_class_in_the_middle():
    task = plain(500)
    # 1e-7 is the rounding of float32 at heights of 1.
    np.testing.assert_allclose(task.train_inputs, plain_curves()[task.train_labels], rtol=0, atol=1e-7)


def test_the_curves_are_ten_that_begin_and_end_at_zero_and_reach_one_and_are_apart():
    assert {(curve[0], curve[-1]) for curve in source.CURVES} == {(0, 0)}
    assert [max(map(abs, curve)) for curve in source.CURVES] == [6] * 10
    curves = plain_curves()
    apart = np.linalg.norm(curves[:, None] - curves, axis=2) + 10 * np.eye(10)
    assert apart.min() > 1


@pytest.mark.parametrize("part", [10, 70, 4000])
@pytest.mark.parametrize("shuffled", [False, True])
def test_smaller_data_sets_are_the_first_part_of_larger_ones_however_they_are_made(parts_of, part, shuffled):
    whole = signals(4101, shuffled=shuffled, seed=4)
    parts_of(part)
    for samples in (1, 9, 10, 71, 3999, 4000, 4001, 4101):
        some = signals(samples, shuffled=shuffled, seed=4)
        np.testing.assert_array_equal(some.train_inputs, whole.train_inputs[:samples])
        np.testing.assert_array_equal(some.train_labels, whole.train_labels[:samples])
        np.testing.assert_array_equal(some.test_inputs, whole.test_inputs)
        np.testing.assert_array_equal(some.validation_labels, whole.validation_labels)


def test_every_ten_samples_are_of_ten_classes_in_an_order_of_their_own():
    task = plain(4000, test_samples=300)
    for labels in (task.train_labels, task.test_labels, task.validation_labels):
        assert labels is not None
        assert (np.sort(labels.reshape(-1, 10), axis=1) == np.arange(10)).all()
    # Each class comes first in 40 of 400 tens, with a standard deviation of 6.
    first = np.bincount(task.train_labels[::10], minlength=10)
    assert abs(first - 40).max() < 4 * 6


def test_seeds_and_the_three_sets_of_a_task_have_samples_of_their_own():
    one, two = signals(300, test_samples=300), signals(300, test_samples=300, seed=1)
    sets = [getattr(task, f"{part}_inputs") for task in (one, two) for part in ("train", "test", "validation")]
    assert len({row.tobytes() for inputs in sets for row in inputs}) == 6 * 300
    assert not np.array_equal(one.train_labels, one.test_labels)


def differences(**option):
    """What an option adds to the samples, which are else the same."""
    return (plain(4000, **option).train_inputs - plain(4000).train_inputs).astype(float)


def test_independent_noise_has_its_standard_deviation_and_no_correlation():
    added = differences(noise=0.3)
    # 160,000 numbers: their standard deviation is known to 1 / sqrt(320,000) of itself, a correlation to 1 / 400.
    assert abs(added.std() / 0.3 - 1) < 4 / math.sqrt(320_000)
    assert abs((added[:, 1:] * added[:, :-1]).mean() / added.var()) < 4 / 390
    np.testing.assert_allclose(differences(noise=0.6), 2 * added, rtol=0, atol=1e-6)  # rounding of float32


def test_correlated_noise_has_its_standard_deviation_and_the_correlation_of_twelve_averages():
    added = differences(correlated_noise=0.3)
    expected = [math.comb(24, 12 + lag) / math.comb(24, 12) for lag in range(8)]
    found = [(added[:, lag:] * added[:, : 40 - lag]).mean() / 0.09 for lag in range(8)]
    # Some 4000 * 40 / 6 numbers are as good as independent, so a covariance is known to sqrt(2 / 26,000) at most.
    np.testing.assert_allclose(found, expected, rtol=0, atol=4 * 0.009)
    np.testing.assert_allclose(differences(correlated_noise=0.6), 2 * added, rtol=0, atol=1e-6)


def test_a_scaled_signal_is_a_multiple_of_its_curve_within_the_bounds():
    task = plain(4000, scale=0.25)
    curves = plain_curves()[task.train_labels]
    heights = (task.train_inputs * curves).sum(axis=1) / (curves**2).sum(axis=1)
    np.testing.assert_allclose(task.train_inputs, heights[:, None] * curves, rtol=0, atol=1e-6)
    # The smallest of 4000 uniform numbers is beyond 0.0025 of the range with odds of e^-10.
    assert 0.75 <= heights.min() < 0.75 + 0.5 * 0.0025 < 1.25 - 0.5 * 0.0025 < heights.max() <= 1.25


def test_a_sheared_signal_gets_a_line_within_the_bounds():
    added = differences(shear=0.5)
    slopes = added[:, -1]
    np.testing.assert_allclose(added, slopes[:, None] * (POSITIONS - 19.5) / 19.5, rtol=0, atol=1e-6)
    assert -0.5 <= slopes.min() < -0.4975 < 0.4975 < slopes.max() <= 0.5 + 1e-6


def ends(inputs):
    """Places of the first and the last number that is not zero."""
    there = inputs != 0
    return there.argmax(axis=1), 39 - there[:, ::-1].argmax(axis=1)


def test_a_shifted_signal_is_its_curve_elsewhere_within_the_bounds():
    task = plain(4000, shift=7.5)
    first, last = ends(task.train_inputs)
    # A curve reaches to less than 8 on both sides of its centre, so that the centre is between these.
    assert 19.5 - 7.5 - 8 < first.min() < last.max() < 19.5 + 7.5 + 8
    assert (last - first).max() <= 15
    centre = 19.5 + 7.5 * source._stream(0, source.TRAIN, source.CENTRE).uniform(-1, 1, 4000)
    for row in range(50):
        heights = np.array(source.CURVES[task.train_labels[row]]) / 6
        expected = np.interp(POSITIONS, centre[row] + 16 * (np.linspace(0, 1, 13) - 0.5), heights)
        np.testing.assert_allclose(task.train_inputs[row], expected, rtol=0, atol=1e-6)


def test_a_stretched_signal_is_longer_or_shorter_about_its_middle_within_the_bounds():
    task = plain(4000, stretch=0.5)
    first, last = ends(task.train_inputs)
    assert (first + last == 39).mean() > 0.9  # but for the zeros inside of a curve, at its middle or its ends
    lengths = 16 * (1 + 0.5 * source._stream(0, source.TRAIN, source.STRETCH).uniform(-1, 1, 4000))
    for row in range(50):
        heights = np.array(source.CURVES[task.train_labels[row]]) / 6
        expected = np.interp(POSITIONS, 19.5 + lengths[row] * (np.linspace(0, 1, 13) - 0.5), heights)
        np.testing.assert_allclose(task.train_inputs[row], expected, rtol=0, atol=1e-6)


def test_shuffled_positions_are_the_same_numbers_in_one_order_for_all_samples():
    task, shuffled = signals(200, seed=3), signals(200, shuffled=True, seed=3)
    found = {row.tobytes(): place for place, row in enumerate(task.train_inputs.T.copy())}
    order = [found[row.tobytes()] for row in shuffled.train_inputs.T.copy()]
    assert sorted(order) == list(range(40)) != order
    np.testing.assert_array_equal(shuffled.test_inputs, task.test_inputs[:, order])
    assert task.validation_inputs is not None
    np.testing.assert_array_equal(shuffled.validation_inputs, task.validation_inputs[:, order])
    np.testing.assert_array_equal(shuffled.train_labels, task.train_labels)


def test_an_option_that_is_changed_leaves_all_other_draws_as_they_were():
    """So two tasks that differ in one option differ by what it adds, whatever the others are."""
    others = {"noise": 0.2, "correlated_noise": 0.1, "shift": 5, "stretch": 0.3, "shear": 0.5}
    for option in ("noise", "correlated_noise", "shear"):
        alone = plain(300, **{option: others[option]}).train_inputs - plain(300).train_inputs
        among = plain(300, **others).train_inputs - plain(300, **others | {option: 0}).train_inputs
        np.testing.assert_allclose(among, alone, rtol=0, atol=1e-6)


def test_many_samples_take_the_memory_of_the_task_and_its_copy_and_little_more():
    options = complete_recipe({"name": "signals", "samples": 100_000})
    del options["name"]
    tracemalloc.start()
    try:
        task = source._signals.__wrapped__(**options)
        held, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    data = task.train_inputs.nbytes + task.train_labels.nbytes
    assert task.train_inputs.dtype == np.float32
    assert held < 1.1 * data
    assert most < 2.5 * data  # made, copied and checked; a part takes 10 MB while it is made


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"samples": 0}, "samples must be positive, got 0"),
        ({"samples": 4_000_001}, "samples must not exceed 4000000, got 4000001"),
        ({"test_samples": 10**6}, "test_samples must not exceed 200000, got 1000000"),
        ({"noise": -0.1}, "noise must be from 0 to 10, got -0.1"),
        ({"shift": 21}, "shift must be from 0 to 20, got 21"),
        ({"stretch": 1}, "stretch must be from 0 to 0.9, got 1"),
        ({"scale": 1.5}, "scale must be from 0 to 1, got 1.5"),
        ({"shear": math.nan}, "shear must be a finite number, got nan"),
        ({"shuffled": 1}, "shuffled must be True or False, got 1"),
        ({"seed": -1}, "seed must not be negative, got -1"),
    ],
)
def test_a_bad_option_gets_a_sentence(options, sentence):
    with pytest.raises(ValueError, match=" must ") as caught:
        signals(**options)
    assert str(caught.value) == sentence
