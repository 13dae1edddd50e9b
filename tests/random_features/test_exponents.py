"""The phenomena: exponents of the compute frontier, of width and data, early and late, and the gap of reused data."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scalinglab.random_features import (
    compute_optimal_exponents,
    compute_optimal_frontier,
    ensemble_loss,
    final_loss,
    gradient_flow,
    power_law,
)

BUDGETS = np.geomspace(1e5, 1e9, 9)
WIDTHS = np.unique(np.geomspace(2, 1e8, 105).round())
INFINITE = {"width": math.inf, "samples": math.inf}


def slope(sizes, losses):
    return float(np.polyfit(np.log(sizes), np.log(losses), 1)[0])


def fitted(a, b):
    frontier = compute_optimal_frontier(power_law(a, b, 10**13), BUDGETS, WIDTHS)
    assert frontier.interior.all()
    return frontier.exponents()


@pytest.mark.parametrize(("a", "b"), [(1.5, 1.25), (2, 1.5), (1.5, 1.5), (1.5, 2)])
def test_hard_tasks_follow_the_published_law(a, b):
    published = compute_optimal_exponents(a, b, law="published")
    assert published == compute_optimal_exponents(a, b)
    np.testing.assert_allclose(fitted(a, b), published, atol=0.01)


@pytest.mark.parametrize(("a", "b"), [(3, 1.25), (4, 1.25)])
def test_easy_tasks_follow_the_corrected_law_and_not_the_published_one(a, b):
    found, corrected = fitted(a, b), compute_optimal_exponents(a, b)
    np.testing.assert_allclose(found, corrected, atol=0.01)
    published = compute_optimal_exponents(a, b, law="published")
    assert published.loss - found.loss > 0.2


@pytest.mark.parametrize(("a", "b"), [(1.5, 1.25), (2.4, 1.25), (2.6, 1.25), (4, 1.25), (3.5, 1.5), (5, 2)])
def test_the_frontier_of_sgd_balances_the_largest_of_four_terms(a, b):
    """In logarithms of a budget each term is a line in the share of time; the best share makes the largest smallest."""
    time = np.linspace(0, 1, 10**5 + 1)
    terms = [-time * (a - 1) / b, -time * (2 - 1 / b), -(1 - time) * min(a - 1, b)]
    if a - 1 > b:
        terms.append(-(1 - time) - time * (1 - 1 / b))
    worst = np.max(terms, axis=0)
    found = compute_optimal_exponents(a, b, law="fixed_batch")
    assert found.loss == pytest.approx(-worst.min(), abs=1e-4)
    assert found.time == pytest.approx(time[np.argmin(worst)], abs=1e-4)
    assert found.width == pytest.approx(1 - found.time)
    assert (found == compute_optimal_exponents(a, b)) == (a <= 2 * b)


def sgd_frontier(a, b, low, batch):
    budgets = np.geomspace(low, low * 1e4, 5)
    return compute_optimal_frontier(
        power_law(a, b, 10**13), budgets, 2.0 ** np.arange(8, 28), step_size=0.3, batch_size=batch
    )


def test_noise_of_fixed_batches_takes_over_beyond_a_of_two_b():
    """At budgets up to 1e9 the exponents of batches of 8 are on their way, between those of flow and of noise."""
    expected, flow = (compute_optimal_exponents(4, 1.25, law=law) for law in ("fixed_batch", "corrected"))
    late = sgd_frontier(4, 1.25, 1e9, 8)
    assert late.interior.all()
    np.testing.assert_allclose(late.exponents(), expected, atol=0.01)
    early = sgd_frontier(4, 1.25, 1e5, 8).exponents()
    assert expected.loss + 0.005 < early.loss < flow.loss - 0.1
    assert expected.width + 0.015 < early.width < flow.width - 0.1


def test_below_a_of_two_b_the_frontier_of_sgd_is_that_of_flow():
    found = sgd_frontier(2, 1.5, 1e5, 8)
    np.testing.assert_allclose(found.exponents(), compute_optimal_exponents(2, 1.5), atol=0.02)


def test_a_task_at_the_border_gets_there_slowly():
    # (2, 1.25): .433 over all budgets, .438 over the last decade, on the way to .444.
    frontier = compute_optimal_frontier(power_law(2, 1.25, 10**13), BUDGETS, WIDTHS)
    late = -slope(BUDGETS[-3:], frontier.loss[-3:])
    assert frontier.exponents().loss == pytest.approx(0.433, abs=0.002)
    assert late == pytest.approx(0.438, abs=0.003)


def test_logarithms_at_b_equal_to_one():
    # The blog's figure, (a, b) = (2, 1): .491 with 10^4 modes, .458 with 10^6; .5 without limit.
    for modes, expected in ((10**4, 0.491), (10**6, 0.458)):
        frontier = compute_optimal_frontier(power_law(2, 1, modes), np.geomspace(1e3, 1e6, 7), WIDTHS[:60])
        assert 0.4 < frontier.exponents().loss < 0.55, expected
    assert compute_optimal_exponents(2, 1).loss == 0.5


@pytest.mark.parametrize(("a", "expected"), [(2.5, 1.149), (3, 1.219), (4, 1.241)])
def test_width_is_capped_at_b_by_the_variance_of_the_features(a, expected):
    # [Bordelon2024] eq. (14) has min(a - 1, 2 b), which is right for the bias alone.
    sizes = np.geomspace(100, 3000, 8).round()
    law = power_law(a, 1.25, 10**13)
    losses = [final_loss(law, width=size, samples=math.inf) for size in sizes]
    biases = [final_loss(law, width=size, samples=math.inf, part="bias") for size in sizes]
    assert -slope(sizes, losses) == pytest.approx(expected, abs=0.003)
    assert -slope(sizes, biases) == pytest.approx(min(a - 1, 2.5), abs=0.09)
    assert -slope(sizes, losses) < 1.25 + 0.01


@pytest.mark.parametrize(("a", "expected"), [(1.5, 0.498), (2, 0.997), (3, 1.948), (4, 2.420)])
def test_data_is_capped_at_two_b(a, expected):
    sizes = np.geomspace(100, 3000, 8).round()
    law = power_law(a, 1.25, 10**13)
    losses = [final_loss(law, width=math.inf, samples=size) for size in sizes]
    assert -slope(sizes, losses) == pytest.approx(expected, abs=0.003)
    assert -slope(sizes, losses) == pytest.approx(min(a - 1, 2.5), abs=0.09)


def test_time_follows_its_law():
    for a, b, expected in ((1.5, 1.25, 0.4), (2, 1.5, 2 / 3), (3, 1.25, 1.6)):
        times = np.geomspace(1e4, 1e7, 5)
        assert -slope(times, gradient_flow(power_law(a, b, math.inf), times, **INFINITE).test) == pytest.approx(
            expected, abs=1e-3
        )


EARLY_AND_LATE = {
    1: (-0.913, -0.997, -1.000),
    10: (-0.759, -0.992, -1.000),
    1e2: (-0.531, -0.962, -0.999),
    1e4: (-0.436, -0.595, -0.957),
    1e9: (-0.422, -0.496, -0.505),
}


@pytest.mark.parametrize("time", EARLY_AND_LATE)
def test_what_width_costs_is_one_over_width_early_and_a_power_late(time):
    law, ends = power_law(1.5, 1.25, 10**13), ((16, 32), (512, 1024), (2**14, 2**15))
    base = gradient_flow(law, [time], **INFINITE).test[0]
    for (low, high), expected in zip(ends, EARLY_AND_LATE[time], strict=True):
        losses = [gradient_flow(law, [time], width=width, samples=math.inf).test[0] - base for width in (low, high)]
        # At the widest and earliest, the difference is 1e-5 of the loss, where the solver has 1e-6.
        assert slope((low, high), losses) == pytest.approx(expected, abs=0.02 if expected == -1 else 0.004)


@pytest.mark.parametrize(("a", "b"), [(1.5, 1.25), (2, 1.5), (3, 1.25)])
def test_early_and_late_slopes_of_width(a, b):
    law = power_law(a, b, 10**13)
    early, late = (1.0, (512, 1024)), (1e13, (2**14, 2**15))
    found = []
    for time, widths in (early, late):
        base = gradient_flow(law, [time], **INFINITE).test[0]
        losses = [gradient_flow(law, [time], width=width, samples=math.inf).test[0] - base for width in widths]
        found.append(slope(widths, losses))
    assert found[0] == pytest.approx(-1, abs=0.01)
    assert found[1] == pytest.approx(-min(a - 1, b), abs=0.02)


@pytest.mark.parametrize(("a", "b"), [(1.5, 1.25), (2, 1.5), (3, 1.25)])
def test_early_and_late_slopes_of_samples(a, b):
    law = power_law(a, b, 10**13)
    base = gradient_flow(law, [1.0], **INFINITE).test[0]
    early = [gradient_flow(law, [1.0], width=math.inf, samples=n).test[0] - base for n in (512, 1024)]
    late = [final_loss(law, width=math.inf, samples=n) for n in (2**14, 2**15)]
    assert slope((512, 1024), early) == pytest.approx(-1, abs=0.01)
    assert slope((2**14, 2**15), late) == pytest.approx(-min(a - 1, 2 * b), abs=0.03)


def test_what_data_cost_is_the_same_in_samples():
    law, base = power_law(1.5, 1.25, 10**13), {}
    for time, pairs in {1: ((16, 32, -0.935),), 1e9: ((16, 32, -0.465), (512, 1024, -0.500))}.items():
        base = gradient_flow(law, [time], **INFINITE).test[0]
        for low, high, expected in pairs:
            losses = [gradient_flow(law, [time], width=math.inf, samples=n).test[0] - base for n in (low, high)]
            assert slope((low, high), losses) == pytest.approx(expected, abs=0.004)


SAMPLES = np.array([64, 256, 1024, 4096])


def gaps(samples, times, noise=0.0):
    curve = gradient_flow(power_law(1.5, 1.25, 10**13), times, width=math.inf, samples=int(samples), noise=noise)
    return curve.gap + noise


@pytest.mark.parametrize(
    ("time", "expected"), [(0.1, -0.998), (1, -0.989), (10, -0.943), (100, -0.774), (1e3, -0.572), (1e4, -0.497)]
)
def test_the_gap_of_reused_data_falls_like_one_over_samples_early_and_slower_late(time, expected):
    assert slope(SAMPLES, [gaps(samples, [time])[0] for samples in SAMPLES]) == pytest.approx(expected, abs=0.004)


def test_the_gap_at_the_end():
    for samples, expected in ((64, 0.5061), (256, 0.2553), (1024, 0.1279), (4096, 0.0640)):
        assert gaps(samples, [1e5])[0] == pytest.approx(expected, abs=1e-4)


def test_the_gap_opens_like_a_power_of_time():
    # (2 - a) / b = .4 without noise; with noise it rises towards 1 / b = .8.
    times = np.geomspace(10, 300, 8)
    assert slope(times, gaps(4096, times)) == pytest.approx(0.4, abs=0.05)
    assert 0.42 < slope(times, gaps(4096, times, noise=0.1)) < 0.8


def test_wider_is_better_only_with_data_or_early_stopping():
    law, times = power_law(1.5, 1.25, 10**9), np.geomspace(0.1, 1e5, 121)
    widths = (32, 64, 128, 256, 512, 1024, 4096)
    curves = [gradient_flow(law, times, width=width, samples=256, noise=0.1).test for width in widths]
    late = [1.03, 0.900, 1.035, 7.13, 0.713, 0.424, 0.309]
    stopped = [0.978, 0.761, 0.601, 0.489, 0.411, 0.359, 0.305]
    np.testing.assert_allclose([curve[-1] for curve in curves], late, rtol=0.01)
    np.testing.assert_allclose([curve.min() for curve in curves], stopped, rtol=0.01)
    assert (np.diff([curve.min() for curve in curves]) < 0).all()


def averaged(samples, noise, time):
    """Loss of E networks of width 1,024 / E each, at one time and at its best time."""
    found = []
    for networks in (1, 2, 4, 8, 16):
        times = np.append(np.geomspace(1, time * 0.99, 120), time)
        settings = {"width": 1024 // networks, "samples": samples, "noise": noise, "cross_terms": True}
        curve = gradient_flow(power_law(1.5, 1.25, 10**9), times, **settings)
        found.append(ensemble_loss(curve, networks=networks))
    return [loss[-1] for loss in found], [loss.min() for loss in found]


def test_one_wide_network_beats_an_ensemble_with_data_without_end():
    np.testing.assert_allclose(averaged(math.inf, 0.0, 1e4)[0], [0.168, 0.190, 0.236, 0.310, 0.421], atol=0.001)


def test_an_ensemble_wins_late_near_the_peak_and_never_with_early_stopping():
    late, _ = averaged(4096, 0.0, 1e4)
    np.testing.assert_allclose(late, [0.222, 0.209, 0.243, 0.313, 0.423], atol=0.001)
    late, stopped = averaged(1024, 0.1, 1e6)
    np.testing.assert_allclose(late, [5.76, 0.373, 0.284, 0.329, 0.430], rtol=0.005)
    np.testing.assert_allclose(stopped, [0.254, 0.261, 0.279, 0.329, 0.430], atol=0.001)
