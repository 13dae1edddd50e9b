"""The Nyquist learner: a threshold at the number of unknowns, theory on both sides of it, and the ways it fails."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from scalinglab.approximation import FourierSeries, Samples, band_limited, learning_curve, power_law, sample, split_band
from scalinglab.approximation.descent import descend_band
from scalinglab.approximation.fourier import basis
from scalinglab.approximation.nyquist import choose_band, fit_band
from scalinglab.approximation.splits import split_error

TARGET = band_limited(10)  # 200 targets of 21 unknowns


def test_one_sample_more_takes_the_median_error_from_a_few_percent_to_rounding():
    curve = learning_curve(TARGET, [20, 21])
    assert 0.01 <= curve.median[0] <= 0.06
    assert curve.median[1] < 1e-20


@pytest.mark.parametrize("samples", [5, 16, 20])
def test_below_the_threshold_the_error_has_the_law_of_a_random_projection(samples):
    # A random direction in 21 dimensions has Beta((21 - n) / 2, n / 2) of its square outside of n dimensions.
    errors = learning_curve(TARGET, samples).errors[0]
    law = beta((21 - samples) / 2, samples / 2)
    assert errors.mean() == pytest.approx(law.mean(), abs=4 * law.std() / 200**0.5)
    assert np.median(errors) == pytest.approx(law.median(), abs=4 * law.std() / 200**0.5)


def test_in_two_dimensions_the_threshold_is_the_count_of_unknowns_too():
    curve = learning_curve(band_limited(3, dimension=2, targets=50), [48, 49])
    assert curve.unknowns == 49
    assert curve.median[0] > 1e-3
    assert curve.median[1] < 1e-20


def test_equally_spaced_samples_as_many_as_unknowns_are_perfectly_conditioned():
    places = np.broadcast_to(np.arange(21) / 21, (3, 21))[..., None]
    target = band_limited(10, targets=3)
    fit = fit_band(Samples(places, target.values(places)), 10)
    np.testing.assert_allclose(fit.condition, 1, rtol=1e-12)
    np.testing.assert_allclose(fit.amplification, 1, rtol=1e-12)  # p / n


def test_the_fit_and_its_condition_are_those_of_numpy():
    samples = sample(band_limited(6, targets=4), 20, noise=0.2)
    for count, least_norm in ((20, False), (9, True)):
        some = samples.part(0, count)
        fit = fit_band(some, 6, least_norm=least_norm)
        for function in range(4):
            matrix = basis(some.inputs[function], 6)
            theirs, _, _, singular = np.linalg.lstsq(matrix, some.labels[function], rcond=None)
            # Both lose as many digits as the condition number has.
            lost = 1e-14 * fit.condition[function] * np.abs(theirs).max()
            np.testing.assert_allclose(fit.series.coefficients[function], theirs, rtol=0, atol=lost)
            assert fit.condition[function] == pytest.approx(singular[0] / singular[-1], rel=1e-6)
            assert fit.amplification[function] == pytest.approx((singular**-2.0).sum(), rel=1e-6)


def test_with_noise_the_mean_error_is_the_amplification_of_the_inputs():
    target = FourierSeries(np.repeat(band_limited(4, targets=1).coefficients, 4000, axis=0))
    places = np.broadcast_to(sample(band_limited(4, targets=1), 15).inputs, (4000, 15, 1))
    noise = 0.1 * np.random.default_rng(0).standard_normal((4000, 15))
    fit = fit_band(Samples(places, target.values(places) + noise), 4)
    errors = fit.error(target)
    assert errors.mean() == pytest.approx(0.01 * fit.amplification[0], abs=4 * errors.std() / 4000**0.5)


def test_noise_is_worst_at_the_threshold_and_falls_as_unknowns_over_samples_far_beyond_it():
    curve = learning_curve(TARGET, [10, 21, 42, 512], noise=0.1)
    assert curve.median[1] > 1e3
    assert curve.median[1] > 100 * curve.median[0]
    assert curve.median[1] > 1e4 * curve.median[2]
    # Gaussian directions would give p / (n - p - 1); the median over 200 targets is known to about 3 %.
    assert curve.median[3] == pytest.approx(0.01 * 21 / 512, rel=0.12)
    assert curve.median[3] == pytest.approx(curve.expected[3], rel=0.12)


def test_too_small_a_band_stays_at_the_power_outside_of_it():
    curve = learning_curve(TARGET, [64, 4000], band=6)
    # 8 of 21 coefficients are outside, each with 1 / 21 of the power on average.
    outside = FourierSeries(TARGET.coefficients[:, :13]).error(TARGET)
    assert outside.mean() == pytest.approx(8 / 21, rel=0.05)
    assert (curve.errors >= outside - 1e-12).all()
    assert np.median(curve.errors[1] / outside) == pytest.approx(1, abs=0.02)


def test_too_large_a_band_costs_samples_and_nothing_else():
    curve = learning_curve(TARGET, [41, 64, 128], band=30)  # 61 unknowns
    assert curve.median[0] > 0.1
    assert curve.median[1] < 1e-12
    assert curve.median[2] < 1e-25


def test_a_power_law_stops_a_fixed_band_at_its_tail_and_a_chosen_band_follows_the_law():
    target = power_law(1.0, targets=60)
    tail = FourierSeries(target.coefficients[:, :21]).error(target)
    fixed = learning_curve(target, [64, 1000], band=10)
    assert (fixed.errors >= tail - 1e-12).all()
    assert np.median(fixed.errors[1] / tail) == pytest.approx(1, abs=0.1)
    chosen = learning_curve(target, [32, 256], learner="chosen band")
    slope = -np.log(chosen.median[1] / chosen.median[0]) / np.log(8)
    assert slope == pytest.approx(2, abs=0.35)  # error as n^-(2 smoothness); hold-out adds a factor that scatters
    assert fixed.median[1] > 3 * chosen.median[1]


def test_hold_out_finds_the_band_and_with_it_the_error_of_knowing_it():
    chosen = choose_band(sample(TARGET, 32))
    assert np.median(chosen.bands) == 10
    assert (chosen.bands == 10).mean() > 0.9
    assert np.median(chosen.error(TARGET)) < 1e-25
    plane = band_limited(3, dimension=2, targets=20)
    assert np.median(choose_band(sample(plane, 70)).bands) == 3


def test_hold_out_by_one_factorization_is_hold_out_band_by_band():
    samples = sample(power_law(1.0, highest=20, targets=5), 40, noise=0.1)
    known, held = samples.part(0, 30), samples.part(30, 40)
    errors = [((fit_band(known, band).values(held.inputs) - held.labels) ** 2).mean(1) for band in range(15)]
    np.testing.assert_array_equal(choose_band(samples).bands, np.argmin(errors, axis=0))
    refit = choose_band(samples)
    own = fit_band(samples, int(refit.bands[2])).series.widened(refit.series.band)
    np.testing.assert_allclose(refit.series.coefficients[2], own.coefficients[2], rtol=0, atol=1e-12)


def test_learners_without_a_band_follow_a_law_where_the_nyquist_learner_has_an_end():
    target = band_limited(10, targets=40)
    spline = learning_curve(target, [21, 64, 256], learner="spline")
    nearest = learning_curve(target, [21, 64, 256], learner="nearest")
    assert 0.3 < spline.median[0] < 1.2
    assert 1e-8 < spline.median[2] < 1e-5
    assert 0.5 < nearest.median[0] < 0.9
    assert 5e-3 < nearest.median[2] < 2e-2
    assert learning_curve(target, 21).median[0] < 1e-20


def test_rows_say_what_was_measured_and_none_where_nothing_applies():
    curve = learning_curve(TARGET, [16, 64], noise=0.1)
    row = curve.rows()[1]
    assert row["samples"] == 64
    assert row["low"] < row["median"] < row["high"] < row["worst"]
    assert 1 < row["condition"] < 100
    assert row["band"] == 10
    nearest = learning_curve(TARGET, 64, learner="nearest").rows()[0]
    assert [nearest[name] for name in ("condition", "expected", "band")] == [None, None, None]
    assert not curve.errors.flags.writeable
    fit = fit_band(sample(TARGET, 64), 10)
    assert fit.rows()[3]["condition"] == fit.condition[3]
    assert "least squares" in repr(fit)


def test_descent_agrees_with_descent_step_by_step():
    samples = sample(band_limited(4, targets=2), 14, noise=0.1)
    matrix, labels = basis(samples.inputs[1], 4), samples.labels[1]
    values, rate = np.zeros(9), 1.6 / np.linalg.norm(matrix, 2) ** 2
    for _ in range(37):
        values += rate * matrix.T @ (labels - matrix @ values)
    found = descend_band(samples, 4, steps=37, step_size=1.6).coefficients[1]
    np.testing.assert_allclose(found, values, rtol=0, atol=1e-12)


@pytest.mark.parametrize("count", [7, 30])
def test_descent_without_end_is_least_squares_or_that_of_least_norm(count):
    samples = sample(band_limited(4, targets=3), count, noise=0.1)
    fit = fit_band(samples, 4, least_norm=True)
    ended = descend_band(samples, 4, steps=10**15)
    # The rounding of a singular value counts as often as its inverse, the condition number.
    np.testing.assert_allclose(ended.coefficients, fit.series.coefficients, rtol=0, atol=1e-9)


def test_a_million_steps_of_descent_at_the_threshold_are_far_above_the_limit():
    split = split_band(TARGET, sample(TARGET, 21), 10, steps=10**6)
    assert np.median(split.finite_data) < 1e-20
    assert split.optimisation.mean() > 0.01


def test_several_numbers_of_steps_are_split_as_each_alone():
    samples = sample(TARGET, 24, noise=0.1)
    for steps, split in zip((0, 1, 30), split_band(TARGET, samples, 10, steps=[0, 1, 30]), strict=True):
        np.testing.assert_array_equal(split.total, split_band(TARGET, samples, 10, steps=steps).total)


def test_the_parts_of_an_error_sum_to_it_and_capacity_is_the_power_out_of_band():
    target = power_law(1.0, targets=50)
    samples = sample(target, 64, noise=0.1)
    split = split_band(target, samples, 10, steps=30)
    reached = descend_band(samples, 10, steps=30).error(target)
    np.testing.assert_array_equal(split.total, reached)
    np.testing.assert_allclose(split.capacity + split.finite_data + split.optimisation, reached, rtol=1e-12)
    np.testing.assert_allclose(split.capacity, 1 - target.power()[:, :11].sum(1), rtol=0, atol=1e-12)
    assert (split.finite_data > 0).all()
    rows = {row["part"]: row["error"] for row in split.rows(samples=64)}
    assert rows["capacity"] + rows["finite data"] + rows["optimisation"] == pytest.approx(rows["total"], rel=1e-12)


def test_stopping_early_can_beat_the_best_fit_and_the_sign_says_so():
    split = split_band(TARGET, sample(TARGET, 24, noise=0.1), 10, steps=100)
    assert np.median(split.optimisation) < -1
    assert np.median(split.total) < 0.5


def test_parts_measured_elsewhere_sum_too():
    split = split_error([0.3, 0.5], fitted=[0.2, 0.6], capacity=0.1)
    np.testing.assert_allclose(split.optimisation, [0.1, -0.1])
    np.testing.assert_allclose(split.finite_data, [0.1, 0.5])


SAMPLES = sample(band_limited(2, targets=2), 12)
TWINS = Samples(np.full((1, 8, 1), 0.3), np.ones((1, 8)))
CLOSE = Samples(np.array([[[0.1], [0.1], [0.6]]]), np.ones((1, 3)))
BAD = [
    (lambda: fit_band(SAMPLES, 6), "samples must be at least 13, the unknowns of band 6 (or ask for least_norm)"),
    (lambda: fit_band(TWINS, 1), "inputs must differ enough to determine the unknowns"),
    (lambda: fit_band(CLOSE, 1), "inputs must differ enough to determine the unknowns"),
    (lambda: fit_band(SAMPLES, -1), "band must not be negative, got -1"),
    (lambda: fit_band(SAMPLES, 10**6), "band must have at most 5000 unknowns"),
    (lambda: fit_band(3, 1), "samples must be Samples, as sample() draws them, got 3"),
    (lambda: choose_band(SAMPLES, share=2), "share must be from 1e-06 to 0.999999, got 2"),
    (lambda: choose_band(SAMPLES, largest=9), "largest must not exceed 4, the largest band that 9 samples"),
    (lambda: choose_band(SAMPLES.part(0, 1)), "samples must be at least 2, to hold one out, got 1"),
    (lambda: learning_curve(TARGET, []), "samples must hold at least one number, got []"),
    (lambda: learning_curve(TARGET, 0), "samples must be positive, got 0"),
    (lambda: learning_curve(TARGET, 9, learner="magic"), "learner must be one of nyquist, chosen band"),
    (lambda: learning_curve(TARGET, 9, learner="nearest", band=3), "band must be left out, as the learner"),
    (lambda: learning_curve(3, 9), "target must be a FourierSeries, got 3"),
    (lambda: learning_curve(TARGET, 9, learner="spline", ridge=-1), "ridge must not be negative, got -1"),
    (lambda: descend_band(SAMPLES, 2, steps=5, step_size=2), "step_size must be below 2, where descent"),
    (lambda: descend_band(SAMPLES, 2, steps=-1), "steps must not be negative, got -1"),
    (lambda: split_error([0.1, -0.2], fitted=0), "reached must be errors: finite and not negative"),
    (lambda: split_error([0.1, 0.2], fitted=[0, 0, 0]), "reached and fitted must have the same length"),
    (lambda: Samples(np.zeros((2, 3, 1)), np.zeros((2, 4))), "inputs must have the shape (functions, samples"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "sentence"), BAD)
def test_bad_input_is_one_sentence(call, sentence):
    with pytest.raises(ValueError, match="must") as caught:
        call()
    assert str(caught.value).startswith(sentence)
