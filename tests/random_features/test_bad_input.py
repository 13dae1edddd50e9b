"""Bad input at every door: one ValueError that names the argument, the condition and the value."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglab.random_features import (
    Spectrum,
    asymptotics,
    compute_optimal_exponents,
    compute_optimal_frontier,
    ensemble_loss,
    final_loss,
    gradient_descent,
    gradient_flow,
    one_over_size,
    one_pass_sgd,
    power_law,
    relu_kernel,
    simulate,
    simulate_features,
    spectrum_from_kernel,
    stable_step_size,
    transfer_functions,
)
from tests.random_features.targets import SPECTRUM

GOOD = {"width": 20, "samples": 30}
SGD = {"step_size": 0.3, "batch_size": 8, "width": 20}
CALLS = {
    "a must be above 1": lambda: power_law(1, 1.25, 100),
    "b must be positive": lambda: power_law(1.5, 0, 100),
    "b must be above 1 for infinitely many modes": lambda: power_law(1.5, 1, math.inf),
    "modes must be positive": lambda: power_law(1.5, 1.25, 0),
    "modes must be a whole number": lambda: power_law(1.5, 1.25, 10.5),
    "exact must be false": lambda: power_law(1.5, 1.25, math.inf, exact=True),
    "modes must be at most 10^7 if each": lambda: power_law(1.5, 1.25, 10**7 + 1, exact=True),
    "width must be positive": lambda: gradient_flow(SPECTRUM, [1], width=0, samples=30),
    "samples must be a whole number": lambda: gradient_flow(SPECTRUM, [1], width=20, samples=2.5),
    "noise must not be negative": lambda: gradient_flow(SPECTRUM, [1], noise=-0.1, **GOOD),
    "ridge must not be negative": lambda: gradient_flow(SPECTRUM, [1], ridge=-1, **GOOD),
    "times must increase": lambda: gradient_flow(SPECTRUM, [1, 1], **GOOD),
    "times must be finite and not negative": lambda: gradient_flow(SPECTRUM, [-1, 1], **GOOD),
    "times must be numbers": lambda: gradient_flow(SPECTRUM, ["soon"], **GOOD),
    "times must be one-dimensional and not empty": lambda: gradient_flow(SPECTRUM, [], **GOOD),
    "spectrum must be a Spectrum": lambda: gradient_flow([1, 2], [1], **GOOD),
    "step_size must be below": lambda: gradient_descent(SPECTRUM, [1], step_size=5, **GOOD),
    "step_size must be positive": lambda: gradient_descent(SPECTRUM, [1], step_size=0, **GOOD),
    "steps must be whole numbers": lambda: gradient_descent(SPECTRUM, [0.5], step_size=0.1, **GOOD),
    "momentum must be from 0 to 0.99": lambda: gradient_descent(SPECTRUM, [1], step_size=0.1, momentum=1, **GOOD),
    "step_size must be below 0.39": lambda: one_pass_sgd(SPECTRUM, [1], **SGD | {"batch_size": 1, "step_size": 0.9}),
    "batch_size must be positive": lambda: one_pass_sgd(SPECTRUM, [1], **SGD | {"batch_size": 0}),
    "samples must be infinite with a batch_size": lambda: stable_step_size(SPECTRUM, **GOOD, batch_size=8),
    "momentum must be 0 with a batch_size": lambda: stable_step_size(
        SPECTRUM, width=20, samples=math.inf, momentum=0.5, batch_size=8
    ),
    "modes must be at most 400": lambda: transfer_functions(SPECTRUM, [1], modes=[401], **GOOD),
    "modes must hold at least one": lambda: transfer_functions(SPECTRUM, [1], modes=[], **GOOD),
    "part must be one of": lambda: final_loss(SPECTRUM, part="gap", **GOOD),
    "networks must be positive": lambda: ensemble_loss(
        gradient_flow(SPECTRUM, [1], cross_terms=True, **GOOD), networks=0
    ),
    "curve must be a LossCurve made with cross_terms": lambda: ensemble_loss(gradient_flow(SPECTRUM, [1], **GOOD)),
    "axis must be one of": lambda: one_over_size(SPECTRUM, [1], axis="depth"),
    "b must be above 1": lambda: asymptotics(1.5, 1),
    "b must be 1 or more": lambda: compute_optimal_exponents(1.5, 0.9),
    "law must be one of corrected, published": lambda: compute_optimal_exponents(1.5, 1.2, law="mine"),
    "budgets must be positive": lambda: compute_optimal_frontier(SPECTRUM, [0, 1], [1, 2, 4]),
    "widths must hold at least three": lambda: compute_optimal_frontier(SPECTRUM, [10], [1, 2]),
    "batch_size must be": lambda: compute_optimal_frontier(SPECTRUM, [10, 20], [1, 2, 4], step_size=0.1),
    "step_size must be a finite number, got None": lambda: compute_optimal_frontier(
        SPECTRUM, [10, 20], [1, 2, 4], batch_size=8
    ),
    "samples must be left out for one-pass SGD": lambda: compute_optimal_frontier(
        SPECTRUM, [10, 20], [1, 2, 4], step_size=0.1, batch_size=8, samples=50
    ),
    "widths must be a whole number": lambda: compute_optimal_frontier(SPECTRUM, [10], [1.5, 2, 3]),
    "spectrum must hold each mode once": lambda: simulate(power_law(1.5, 1.25, 10**6), [1], **GOOD),
    "algorithm must be one of": lambda: simulate(SPECTRUM, [1], algorithm="adam", **GOOD),
    "step_size must be left out for gradient_flow": lambda: simulate(SPECTRUM, [1], step_size=0.1, **GOOD),
    "step_size must be a finite number": lambda: simulate(SPECTRUM, [1], algorithm="gradient_descent", **GOOD),
    "samples must be left out for one-pass": lambda: simulate(
        SPECTRUM, [1], algorithm="one_pass_sgd", **SGD, samples=5
    ),
    "seeds must be positive": lambda: simulate(SPECTRUM, [1], seeds=0, **GOOD),
    "inputs must be a finite matrix": lambda: relu_kernel([1.0, 2.0]),
    "inputs and targets must have the same length": lambda: simulate_features(np.eye(3), np.ones(4), [1], **GOOD),
    "gram must be a square matrix": lambda: spectrum_from_kernel(np.ones((2, 3)), np.ones(2)),
    "gram must be symmetric": lambda: spectrum_from_kernel([[1, 0.5], [0, 1]], [1, 1]),
    "gram must be positive semi-definite": lambda: spectrum_from_kernel([[1, 2], [2, 1]], [1, 1]),
    "gram and targets must have the same length": lambda: spectrum_from_kernel(np.eye(2), np.ones(3)),
    "eigenvalues must not be negative": lambda: Spectrum([1, -1], [1, 1]),
    "eigenvalues must not be negative, and not all zero": lambda: Spectrum([0, 0], [1, 1]),
    "target_power must not be negative": lambda: Spectrum([1, 1], [1, -1]),
    "eigenvalues and target_power and multiplicity must have the same length": lambda: Spectrum([1, 1], [1]),
    "multiplicity must be positive": lambda: Spectrum([1, 1], [1, 1], [1, 0]),
}


@pytest.mark.parametrize("sentence", CALLS)
def test_one_clear_sentence(sentence):
    with pytest.raises(ValueError, match="must") as caught:
        CALLS[sentence]()
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


BAD_NUMBERS = st.one_of(st.floats(max_value=-1e-9), st.just(math.nan), st.text(max_size=3), st.none(), st.booleans())
GOOD_CALL = {"width": 20, "samples": 30, "noise": 0.1, "ridge": 0.01}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(GOOD_CALL)), BAD_NUMBERS)
def test_anything_that_is_no_size_or_strength_is_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"^{name} must .*, got "):
        gradient_flow(SPECTRUM, [1.0], **(GOOD_CALL | {name: value}))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=4))
def test_times_are_ascending_numbers_or_refused(times):
    fine = all(math.isfinite(t) and t >= 0 for t in times[:-1]) and times[-1] >= 0 and np.all(np.diff(times) > 0)
    if fine and max(t for t in [*times, 0] if math.isfinite(t)) < 1e100:
        assert np.isfinite(gradient_flow(SPECTRUM, times, **GOOD).test).all()
    elif not fine:
        with pytest.raises(ValueError, match=r"^times must "):
            gradient_flow(SPECTRUM, times, **GOOD)
