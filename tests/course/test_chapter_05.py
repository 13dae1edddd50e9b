"""What chapter 05 says in words, measured."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scalinglab.random_features import (
    gradient_descent,
    gradient_flow,
    power_law,
    relu_kernel,
    simulate,
    simulate_features,
    spectrum_from_kernel,
    stable_step_size,
    transfer_functions,
)
from scalinglab.training import digits

TIMES = np.geomspace(0.1, 1e5, 61)
LAW = power_law(1.5, 1.25, 1200)


@pytest.fixture(scope="module")
def world():
    task = digits()
    signs = np.where(task.train_labels % 2 == 0, 1.0, -1.0)
    return task.train_inputs, signs, spectrum_from_kernel(relu_kernel(task.train_inputs), signs)


def test_the_test_loss_rises_after_its_best_moment():
    loss = gradient_flow(LAW, TIMES, width=256, samples=128, noise=0.1).test
    assert 1.5 < loss[-1] / loss.min() < 2


def test_equal_width_and_samples_are_the_peak_and_late():
    at, wider, narrower = (
        gradient_flow(LAW, TIMES, width=width, samples=128, noise=0.1).test for width in (128, 256, 64)
    )
    assert at[-1] > 3 * max(wider[-1], narrower[-1])
    assert at[:20].max() < 3  # nothing of it is seen early


def test_width_hurts_late_with_few_samples_and_never_with_many():
    late = [gradient_flow(LAW, [1e5], width=width, samples=128).test[0] for width in (32, 64, 128)]
    assert late[2] > late[1]
    curves = [gradient_flow(LAW, TIMES, width=width, samples=1000).test for width in (16, 32, 64, 128, 256)]
    assert (np.diff(curves, axis=0) < 1e-4).all()


def test_twenty_draws_fall_on_the_line_and_a_single_one_scatters():
    few = np.geomspace(0.1, 1e5, 19)
    sizes = {"width": 256, "samples": 128, "noise": 0.1}
    drawn = simulate(LAW, few, seeds=20, **sizes)
    assert np.abs(gradient_flow(LAW, few, **sizes).test / drawn.test - 1).max() < 0.1
    spread = (drawn.test_sd / drawn.test)[5:]
    assert 0.05 < np.median(spread) < 0.2  # a tenth; 60 draws give .08 to .12
    peak = simulate(LAW, [1e6], width=128, samples=128, noise=0.1, seeds=40)
    assert 0.3 < peak.test_sd[0] / peak.test[0] < 1.5


def test_mode_100_is_never_learned_by_128_features():
    found = transfer_functions(power_law(1.5, 1.25, 10**6), [1e5], width=128, samples=256, modes=(1, 10, 100))
    assert found.values[0, 2] > 0.75
    more = transfer_functions(power_law(1.5, 1.25, 10**6), [1e5], width=4096, samples=4096, modes=(100,))
    assert more.values[0, 0] < 0.1


def test_width_and_samples_are_the_same_to_the_transfer_functions():
    one, two = (
        transfer_functions(LAW, TIMES, width=width, samples=samples).values for width, samples in ((64, 512), (512, 64))
    )
    np.testing.assert_allclose(one, two, rtol=1e-6)
    losses = [gradient_flow(LAW, [1e3], width=w, samples=p, noise=0.1).test[0] for w, p in ((64, 512), (512, 64))]
    assert abs(losses[0] / losses[1] - 1) > 0.05


def test_near_the_largest_step_the_start_suffers_and_the_end_does_not():
    law, sizes, steps = (
        power_law(1.5, 1.25, 10**6),
        {"width": 60, "samples": 120, "noise": 0.1},
        np.array([1, 2, 10**4]),
    )
    assert stable_step_size(law, width=60, samples=120) > 1.37
    ratios = [
        gradient_descent(law, steps, step_size=step, **sizes).test / gradient_flow(law, steps * step, **sizes).test
        for step in (1.37, 0.5)
    ]
    assert (ratios[0][:2] > 1.08).all()  # overshooting; smaller steps gain on the flow at first
    assert (ratios[1][:2] < 0.95).all()
    np.testing.assert_allclose([ratio[2] for ratio in ratios], 1, atol=1e-4)


@pytest.mark.parametrize("sizes", [(100, 200), (20, 200), (200, 50), (50, 400)])
def test_digits_are_predicted_within_a_fifth_without_a_fit(world, sizes):
    # The tolerance is measured: 11 % at the chapter's setting, and a standard error of up to 4 %.
    inputs, signs, law = world
    options = {"width": sizes[0], "samples": sizes[1], "noise": 0.1}
    times = np.geomspace(10, 1e7, 13)
    found = simulate_features(inputs, signs, times, seeds=40, **options)
    assert np.abs(gradient_flow(law, times, **options).test / found.test - 1).max() < 0.2


def test_a_mode_ends_at_kappa():
    found = transfer_functions(LAW, [math.inf], width=128, samples=256, modes=(1, 10))
    kappa = found.eigenvalues * found.values[0] / (1 - found.values[0])
    assert kappa[0] == pytest.approx(kappa[1], rel=1e-9)
