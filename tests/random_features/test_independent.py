"""Random settings against another contour, another way to kappa, another algebra and another quadrature."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from scalinglab._errors import DivergenceError
from scalinglab.random_features import Spectrum, final_loss, gradient_descent, gradient_flow, power_law
from tests.random_features import independent
from tests.random_features.targets import SPECTRUM
from tests.random_features.time_domain import descend
from tests.trials import trials

PARTS, FOLDER = ("test", "train"), Path(__file__).with_name("trials")


def size(random):
    """From 2 to 100,000, or infinite."""
    return math.inf if random.random() < 0.15 else int(np.exp(random.uniform(math.log(2), math.log(1e5))))


def setting(random):
    """Exponents, modes, width, samples (the same as width in a tenth of the cases) and noise."""
    b = random.uniform(0.3, 1) if random.random() < 0.2 else random.uniform(1.05, 3)
    counts = [30, 400, 1500, 10**4, 10**6, 10**13] + [math.inf] * (b > 1)
    width, samples = size(random), size(random)
    samples = width if random.random() < 0.1 else samples
    noise = 0.0 if random.random() < 0.5 else float(np.exp(random.uniform(-6, 2)))
    return random.uniform(1.05, 4), b, counts[random.integers(len(counts))], width, samples, noise


def independent_losses(case):
    """Test and training loss of a setting at two times over ten decades, by the other implementation."""
    random = np.random.default_rng([2402, case])
    a, b, count, width, samples, noise = setting(random)
    times, law = np.sort(10 ** random.uniform(-3, 7, 2)), independent.modes(a, b, count)
    found = [independent.loss(law, time, width=width, samples=samples, noise=noise) for time in times]
    return {f"{name} {place}": pair[part] for place, pair in enumerate(found) for part, name in enumerate(PARTS)}


def test_300_random_settings_over_ten_decades_of_time():
    """The table holds the other implementation's losses, as these take ten times as long as ours."""
    table = trials(FOLDER / "independent_losses.json", independent_losses, 300, again=15, rel=1e-7, abs=1e-9)
    for case, expected in enumerate(table):
        random = np.random.default_rng([2402, case])
        a, b, count, width, samples, noise = setting(random)
        times, law = np.sort(10 ** random.uniform(-3, 7, 2)), power_law(a, b, count)
        curve = gradient_flow(law, times, width=width, samples=samples, noise=noise)
        for name, first in (("test", law.power), ("train", law.power + noise)):
            theirs = np.array([expected[f"{name} {place}"] for place in (0, 1)])
            allowed = 1e-5 * np.abs(theirs) + 1e-7 * first
            where = (case, a, b, count, width, samples, noise, times)
            assert (np.abs(getattr(curve, name) - theirs) <= allowed).all(), where


def test_the_test_can_fail():
    # The same comparison notices an error of one part in 10,000 in the width.
    expected = independent.loss(independent.modes(1.5, 1.25, 400), 100.0, width=60, samples=120, noise=0.1)[0]
    found = gradient_flow(SPECTRUM, [100.0], width=61, samples=120, noise=0.1).test[0]
    assert abs(found - expected) > 1e-3 * expected


@pytest.mark.parametrize("case", range(12))
def test_gradient_descent_against_the_time_domain(case):
    random = np.random.default_rng([17, case])
    modes = int(random.integers(3, 15))
    lam, power = np.sort(random.exponential(size=modes) + 0.01)[::-1], random.exponential(size=modes)
    width, samples = random.integers(4, 40, 2)
    settings = {"step_size": float(0.4 * random.random() / lam[0] + 0.02 / lam[0]), "noise": float(random.random())}
    settings |= {"width": int(width), "samples": int(samples)}
    exact = descend(lam, power, 24, **settings)
    curve = gradient_descent(Spectrum(lam, power), np.arange(24), **settings)
    scale = power.sum() + settings["noise"]
    np.testing.assert_allclose(curve.test, exact.test, rtol=1e-6, atol=1e-7 * scale)
    np.testing.assert_allclose(curve.train, exact.train, rtol=1e-6, atol=1e-7 * scale)


def test_48_steps_against_the_time_domain():
    lam, power = np.arange(1, 13) ** -1.25, np.arange(1, 13) ** -1.5
    settings = {"step_size": 0.5, "width": 10, "samples": 15, "noise": 0.2}
    exact = descend(lam, power, 49, **settings)
    curve = gradient_descent(Spectrum(lam, power), np.arange(49), **settings)
    np.testing.assert_allclose(curve.test, exact.test, rtol=1e-6)


def test_the_gap_is_what_the_responses_say():
    # [Bordelon2024] eq. (18), exact in the time domain.
    lam, power = np.arange(1, 13) ** -1.25, np.arange(1, 13) ** -1.5
    exact = descend(lam, power, 20, step_size=0.5, width=10, samples=15, noise=0.2)
    np.testing.assert_allclose(exact.gap, exact.test + 0.2 - exact.train, atol=1e-12)


@pytest.mark.parametrize("share", [0.9, 0.999])
def test_steps_that_overshoot_join_the_first_ones_without_a_seam(share):
    # The largest modes alternate for hundreds of steps: the path about z = -1 must carry them across 48 steps.
    step = share * 1.3972
    settings = {"step_size": step, "width": 60, "samples": 120}
    curve = gradient_descent(SPECTRUM, np.arange(41, 57), **settings)
    alone = [gradient_descent(SPECTRUM, [0, n], **settings).test[1] for n in (47, 48, 49, 50)]
    np.testing.assert_allclose(curve.test[6:10], alone, rtol=1e-6)
    later = np.diff(gradient_descent(SPECTRUM, np.arange(60, 80), **settings).test)
    assert (np.abs(later) < 0.05).all()


@pytest.mark.parametrize("momentum", [0.5, 0.9, 0.95])
def test_heavy_ball_has_no_seam_where_its_paths_meet(momentum):
    # From the circle to hyperbolas, at sqrt(momentum)^n = 1e-9.
    last = math.ceil(math.log(1e-9) / math.log(math.sqrt(momentum)))
    steps = np.arange(max(last, 48) - 2, max(last, 48) + 4)
    curve = gradient_descent(SPECTRUM, steps, step_size=0.2, momentum=momentum, width=60, samples=120, noise=0.1)
    # The curve's own bends change little from step to step; a seam of a millionth part would stand out.
    assert np.abs(np.diff(np.log(curve.test), 3)).max() < 1e-5


def test_a_very_long_descent_is_gradient_flow():
    steps = np.array([10, 100, 10**4, 10**8])
    descent = gradient_descent(SPECTRUM, steps * 1000, step_size=1e-3, width=60, samples=120, noise=0.1)
    flow = gradient_flow(SPECTRUM, steps.astype(float), width=60, samples=120, noise=0.1)
    np.testing.assert_allclose(descent.test, flow.test, rtol=1e-3)


@pytest.mark.parametrize("sizes", [(100, 100), (60, 61)])
def test_near_the_peak_of_double_descent_late_times_are_finite(sizes):
    width, samples = sizes
    curve = gradient_flow(SPECTRUM, np.geomspace(1, 1e10, 40), width=width, samples=samples, noise=0.1)
    assert np.isfinite(curve.test).all()
    if width == samples:
        assert (np.diff(curve.test[-10:]) > 0).all()
        with pytest.raises(DivergenceError, match="width = samples = 100 grows without bound"):
            final_loss(SPECTRUM, width=width, samples=samples)
        with pytest.raises(DivergenceError, match="width = samples"):
            gradient_flow(SPECTRUM, [1, math.inf], width=width, samples=samples)
