"""Limits and identities that need no other implementation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglab._errors import DivergenceError
from scalinglab.random_features import (
    Spectrum,
    asymptotics,
    ensemble_loss,
    final_loss,
    gradient_descent,
    gradient_flow,
    one_over_size,
    one_pass_sgd,
    power_law,
    transfer_functions,
)
from scalinglab.random_features.response import Medium
from tests.random_features.targets import SETTINGS, SPECTRUM

TIMES = np.geomspace(1e-3, 1e7, 60)
INFINITE = {"width": math.inf, "samples": math.inf}
PAIRS = [(1.5, 1.25), (2, 1.5), (3, 1.25), (1.5, 2), (4, 1.25)]


def test_without_limits_each_mode_decays_by_itself():
    exact = np.exp(-2 * np.outer(TIMES, SPECTRUM.eigenvalues)) @ SPECTRUM.target_power
    np.testing.assert_allclose(gradient_flow(SPECTRUM, TIMES, **INFINITE).test, exact, atol=1e-6 * SPECTRUM.power)
    steps = np.array([0, 1, 7, 48, 49, 1000])
    exact = (1 - 0.8 * SPECTRUM.eigenvalues) ** (2 * steps[:, None]) @ SPECTRUM.target_power
    curve = gradient_descent(SPECTRUM, steps, step_size=0.8, **INFINITE)
    np.testing.assert_allclose(curve.test, exact, atol=1e-6 * SPECTRUM.power)


def test_transfer_functions_without_limits_are_exponentials():
    found = transfer_functions(SPECTRUM, TIMES, modes=(1, 5, 300), **INFINITE)
    np.testing.assert_allclose(found.values, np.exp(-np.outer(TIMES, found.eigenvalues)), atol=1e-6)


def test_transfer_functions_end_where_kappa_says():
    found = transfer_functions(SPECTRUM, [0, 1e9, math.inf], width=60, samples=120, modes=(1, 10, 100))
    assert (found.values[0] == 1).all()
    kappa = 0.016345003397956543
    np.testing.assert_allclose(found.values[2], kappa / (found.eigenvalues + kappa), rtol=1e-10)
    np.testing.assert_allclose(found.values[1], found.values[2], rtol=1e-5)


def test_the_squared_bias_is_made_of_transfer_functions():
    # [Bordelon2024] eq. (19)
    found = transfer_functions(SPECTRUM, TIMES, width=60, samples=120, modes=range(1, 401))
    bias = gradient_flow(SPECTRUM, TIMES, cross_terms=True, **SETTINGS).bias
    np.testing.assert_allclose(found.values**2 @ SPECTRUM.target_power, bias, rtol=1e-5)


@pytest.mark.parametrize("axis", ["width", "samples"])
def test_the_first_correction_of_a_transfer_function(axis):
    # [Bordelon2024] eq. (83): lam_k sum_l lam_l [t e^-kt / (lam_l - lam_k) - (e^-kt - e^-lt) / (lam_l - lam_k)^2]
    values, times, size = np.array([1.0, 0.7, 0.4, 0.25]), np.array([0.3, 1.0, 4.0]), 2000
    settings = INFINITE | {axis: size}
    found = transfer_functions(Spectrum(values, np.ones(4)), times, modes=(1, 2, 3, 4), **settings).values
    decay = np.exp(-np.outer(times, values))
    expected = np.zeros((3, 4))
    for k, own in enumerate(values):
        for other, its in zip(values, decay.T, strict=True):
            far = other - own
            pair = times**2 / 2 * decay[:, k] if far == 0 else times * decay[:, k] / far - (decay[:, k] - its) / far**2
            expected[:, k] += own * other * pair
    # The second order is 1 % at this size, and the solver's error 2e-7, times the size.
    np.testing.assert_allclose((found - decay) * size, expected, rtol=0.02, atol=1e-3)


@pytest.mark.parametrize("sizes", [(60, 120), (120, 60), (60, math.inf), (math.inf, 60), (500, 1000)])
def test_late_training_is_the_final_loss(sizes):
    options = dict(zip(("width", "samples"), sizes, strict=True)) | {"noise": 0.1}
    late = gradient_flow(SPECTRUM, [1e9], cross_terms=True, **options)
    for part in ("test", "train", "ensemble", "bagging", "bias"):
        last = final_loss(SPECTRUM, part=part, **options)
        np.testing.assert_allclose(getattr(late, part)[0], last, rtol=1e-5, atol=1e-7 * SPECTRUM.power)


def test_what_interpolates_has_no_training_loss_and_with_a_ridge_it_has():
    sizes = {"width": 120, "samples": 60, "noise": 0.1}
    assert final_loss(SPECTRUM, part="train", **sizes) == 0
    late = gradient_flow(SPECTRUM, [1e7], ridge=0.01, **sizes).train[0]
    assert late == pytest.approx(final_loss(SPECTRUM, part="train", ridge=0.01, **sizes), rel=1e-6)
    assert late > 1e-3


def test_at_the_peak_only_a_ridge_keeps_the_loss_finite():
    with pytest.raises(DivergenceError, match="grows without bound"):
        final_loss(SPECTRUM, width=100, samples=100)
    late = gradient_flow(SPECTRUM, [1e7], width=100, samples=100, ridge=0.01).test[0]
    assert final_loss(SPECTRUM, width=100, samples=100, ridge=0.01) == pytest.approx(late, rel=1e-6)


def test_an_ensemble_is_made_of_a_curve():
    with pytest.raises(ValueError, match="curve must be a LossCurve"):
        ensemble_loss(SPECTRUM)


def test_a_ridge_ends_at_ridge_regression_and_a_tiny_one_changes_nothing():
    late = gradient_flow(SPECTRUM, [1e7], ridge=0.01, **SETTINGS).test[0]
    assert late == pytest.approx(final_loss(SPECTRUM, ridge=0.01, **SETTINGS), rel=1e-6)
    assert final_loss(SPECTRUM, ridge=1e-12, **SETTINGS) == pytest.approx(final_loss(SPECTRUM, **SETTINGS), rel=1e-8)


def test_the_best_fit_of_random_features():
    # With all data: kappa sum lam w^2 / (lam + kappa), to the first power of kappa.
    kappa = Medium(SPECTRUM, 60.0, math.inf).at_rest()
    values, power = SPECTRUM.eigenvalues, SPECTRUM.target_power
    assert (values / (values + kappa)).sum() == pytest.approx(60, rel=1e-10)
    expected = kappa * (power / (values + kappa)).sum()
    assert final_loss(SPECTRUM, width=60, samples=math.inf) == pytest.approx(expected, rel=1e-10)


def test_averages_at_the_end_know_only_the_smaller_size():
    wide, narrow = {"width": 200, "samples": 100}, {"width": 100, "samples": 200}
    model = final_loss(SPECTRUM, width=100, samples=math.inf)
    assert final_loss(SPECTRUM, part="bagging", **narrow) == pytest.approx(model, rel=1e-12)
    kernel = final_loss(SPECTRUM, width=math.inf, samples=100, noise=0.1)
    assert final_loss(SPECTRUM, part="ensemble", noise=0.1, **wide) == pytest.approx(kernel, rel=1e-12)


def test_width_and_samples_are_alike_in_kappa_and_in_the_bias():
    for pair in ((60, 120), (30, math.inf)):
        one, two = Medium(SPECTRUM, *map(float, pair)), Medium(SPECTRUM, *map(float, pair[::-1]))
        s = np.array([0.1 + 0.3j, 1e-6j, -0.3 + 1e-3j])
        np.testing.assert_allclose(one.solve(s), two.solve(s), rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(1.1, 4),
    st.floats(1.05, 3),
    st.integers(2, 5000),
    st.integers(2, 5000),
    st.sampled_from([0.0, 0.1, 3.0]),
)
def test_averaging_never_hurts_and_variances_are_positive(a, b, width, samples, noise):
    curve = gradient_flow(
        power_law(a, b, 10**6), TIMES[::6], width=width, samples=samples, noise=noise, cross_terms=True
    )
    small = 1e-5 * curve.test + 2e-7 * (curve.test[0] + noise)
    assert (curve.test >= curve.ensemble - small).all()
    assert (curve.test >= curve.bagging - small).all()
    assert (np.minimum(curve.ensemble, curve.bagging) >= curve.bias - small).all()
    assert (curve.test - curve.ensemble - curve.bagging + curve.bias >= -small).all()
    assert (np.diff(curve.train) <= small[1:]).all()


def test_ensembles_go_from_one_network_to_the_cross_terms():
    curve = gradient_flow(SPECTRUM, TIMES, cross_terms=True, **SETTINGS)
    np.testing.assert_array_equal(ensemble_loss(curve), curve.test)
    np.testing.assert_allclose(ensemble_loss(curve, networks=10**9), curve.ensemble, rtol=1e-6)
    np.testing.assert_allclose(ensemble_loss(curve, data_sets=10**9), curve.bagging, rtol=1e-6)
    np.testing.assert_allclose(ensemble_loss(curve, networks=10**9, data_sets=10**9), curve.bias, rtol=1e-6)


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_prefactors_where_one_thing_is_scarce(a, b):
    endless, law = power_law(a, b, math.inf), asymptotics(a, b)
    time = gradient_flow(endless, [1e6], **INFINITE).test[0]
    assert time == pytest.approx(law.time[1] * 1e6 ** -law.time[0], rel=1e-5)
    # Corrections of relative size N^-(1 - (a - 1) / b) and the like are left at 3,000.
    width = final_loss(endless, width=3000, samples=math.inf)
    assert width == pytest.approx(law.width[1] * 3000 ** -law.width[0], rel=0.02)
    samples = final_loss(endless, width=math.inf, samples=3000)
    assert samples == pytest.approx(law.samples[1] * 3000 ** -law.samples[0], rel=0.06)


def test_a_sample_is_worth_a_feature_times_a_constant():
    law = asymptotics(1.7, 1.4)
    assert law.samples[1] / law.width[1] == pytest.approx(1.4 - 0.7)


@pytest.mark.parametrize("axis", ["width", "samples"])
def test_the_first_correction_is_the_slope_in_one_over_size(axis):
    times = np.array([0.1, 1, 10, 100])
    coefficient = one_over_size(power_law(1.5, 1.25, 10**6), times, axis=axis, noise=0.1)
    base = gradient_flow(power_law(1.5, 1.25, 10**6), times, noise=0.1, **INFINITE).test
    finite = gradient_flow(power_law(1.5, 1.25, 10**6), times, noise=0.1, **(INFINITE | {axis: 100_000})).test
    np.testing.assert_allclose((finite - base) * 1e5, coefficient, rtol=1e-3)


def test_the_first_correction_grows_as_theory_says():
    # c_N ~ t^((2 - a) / b) for hard tasks; (sum w^2) Gamma(1 - 1/b) / b (2 t)^-(1 - 1/b) for easy ones.
    times = np.geomspace(1e5, 1e7, 5)
    hard = one_over_size(power_law(1.5, 1.25, math.inf), times)
    assert np.polyfit(np.log(times), np.log(hard), 1)[0] == pytest.approx(0.5 / 1.25, abs=0.01)
    easy = one_over_size(power_law(3, 1.25, math.inf), times)
    exponent, _, prefactor = asymptotics(3, 1.25).mixed
    np.testing.assert_allclose(easy, prefactor * times**-exponent, rtol=0.01)
    noise = one_over_size(power_law(1.5, 1.25, math.inf), times, axis="samples", noise=1.0)
    noise = noise - one_over_size(power_law(1.5, 1.25, math.inf), times, axis="samples")
    assert np.polyfit(np.log(times), np.log(noise), 1)[0] == pytest.approx(1 / 1.25, abs=0.01)


def test_sgd_without_a_width_is_a_recursion_over_modes():
    lam, power, noise, step, batch = SPECTRUM.eigenvalues, SPECTRUM.target_power.copy(), 0.1, 0.3, 8
    exact = []
    for _ in range(3001):
        loss = power.sum()
        exact.append(loss)
        power = power * ((1 - step * lam) ** 2 + (step * lam) ** 2 / batch) + (step * lam) ** 2 / batch * (loss + noise)
    settings = {"step_size": step, "batch_size": batch, "width": math.inf, "noise": noise}
    curve = one_pass_sgd(SPECTRUM, np.arange(3001), **settings)
    np.testing.assert_allclose(curve.test, exact, rtol=1e-6)
    np.testing.assert_allclose(curve.gap, -noise)
    later = one_pass_sgd(SPECTRUM, [0, 700, 3000], **settings)
    np.testing.assert_allclose(later.test, curve.test[[0, 700, 3000]], rtol=1e-6)


def test_sgd_with_large_batches_is_gradient_descent_on_all_data():
    steps = [0, 1, 10, 100, 1000]
    sgd = one_pass_sgd(SPECTRUM, steps, step_size=0.5, batch_size=10**9, width=60, noise=0.1)
    descent = gradient_descent(SPECTRUM, steps, step_size=0.5, width=60, samples=math.inf, noise=0.1)
    np.testing.assert_allclose(sgd.test, descent.test, rtol=1e-6)


def test_least_squares_of_all_modes_leaves_the_noise():
    spectrum = Spectrum([1.0, 0.5, 0.25], [1.0, 1.0, 1.0])
    late = gradient_flow(spectrum, [1e8, math.inf], width=10, samples=30, noise=0.5, cross_terms=True)
    assert late.test[1] == pytest.approx(0.5 * 3 / 27)
    assert late.train[1] == pytest.approx(0.5 * 0.9)
    np.testing.assert_allclose(late.test[0], late.test[1], rtol=1e-5)
    assert late.bias[1] == 0


@pytest.mark.parametrize(
    ("width", "samples"), [(5, 5), (5, 7), (7, 5), (5, math.inf), (math.inf, 5), (4, 10**5), (1, 1)]
)
@pytest.mark.parametrize("ridge", [0.0, 1e-9])
def test_as_many_features_or_samples_as_modes(width, samples, ridge):
    # Kappa goes to zero with s, and 1 - F / size with it: all digits would cancel.
    spectrum = Spectrum([1e4, 30.0, 1.0, 1.0, 1e-4], [1.0, 2.0, 0.5, 1.0, 3.0])
    sizes, times = {"width": width, "samples": samples}, np.array([1e-8, 1.0, 1e4, 1e8, 1e12])
    curve = gradient_flow(spectrum, times, ridge=ridge, **sizes)
    assert np.isfinite(curve.test).all()
    if width == samples == 5:
        with pytest.raises(DivergenceError, match="width = samples = modes = 5"):
            final_loss(spectrum, **sizes)
    elif min(width, samples) == 5 and ridge == 0:
        assert curve.test[-1] < 1e-3 * curve.test[0]  # all modes are learned in the end
        assert final_loss(spectrum, **sizes) == 0
    left = transfer_functions(spectrum, times, modes=(1, 5), ridge=ridge, **sizes).values
    assert (left > -1e-6).all()
    assert (left < 1 + 1e-6).all()


@pytest.mark.parametrize("time", [5e-324, 1e-300, 1e-100, 1e-18])
@pytest.mark.parametrize("sizes", [(60, 120), (math.inf, math.inf), (5, 5)])
def test_before_the_first_change_the_loss_is_that_of_the_start(time, sizes):
    sizes = dict(zip(("width", "samples"), sizes, strict=True))
    curve = gradient_flow(SPECTRUM, [time, 1.0], noise=0.1, **sizes, cross_terms=True)
    for part in ("test", "ensemble", "bagging", "bias"):
        assert getattr(curve, part)[0] == SPECTRUM.power
    assert curve.train[0] == SPECTRUM.power + 0.1
    assert (transfer_functions(SPECTRUM, [time], **sizes).values == 1).all()
    assert one_over_size(SPECTRUM, [time])[0] == 0


def test_time_goes_on_from_where_it_is_whatever_else_is_asked():
    alone = [gradient_flow(SPECTRUM, [time], **SETTINGS).test[0] for time in (0.3, 40, 2e5)]
    among = gradient_flow(SPECTRUM, [0, 0.1, 0.3, 7, 40, 300, 2e5, 1e6], **SETTINGS).test[[2, 4, 6]]
    np.testing.assert_allclose(alone, among, rtol=2e-6)
