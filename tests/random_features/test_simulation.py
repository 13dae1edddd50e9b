"""Theory against networks that are drawn and trained: within max(4 standard errors, 3 %) over 100 draws.

Four standard errors of a test of many times; 3 % for what finite size adds, which is 2 % at width 60 and falls like its
inverse. Training losses at the end of interpolation are zero but for rounding and get a floor of 1e-6 of the loss.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from scalinglab._errors import DivergenceError
from scalinglab.random_features import (
    gradient_descent,
    gradient_flow,
    one_pass_sgd,
    power_law,
    relu_kernel,
    simulate,
    simulate_features,
    simulating,
    simulating_features,
    spectrum_from_kernel,
)
from scalinglab.random_features.draws import descended
from scalinglab.random_features.paths import Rule
from tests.random_features.targets import SETTINGS, SPECTRUM

TIMES = np.geomspace(0.1, 1e5, 13)


def agree(theory, simulated, share=0.03, errors=4.0):
    for part in ("test", "train"):
        expected, found = getattr(theory, part), getattr(simulated, part)
        bound = np.maximum(errors * getattr(simulated, f"{part}_error"), share * found) + 1e-6 * theory.test.max()
        assert (np.abs(expected - found) <= bound).all(), (part, expected / found - 1)


@pytest.mark.parametrize(
    ("width", "samples", "noise"),
    [(60, 120, 0.1), (200, 100, 0.2), (150, 200, 0.0), (math.inf, 100, 0.1), (60, math.inf, 0.1)],
)
def test_gradient_flow(width, samples, noise):
    settings = {"width": width, "samples": samples, "noise": noise}
    agree(gradient_flow(SPECTRUM, TIMES, **settings), simulate(SPECTRUM, TIMES, seeds=100, **settings))


@pytest.mark.parametrize(
    "rule",
    [{"step_size": 0.8}, {"step_size": 0.8, "ridge": 0.02}, {"step_size": 0.4, "momentum": 0.9}],
    ids=["plain", "ridge", "heavy ball"],
)
def test_gradient_descent(rule):
    steps = [0, 1, 2, 5, 10, 20, 50, 100, 1000, 10000]
    theory = gradient_descent(SPECTRUM, steps, **SETTINGS, **rule)
    agree(theory, simulate(SPECTRUM, steps, algorithm="gradient_descent", seeds=100, **SETTINGS, **rule))


def test_one_pass_sgd():
    steps = [1, 3, 10, 30, 100, 200]
    settings = {"step_size": 0.3, "batch_size": 8, "width": 60, "noise": 0.1}
    simulated = simulate(SPECTRUM, steps, algorithm="one_pass_sgd", seeds=60, **settings)
    agree(one_pass_sgd(SPECTRUM, steps, **settings), simulated)
    plain = gradient_descent(SPECTRUM, steps, step_size=0.3, width=60, samples=math.inf)
    assert abs(plain.test[4] / simulated.test[4] - 1) > 0.08  # without the noise of batches it would be off


def test_the_bias_of_small_sizes_falls_with_size():
    # Sizes times 4: 1 / size says that a deviation of 4.5 % falls to about 1 %.
    deviations = []
    for factor, seeds in ((1, 2000), (4, 500)):
        spectrum, settings = (
            power_law(1.5, 1.25, 100 * factor),
            {"width": 20 * factor, "samples": 40 * factor, "noise": 0.1},
        )
        found = simulate(spectrum, TIMES, seeds=seeds, **settings).test
        deviations.append(np.abs(found / gradient_flow(spectrum, TIMES, **settings).test - 1).max())
    assert 0.02 < deviations[0] < 0.07
    assert deviations[1] < 0.6 * deviations[0]


@cache
def points(count):
    """Gaussian inputs in 16 dimensions, and a smooth target of them."""
    random = np.random.default_rng(0)
    x = random.standard_normal((count, 16))
    y = np.tanh(x @ random.standard_normal((16, 4)) / 2).sum(1)
    return x, y - y.mean()


@cache
def law_of(count):
    x, y = points(count)
    return spectrum_from_kernel(relu_kernel(x), y)


@pytest.mark.xdist_group("relu features")  # the spectrum takes as long as all that is done with it
@pytest.mark.parametrize(
    ("width", "samples", "noise"), [(100, 200, 0.1), (300, 150, 0.05), (200, 200, 0.2), (50, 400, 0.0)]
)
def test_real_relu_features(width, samples, noise):
    # No parameter is fitted. Real features are not Gaussian: 10 % over six decades of time.
    x, y = points(2500)
    spectrum, settings = law_of(2500), {"width": width, "samples": samples, "noise": noise}
    times = np.geomspace(1, 1e6, 13)
    theory, found = gradient_flow(spectrum, times, **settings), simulate_features(x, y, times, seeds=40, **settings)
    bound = np.maximum(4 * found.test_error, 0.1 * found.test)
    assert (np.abs(theory.test - found.test) <= bound).all(), theory.test / found.test - 1


def test_draws_do_not_depend_on_how_many_there_are():
    curves = list(simulating(SPECTRUM, TIMES, seeds=3, **SETTINGS))
    assert [curve.draws for curve in curves] == [1, 2, 3]
    assert [curve.total for curve in curves] == [3, 3, 3]
    assert curves[0].test_sd is None
    np.testing.assert_array_equal(curves[1].test, simulate(SPECTRUM, TIMES, seeds=2, **SETTINGS).test)
    other = simulate(SPECTRUM, TIMES, seeds=2, seed=1, **SETTINGS).test
    assert np.abs(other / curves[1].test - 1).max() > 1e-3
    x, y = points(200)
    one, two = simulating_features(x, y, [1, 10], width=20, samples=30, seeds=2)
    assert (one.draws, two.draws) == (1, 2)


def test_mean_and_spread_are_those_of_the_draws():
    each = [next(iter(simulating(SPECTRUM, [1, 100], seeds=1, **SETTINGS))).test]
    first, second = simulating(SPECTRUM, [1, 100], seeds=2, **SETTINGS)
    np.testing.assert_array_equal(first.test, each[0])
    np.testing.assert_allclose(second.test_sd, np.sqrt(2) * np.abs(second.test - first.test), rtol=1e-9)
    rows = second.rows(source="simulation")
    assert set(rows[0]) == {"source", "time", "test", "train", "test_low", "test_high", "train_low", "train_high"}


@pytest.mark.parametrize("momentum", [0.0, 0.7])
def test_the_filter_of_gradient_descent_is_its_iteration(momentum):
    x, rule = np.array([1e-6, 0.01, 0.3, 1.1, 2.0]), Rule(0.9, momentum, 0.05)
    found = descended(x, steps=np.arange(30.0), rule=rule)
    weights, before = np.zeros(5), np.zeros(5)
    for step in range(30):
        np.testing.assert_allclose(found[step], weights, rtol=1e-9, atol=1e-12)
        gradient = (x + 0.05) * weights - 1
        weights, before = weights - 0.9 * gradient + momentum * (weights - before), weights


def test_a_draw_whose_largest_eigenvalue_is_beyond_the_edge_says_so():
    with pytest.raises(DivergenceError, match=r"a draw has the eigenvalue .* below .* it would converge") as caught:
        simulate(SPECTRUM, [1, 10], algorithm="gradient_descent", step_size=4.0, **SETTINGS)
    assert caught.value.rate > 0
    with pytest.raises(DivergenceError, match="diverged within") as caught:
        simulate(SPECTRUM, [500], algorithm="one_pass_sgd", step_size=2.0, batch_size=1, width=20)
    assert caught.value.rate > 0
