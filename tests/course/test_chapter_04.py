"""What chapter 04 says in words, measured."""

from __future__ import annotations

import numpy as np
import pytest

import scalinglab.approximation as limit
from scalinglab.training import teacher, teacher_student


@pytest.fixture(scope="module")
def race():
    return limit.compare_learners(teacher_student(256), width=8)


def test_five_starts_of_the_second_order_learner_reach_the_limit_where_adam_stays_far_above(race):
    assert race.limit < 1e-20
    assert race.reached.min() > 1e-3


def test_what_is_left_of_the_error_of_adam_is_optimisation(race):
    split = race.split()
    assert split.capacity.max() == 0
    assert split.finite_data.max() < 1e-20
    np.testing.assert_allclose(split.optimisation, split.total, rtol=1e-6)


def test_below_the_count_of_unknowns_the_limit_is_not_reached():
    assert limit.compare_learners(teacher_student(60), width=8, steps=100).limit > 1e-6


def test_near_the_teacher_the_error_falls_at_one_sample_for_each_of_81_unknowns():
    task, near = teacher_student(128), limit.perturbed(teacher())
    data = task.train_inputs, task.train_labels, task.test_inputs, task.test_labels
    curve = limit.network_curve(*data, width=8, samples=(75, 82), initial=near)
    assert curve.parameters == 81
    before, after = np.median(curve.test_error, axis=1)
    assert before > 1e10 * after


def test_the_nyquist_learner_falls_off_a_cliff_at_21_samples():
    before, after = limit.learning_curve(limit.band_limited(10), [20, 21]).median
    assert 0.01 < before < 0.06
    assert after < 1e-20


def median(samples, *, target=None, **options):
    return float(limit.learning_curve(target or limit.band_limited(10, targets=40), [samples], **options).median[0])


def test_too_narrow_a_band_never_gets_there_and_too_wide_a_one_moves_the_cliff():
    assert median(256, band=6) > 0.1
    assert median(40, band=20) > 1e-4
    assert median(42, band=20) < 1e-15


def test_noise_costs_orders_of_magnitude_at_the_threshold_and_then_falls_with_the_samples():
    assert median(21, noise=0.1) > 100
    assert median(256, noise=0.1) == pytest.approx(0.1**2 * 21 / 256, rel=0.3)


def test_without_a_band_a_fixed_one_stalls_and_a_chosen_one_goes_on():
    target = limit.power_law(1.0, targets=20)
    fixed = [median(samples, target=target, band=10) for samples in (128, 256)]
    chosen = [median(samples, target=target, learner="chosen band") for samples in (64, 256)]
    assert fixed[1] > fixed[0] / 1.5
    assert chosen[1] < chosen[0] / 3
    assert chosen[1] > 1e-6


def test_in_the_plane_the_count_is_the_square():
    target = limit.band_limited(3, dimension=2, targets=8)
    assert median(48, target=target) > 1e-4
    assert median(49, target=target) < 1e-15


def test_the_penalty_helps_with_three_samples_for_each_unknown_and_not_with_one():
    target, settings = limit.band_limited(5, targets=2), {"strength": (0.0, 100.0), "steps": 1200}
    few, many = (limit.train_with_penalty(target, limit.sample(target, samples), **settings) for samples in (12, 32))
    assert many.median[1] < many.median[0] / 10
    assert few.median[1] > few.median[0] / 3


def test_the_parts_of_an_error_sum_to_it_and_stopping_early_can_beat_the_best_fit():
    target = limit.band_limited(10, targets=100)
    split = limit.split_band(target, limit.sample(target, 60), 8, steps=6)
    np.testing.assert_allclose(split.capacity + split.finite_data + split.optimisation, split.total, atol=1e-12)
    assert split.optimisation.mean() < 0
