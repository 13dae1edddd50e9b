"""Learners that know of no band: their kernel is the sum it claims to be, and they answer right where they can."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.approximation import Samples, band_limited, sample
from scalinglab.approximation.comparisons import _kernel, fit_nearest, fit_spline


@pytest.mark.parametrize("order", [1, 2])
def test_the_kernel_is_the_sum_over_frequencies(order):
    apart = np.linspace(0, 1, 13)[:, None]
    frequency = np.arange(1, 20001)
    summed = 1 + (2 * np.cos(2 * np.pi * apart * frequency) / frequency ** (2.0 * order)).sum(1)
    # What is cut off at 20,000 is at most 2 / 20,000 for order 1.
    np.testing.assert_allclose(_kernel(apart, np.zeros((1, 1)), order)[:, 0], summed, rtol=0, atol=1.1e-4)


@pytest.mark.parametrize("dimension", [1, 2])
def test_a_spline_without_ridge_passes_through_its_samples_and_is_periodic(dimension):
    target = band_limited(3, dimension=dimension, targets=2)
    samples = sample(target, 12)
    fit = fit_spline(samples, ridge=0)
    np.testing.assert_allclose(fit.values(samples.inputs), samples.labels, rtol=0, atol=1e-6)
    np.testing.assert_allclose(fit.values(samples.inputs + 1), fit.values(samples.inputs), rtol=0, atol=1e-6)
    assert (fit.condition > 1).all()


def test_a_spline_of_a_wave_converges_with_the_fourth_power_of_the_spacing():
    target = band_limited(1, targets=1)
    errors = []
    for count in (16, 32):
        places = (np.arange(count) / count)[None, :, None]
        errors.append(fit_spline(Samples(places, target.values(places))).error(target)[0] ** 0.5)
    assert np.log2(errors[0] / errors[1]) == pytest.approx(4, abs=0.3)


@pytest.mark.parametrize("dimension", [1, 2])
def test_the_nearest_sample_is_the_nearest_around_the_torus(dimension):
    samples = sample(band_limited(3, dimension=dimension, targets=2), 9)
    places = np.random.default_rng(0).random((40, dimension))
    apart = np.abs(places[None, :, None] - samples.inputs[:, None])
    nearest = (np.minimum(apart, 1 - apart) ** 2).sum(-1).argmin(2)
    np.testing.assert_array_equal(fit_nearest(samples).values(places), np.take_along_axis(samples.labels, nearest, 1))


TARGET = band_limited(2, targets=2)
SAMPLES = sample(TARGET, 8)
TWINS = Samples(np.full((1, 3, 1), 0.2), np.ones((1, 3)))
BAD = [
    (lambda: fit_spline(SAMPLES, order=3), "order must be one of 1, 2, got 3"),
    (lambda: fit_spline(SAMPLES, ridge=-1), "ridge must not be negative, got -1"),
    (lambda: fit_spline(3), "samples must be Samples, as sample() draws them, got 3"),
    (lambda: fit_spline(sample(TARGET, 5000)), "samples must not exceed 4096, got 5000"),
    (lambda: fit_spline(TWINS, ridge=0), "ridge must be larger, as some inputs nearly coincide"),
    (lambda: fit_nearest(SAMPLES).error(band_limited(2, targets=3)), "target must hold 2 functions in 1-D"),
    (lambda: fit_nearest(SAMPLES).values([[1.0, 2.0]]), "inputs must have the shape (points, 1)"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "sentence"), BAD)
def test_bad_input_is_one_sentence(call, sentence):
    with pytest.raises(ValueError, match="must") as caught:
        call()
    assert str(caught.value).startswith(sentence)
