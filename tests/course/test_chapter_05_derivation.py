"""Chapter 05's way from the network to kappa: each step of it, with numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad_vec
from scipy.linalg import expm

import scalinglab.random_features as rf

MODES, RATE = 150, 0.02
VARIANCES = np.arange(1, MODES + 1) ** -1.25


def drawn(width: int, samples: int, seed: int = 0, variances=VARIANCES):
    """Features and a training set: A and psi."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(width, len(variances)))
    return features, random.normal(size=(samples, len(variances))) * np.sqrt(variances)


def matrices(features, psi):
    return features.T @ features / len(features), psi.T @ psi / len(psi)


def inverse(matrix, rate=RATE):
    return np.linalg.inv(rate * np.eye(len(matrix)) + matrix)


def solved(rate: float, width: float, samples: float, variances=VARIANCES) -> float:
    """Kappa by halving, from the equation as the chapter states it: the left side grows with kappa."""
    low, high = 1e-12, rate + 1e3
    for _ in range(200):
        kappa = math.sqrt(low * high)
        count = (variances / (variances + kappa)).sum()
        below = count > min(width, samples) or kappa * (1 - count / samples) * (1 - count / width) < rate
        low, high = (kappa, high) if below else (low, kappa)
    return math.sqrt(low * high)


def counted(kappa: float) -> float:
    return (VARIANCES / (VARIANCES + kappa)).sum()


def test_step_1_the_error_moves_by_overlaps_times_covariance():
    features, psi = drawn(5, 6, variances=VARIANCES[:8])
    random = np.random.default_rng(1)
    truth, weights = random.normal(size=8), random.normal(size=5)

    def training_loss(u):
        return np.mean((psi @ truth - psi @ features.T @ u / math.sqrt(5)) ** 2)

    # A quadratic function: a difference of two sides is its gradient but for rounding.
    slope = np.array([training_loss(weights + one) - training_loss(weights - one) for one in np.eye(5)]) / 2
    error = truth - features.T @ weights / math.sqrt(5)
    overlaps, covariance = matrices(features, psi)
    np.testing.assert_allclose(-slope / 2, features @ covariance @ error / math.sqrt(5))
    np.testing.assert_allclose(-features.T @ (-slope / 2) / math.sqrt(5), -overlaps @ covariance @ error)
    assert training_loss(weights) == pytest.approx(np.mean((psi @ error) ** 2))


def test_step_2_the_average_over_times_is_an_inverse():
    overlaps, covariance = matrices(*drawn(5, 6, variances=VARIANCES[:4]))
    truth, rate = np.arange(1.0, 5), 0.3
    average, _ = quad_vec(
        lambda t: rate * math.exp(-rate * t) * expm(-overlaps @ covariance * t) @ truth, 0, math.inf, epsabs=1e-9
    )
    np.testing.assert_allclose(average, rate * inverse(overlaps @ covariance, rate) @ truth, rtol=1e-6)


def test_step_3_what_one_sample_changes():
    _, psi = drawn(1, 120)
    everything, truth = psi.T @ psi / 120, np.arange(1.0, MODES + 1)
    factors = []
    for sample in psi[:8]:
        without = inverse(everything - np.outer(sample, sample) / 120)
        factors.append(1 / (1 + sample @ without @ sample / 120))
        np.testing.assert_allclose(inverse(everything) @ sample, factors[-1] * without @ sample, rtol=1e-8)
        # On this sample, training leaves so much of the error that it would have been.
        left = sample @ inverse(everything) @ truth
        assert left == pytest.approx(factors[-1] * (sample @ without @ truth), rel=1e-8)
    assert np.std(factors) < 0.1 * np.mean(factors)
    assert np.mean(factors) == pytest.approx(1 - counted(solved(RATE, math.inf, 120)) / 120, rel=0.05)


def test_step_3_few_samples_act_like_smaller_variances():
    total = np.zeros((MODES, MODES))
    for seed in range(30):
        total += inverse(matrices(*drawn(1, 120, seed))[1]) / 30
    kappa = solved(RATE, math.inf, 120)
    np.testing.assert_allclose(total.diagonal(), 1 / (RATE + RATE / kappa * VARIANCES), rtol=0.06)
    beside = total - np.diag(total.diagonal())
    assert np.abs(beside).max() < 0.1 * total.max()


def test_step_4_what_one_feature_changes_and_that_both_factors_multiply():
    features, psi = drawn(60, 120)
    overlaps, covariance = matrices(features, psi)
    row = features[0]
    without = inverse((overlaps - np.outer(row, row) / 60) @ covariance)
    factor = 1 / (1 + row @ covariance @ without @ row / 60)
    np.testing.assert_allclose(row @ covariance @ inverse(overlaps @ covariance), factor * row @ covariance @ without)
    assert 0 < factor < 1


def test_step_4_few_features_turn_the_covariance_of_the_samples_into_a_part_of_it():
    features, psi = drawn(1, 120)
    covariance, total = matrices(features, psi)[1], np.zeros((MODES, MODES))
    for seed in range(30):
        total += inverse(matrices(*drawn(60, 1, seed + 1))[0] @ covariance) / 30
    factor = RATE / solved(RATE, 60, math.inf, np.linalg.eigvalsh(covariance))
    expected = inverse(factor * covariance)
    np.testing.assert_allclose(total.diagonal(), expected.diagonal(), rtol=0.1)
    assert np.trace(total) == pytest.approx(np.trace(expected), rel=0.005)


def test_step_5_the_factors_are_what_the_learned_modes_leave_of_width_and_samples():
    kappa, shares, left_on_samples, left_of_features = solved(RATE, 60, 120), np.zeros(MODES), [], []
    for seed in range(40):
        features, psi = drawn(60, 120, seed)
        overlaps, covariance = matrices(features, psi)
        shares += (1 - RATE * inverse(overlaps @ covariance).diagonal()) / 40
        sample, row = psi[0], features[0]
        no_sample = inverse(overlaps @ (covariance - np.outer(sample, sample) / 120))
        no_feature = inverse((overlaps - np.outer(row, row) / 60) @ covariance)
        left_on_samples.append(1 / (1 + sample @ no_sample @ overlaps @ sample / 120))
        left_of_features.append(1 / (1 + row @ covariance @ no_feature @ row / 60))
    np.testing.assert_allclose(shares, VARIANCES / (VARIANCES + kappa), atol=0.04)
    expected = 1 - counted(kappa) / 120, 1 - counted(kappa) / 60
    np.testing.assert_allclose([np.mean(left_on_samples), np.mean(left_of_features)], expected, rtol=0.03)
    assert kappa * math.prod(expected) == pytest.approx(RATE)


@pytest.mark.parametrize("sizes", [(60, 120), (120, 60), (8, 16), (100, 100)])
def test_step_6_the_panels_level_solves_the_equation_and_has_its_floor(chapter, sizes):
    variances = chapter["VARIANCES"]
    for rate in (1e-4, 0.01, 1):
        kappa = chapter["level"](rate, *sizes)
        assert kappa == pytest.approx(solved(rate, *sizes, variances), rel=1e-6)
        assert kappa > rate
    floor = chapter["level"](0, *sizes)
    assert (variances / (variances + floor)).sum() == pytest.approx(min(sizes))


def test_the_worked_example():
    random, known = np.random.default_rng(0), np.zeros(4)
    for _ in range(2000):
        psi = random.normal(size=(2, 4))
        known += (np.linalg.pinv(psi) @ psi).diagonal() / 2000
    np.testing.assert_allclose(known, 0.5, atol=0.03)
    assert solved(1e-9, math.inf, 2, np.ones(4)) == pytest.approx(1)
    assert solved(1e-9, math.inf, 4, np.ones(4)) < 1e-3


def test_a_ridge_ends_where_the_frequency_of_its_strength_is():
    features, psi = drawn(20, 30)
    overlaps, covariance = matrices(features, psi)
    truth, design = np.arange(1.0, MODES + 1), psi @ features.T / math.sqrt(20)
    weights = np.linalg.solve(design.T @ design / 30 + RATE * np.eye(20), design.T @ psi @ truth / 30)
    error = truth - features.T @ weights / math.sqrt(20)
    np.testing.assert_allclose(error, RATE * inverse(overlaps @ covariance) @ truth, rtol=1e-6, atol=1e-9)


def test_the_loss_feeds_on_itself():
    law, samples, noise = rf.power_law(1.5, 1.25, MODES), 120, 0.3
    sizes = {"width": math.inf, "samples": samples, "noise": noise, "ridge": RATE}
    kappa = solved(RATE, math.inf, samples)
    shares = VARIANCES / (VARIANCES + kappa)
    missing, gamma = law.target_power @ (1 - shares) ** 2, (shares**2).sum() / samples
    loss = noise + rf.final_loss(law, **sizes)
    assert loss == pytest.approx(noise + missing + gamma * loss)
    # What training leaves on a sample: the share r_P of the error, so its square of the mean square.
    left = 1 - shares.sum() / samples
    assert rf.final_loss(law, part="train", **sizes) == pytest.approx(left**2 * loss)
    push = left**2 * loss * VARIANCES / samples
    np.testing.assert_allclose(VARIANCES * push / (RATE + left * VARIANCES) ** 2, shares**2 * loss / samples)


@pytest.mark.parametrize("momentum", [0, 0.6])
def test_an_average_over_steps_is_the_same_inverse(momentum):
    overlaps, covariance = matrices(*drawn(5, 6, variances=VARIANCES[:4]))
    step_size, q = 0.2, 0.9
    before = error = truth = np.arange(1.0, 5)
    average, weight = np.zeros(4), 1 - q
    for _ in range(400):
        average, weight = average + weight * error, weight * q
        moved = error - step_size * overlaps @ covariance @ error + momentum * (error - before)
        before, error = error, moved
    rate = (1 - q) * (1 / q - momentum) / step_size
    np.testing.assert_allclose(average, rate * inverse(overlaps @ covariance, rate) @ truth, rtol=1e-9)
    assert momentum or rate == pytest.approx((1 - q) / (q * step_size))
