"""What chapter 06 says in words, measured; its exponents are tested with the package."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scalinglab.random_features import (
    asymptotics,
    compute_optimal_exponents,
    compute_optimal_frontier,
    ensemble_loss,
    final_loss,
    gradient_flow,
    one_over_size,
    power_law,
    simulate,
)

BUDGETS, WIDTHS = np.geomspace(1e2, 1e8, 25), 2.0 ** np.arange(1, 17)


@pytest.mark.parametrize(("a", "factor"), [(1.5, 2.8), (3.0, 3.8)])
def test_ten_times_the_budget(a, factor):
    found = compute_optimal_frontier(power_law(a, 1.25, 10**6), BUDGETS, WIDTHS).exponents()
    assert 10**found.width == pytest.approx(factor, abs=0.1)
    assert 10 ** compute_optimal_exponents(3, 1.25, law="published").width == pytest.approx(2.8, abs=0.05)


def test_the_panels_frontier_is_found_over_the_sliders_range():
    for a, b in ((1.2, 1.0), (1.2, 2.0), (4, 1.0), (4, 2.0), (2, 1.0)):
        found = compute_optimal_frontier(power_law(a, b, 10**6), BUDGETS, WIDTHS)
        assert found.interior.sum() > 10
        assert found.loss.min() > 1e-6


def test_networks_that_are_drawn_leave_the_published_bottleneck():
    full, theory = power_law(3, 1.25, 4000, exact=True), power_law(3, 1.25, 4000, exact=False)
    sizes = (25, 50, 100, 200)
    drawn = [simulate(full, [math.inf], width=n, samples=math.inf, seeds=20).test[0] for n in sizes]
    expected = [final_loss(theory, width=n, samples=math.inf) for n in sizes]
    np.testing.assert_allclose(drawn, expected, rtol=0.06)
    slope = -np.polyfit(np.log(sizes), np.log(drawn), 1)[0]
    # Finite modes steepen it a little; the published exponent is 2.
    assert 1.15 < slope < 1.45


def test_the_bend_from_early_to_late_moves_with_time():
    law, sizes = power_law(1.5, 1.25, 10**13), np.geomspace(8, 8192, 22).round()
    for time, bent in ((1, False), (1e3, True)):
        limit = gradient_flow(law, [time], width=math.inf, samples=math.inf).test[0]
        cost = [gradient_flow(law, [time], width=n, samples=math.inf).test[0] - limit for n in (sizes[0], sizes[-1])]
        first = one_over_size(law, [time])[0]
        assert cost[1] * sizes[-1] == pytest.approx(first, rel=0.2)
        assert (cost[0] * sizes[0] < 0.5 * first) == bent
    exponent, prefactor = asymptotics(1.5, 1.25).width
    limit = gradient_flow(law, [1e9], width=math.inf, samples=math.inf).test[0]
    late = gradient_flow(law, [1e9], width=1000, samples=math.inf).test[0] - limit
    assert late == pytest.approx(prefactor * 1000**-exponent, rel=0.2)


def ensembles(samples, noise, time):
    law, times = power_law(1.5, 1.25, 10**6), np.append(np.geomspace(0.1, 0.99 * time, 60), time)
    found = {}
    for networks in (1, 2, 4, 8, 16, 32):
        options = {"width": 1024 // networks, "samples": samples, "noise": noise, "cross_terms": True}
        found[networks] = ensemble_loss(gradient_flow(law, times, **options), networks=networks)
    return found


def test_four_networks_are_best_late_near_the_peak_and_one_at_its_best_time():
    losses = ensembles(1024, 0.1, 1e6)
    assert min(losses, key=lambda e: losses[e][-1]) == 4
    assert min(losses, key=lambda e: losses[e].min()) == 1


def test_one_network_is_best_with_data_without_end():
    losses = ensembles(10**6, 0.0, 1e4)
    assert min(losses, key=lambda e: losses[e][-1]) == 1
