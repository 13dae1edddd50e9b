"""Spectra: quadrature against all modes, kernels, and what they say of themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import zeta

from scalinglab.random_features import Spectrum, gradient_flow, power_law, relu_kernel, spectrum_from_kernel


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
    assert "1e+06 modes" in repr(power_law(1.5, 1.25, 10**6))
