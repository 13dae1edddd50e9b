"""The tail index of the recursion: closed forms, the table, monotony, limits, and the end of the stationary law."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglab._errors import DivergenceError
from scalinglab.heavy_tails import (
    critical_step_size,
    finite_data_tail_index,
    largest_step_size,
    recursion,
    recursion_tail_index,
    small_step_tail_index,
    tail_index,
)
from scalinglab.heavy_tails.recursion import growth_rate, log_moment

BATCHES, DIMENSIONS = st.integers(1, 12), st.integers(1, 12)


@settings(max_examples=60, deadline=None)
@given(BATCHES, DIMENSIONS, st.floats(0.01, 3), st.floats(0.2, 5))
def test_the_second_moment_has_its_closed_form(batch, dimension, share, variance):
    step = share * critical_step_size(batch, dimension, input_variance=variance)
    size = step * variance
    expected = 1 - 2 * size + size**2 * (batch + dimension + 1) / batch
    found = log_moment(2, step, batch, dimension, input_variance=variance)
    assert math.exp(found) == pytest.approx(expected, rel=1e-10, abs=1e-10)
    assert log_moment(0, step, batch, dimension, input_variance=variance) == pytest.approx(0, abs=1e-10)


@settings(max_examples=40, deadline=None)
@given(BATCHES, DIMENSIONS, st.floats(0.2, 5))
def test_the_index_is_2_at_the_critical_step_size(batch, dimension, variance):
    step = critical_step_size(batch, dimension, input_variance=variance)
    assert recursion_tail_index(step, batch, dimension, input_variance=variance) == pytest.approx(2, abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(BATCHES, DIMENSIONS, st.floats(0.1, 0.95))
def test_the_index_falls_with_the_step_and_the_dimension_and_rises_with_the_batch(batch, dimension, share):
    step = share * critical_step_size(batch, dimension)
    index = recursion_tail_index(step, batch, dimension)
    assert recursion_tail_index(1.04 * step, batch, dimension) < index
    assert recursion_tail_index(step, batch + 1, dimension) > index
    # As long as the step is not beyond the critical one of the larger dimension by much, there still is an index.
    if step < critical_step_size(batch, dimension + 1):
        assert recursion_tail_index(step, batch, dimension + 1) < index


#: B, d; critical and largest step size; indices at .5, .7, .9, 1, 1.05, 1.2 of the critical one.
TABLE = {
    (1, 1): (0.666667, 2.4211, 4.706, 3.162, 2.302, 2, 1.871, 1.546),
    (1, 2): (0.5, 0.9372, 5.906, 3.722, 2.456, 2, 1.802, 1.301),
    (2, 2): (0.8, 1.4, 6.534, 3.968, 2.515, 2, 1.779, 1.222),
    (4, 2): (1.142857, 1.7984, 7.785, 4.456, 2.631, 2, 1.731, 1.066),
    (5, 5): (0.909091, 1.1173, 11.87, 6.365, 3.164, 2, 1.494, 0.213),
    (1, 10): (0.166667, 0.17991, 16.76, 9.753, 4.541, 2, 0.733, None),
    (5, 10): (0.625, 0.69061, 18.05, 9.603, 4.177, 2, 1.013, None),
}


@pytest.mark.parametrize(("batch", "dimension"), TABLE)
def test_the_table(batch, dimension):
    critical, largest, *indices = TABLE[batch, dimension]
    assert critical_step_size(batch, dimension) == pytest.approx(critical, abs=1e-6)
    assert largest_step_size(batch, dimension) == pytest.approx(largest, abs=5e-4)
    for share, expected in zip((0.5, 0.7, 0.9, 1, 1.05, 1.2), indices, strict=True):
        step = share * critical_step_size(batch, dimension)
        if expected is None:
            with pytest.raises(DivergenceError):
                recursion_tail_index(step, batch, dimension)
        else:
            # Four digits are given.
            found = recursion_tail_index(step, batch, dimension)
            assert found == pytest.approx(expected, abs=max(2e-3, 6e-4 * expected))


@pytest.mark.parametrize(("batch", "largest"), [(1, 0.01963), (10, 0.18089), (20, 0.33258)])
def test_in_a_hundred_dimensions_the_window_of_infinite_variance_is_narrow(batch, largest):
    assert largest_step_size(batch, 100) == pytest.approx(largest, abs=1e-5)
    assert largest_step_size(batch, 100) < 1.007 * critical_step_size(batch, 100)


@pytest.mark.parametrize(
    ("batch", "dimension", "step"), [(1, 1, 2.0), (2, 2, 1.3), (1, 2, 0.9), (3, 4, 0.9), (1, 10, 0.19)]
)
def test_moments_and_growth_are_those_of_a_sample(batch, dimension, step):
    """Against matrices that are drawn and applied, within four standard errors."""
    generator, draws = np.random.default_rng(0), 200_000
    inputs = generator.standard_normal((draws, batch, dimension))
    moved = -step / batch * (inputs[..., :1] * inputs).sum(1)
    moved[:, 0] += 1
    logs = np.log(np.linalg.norm(moved, axis=1))
    assert growth_rate(step, batch, dimension) == pytest.approx(logs.mean(), abs=4 * logs.std() / np.sqrt(draws))
    for power in (0.5, 1.0):
        sizes = np.exp(power * logs)
        expected = pytest.approx(sizes.mean(), abs=4 * sizes.std() / np.sqrt(draws))
        assert math.exp(log_moment(power, step, batch, dimension)) == expected


def test_in_one_dimension_the_growth_is_an_ordinary_integral():
    """rho = E log |1 - eta a^2|, with the singularity in the middle cut out to both sides by scipy."""
    from scipy.integrate import quad

    step = 1.5
    cut = 1 / math.sqrt(step)
    integrand = lambda a: 2 * math.log(abs(1 - step * a**2)) * math.exp(-(a**2) / 2) / math.sqrt(2 * math.pi)  # noqa: E731
    expected = sum(quad(integrand, low, high)[0] for low, high in ((0, cut), (cut, 12)))
    assert growth_rate(step, 1, 1) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(
    ("batch", "dimension", "share"), [(1, 1, 0.005), (1, 100, 0.1), (200, 1, 0.1), (200, 200, 0.3), (30, 7, 1.0)]
)
def test_finer_quadratures_find_the_same_index(monkeypatch, batch, dimension, share):
    step = share * critical_step_size(batch, dimension)
    found = recursion_tail_index(step, batch, dimension)
    monkeypatch.setattr(recursion, "FEW", (96, 0.03))
    monkeypatch.setattr(recursion, "MANY", (300, 0.012))
    recursion._parts.cache_clear()
    assert recursion_tail_index(step, batch, dimension) == pytest.approx(found, rel=2e-5)
    recursion._parts.cache_clear()


def test_small_steps_have_their_limit():
    v = 2 * small_step_tail_index(1.0, 1)
    assert v * math.log(v) == pytest.approx(v + 1, abs=1e-12)
    found = [recursion_tail_index(step, 2, 1) * step / 2 for step in (0.4, 0.2, 0.1, 0.05, 0.02, 0.01)]
    np.testing.assert_allclose(found, [1.420, 1.585, 1.678, 1.730, 1.766, 1.779], atol=1e-3)
    assert recursion_tail_index(1e-3, 1, 3) == pytest.approx(1794.0957, rel=1e-6)  # with 400 nodes and more
    assert small_step_tail_index(1e-3, 1) == pytest.approx(1794.0957, rel=1e-3)


def test_the_ratio_of_step_and_batch_alone_decides_nothing_away_from_that_limit():
    same_ratio = [recursion_tail_index(0.2 * batch, batch, 2) for batch in (1, 2, 4, 8)]
    np.testing.assert_allclose(same_ratio, [7.76, 6.53, 4.46, 1.32], atol=5e-3)
    same_step = [recursion_tail_index(0.5, batch, 2) for batch in (1, 2, 4, 8)]
    np.testing.assert_allclose(same_step, [2, 4.74, 9.47, 18.4], atol=5e-2)
    dimensions = [recursion_tail_index(0.2, 2, dimension) for dimension in (1, 4, 8, 16, 17)]
    np.testing.assert_allclose(dimensions, [15.8, 14.4, 12.4, 4.26, 2], atol=5e-2)


@settings(max_examples=25, deadline=None)
@given(BATCHES, DIMENSIONS, st.floats(1.0001, 3))
def test_beyond_the_largest_step_there_is_no_number_but_a_growth_rate(batch, dimension, factor):
    step = factor * largest_step_size(batch, dimension)
    with pytest.raises(DivergenceError, match="there is no stationary law") as caught:
        recursion_tail_index(step, batch, dimension)
    assert caught.value.rate == pytest.approx(growth_rate(step, batch, dimension))
    assert caught.value.rate > 0


def test_just_below_the_largest_step_the_index_goes_to_zero():
    largest = largest_step_size(2, 2)
    indices = [recursion_tail_index((1 - gap) * largest, 2, 2) for gap in (1e-2, 1e-4, 1e-6)]
    assert indices[0] < 0.03
    assert indices[2] < 1e-5
    assert growth_rate(largest, 2, 2) == pytest.approx(0, abs=1e-10)


@pytest.mark.parametrize(
    ("batch", "last"), [(1, 0.0), (2, 0.02), (3, 0.04), (4, 0.06), (5, 0.08), (10, 0.18), (20, 0.20)]
)
def test_cells_of_the_published_synthetic_grid_that_have_a_stationary_law(batch, last):
    """Step sizes 0.02, 0.04 ... 0.20 in 100 dimensions: up to ``last`` there is one, from the next on there is none."""
    steps = [number / 50 for number in range(1, 11)]
    assert [step for step in steps if step < largest_step_size(batch, 100)] == [step for step in steps if step <= last]


def test_a_finite_data_set_has_an_index_of_its_own():
    inputs = np.random.default_rng(0).standard_normal(200)
    index = finite_data_tail_index(0.8, inputs)
    assert (np.abs(1 - 0.8 * inputs**2) ** index).mean() == pytest.approx(1, abs=1e-9)
    many = np.random.default_rng(1).standard_normal(400_000)
    assert finite_data_tail_index(0.8, many) == pytest.approx(recursion_tail_index(0.8, 1, 1), abs=0.02)
    assert finite_data_tail_index(0.1, np.ones(5)) == math.inf
    with pytest.raises(DivergenceError) as caught:
        finite_data_tail_index(10.0, inputs)
    assert caught.value.rate > 0


def test_a_chain_on_a_finite_data_set_has_that_index():
    inputs, generator = np.random.default_rng(0).standard_normal(200), np.random.default_rng(1)
    x = np.zeros(40_000)
    for _ in range(400):
        a = inputs[generator.integers(0, 200, x.size)]
        x = (1 - 0.8 * a**2) * x + 0.8 * a * generator.standard_normal(x.size)
    found = tail_index(x, method="hill").alpha
    assert found == pytest.approx(finite_data_tail_index(0.8, inputs), abs=0.2)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: recursion_tail_index(0.1, 0, 1), "batch_size must be positive, got 0"),
        (lambda: recursion_tail_index(0.1, 1.5, 1), "batch_size must be a whole number, got 1.5"),
        (lambda: recursion_tail_index(0.1, 1, 0), "dimension must be positive, got 0"),
        (lambda: recursion_tail_index(0, 1, 1), "step_size must be positive, got 0"),
        (lambda: recursion_tail_index(0.1, 1, 1, input_variance=-1), "input_variance must be positive, got -1"),
        (lambda: recursion_tail_index(1e-5, 1, 1), "step_size must be larger, as the tail index would exceed 2048"),
        (lambda: recursion_tail_index(0.1, 201, 1), "batch_size must be at most 200, got 201"),
        (lambda: largest_step_size(1, 300), "dimension must be at most 200, got 300"),
        (lambda: critical_step_size(0, 1), "batch_size must be positive, got 0"),
        (lambda: largest_step_size(1, -2), "dimension must be positive, got -2"),
        (lambda: log_moment(-1, 0.1, 1, 1), "power must not be negative, got -1"),
        (lambda: finite_data_tail_index(0.1, [[1.0]]), "inputs must have 1 dimension"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
