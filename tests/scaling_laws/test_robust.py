"""The solver that all fits share: the same minimum as other methods, bounds, weights, a delta of nearly zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import least_squares, linprog

from scalinglab._errors import ConvergenceError
from scalinglab.scaling_laws import JointLaw, fit_joint, solving
from scalinglab.scaling_laws.profiles import one_sided_limit
from scalinglab.scaling_laws.regions import ThreeRegions
from scalinglab.scaling_laws.robust import Problem, minimize
from scalinglab.scaling_laws.sums import PowerSum

GENERATOR = np.random.default_rng(0)
COLUMNS = np.column_stack([np.ones(60), GENERATOR.standard_normal((60, 2))])
TARGETS = COLUMNS @ [1.0, 2.0, -0.5] + GENERATOR.standard_t(2, size=60)
FREE = np.array([-np.inf] * 3), np.array([np.inf] * 3)


@dataclass(frozen=True)
class Linear:
    """A law that is linear in its parameters: its robust fit is a convex problem, with one minimum."""

    columns: np.ndarray

    def log_error(self, values):
        return values @ self.columns.T

    def slopes(self, values):
        return self.log_error(values), np.broadcast_to(self.columns, (len(values), *self.columns.shape))


def solved(delta, columns=COLUMNS, targets=TARGETS, bounds=FREE, **options):
    problem = Problem(Linear(columns), targets, *bounds, delta=delta, **options)
    found = minimize(problem, np.array([[5.0, 5.0, 5.0], [-9.0, 0.0, 3.0]]))
    assert found.converged.all()
    np.testing.assert_allclose(found.values[0], found.values[1], rtol=1e-5)  # whatever the start
    return found


def test_the_minimum_is_that_of_scipy():
    theirs = least_squares(lambda v: COLUMNS @ v - TARGETS, np.zeros(3), loss="huber", f_scale=0.3, gtol=1e-12)
    ours = solved(0.3)
    np.testing.assert_allclose(ours.values[0], theirs.x, rtol=1e-5)
    assert ours.cost[0] == pytest.approx(theirs.cost, rel=1e-9)


def test_a_large_delta_is_least_squares_and_a_tiny_one_least_absolute_deviations():
    plain = np.linalg.lstsq(COLUMNS, TARGETS, rcond=None)[0]
    np.testing.assert_allclose(solved(1e3).values[0], plain, rtol=1e-6)
    # Least absolute deviations are a linear program: minimize sum(above + below) where law + below - above = target.
    program = linprog(
        np.r_[np.zeros(3), np.ones(120)],
        A_eq=np.hstack([COLUMNS, np.eye(60), -np.eye(60)]),
        b_eq=TARGETS,
        bounds=[(None, None)] * 3 + [(0, None)] * 120,
    )
    np.testing.assert_allclose(solved(1e-7).values[0], program.x[:3], atol=1e-6)


def test_a_weight_of_two_is_a_point_that_is_there_twice():
    weights = GENERATOR.integers(0, 4, size=60)
    repeated = np.repeat(np.arange(60), weights)
    weighted = solved(0.3, weights=np.tile(weights.astype(float), (2, 1)))
    np.testing.assert_allclose(
        weighted.values[0], solved(0.3, COLUMNS[repeated], TARGETS[repeated]).values[0], rtol=1e-5
    )


def test_at_a_bound_the_others_are_where_a_fit_without_that_parameter_puts_them():
    bounds = np.array([-np.inf, -np.inf, 0.0]), np.array([np.inf, 1.5, np.inf])
    found = solved(0.3, bounds=bounds).values[0]
    assert (found[1], found[2]) == (1.5, 0.0)
    fixed = least_squares(lambda v: v[0] + 1.5 * COLUMNS[:, 1] - TARGETS, [0.0], loss="huber", f_scale=0.3)
    assert found[0] == pytest.approx(fixed.x[0], rel=1e-5)


def test_a_limit_lies_where_the_loss_has_risen_by_what_was_allowed():
    bounds = np.full(3, -50.0), np.full(3, 50.0)
    problem = Problem(Linear(COLUMNS), TARGETS, *bounds, delta=1e3)
    values = minimize(problem, np.zeros((1, 3))).values[0]
    inverse = np.linalg.inv(COLUMNS.T @ COLUMNS)
    for index, side in ((0, 1), (2, -1)):
        # Least squares are quadratic: the profile is known in closed form.
        expected = values[index] + side * np.sqrt(2 * 1.7 * inverse[index, index])
        assert one_sided_limit(problem, values, index, side, 1.7) == pytest.approx(expected, rel=1e-3)


FORMS = {
    "sum": (PowerSum(GENERATOR.standard_normal((2, 9)), True, 0.9), [-1.0, 0.7, -2.0, 0.4, 0.05]),
    "sum without offset": (PowerSum(GENERATOR.standard_normal((1, 9)), False, None), [-1.0, 0.7]),
    "regions": (
        ThreeRegions(np.linspace(-6, 0, 9), np.linspace(-3, -2, 9), GENERATOR.standard_normal((2, 9))),
        [-0.1, 0.8, -3.0, 0.5, 1.5],
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_slopes_are_the_derivatives_of_the_law(name):
    form, values = FORMS[name]
    values, steps = np.array(values), 1e-5 * np.eye(len(values))
    logs, slopes = form.slopes(values[None])
    np.testing.assert_array_equal(logs, form.log_error(values[None]))
    numeric = (form.log_error(values + steps) - form.log_error(values - steps)) / 2e-5
    # Central differences err by the square of the step, and by rounding over the step.
    np.testing.assert_allclose(slopes[0].T, numeric, atol=1e-8)


def test_a_law_is_a_number_however_extreme_its_parameters():
    regions, _ = FORMS["regions"]
    tiny = regions.log_error(np.array([[0.0, 0.05, -3.0, 4.0, -4.0]]))  # (eps_up / eps_np)^(2 / gamma) = e^120
    assert np.isfinite(tiny).all()
    far = FORMS["sum"][0].log_error(np.array([[700.0, 8.0, -700.0, 0.0, 0.0]]))
    np.testing.assert_allclose(far, np.log(0.9))  # far above chance, the error is that of guessing


def test_a_fit_that_did_not_converge_says_so_and_hands_over_what_it_has(monkeypatch):
    monkeypatch.setattr(solving, "minimize", lambda problem, starts: minimize(problem, starts, steps=1))
    data, model = np.meshgrid([10, 100, 1000], [10, 100, 1000])
    error = 2 * data.ravel() ** -0.5 + model.ravel() ** -0.8 + 0.05
    with pytest.raises(ConvergenceError, match="did not converge") as caught:
        fit_joint(data.ravel(), model.ravel(), error, chance=None)
    assert isinstance(caught.value.partial, JointLaw)
    assert caught.value.partial.points == 9
