"""Where the search for the three regions of a pruned error begins, and how far it goes."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.scaling_laws.regions import ThreeRegions, bounds, starts
from scalinglab.scaling_laws.robust import Problem, minimize

#: log eps_up, gamma, log p, and the exponents of two sizes; plateaus are twelve nats apart, so the power law is long.
TRUTH = np.array([0.0, 0.8, -25.0, 0.6, 1.5])


def problem(truth=TRUTH, points=60):
    generator = np.random.default_rng(0)
    sizes = generator.uniform(-1, 1, (len(truth) - 3, points))
    densities = np.linspace(-30, 0, points)
    form = ThreeRegions(densities, np.full(points, -12.0), sizes)
    low, high = bounds(form, 1.5)
    return Problem(form, form.log_error(truth[None])[0], low, high), form


def scales(starts, column):
    return np.unique(starts[:, column].round(9))


def test_the_regression_on_the_power_law_finds_the_exponents_from_which_starts_are_varied():
    given, form = problem()
    all_starts = starts(given, form, 270)
    assert len(np.unique(all_starts, axis=0)) == 270  # 2 plateaus, 3 gammas, 5 transitions, 3 of each exponent
    for column, truth, factors in [(1, 0.8, (0.5, 1, 2)), (3, 0.6, (0.5, 1, 1.5)), (4, 1.5, (0.5, 1, 1.5))]:
        found = scales(all_starts, column)
        assert found == pytest.approx(truth * np.array(factors), rel=0.04)
        assert found / found[1] == pytest.approx(factors)
    assert scales(all_starts, 0) == pytest.approx([given.targets.max(), np.log(1.5)], abs=1e-8)


def test_transitions_of_the_starts_are_quantiles_of_the_invariant():
    given, form = problem()
    for start in starts(given, form, 270)[::9]:
        below = np.mean(form.densities + start[3:] @ form.sizes < start[2])
        assert np.abs(below - np.array([0.1, 0.3, 0.5, 0.7, 0.9])).min() < 0.01


def test_where_few_points_lie_between_the_plateaus_the_starts_are_guesses():
    """The regression has four numbers: fewer than twice as many points are few. All guesses are 1."""
    given, form = problem()
    between = np.flatnonzero((given.targets > -9.6) & (given.targets < -2.4))
    for points, guessed in [(7, True), (8, False)]:
        keep = np.concatenate([[0, 1, -1, -2], between[np.linspace(0, len(between) - 1, points).astype(int)]])
        part = ThreeRegions(form.densities[keep], form.unpruned[keep], form.sizes[:, keep])
        found = starts(Problem(part, given.targets[keep], given.low, given.high), part, 270)
        assert (scales(found, 1)[1] == 1) == guessed
        assert (scales(found, 3)[1] == 1) == guessed


def test_an_exponent_that_the_regression_cannot_see_stays_within_what_is_searched():
    steep, form = problem(np.array([0.0, 9.0, -2.0, 0.6, 1.5]), points=600)
    assert scales(starts(steep, form, 270), 1) == pytest.approx([2.0, 4.0])
    assert (np.abs(starts(steep, form, 270)[:, 3:]) <= 4).all()


def test_bounds_let_transitions_lie_as_far_off_as_the_invariant_reaches():
    given, form = problem()
    spread = 4 * np.abs(form.sizes).sum(axis=0).max()
    assert given.low == pytest.approx([-12, 0.05, -30 - spread - 10, -4, -4])
    assert given.high == pytest.approx([np.log(1.5), 4, spread + 5, 4, 4])
    alone = ThreeRegions(form.densities, form.unpruned, np.empty((0, 60)))
    assert bounds(alone, 1.0)[0] == pytest.approx([-12, 0.05, -40])


def test_the_best_start_is_near_enough_to_find_exact_parameters():
    given, form = problem()
    found = minimize(given, starts(given, form, 1))
    assert found.values[0] == pytest.approx(TRUTH, abs=1e-4)
