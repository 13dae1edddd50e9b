"""Spectra: quadrature against all modes, kernels, and what they say of themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import zeta

from scalinglab._errors import DivergenceError
from scalinglab.random_features import (
    Spectrum,
    final_loss,
    gradient_descent,
    gradient_flow,
    one_over_size,
    one_pass_sgd,
    power_law,
    relu_kernel,
    simulate,
    spectrum_from_kernel,
)


@pytest.mark.parametrize("b", [0.5, 1.0, 1.25, 2.0, 3.0])
@pytest.mark.parametrize("modes", [201, 2001, 10**5])
def test_quadrature_is_the_sum_over_all_modes(b, modes):
    # At angles of kappa that contours reach, and with sizes of all modes; 1e-6 of the sum at the worst of them.
    every, few = power_law(1.5, b, modes, exact=True), power_law(1.5, b, modes, exact=False)
    assert few.power == pytest.approx(every.power, rel=1e-7)
    assert few.trace == pytest.approx(every.trace, rel=1e-7)
    for angle in (0, 0.5, 0.7):
        for size in np.logspace(-9, 1, 11):
            kappa = size * np.exp(1j * math.pi * angle)
            for name in ("eigenvalues", "target_power"):
                sums = [(s.multiplicity * getattr(s, name) / (s.eigenvalues + kappa)).sum() for s in (every, few)]
                assert abs(sums[1] / sums[0] - 1) < 2e-7


def test_infinitely_many_modes():
    endless = power_law(1.5, 1.25, math.inf)
    assert endless.power == pytest.approx(zeta(1.5), rel=1e-8)
    assert endless.trace == pytest.approx(zeta(1.25), rel=1e-8)
    settings = {"width": 300, "samples": 500, "noise": 0.1}
    most = gradient_flow(power_law(1.5, 1.25, 10**13), [1, 100, 1e4], **settings).test
    np.testing.assert_allclose(gradient_flow(endless, [1, 100, 1e4], **settings).test, most, rtol=1e-3)


def test_more_modes_cost_little_more():
    assert len(power_law(1.5, 1.25, 10**13)) < 3 * len(power_law(1.5, 1.25, 10**6)) < 400


def test_a_kernel_has_the_spectrum_of_its_features():
    random = np.random.default_rng(0)
    features = random.standard_normal((50, 6)) * np.array([3, 2, 1, 0.5, 0.3, 0.1])
    targets = features @ random.standard_normal(6)
    spectrum = spectrum_from_kernel(features @ features.T, targets)
    values = np.linalg.eigvalsh(features.T @ features / 50)[::-1]
    np.testing.assert_allclose(spectrum.eigenvalues[:6], values, rtol=1e-9)
    assert spectrum.power == pytest.approx((targets**2).mean())
    assert spectrum.target_power[6:].sum() < 1e-12 * spectrum.power


def kernel_of_rank_10():
    """Eighty points with ten features, and a target that is not a function of these alone."""
    random = np.random.default_rng(0)
    features = random.standard_normal((80, 10))
    return features @ features.T, features @ random.standard_normal(10) / 3 + random.standard_normal(80)


def test_a_kernel_of_low_rank_leaves_in_the_loss_what_no_feature_sees():
    gram, targets = kernel_of_rank_10()
    spectrum = spectrum_from_kernel(gram, targets)
    outside = targets - gram @ np.linalg.lstsq(gram, targets, rcond=1e-10)[0]
    assert spectrum.modes == 10
    assert spectrum.unlearnable == pytest.approx((outside**2).mean(), rel=1e-9)
    assert spectrum.power == pytest.approx((targets**2).mean(), rel=1e-12)
    assert "10 modes" in repr(spectrum)
    assert f"unlearnable {spectrum.unlearnable:.4g})" in repr(spectrum)
    # By least squares, it acts as noise on the labels too: the classical excess of 10 parameters and 40 samples.
    total = spectrum.unlearnable + 0.1
    kernel = {"width": math.inf, "samples": 40, "noise": 0.1}
    assert final_loss(spectrum, **kernel) == pytest.approx(spectrum.unlearnable + total * 10 / 30, rel=1e-12)
    assert final_loss(spectrum, part="train", **kernel) == pytest.approx(total * 0.75, rel=1e-12)
    with pytest.raises(DivergenceError, match="samples = modes = 10"):
        final_loss(spectrum, width=20, samples=10)


def test_which_eigenvalues_count_as_zero_is_a_share_of_the_largest():
    kernel = np.diag([0.03, 1.0, 0.5, 0.001])
    assert [spectrum_from_kernel(kernel, np.ones(4), least=least).modes for least in (0.0005, 0.02, 0.04)] == [4, 3, 2]


@pytest.mark.parametrize(("width", "samples"), [(math.inf, 40), (30, 20), (8, 20), (60, 15)])
def test_what_no_feature_sees_against_simulation(width, samples):
    """Early and late; 6 % for what small sizes add, and standard errors of up to 2 %."""
    spectrum, times = spectrum_from_kernel(*kernel_of_rank_10()), [0.1, 10.0, 1e8]
    settings = {"width": width, "samples": samples, "noise": 0.1}
    theory, found = gradient_flow(spectrum, times, **settings), simulate(spectrum, times, seeds=400, **settings)
    for part in ("test", "train"):
        expected, drawn = getattr(theory, part), getattr(found, part)
        assert (np.abs(expected - drawn) <= np.maximum(4 * getattr(found, f"{part}_error"), 0.06 * drawn) + 1e-9).all()
    for part in ("test", "train", "ensemble", "bagging", "bias"):
        late = getattr(gradient_flow(spectrum, [1e10], cross_terms=True, **settings), part)[0]
        assert final_loss(spectrum, part=part, **settings) == pytest.approx(late, rel=1e-5, abs=1e-6)


def test_what_no_feature_sees_in_every_other_theory():
    spectrum, noise = spectrum_from_kernel(*kernel_of_rank_10()), 0.1
    seen = Spectrum(spectrum.eigenvalues[:10], spectrum.target_power[:10])
    lost, total = spectrum.unlearnable, spectrum.unlearnable + noise
    sizes = {"width": 30, "samples": 50}
    for train, options in (
        (gradient_flow, {"times": [0.1, 3.0, 1e3]}),
        (gradient_descent, {"steps": [1, 7, 1000], "step_size": 0.1}),
    ):
        one = train(spectrum, noise=noise, cross_terms=True, **sizes, **options)
        two = train(seen, noise=total, cross_terms=True, **sizes, **options)
        np.testing.assert_allclose(one.train, two.train, rtol=1e-5)
        for part in ("test", "ensemble", "bagging", "bias"):
            np.testing.assert_allclose(getattr(one, part), getattr(two, part) + lost, rtol=1e-5)
    options = {"step_size": 0.1, "batch_size": 4, "width": 30}
    one, two = (one_pass_sgd(law, [1, 10, 10**4], noise=n, **options) for law, n in ((spectrum, noise), (seen, total)))
    np.testing.assert_allclose(one.test, two.test + lost, rtol=1e-6)
    first = one_over_size(spectrum, [1.0, 10.0], axis="samples", noise=noise)
    np.testing.assert_allclose(first, one_over_size(seen, [1.0, 10.0], axis="samples", noise=total), rtol=1e-4)


def test_repeated_inputs_make_modes_of_eigenvalue_zero():
    """Twenty points twice, with targets that differ: their mean is learned, and half of the difference is not."""
    random = np.random.default_rng(3)
    x, y = random.standard_normal((20, 5)), random.standard_normal((2, 20))
    spectrum = spectrum_from_kernel(relu_kernel(np.tile(x, (2, 1))), y.ravel())
    assert spectrum.modes == 20
    assert spectrum.unlearnable == pytest.approx(((y[0] - y[1]) ** 2).mean() / 4, rel=1e-9)
    assert final_loss(spectrum, width=math.inf, samples=10**6) == pytest.approx(spectrum.unlearnable, rel=1e-4)


def test_the_relu_kernel_is_the_mean_over_random_units():
    random = np.random.default_rng(1)
    x = random.standard_normal((8, 5))
    hidden = np.maximum(x @ random.standard_normal((5, 400_000)), 0)
    # 400,000 units: a standard error of about 0.3 %.
    np.testing.assert_allclose(relu_kernel(x), 2 * hidden @ hidden.T / 400_000 / 5, atol=0.012 * relu_kernel(x).max())


def test_a_spectrum_is_sorted_frozen_and_says_what_it_is():
    spectrum = Spectrum([0.5, 2.0], [1.0, 3.0])
    assert spectrum.eigenvalues.tolist() == [2.0, 0.5]
    assert spectrum.target_power.tolist() == [3.0, 1.0]
    with pytest.raises(ValueError, match="read-only"):
        spectrum.eigenvalues[0] = 1
    rows = power_law(1.5, 1.25, 10**6).rows()
    assert rows[0] == {"mode": 1.0, "eigenvalue": 1.0, "target_power": 1.0, "multiplicity": 1.0}
    assert not power_law(1.5, 1.25, 10**6).exact
    assert power_law(1.5, 1.25, 2000).exact
    assert repr(power_law(1.5, 1.25, 10**6)).startswith("Spectrum(a = 1.5, b = 1.25, 1e+06 modes, power ")
    assert "unlearnable" not in repr(spectrum)
    with pytest.raises(AttributeError):
        spectrum.exponents = (1.0, 1.0)
